"""A session as the practice screen sees it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tempshell_cli.backends.base import Backend, Receipt
from tempshell_cli.cli.output import console, reports
from tempshell_cli.core.errors import NoSuchSession, SessionExpired, TempshellError
from tempshell_cli.core.process import Command
from tempshell_cli.core.repeating import repeating
from tempshell_cli.core.text import one_line
from tempshell_cli.packs.format.pack import Task
from tempshell_cli.packs.grading.results import CheckResult, TaskResult, Verdict
from tempshell_cli.sessions.behind import Behind
from tempshell_cli.sessions.commands import MOST, CommandReader, Typed, reporting
from tempshell_cli.sessions.effort import effort, hints_shown, task_in_hand
from tempshell_cli.sessions.events import CommandRun, Detail, Event, Flagged, HintShown, Kind, words_of
from tempshell_cli.sessions.exam import Exam, exam_of, flagged_tasks, refuse_handed_in
from tempshell_cli.sessions.grading import Graded, grade, keep
from tempshell_cli.sessions.lease import ends_when_idle, sweep_every, warnings_of
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.outbox import Outbox
from tempshell_cli.sessions.practice import LastCheck, Practice, may_check_itself
from tempshell_cli.sessions.report import report
from tempshell_cli.sessions.setups import Setups, setups_of
from tempshell_cli.sessions.shell import attach_command, history
from tempshell_cli.sessions.store import Score, StoreUnavailable
from tempshell_cli.tui.port import Finished, SessionView, TaskState, TaskView

if TYPE_CHECKING:
    from tempshell_cli.sessions.forwarding.ports import PortForward

_STATES = {"pass": TaskState.PASSED, "fail": TaskState.FAILING, "error": TaskState.ERROR}
_WAITS = "*This task is being set up …*"
# Seconds between two looks at the store while a screen is open.
_LOOK = 0.5
# Seconds that the last of each may take when the screen is left (an engine may hang), and for how long it is tried then
# to record what could not be recorded before.
_LAST_SWEEP, _LAST_LOOK, _LAST_TRIES = 2.0, 10.0, 30.0


class _Seen(NamedTuple):
    """What the store said of the session a moment ago."""

    session: Session
    exam: Exam | None
    flags: frozenset[str]
    checks: Mapping[str, LastCheck]
    hints: Mapping[str, int]
    setups: Setups
    events: Sequence[Event]
    scores: Sequence[Score]


class LivePractice:
    """Answers the screen from memory; ``following`` keeps that memory fresh.

    What the screen has to record is kept until the store takes it: one that is locked, full or read-only loses nothing
    and holds up nothing.
    """

    def __init__(
        self, sessions: Sessions, session: Session, forwards: Iterable[PortForward] = (), news: list[str] | None = None
    ) -> None:
        """Read what the store has of the session; raises TempshellError.

        ``forwards`` are those that are under way, and ``news`` is what others add lines to, too.
        """
        self._sessions = sessions
        self._forwards = list(forwards)
        self._news = [] if news is None else news
        self._forwarding, self._opened = threading.Lock(), ExitStack()
        self._practice = Practice(sessions, session)
        self._tasks: Sequence[Task] = self._practice.pack.tasks if session.pack else ()
        self._outbox = Outbox()
        self._keeping = threading.Lock()
        self._left = False
        self._revision = (-1, -1)
        self._seen = self._read(session)
        self._flags = self._seen.flags
        self._checks: dict[str, LastCheck] = {}  # those made here that the store may not have yet
        self._graded: Graded | None = None
        self._trouble = ""
        self._behind = Behind(self._practice, self._news.append, self.unexpected)
        self._sweep_every = sweep_every(sessions.settings.engines.sweep_every, self._seen.events)
        self._warnings = warnings_of(sessions.settings.lease)
        # The check itself would be what happens in a session that ends when nothing does.
        unasked = sessions.settings.practice.auto_check and not ends_when_idle(self._seen.events)
        self._check_themselves = {task.id for task in self._tasks if unasked and may_check_itself(task)}
        self._resets = 0
        self._in_hand, self._began = "", self.now()

    @property
    def _session(self) -> Session:
        return self._seen.session

    def now(self) -> datetime:
        """Return the time."""
        return self._sessions.clock.now()

    def session(self) -> SessionView:
        """Return the session as the store had it a moment ago."""
        session, exam = self._seen.session, self._seen.exam
        return SessionView(
            name=session.name,
            backend=session.backend,
            deadline=exam.ends if exam else session.deadline,
            pack=self._practice.pack.head.title if session.pack else "",
            extendable=not exam and session.extensions < self._sessions.settings.limits.extensions,
            exam=bool(exam),
            handed_in=bool(exam and exam.graded),
            frozen=session.frozen,
            ended=session.reason or str(session.state) if _is_over(session) else "",
            trouble=self._trouble,
            notice=session.reason if session.state is State.READY else "",
            warnings=self._warnings,
            ports=[f"{one.local}→{one.inside}" for one in self._forwards],
            setup=self._seen.setups.words,
            news=tuple(self._news),
            worked=self._worked(),
        )

    def tasks(self) -> Sequence[TaskView]:
        """Return the tasks with what their last checks found."""
        checks = {} if self._seen.exam else {**self._seen.checks, **self._checks}
        return [self._view(task, checks.get(task.id)) for task in self._tasks]

    def _worked(self) -> timedelta | None:
        """Return how long the tasks were in hand, each until it passed; None before all have."""
        seen, checks = self._seen, {**self._seen.checks, **self._checks}
        verdicts = {checks[task.id].verdict if task.id in checks else "" for task in self._tasks}
        if seen.exam or verdicts != {Verdict.PASS}:
            return None
        spent = effort(seen.session, seen.events, seen.scores, self.now()).spent
        return sum(spent.values(), timedelta())

    def task_in_hand(self) -> str:
        """Return the task that was last in hand; where none was, the first that is not passed."""
        found = task_in_hand(self._seen.events)
        tasks = self.tasks()
        if any(task.id == found for task in tasks):
            return found
        return next((task.id for task in tasks if task.state is not TaskState.PASSED), "")

    def check(self, task: str) -> Sequence[CheckResult]:
        """Grade the task, and have the score kept, unless the screen has been left meanwhile."""
        result = self._practice.grade(self._practice.pack.task(task))
        with self._keeping:
            if not self._left:
                self._keep(result)
        return result.results

    def check_unasked(self, task: str) -> Sequence[CheckResult]:
        """Grade the task, and have a pass kept, unless the screen has been left or the task reset meanwhile."""
        resets = self._resets
        result = self._practice.grade_if_passed(self._practice.pack.task(task))
        with self._keeping:
            if result is None or self._left or self._resets != resets:
                return ()
            self._keep(result)
        return result.results

    def _keep(self, result: TaskResult) -> None:
        kept = self._practice.record_of(result)
        self._checks[result.task] = LastCheck(kept.score.at, str(result.verdict), result.results)
        self._outbox.put(lambda: self._sessions.score(*kept))

    def advance(self, task: str) -> str:
        """Set up the steps that are reached once this one has passed; return what went wrong."""
        return "" if self._left else self._practice.advance(task)

    def reset(self, task: str) -> None:
        """Put the task back to its start; what the last check found is no longer shown."""
        self._resets += 1
        self._outbox.flush()
        self._practice.reset(self._practice.pack.task(task))
        with self._keeping:
            self._checks.pop(task, None)
        self._look()

    def extend(self) -> datetime:
        """Extend the session once."""
        extended = self._sessions.extend(self._session)
        self._seen = self._seen._replace(session=extended)
        return extended.deadline

    def forward(self, port: int) -> int:
        """Forward a port of this machine, any that is free, to one inside until the screen is left; return which."""
        from tempshell_cli.sessions.forwarding.background import forwarding
        from tempshell_cli.sessions.forwarding.ports import EVERYWHERE, LOOPBACK, PortForward, listening

        with self._forwarding:
            for one in self._forwards:
                if one.inside == port and one.address in {LOOPBACK, EVERYWHERE}:
                    return one.local
            with ExitStack() as trying:
                listened = trying.enter_context(listening([PortForward(LOOPBACK, 0, port)]))
                trying.enter_context(forwarding(self._sessions, self._session, listened, self._news.append))
                self._opened.push(trying.pop_all())
            self._forwards.append(listened[0].forward)
            return listened[0].forward.local

    def stop(self) -> Receipt:
        """Stop the session; no task is set up any more."""
        self._behind.end()
        return self._sessions.stop(self._session)

    def finish(self) -> Finished:
        """Grade the exam, and remove its sandbox; where that cannot be done the grades are kept all the same.

        Raises Incomplete where checks could not run that may run yet: what was found is kept. So it is in memory where
        the store does not take it: called again, this only tries to keep it.
        """
        self._outbox.flush()
        exam = exam_of(self._sessions.store, self._session.id)
        over = False
        if self._graded or (exam and (exam.incomplete or not exam.graded)):
            try:
                self._grade()
            except SessionExpired:
                over = True
        result = reports.result(report(self._sessions, self._session))
        return Finished(result, None if over else self._sessions.stop(self._session, "graded"))

    def _grade(self) -> None:
        self._graded = graded = self._graded or grade(self._sessions, self._session, console.silence)
        try:
            keep(graded)
        except StoreUnavailable:
            raise
        except TempshellError:
            self._graded = None  # kept, but for what another grading may find
            raise
        finally:
            with suppress(StoreUnavailable):
                self._look()
        self._graded = None

    def took(self, task: str) -> None:
        """Note that a task is in hand, and set it up before the others that wait."""
        self._in_hand = task
        self._behind.want(task)
        self._note(Kind.TASK, task)

    def hinted(self, task: str, number: int) -> None:
        """Note that a hint is shown."""
        self._note(HintShown(task, number))

    def solution_shown(self, task: str) -> None:
        """Note that a solution is shown."""
        self._note(Kind.SOLUTION, task)

    def flag(self, task: str) -> None:
        """Mark a task, or take the mark away."""
        self._flags ^= {task}
        self._note(Flagged(tuple(sorted(self._flags))))

    def _note(self, what: Kind | Detail, words: str = "") -> None:
        """Have an event of this moment recorded: the store may be slow, and the interface waits."""
        event = Event.of(self.now(), self._session.id, what, words)
        self._outbox.put(lambda: self._sessions.store.add_event(event))

    def attach_command(self) -> Command:
        """Return the shell, for a terminal that is emulated here; raises NoSuchSession once the session has ended."""
        with suppress(StoreUnavailable):  # what was known a moment ago will do
            self._look()
            refuse_handed_in(self._sessions.store, self._session)
        if not self._session.state.is_live:
            raise NoSuchSession(
                f"the session has ended: {self._session.reason}", hint="`tempshell start` makes a new one"
            )
        return self._shell(self._sessions.engines.of(self._session), self._session)

    def _shell(self, backend: Backend, session: Session) -> Command:
        variables = reporting(session.id) if self._keeps_commands() else {}
        return attach_command(
            backend, session, terminal="xterm-256color", distinguish_disconnect=True, variables=variables
        )

    def history(self) -> bytes | None:
        """Return what the sandbox has kept of its shell's terminal."""
        return history(self._sessions.engines.of(self._session), self._session)

    def unexpected(self, error: Exception) -> None:
        """Put an error that is a bug into the log."""
        self._sessions.log_bug(error, self._session.id)

    @contextmanager
    def following(self) -> Iterator[None]:
        """Set up tasks, look at the store and sweep the engines, in the background, as long as the block lasts.

        After it nothing here touches the store: a check may outlast the screen, and the store is closed then.
        """
        look = repeating(self._follow, every=_LOOK, unexpected=self.unexpected, timeout=_LAST_LOOK)
        sweep = repeating(self._sweep, every=self._sweep_every, unexpected=self.unexpected, timeout=_LAST_SWEEP)
        try:
            with look, sweep, self._setting_up(), self._opened, self._reading_commands():
                yield
        finally:
            if self._tasks:
                self._note(Kind.TASK)
            try:
                self._write_rest()
            finally:
                with self._keeping:
                    self._left = True

    def _setting_up(self) -> AbstractContextManager[None]:
        """Set up what waits for it, first what the screen begins with, as long as the block lasts."""
        self._behind.want(self.task_in_hand())
        return self._behind.running()

    def _keeps_commands(self) -> bool:
        return self._sessions.settings.practice.commands and not self._seen.exam

    def _reading_commands(self) -> AbstractContextManager[None]:
        """Record the commands that are typed, as long as the block lasts."""
        if not self._keeps_commands():
            return nullcontext()
        left = MOST - len(words_of(self._seen.events, Kind.COMMAND))
        return CommandReader(lambda: self._session, self._sessions.engines.of, self._typed, self.now, left).reading()

    def _typed(self, typed: Typed) -> None:
        # What was typed before the screen was opened is handed on only now.
        task = self._in_hand if typed.at >= self._began else ""
        event = Event.of(typed.at, self._session.id, CommandRun(task, typed.code, typed.took, typed.text))
        self._outbox.put(lambda: self._sessions.store.add_event(event))

    def _follow(self) -> None:
        """Record what is to be recorded, and see what others have done."""
        trouble = ""
        for step in (self._outbox.flush, self._look):  # what cannot be written can often be read
            try:
                step()
            except StoreUnavailable as problem:
                trouble = str(problem)
        self._trouble = trouble

    def _look(self) -> None:
        """Read the session again where the store has changed: another terminal may have checked or extended it."""
        revision = self._sessions.store.revision()
        if revision == self._revision:
            return
        seen = self._read(self._session)
        with self._keeping:
            self._seen, self._revision = seen, revision
            if not self._outbox:  # all that was done here is in the store, and in what was read or will be next time
                self._checks.clear()
                self._flags = seen.flags

    def _read(self, session: Session) -> _Seen:
        store, id_ = self._sessions.store, session.id
        events = store.events(id_)
        return _Seen(
            session=store.get(id_) or session,
            exam=exam_of(store, id_),
            flags=flagged_tasks(store, id_),
            checks=self._practice.last_checks(),
            hints=hints_shown(events),
            setups=setups_of(events),
            events=events,
            scores=store.scores(id_),
        )

    def _sweep(self) -> None:
        try:
            if self._sessions.claim_sweep(self._sweep_every * 0.9):  # the one before was not on the second
                self._sessions.sweep(quiet=True)  # the screen is in use
        except TempshellError as cause:
            self._note(Kind.SWEEP, str(cause))  # the next one tries again

    def _write_rest(self) -> None:
        """Record what is left, and say so where the store does not take it for a while."""
        until = time.monotonic() + _LAST_TRIES
        reported = False
        while self._outbox:
            try:
                self._outbox.flush()
            except StoreUnavailable as problem:
                late = time.monotonic() > until
                if late or not reported:
                    reported = True
                    then = "gave up" if late else f"trying for {_LAST_TRIES:.0f} s more, Ctrl+C gives up"
                    console.note(f"tempshell: {len(self._outbox)} entries are not on record: {problem}; {then}")
                if late:
                    return
                time.sleep(_LOOK)

    def _view(self, task: Task, check: LastCheck | None) -> TaskView:
        head, exam, setups = task.head, self._seen.exam, self._seen.setups
        unchecked = TaskState.ERROR if task.id in setups.failed else TaskState.UNTOUCHED
        is_waiting = task.id in setups.waiting
        return TaskView(
            id=task.id,
            title=head.title,
            # Who began before all is there would change what the checks compare with.
            prompt=_WAITS
            if is_waiting
            else _namespaces(head.namespaces if exam else ()) + task.prompt + _problems(setups, task.id),
            points=sum(one.worth for one in head.checks),
            state=TaskState.WAITING if is_waiting else _STATES[check.verdict] if check else unchecked,
            results=check.results if check else (),
            domain=head.domain or "",
            hints=[hint.text for hint in head.hints],
            hints_shown=self._seen.hints.get(task.id, 0),
            solution=task.solution,
            flagged=task.id in self._flags,
            commands=task.commands,
            hint_commands=task.hint_commands,
            checks_itself=not (exam or is_waiting) and task.id in self._check_themselves,
        )


def _is_over(session: Session) -> bool:
    return not session.state.is_live or session.state is State.LOST


def _problems(setups: Setups, task: str) -> str:
    """Return the lines below the text of a task that say what went wrong in its setup."""
    found = setups.problems.get(task, "").splitlines()
    if not found:
        return ""
    # As code: else the name of a script becomes a link.
    listed = "\n".join("- `{}`".format(one_line(one).replace("`", "'")) for one in found)
    again = "\n\nReset the task to try its setup again." if task in setups.failed else ""
    return f"\n\n**Its setup had problems:**\n\n{listed}{again}"


def _namespaces(names: Sequence[str]) -> str:
    """Return the line above the text of an exam's task that says where to work."""
    if not names:
        return ""
    listed = ", ".join(f"`{name}`" for name in names)
    return f"Namespace{'s' if len(names) > 1 else ''}: {listed}\n\n"
