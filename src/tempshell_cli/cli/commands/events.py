"""``tempshell events``."""

from __future__ import annotations

from typing import Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.complete import session_names
from tempshell_cli.cli.options import AsJson

app = new_app()


@app.command()
def events(
    session: Annotated[
        str, typer.Argument(help="A session, which may have ended. [default: all]", autocompletion=session_names)
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Show what happened to your sessions.

    Created, started, checked, extended, ended, and why; ended sessions too.
    """
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.service import user_sessions
    from tempshell_cli.core.errors import NoSuchSession
    from tempshell_cli.sessions.events import HIDDEN, PRIVATE

    with user_sessions() as sessions:
        if session and not sessions.store.last(session):
            raise NoSuchSession(f"there is no session {session!r}", hint="`tempshell list --all` shows ended ones too")
        kept = sessions.store.events_of(session) if session else sessions.store.events()
    kept = [event for event in kept if event.kind not in HIDDEN]
    if as_json:
        console.say_json(
            [
                {"time": one.at.isoformat(), "session": one.session, "event": one.kind, "detail": one.detail}
                for one in kept
            ]
        )
        return
    rows = [
        (f"{one.at.astimezone():%Y-%m-%d %H:%M:%S}", one.session, one.kind, one.detail)
        for one in kept
        if one.kind not in PRIVATE
    ]
    console.table(("TIME", "SESSION", "EVENT", "DETAIL"), rows)
