"""``tempshell score``."""

from __future__ import annotations

from typing import Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.complete import session_names
from tempshell_cli.cli.options import AsJson

app = new_app()


@app.command()
def score(
    session: Annotated[
        str,
        typer.Argument(help="Id or name, ended ones too; the only or the last one.", autocompletion=session_names),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Tell how a session stands by the last check of each task."""
    from tempshell_cli.cli.output import console, reports
    from tempshell_cli.cli.service import user_sessions
    from tempshell_cli.sessions.report import recorded, report

    with user_sessions() as sessions:
        found = report(sessions, recorded(sessions, session))
    if as_json:
        console.say_json(reports.as_json(found))
    else:
        reports.say(found)
