"""What ``exec`` does. It is the command scripts call in loops, so it does without Typer and most of this program."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from tempshell_cli.backends import registry
from tempshell_cli.cli.console import note_store
from tempshell_cli.core.clock import SystemClock
from tempshell_cli.core.errors import NoSuchSession
from tempshell_cli.core.paths import Paths
from tempshell_cli.core.process import cannot_start
from tempshell_cli.sessions.lookup import refuse_unusable, select
from tempshell_cli.sessions.model import Session
from tempshell_cli.sessions.store import open_store


def become(token: str, argv: list[str], *, tty: bool = False, user: str | None = None) -> NoReturn:
    """Replace this process by the engine's own exec in a session: nothing stands between the two programs.

    Raises NoSuchSession, SessionExpired and EngineUnavailable.
    """
    session = _find(token)
    refuse_unusable(session)
    backend = registry.load(session.backend, session.endpoint)
    command = backend.shell(session.sandbox, argv, tty=tty and sys.stdin.isatty(), user=user)
    try:
        os.execvpe(command.argv[0], command.argv, command.environment())
    except OSError as cause:
        raise cannot_start(command.argv, cause) from cause


def _find(token: str) -> Session:
    """Look in the store, as a rule; on the engines only where the store has lost the session."""
    try:
        with open_store(Paths.of_user()) as opened:
            note_store(opened.notes)
            return select(opened.store, SystemClock().now(), token)
    except NoSuchSession:
        from tempshell_cli.cli import service

        with service.user_sessions() as sessions:
            return service.select(sessions, token)
