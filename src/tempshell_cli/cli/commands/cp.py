"""``tempshell cp``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import OfSession

if TYPE_CHECKING:
    from tempshell_cli.sessions.lifecycle import Sessions
    from tempshell_cli.sessions.model import Session

app = new_app()
_HOW = "as in `tempshell cp notes.txt lab:work`"


@app.command()
def cp(
    source: Annotated[str, typer.Argument(help="A local path, or SESSION:PATH.")],
    target: Annotated[str, typer.Argument(help="SESSION:PATH, or a local path.")],
    session: OfSession = "",
) -> None:
    """Copy files between this machine and a session.

    A relative path in the session starts at its home directory. :PATH is in the only session, or in --session.

    Examples:
      tempshell cp notes.txt lab:work
      tempshell cp lab:work/result.txt .
      tempshell cp :/etc/hosts hosts.txt
    """
    from tempshell_cli.cli.service import user_sessions
    from tempshell_cli.core.errors import EngineUnavailable, UsageProblem
    from tempshell_cli.sessions.copy import copy_in, copy_out
    from tempshell_cli.sessions.lookup import refuse_ended, refuse_unusable
    from tempshell_cli.sessions.unpacking import Bounds

    token_in, inside_in = _split(source)
    token_out, inside_out = _split(target)
    if not source or not target:
        raise UsageProblem("a path is empty", hint=_HOW)
    if (token_in is None) == (token_out is None):
        raise UsageProblem("one path has to be SESSION:PATH, the other a local path", hint=_HOW)
    with user_sessions() as sessions:
        chosen = _select(sessions, source if token_in is not None else target, session)
        refuse_unusable(chosen)
        backend, bounds = sessions.engines.of(chosen), Bounds(sessions.settings.copy)
        try:
            if token_in is None:
                copy_in(backend, chosen.sandbox, Path(source), inside_out, bounds)
            else:
                copy_out(backend, chosen.sandbox, inside_in, Path(target), bounds)
        except EngineUnavailable:
            refuse_ended(sessions.store, chosen, sessions.clock.now())
            raise


def _select(sessions: Sessions, path: str, named: str) -> Session:
    """Return the session of ``SESSION:PATH``, or of ``:PATH`` and ``--session``; the errors of ``:PATH`` say so."""
    from tempshell_cli.cli.service import select_whole
    from tempshell_cli.core.errors import NoSuchSession, UsageProblem

    token, _, inside = path.partition(":")
    if token and named:
        raise UsageProblem("SESSION:PATH and --session cannot be used together", hint=f"write :{inside}")
    token = token or named
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
