"""``tempshell report``."""

from __future__ import annotations

from typing import Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.complete import session_names

app = new_app()


@app.command()
def report(
    session: Annotated[
        str,
        typer.Argument(help="Id or name, ended ones too; the only or the last one.", autocompletion=session_names),
    ] = "",
    form: Annotated[str, typer.Option("--format", help="How to write it: md, json or html.")] = "md",
) -> None:
    """Print a session's results to hand in, with the pack's version and digest and that of tempshell."""
    from tempshell_cli.cli.output import console, reports
    from tempshell_cli.cli.service import user_sessions
    from tempshell_cli.core.errors import UsageProblem
    from tempshell_cli.sessions import report as results

    if form not in {"md", "json", "html"}:
        raise UsageProblem(f"--format {form!r} is unknown", hint="one of md, json, html")
    with user_sessions() as sessions:
        found = results.report(sessions, results.recorded(sessions, session))
    if form == "json":
        console.say_json(reports.as_json(found))
    else:
        console.say(reports.as_html(found) if form == "html" else reports.as_markdown(found))
