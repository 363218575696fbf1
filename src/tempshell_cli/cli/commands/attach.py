"""``tempshell attach``."""

from __future__ import annotations

from typing import Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import Plain, Publish, Record, Session, Theme

app = new_app()


@app.command()
def attach(
    session: Session = "",
    plain: Plain = False,
    read_only: Annotated[
        bool, typer.Option("--read-only", "-r", help="Only watch: nothing you type reaches the session.")
    ] = False,
    record: Record = False,
    theme: Theme = "",
    port: Publish = None,
) -> None:
    """Return to a session, to the screen as you left it.

    Attaching never changes the deadline. Leave with Ctrl+] and d: the session goes on.

    Examples:
      tempshell attach
      tempshell attach lab --plain
    """
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.screen import Visit, listening_for, open_screen
    from tempshell_cli.cli.service import select_whole, user_sessions
    from tempshell_cli.core.errors import UsageProblem

    visit = Visit(plain=plain, record=record, theme=theme, read_only=read_only)
    if read_only and port:
        raise UsageProblem("--read-only and --port cannot be used together", hint="leave one of them out")
    with listening_for(port or (), visit) as listening, user_sessions() as sessions:
        chosen = select_whole(sessions, session)
        if not console.is_interactive():
            raise UsageProblem("attach needs a terminal", hint=f"`tempshell exec {chosen.name} -- COMMAND` needs none")
        open_screen(sessions, chosen, visit._replace(listening=listening))
