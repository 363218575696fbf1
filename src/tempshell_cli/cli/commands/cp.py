"""``tempshell cp``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tempshell_cli.cli.command import new_app

if TYPE_CHECKING:
    from tempshell_cli.sessions.lifecycle import Sessions
    from tempshell_cli.sessions.model import Session

app = new_app()


@app.command()
def cp(
    source: Annotated[str, typer.Argument(help="A path here, or SESSION:PATH.")],
    target: Annotated[str, typer.Argument(help="SESSION:PATH, or a path here.")],
) -> None:
    """Copy files into a session or out of it, as in: tempshell cp notes.txt ID:work.

    A relative path in the session counts from its home; :PATH means the only session.
    """
    from tempshell_cli.cli.service import user_sessions
    from tempshell_cli.core.errors import EngineUnavailable
    from tempshell_cli.sessions.copy import copy_in, copy_out
    from tempshell_cli.sessions.lookup import refuse_ended, refuse_unusable
    from tempshell_cli.sessions.unpacking import Bounds

    token_in, inside_in = _split(source)
    token_out, inside_out = _split(target)
    if not source or not target:
        raise typer.BadParameter("a path is empty")
    if (token_in is None) == (token_out is None):
        raise typer.BadParameter("one of the two is SESSION:PATH, the other a path here")
    with user_sessions() as sessions:
        session = _select(sessions, source if token_in is not None else target)
        refuse_unusable(session)
        backend, bounds = sessions.engines.of(session), Bounds(sessions.settings.copy)
        try:
            if token_in is None:
                copy_in(backend, session.sandbox, Path(source), inside_out, bounds)
            else:
                copy_out(backend, session.sandbox, inside_in, Path(target), bounds)
        except EngineUnavailable:
            refuse_ended(sessions.store, session, sessions.clock.now())
            raise


def _select(sessions: Sessions, path: str) -> Session:
    """Return the session of ``SESSION:PATH``; what goes wrong with ``:PATH`` is told in its words."""
    from tempshell_cli.cli.service import select_whole
    from tempshell_cli.core.errors import NoSuchSession

    token, _, inside = path.partition(":")
    try:
        return select_whole(sessions, token)
    except NoSuchSession as problem:
        if token:
            raise
        hint = f"write SESSION:{inside}" if sessions.store.live() else problem.hint
        raise NoSuchSession(f"{path!r} is in the only session, but {problem}", hint=hint) from None


def _split(path: str) -> tuple[str | None, str]:
    """Return session and path; no session where a path is of this machine (``./a:b`` is how to say so)."""
    before, colon, after = path.partition(":")
    return (before, after) if colon and "/" not in before else (None, path)
