"""A session as the practice screen sees it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from tempshell_cli.backends.base import Receipt
from tempshell_cli.core.errors import NoSuchSession, TempshellError
from tempshell_cli.core.process import Command
from tempshell_cli.packs.load import Task
from tempshell_cli.packs.results import CheckResult
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.model import Session
from tempshell_cli.sessions.practice import Practice
from tempshell_cli.sessions.shell import attach_command
from tempshell_cli.tui.port import SessionView, TaskState, TaskView

_STATES = {"pass": TaskState.PASSED, "fail": TaskState.FAILING, "error": TaskState.ERROR}
_SWEEP = 30.0  # seconds between two sweeps while a screen is open
_LOOK = 2.0  # seconds between two looks at the store


class LivePractice:
    """Answers the screen from memory; ``following`` keeps that memory fresh."""

    def __init__(self, sessions: Sessions, session: Session) -> None:
        self._sessions = sessions
        self._session = session
        self._practice = Practice(sessions, session)
        self._tasks: Sequence[Task] = self._practice.pack.tasks if session.pack else ()
        self._keeping = threading.Lock()
        self._left = False
        self._states = {task: _STATES[score.verdict] for task, score in self._practice.scores().items()}

    def now(self) -> datetime:
        """Return the time."""
        return self._sessions.clock.now()

    def session(self) -> SessionView:
        """Return the session as the store had it a moment ago."""
        session = self._session
        return SessionView(
            name=session.name,
            backend=session.backend,
            deadline=session.deadline,
            pack=self._practice.pack.head.title if session.pack else "",
            extendable=session.extensions < self._sessions.settings.limits.extensions,
        )

    def tasks(self) -> Sequence[TaskView]:
        """Return the tasks with the states of their last checks."""
        return [self._view(task) for task in self._tasks]

    def check(self, task: str) -> Sequence[CheckResult]:
        """Grade the task, and keep the score, unless the screen has been left meanwhile."""
        result = self._practice.grade(self._practice.pack.task(task))
        with self._keeping:
            if not self._left:
                self._practice.keep(result)
                self._states[task] = _STATES[str(result.verdict)]
        return result.results

    def extend(self) -> datetime:
        """Extend the session once."""
        self._session = self._sessions.extend(self._session)
        return self._session.deadline

    def stop(self) -> Receipt:
        """Stop the session."""
        return self._sessions.stop(self._session)

    def attach_command(self) -> Command:
        """Return the shell, for a terminal that is emulated here; raises NoSuchSession once the session has ended."""
        self._look()
        if not self._session.state.is_live:
            raise NoSuchSession(
                f"the session has ended: {self._session.reason}",
                hint="leave this screen; `tempshell start` makes a new one",
            )
        backend = self._sessions.engines.of(self._session)
        return attach_command(backend, self._session, terminal="xterm-256color", told_apart=True)

    @contextmanager
    def following(self) -> Iterator[None]:
        """Look at the store and sweep the engines, in the background, as long as the block lasts.

        After it nothing here touches the store: a check may outlast the screen, and the store is closed then.
        """
        ended = threading.Event()
        follower = threading.Thread(target=self._follow, args=(ended,), daemon=True)
        follower.start()
        try:
            yield
        finally:
            ended.set()
            follower.join()
            with self._keeping:
                self._left = True

    def _follow(self, ended: threading.Event) -> None:
        until_sweep = _SWEEP
        while not ended.wait(_LOOK):
            until_sweep -= _LOOK
            if until_sweep <= 0:
                until_sweep = _SWEEP
                self._sweep()
            self._look()

    def _look(self) -> None:
        """Read the session anew: another terminal may have extended or stopped it."""
        self._session = self._sessions.store.get(self._session.id) or self._session

    def _sweep(self) -> None:
        try:
            self._sessions.sweep()
        except TempshellError as cause:
            self._sessions.journal("sweep", self._session.id, str(cause))  # the next one tries again

    def _view(self, task: Task) -> TaskView:
        head = task.head
        return TaskView(
            id=task.id,
            title=head.title,
            prompt=task.prompt,
            points=sum(check.worth for check in head.checks),
            state=self._states.get(task.id, TaskState.UNTOUCHED),
            domain=head.domain or "",
            hints=[hint.text for hint in head.hints],
            solution=task.assets[head.solution].decode(errors="replace"),
        )
