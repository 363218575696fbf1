"""What ``exec`` does. It is the command scripts call in loops, so it does without Typer and most of this program."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import NoReturn

from tempshell_cli.backends import registry
from tempshell_cli.backends.base import Backend, ChecksLiveness, Option
from tempshell_cli.backends.signals import marked, send_argv
from tempshell_cli.cli.output.console import note_store, progress
from tempshell_cli.core.clock import SystemClock
from tempshell_cli.core.errors import NoSuchSession, SessionExpired, UsageProblem
from tempshell_cli.core.foreground import PassOn, run_client
from tempshell_cli.core.paths import Paths
from tempshell_cli.core.process import Command, cannot_start
from tempshell_cli.sessions.lookup import refuse_ended, refuse_unusable, select
from tempshell_cli.sessions.model import SETTLED, Session, State
from tempshell_cli.sessions.store import open_store

# Of kubectl and docker where there is nothing to enter, or where it goes away; of ssh.
_OF_THE_ENGINE = {1, 137, 255}


def execute(token: str, argv: list[str], *, tty: bool = False, user: str | None = None) -> int:
    """Run a command in a session, on our own standard streams, and return its exit code.

    Where nothing is to be done for it meanwhile, this process becomes the engine's own exec. What has stopped or is
    gone of the sandbox is brought back before. Raises NoSuchSession, EngineUnavailable, ProvisionFailed, and
    SessionExpired where the session is over, also where that has ended the command.
    """
    session = _find(token)
    backend = _backend(session)
    if user and Option.USER not in backend.options():
        from tempshell_cli.sessions.choice import refuse_options
        from tempshell_cli.sessions.engines import Engines

        refuse_options(Engines(), backend.name, [Option.USER])
    if session.frozen is None and session.state in SETTLED and not _seems_whole(session, backend):
        from tempshell_cli.cli import service

        with service.user_sessions() as sessions:
            session = sessions.restored(session, progress)
    refuse_unusable(session)
    mark, tty = os.urandom(8).hex(), tty and sys.stdin.isatty()
    command = backend.shell(session.sandbox, marked(argv, mark), tty=tty, user=user)
    if command.passes_signals:
        _become(backend.shell(session.sandbox, argv, tty=tty, user=user))
    code = run_client(command, _to(backend, session, mark, user), tty=tty)
    if code:
        with open_store(Paths.of_user()) as opened:
            refuse_ended(opened.store, session, SystemClock().now())
    if code in _OF_THE_ENGINE and not (isinstance(backend, ChecksLiveness) and backend.is_alive(session.sandbox)):
        refuse_lost(session)
    return code


def _backend(session: Session) -> Backend:
    """Return the backend a session runs on; raises EngineUnavailable where this installation cannot load it."""
    try:
        return registry.load(session.backend, session.endpoint)
    except UsageProblem:
        from tempshell_cli.sessions.engines import Engines

        return Engines().loaded(session)  # which says what to do


def _become(command: Command) -> NoReturn:
    try:
        os.execvpe(command.argv[0], command.argv, command.environment())
    except OSError as cause:
        raise cannot_start(command.argv, cause) from cause


def _to(backend: Backend, session: Session, mark: str, user: str | None) -> PassOn:
    """Return what sends a signal to the command of that mark."""

    def pass_on(number: int) -> subprocess.Popen[bytes]:
        sending = backend.shell(session.sandbox, send_argv(mark, number), user=user)
        return subprocess.Popen(
            sending.argv,
            env=sending.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    return pass_on


def _seems_whole(session: Session, backend: Backend) -> bool:
    """Return, without a slow request, whether there is something to enter."""
    if session.state is not State.READY:
        return False
    return not isinstance(backend, ChecksLiveness) or backend.is_alive(session.sandbox) is not False


def refuse_lost(session: Session) -> None:
    """Raise NoSuchSession where the engine says that the sandbox is lost, or has to be brought back first."""
    from tempshell_cli.cli import service

    with service.user_sessions() as sessions:
        current = sessions.up_to_date(session)
    refuse_unusable(current)
    if current.state is State.BROKEN:
        raise NoSuchSession(f"{current.name} is broken: {current.reason}", hint="the next exec brings it back")


def _find(token: str) -> Session:
    """Look in the store, as a rule; on the engines only where the store has lost the session, or takes it for over."""
    try:
        with open_store(Paths.of_user()) as opened:
            note_store(opened.notes)
            return select(opened.store, SystemClock().now(), token)
    except (NoSuchSession, SessionExpired):
        from tempshell_cli.cli import service

        with service.user_sessions() as sessions:
            return service.select(sessions, token)
