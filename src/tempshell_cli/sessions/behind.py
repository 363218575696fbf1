"""The tasks that are set up once the session is ready: behind a screen, or by whoever needs them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from tempshell_cli.backends.base import Report
from tempshell_cli.core.errors import TempshellError
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.model import Session
from tempshell_cli.sessions.practice import Practice

# One changes the sandbox, the others wait for what is to become ready there.
_AT_ONCE = 4
_AGAIN = 5.0  # seconds until what could not be done, because the session is paused, say, is tried again
_LAST = 3.0  # seconds that a script under way has to end when the screen is left


def set_up_rest(sessions: Sessions, session: Session, report: Report) -> None:
    """Set up all tasks of a session that still wait for it; one that fails is on record. Raises as a check does."""
    practice = Practice(sessions, session)
    to_do, waiting, *_ = practice.setups()
    for task in waiting:
        with report(f"setting up {task} [{to_do.index(task) + 1}/{len(to_do)}]"):
            practice.ensure_set_up(practice.pack.task(task))


class Behind:
    """Sets up the waiting tasks of a session while somebody works on those that are ready.

    Other terminals may do the same: each task is set up once. ``tell`` is called from a thread, with what a person has
    to know, and ``unexpected`` with an error that is a bug.
    """

    def __init__(
        self, practice: Practice, tell: Callable[[str], object], unexpected: Callable[[Exception], object]
    ) -> None:
        self._practice = practice
        self._tell = tell
        self._unexpected = unexpected
        self._waiting = list(practice.setups().waiting) if practice.session.pack else []
        self._turn = threading.Lock()  # held from the choice of a task until its scripts are through
        self._changing = threading.Lock()
        self._leaving = threading.Event()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in self._waiting[:_AT_ONCE]]
        self._at_work = len(self._threads)
        self._told: dict[str, str] = {}

    def want(self, task: str) -> None:
        """Have a task set up before the others that wait."""
        with self._changing:
            if task in self._waiting:
                self._waiting.remove(task)
                self._waiting.insert(0, task)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Set up tasks as long as the block lasts. What is not done then waits for who comes next."""
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self.end()

    def end(self) -> None:
        """Begin no other task, and give the scripts that are under way a moment."""
        self._leaving.set()
        until = time.monotonic() + _LAST
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        while True:
            with ExitStack() as turn:
                turn.enter_context(self._turn)
                task = self._next()
                if not task:
                    break
                self._set_up(task, turn)
        with self._changing:
            self._at_work -= 1
            is_last = not self._at_work and not self._leaving.is_set()
        if is_last:
            self._look_for_missing()

    def _set_up(self, task: str, turn: ExitStack) -> None:
        try:
            self._practice.ensure_set_up(self._practice.pack.task(task), self._leaving, turn.close)
        except TempshellError as problem:  # it is paused, or its engine does not answer for a while
            self._put_back(task, str(problem))
            self._leaving.wait(_AGAIN)
        except Exception as error:  # noqa: BLE001 - the others are set up all the same
            self._report_bug(error)

    def _look_for_missing(self) -> None:
        """Say what checks cannot run; one that is looked at says so, too."""
        try:
            for warning in self._practice.missing():
                self._tell(warning)
        except TempshellError:
            pass
        except Exception as error:  # noqa: BLE001 - as above
            self._report_bug(error)

    def _report_bug(self, error: Exception) -> None:
        if not self._leaving.is_set():  # else it is that the store has been closed
            self._unexpected(error)

    def _next(self) -> str:
        with self._changing:
            return self._waiting.pop(0) if self._waiting and not self._leaving.is_set() else ""

    def _put_back(self, task: str, why: str) -> None:
        with self._changing:
            self._waiting.append(task)
            is_new = self._told.get(task) != why and not self._leaving.is_set()
            self._told[task] = why
        if is_new:
            self._tell(f"{task} cannot be set up yet: {why}")
