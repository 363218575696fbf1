"""A session that is watched: the practice screen shows it, and nothing done there reaches it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from tempshell_cli.backends.base import Backend
from tempshell_cli.cli.practice import LivePractice
from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.core.process import Command
from tempshell_cli.sessions.events import Detail, Kind
from tempshell_cli.sessions.model import Session
from tempshell_cli.sessions.shell import watch_command
from tempshell_cli.tui.port import SessionView


class WatchedPractice(LivePractice):
    """Answers the screen of somebody who only looks."""

    def session(self) -> SessionView:
        """Return the session, as one that nothing can be done to."""
        return replace(super().session(), extendable=False, read_only=True)

    def advance(self, task: str) -> str:
        """Set up nothing."""
        del task
        return ""

    def _setting_up(self) -> AbstractContextManager[None]:
        """Set up nothing."""
        return nullcontext()

    def _reading_commands(self) -> AbstractContextManager[None]:
        """Record nothing."""
        return nullcontext()

    def forward(self, port: int) -> int:
        """Raise UsageProblem: what is sent to a port would reach the session."""
        raise UsageProblem(
            f"port {port} is not opened: this screen is read-only", hint=f"`tempshell open SESSION {port}` opens it"
        )

    def _shell(self, backend: Backend, session: Session) -> Command:
        return watch_command(backend, session, terminal="xterm-256color", distinguish_disconnect=True)

    def _note(self, what: Kind | Detail, words: str = "") -> None:
        """Keep nothing: what is looked at here says nothing about the one who practises."""
