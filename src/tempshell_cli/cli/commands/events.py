"""``tempshell events``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.complete import session_names
from tempshell_cli.cli.options import AsJson

if TYPE_CHECKING:
    from tempshell_cli.sessions.events import Event

app = new_app()
_HEADINGS = ("TIME", "SESSION", "EVENT", "DETAIL")
_WIDTHS = (19, 8, 13, 0)  # of lines that are printed one at a time


@app.command()
def events(
    session: Annotated[
        str, typer.Argument(help="A session, which may have ended. [default: all]", autocompletion=session_names)
    ] = "",
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with what happens, until the session ends.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what happened to your sessions.

    Created, started, checked, extended, ended, and why; ended sessions too.
    """
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.service import user_sessions
    from tempshell_cli.core.errors import NoSuchSession
    from tempshell_cli.sessions.events import HIDDEN, PRIVATE
    from tempshell_cli.sessions.watching import follow as follow_events

    hidden = HIDDEN if as_json else PRIVATE
    with user_sessions() as sessions:
        store = sessions.store
        newest = store.last(session) if session else None
        if session and not newest:
            raise NoSuchSession(f"there is no session {session!r}", hint="`tempshell list --all` shows ended ones too")
        if follow:
            if not as_json:
                console.table_row(_HEADINGS, _WIDTHS, heading=True, at_once=True)
            for event in follow_events(sessions, newest.id if newest else ""):
                if event.kind not in hidden:
                    _say(event, as_json=as_json)
            return
        kept = store.events_of(session) if session else store.events()
    kept = [event for event in kept if event.kind not in hidden]
    if as_json:
        console.say_json([_json(event) for event in kept])
    else:
        console.table(_HEADINGS, [_row(event) for event in kept])


def _json(event: Event) -> dict[str, str]:
    return {"time": event.at.isoformat(), "session": event.session, "event": event.kind, "detail": event.detail}


def _row(event: Event) -> tuple[str, str, str, str]:
    return f"{event.at.astimezone():%Y-%m-%d %H:%M:%S}", event.session, event.kind, event.detail


def _say(event: Event, *, as_json: bool) -> None:
    """Print an event at once, on a line of its own."""
    from tempshell_cli.cli.output import console

    if as_json:
        console.say_json_line(_json(event))
    else:
        console.table_row(_row(event), _WIDTHS, at_once=True)
