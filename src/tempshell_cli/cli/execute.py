"""What ``exec`` does. It is the command scripts call in loops, so it does without Typer and most of this program."""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

from tempshell_cli.backends import registry
from tempshell_cli.backends.base import Backend, ChecksLiveness
from tempshell_cli.cli.console import note_store, progress
from tempshell_cli.core.clock import SystemClock
from tempshell_cli.core.errors import NoSuchSession
from tempshell_cli.core.interrupts import handle
from tempshell_cli.core.paths import Paths
from tempshell_cli.core.process import Command, cannot_start
from tempshell_cli.sessions.lookup import refuse_unusable, select
from tempshell_cli.sessions.model import SETTLED, Session, State
from tempshell_cli.sessions.store import open_store


def become(token: str, argv: list[str], *, tty: bool = False, user: str | None = None) -> NoReturn:
    """Replace this process by the engine's own exec in a session: nothing stands between the two programs.

    What has stopped or is gone of the sandbox is brought back before. Raises NoSuchSession, SessionExpired,
    EngineUnavailable and ProvisionFailed.
    """
    session = _find(token)
    backend = registry.load(session.backend, session.endpoint)
    if session.frozen is None and session.state in SETTLED and not _seems_whole(session, backend):
        session = _restored(session)
    refuse_unusable(session)
    command = backend.shell(session.sandbox, argv, tty=tty and sys.stdin.isatty(), user=user)
    if not isinstance(backend, ChecksLiveness) or backend.is_alive(session.sandbox) is None:
        _run_and_look(command, session)
    try:
        os.execvpe(command.argv[0], command.argv, command.environment())
    except OSError as cause:
        raise cannot_start(command.argv, cause) from cause


def _seems_whole(session: Session, backend: Backend) -> bool:
    """Tell, without a question that takes time, whether there is something to enter."""
    if session.state is not State.READY:
        return False
    return not isinstance(backend, ChecksLiveness) or backend.is_alive(session.sandbox) is not False


def _run_and_look(command: Command, session: Session) -> NoReturn:
    """Run the engine's own exec as a child, and see afterwards whether a failure was the command's or the sandbox's.

    For engines that cannot be asked quickly before: a cluster, or one on another machine. Raises NoSuchSession.
    """
    import subprocess

    try:
        child = subprocess.Popen(command.argv, env=command.environment())
    except OSError as cause:
        raise cannot_start(command.argv, cause) from cause
    handle(_PASSED_ON, lambda number, _: child.send_signal(number))
    code = child.wait()
    if code in _OF_THE_ENGINE:
        refuse_lost(session)
    raise SystemExit(code if code >= 0 else 128 - code)


_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_OF_THE_ENGINE = {1, 137, 255}  # of kubectl and docker where there is nothing to enter, or where it goes away; of ssh


def refuse_lost(session: Session) -> None:
    """Raise NoSuchSession where the engine says that the sandbox is lost, or has to be brought back first."""
    from tempshell_cli.cli import service

    with service.user_sessions() as sessions:
        current = sessions.up_to_date(session)
    refuse_unusable(current)
    if current.state is State.BROKEN:
        raise NoSuchSession(f"{current.name} is broken: {current.reason}", hint="the next exec brings it back")


def _restored(session: Session) -> Session:
    from tempshell_cli.cli import service

    with service.user_sessions() as sessions:
        return sessions.restored(session, progress)


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
