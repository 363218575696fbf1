"""A session as the practice screen sees it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime

from tempshell_cli.backends.base import Backend, Receipt
from tempshell_cli.cli import console, report_text
from tempshell_cli.core.errors import NoSuchSession, SessionExpired, TempshellError
from tempshell_cli.core.process import Command
from tempshell_cli.packs.format.pack import Task
from tempshell_cli.packs.grading.results import CheckResult
from tempshell_cli.sessions.effort import HINT, TASK
from tempshell_cli.sessions.exam import FLAGGED, exam_of, flagged_tasks, refuse_handed_in
from tempshell_cli.sessions.grading import finish
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.model import Session
from tempshell_cli.sessions.practice import Practice
from tempshell_cli.sessions.report import report
from tempshell_cli.sessions.shell import attach_command
from tempshell_cli.sessions.store import Event
from tempshell_cli.tui.port import Finished, SessionView, TaskState, TaskView

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
        self._exam = exam_of(sessions.store, session.id)
        self._flags = flagged_tasks(sessions.store, session.id)
        self._noted: deque[Event] = deque()
        self._states = (
            {} if self._exam else {task: _STATES[score.verdict] for task, score in self._practice.scores().items()}
        )

    def now(self) -> datetime:
        """Return the time."""
        return self._sessions.clock.now()

    def session(self) -> SessionView:
        """Return the session as the store had it a moment ago."""
        session = self._session
        return SessionView(
            name=session.name,
            backend=session.backend,
            deadline=self._exam.ends if self._exam else session.deadline,
            pack=self._practice.pack.head.title if session.pack else "",
            extendable=not self._exam and session.extensions < self._sessions.settings.limits.extensions,
            exam=bool(self._exam),
            handed_in=bool(self._exam and self._exam.graded),
            frozen=session.frozen,
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

    def finish(self) -> Finished:
        """Grade the exam, and remove its sandbox; where that cannot be done the grades are kept all the same.

        Raises Incomplete where checks could not run that may run yet: what was found is kept.
        """
        self._write()
        exam = exam_of(self._sessions.store, self._session.id)
        over = False
        if exam and (exam.incomplete or not exam.graded):
            try:
                finish(self._sessions, self._session, console.silence)
            except SessionExpired:
                over = True
            finally:
                self._exam = exam_of(self._sessions.store, self._session.id)
        result = report_text.result(report(self._sessions, self._session))
        return Finished(result, None if over else self._sessions.stop(self._session, "graded"))

    def took(self, task: str) -> None:
        """Note that a task is in hand."""
        self._note(TASK, task)

    def hinted(self, task: str, number: int) -> None:
        """Note that a hint is shown."""
        self._note(HINT, f"{task} {number}")

    def flag(self, task: str) -> None:
        """Mark a task, or take the mark away."""
        self._flags ^= {task}
        self._note(FLAGGED, " ".join(sorted(self._flags)))

    def _note(self, kind: str, detail: str) -> None:
        """Keep an event in memory for the moment: the store may be slow, and the interface waits."""
        self._noted.append(Event(self.now(), self._session.id, kind, detail))

    def _write(self) -> None:
        """Put what was noted into the store."""
        with suppress(IndexError):  # there is nothing more
            while True:
                self._sessions.store.add_event(self._noted.popleft())

    def attach_command(self) -> Command:
        """Return the shell, for a terminal that is emulated here; raises NoSuchSession once the session has ended."""
        self._look()
        refuse_handed_in(self._sessions.store, self._session)
        if not self._session.state.is_live:
            raise NoSuchSession(
                f"the session has ended: {self._session.reason}",
                hint="leave this screen; `tempshell start` makes a new one",
            )
        return self._shell(self._sessions.engines.of(self._session), self._session)

    def _shell(self, backend: Backend, session: Session) -> Command:
        return attach_command(backend, session, terminal="xterm-256color", told_apart=True)

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
            if self._tasks:
                self._note(TASK, "")
            self._write()
            with self._keeping:
                self._left = True

    def _follow(self, ended: threading.Event) -> None:
        until_sweep = _SWEEP
        while not ended.wait(_LOOK):
            until_sweep -= _LOOK
            if until_sweep <= 0:
                until_sweep = _SWEEP
                if self._sessions.claim_sweep(_SWEEP - _LOOK):
                    self._sweep()
            self._write()
            self._look()

    def _look(self) -> None:
        """Read the session anew: another terminal may have extended or stopped it."""
        self._session = self._sessions.store.get(self._session.id) or self._session

    def _sweep(self) -> None:
        try:
            self._sessions.sweep(quiet=True)  # the screen is in use
        except TempshellError as cause:
            self._sessions.journal("sweep", self._session.id, str(cause))  # the next one tries again

    def _view(self, task: Task) -> TaskView:
        head = task.head
        return TaskView(
            id=task.id,
            title=head.title,
            prompt=_namespaces(head.namespaces) + task.prompt if self._exam else task.prompt,
            points=sum(check.worth for check in head.checks),
            state=self._states.get(task.id, TaskState.UNTOUCHED),
            domain=head.domain or "",
            hints=[hint.text for hint in head.hints],
            solution=task.solution,
            flagged=task.id in self._flags,
            commands=task.commands,
        )


def _namespaces(names: Sequence[str]) -> str:
    """Return the line above the text of an exam's task that says where to work."""
    if not names:
        return ""
    listed = ", ".join(f"`{name}`" for name in names)
    return f"Namespace{'s' if len(names) > 1 else ''}: {listed}\n\n"
