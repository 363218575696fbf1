"""The tasks of a session: its pack, graded in its sandbox, with every outcome kept."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime
from functools import cached_property, partial
from threading import Event as Signal
from typing import NamedTuple

import msgspec

from tempshell_cli.backends.exec import SandboxExec
from tempshell_cli.core.errors import EngineUnavailable, PackProblem, UsageProblem
from tempshell_cli.packs.format.pack import Pack, Task
from tempshell_cli.packs.grading.capabilities import out_of_reach, wanted_by
from tempshell_cli.packs.grading.grader import Grader, could_not_run, not_reached
from tempshell_cli.packs.grading.results import CheckResult, TaskResult, Verdict, as_shown, completed, with_problems
from tempshell_cli.packs.grading.setup import SetupFailed
from tempshell_cli.packs.library.find import find_pack, newest
from tempshell_cli.sessions.capabilities import known_in, lacking, lacking_in
from tempshell_cli.sessions.consent import refuse_changed
from tempshell_cli.sessions.events import Checked, CouldNotRun, Event, Kind, NotSetUp, SetUp, details, words_of
from tempshell_cli.sessions.exam import drawn_tasks, exam_of, refuse_in_exam, seed_of, written_values
from tempshell_cli.sessions.kubernetes import refuse_cluster
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.lookup import refuse_unusable
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.setting_up import (
    missing_in,
    records_of,
    set_up_task,
    warn_of_problems,
    without_secrets,
)
from tempshell_cli.sessions.setups import Setups, setups_of
from tempshell_cli.sessions.starting import is_starting, start_mark
from tempshell_cli.sessions.store import Score


class _Leaving(Exception):
    """Nobody waits any more for what is to become ready."""


class LastCheck(NamedTuple):
    """What the last check of a task found, and when. ``results`` is empty where only the verdict was kept."""

    at: datetime
    verdict: str
    results: Sequence[CheckResult] = ()


class TaskRecord(NamedTuple):
    """What is kept of a task that has been graded."""

    score: Score
    events: Sequence[Event]


def may_check_itself(task: Task) -> bool:
    """Return whether a task may be graded unasked: a program of the learner's starts only when the learner wants that.

    As far as the words of its checks show it.
    """
    looks = [kind for check in task.head.checks for kind in check.kind.parts()]
    looks += [check.control.over(check.exec) for check in task.head.checks if check.exec and check.control]
    return bool(looks) and not any(kind.runs_learners_program for kind in looks)


def found_event(at: datetime, session: str, result: TaskResult) -> Event:
    """Return the event of what a check or a grading found in a task."""
    return Event.of(at, session, Kind.FOUND, msgspec.json.encode(result).decode())


def results_in(events: Iterable[Event]) -> dict[str, TaskResult]:
    """Return what was last found in each task, by its id."""
    found = (msgspec.json.decode(text, type=TaskResult) for text in words_of(events, Kind.FOUND))
    return {one.task: one for one in found}


def _sleep(leaving: Signal, seconds: float) -> None:
    if leaving.wait(seconds):
        raise _Leaving


@contextmanager
def _changing(leaving: Signal, changed: Callable[[], object]) -> Iterator[None]:
    """Refuse to begin for somebody who leaves; report the end of the block."""
    _sleep(leaving, 0)
    yield
    changed()


def _not_set_up(task: Task, why: str) -> TaskResult:
    return could_not_run(task, f"{why}\n`tempshell reset {task.id}` tries it again")


class Practice:
    """Grades the tasks of one session; ``find`` loads its pack."""

    def __init__(self, sessions: Sessions, session: Session, find: Callable[[str], Pack] = find_pack) -> None:
        self.sessions = sessions
        self.session = session
        self._find = find
        self._suspects: dict[str, str] = {}

    @cached_property
    def pack(self) -> Pack:
        """The session's pack, with just the tasks, and the values, that were drawn for it.

        Of a session that has ended it may be a newer one of that name. Raises UsageProblem where it has none,
        PackProblem where that is gone.
        """
        if not self.session.pack:
            raise UsageProblem(f"{self.session.name} has no pack", hint="`tempshell start PACK` makes one with tasks")
        pack = self._find(self.session.pack if self.session.state.is_live else newest(self.session.pack))
        store, session = self.sessions.store, self.session.id
        drawn, exam = drawn_tasks(store, session), exam_of(store, session)
        pack = pack.only(drawn) if drawn else pack
        return pack.drawn(seed_of(session, exam.seed if exam else None), written_values(store, session))

    def check_all(self, tasks: Sequence[Task], *, patient: bool = True) -> list[TaskResult]:
        """Grade tasks in the sandbox, several at once, and keep the scores; ``patient`` and raises as ``grade``."""
        self._refuse_exam()
        if self.pack.in_order:
            kept = self._kept_passes() if len(tasks) > 1 else {}
            return [kept.get(task.id) or self._check_step(task, patient=patient) for task in tasks]
        for task in tasks:
            self.ensure_set_up(task)
        passed, failed = self._passed(), self.setups().failed
        ready = [task for task in tasks if task.id not in failed]
        graded = replace(self._grader(ready), patient=patient).grade_all(ready) if ready else []
        found = {one.task: one for one in self._shown(graded, passed)}
        results = [found.get(task.id) or _not_set_up(task, failed[task.id]) for task in tasks]
        for result in results:
            self.keep(result)
        return results

    def _kept_passes(self) -> dict[str, TaskResult]:
        """Return the results of the steps that have passed: a later step may undo what they have asked for."""
        found, stand = results_in(self.sessions.store.events(self.session.id)), self.scores()
        return {task: one for task, one in found.items() if one.verdict is Verdict.PASS and task in stand}

    def _check_step(self, task: Task, *, patient: bool) -> TaskResult:
        """Grade a step, and set up what comes after it when it passes."""
        result = self.grade(task, patient=patient)
        self.keep(result)
        if result.verdict is Verdict.PASS:
            self.advance(task.id)
        return result

    def grade(self, task: Task, *, patient: bool = True) -> TaskResult:
        """Grade a task in the sandbox; raises UsageProblem where the session is paused, or an exam.

        Unless it is ``patient``, it does not wait for what may still become right. A step is graded once those before
        it have passed. Where it fails, it says what went wrong in the setups.
        """
        self._refuse_exam()
        self.ensure_set_up(task)
        passed, setups = self._passed(), self.setups()  # first: a look can outlast the screen, and with it the store
        if before := self.pack.blocking(task, passed):
            return not_reached(task, before)
        if task.id in setups.failed:
            return _not_set_up(task, setups.failed[task.id])
        (result,) = self._shown([replace(self._grader([task]), patient=patient).grade(task)], passed)
        # Of tasks without an order the setups of others have nothing to do with this one.
        problems = setups.problems if self.pack.in_order else {}
        return with_problems(result, [f"the setup of {name}: {one}" for name, one in problems.items() if one])

    def grade_if_passed(self, task: Task) -> TaskResult | None:
        """Grade a task that nobody has asked to grade; return its result where it passes, and else None.

        What fails is looked at once, and what failed the last time comes first: mostly it is all there is to do. A task
        that is being set up, here or by another process, has not passed. Raises as ``grade`` does.
        """
        self._refuse_exam()
        passed, before = self._passed(), self._attempt(task)
        if before is None or self.pack.blocking(task, passed) or self._is_unmeasured(task):
            return None
        grader = replace(self._grader([task]), patient=False)
        if grader.fails(task, self._suspects.get(task.id, "")):
            return None
        result = grader.grade(task)
        self._suspects[task.id] = next((one.check for one in result.results if one.verdict is not Verdict.PASS), "")
        has_passed = result.verdict is Verdict.PASS and self._attempt(task) == before
        return next(iter(self._shown([result], passed))) if has_passed else None

    def _attempt(self, task: Task) -> int | None:
        """Return how often the task has been set up; None while it is, or has not been."""
        setups = self.setups()
        if task.id in {*setups.waiting, *setups.failed} or is_starting(self.sessions.paths, self._mark(task)):
            return None
        done = details(self.sessions.store.events(self.session.id), SetUp)
        return sum(one.task == task.id for _, one in done)

    def _is_unmeasured(self, task: Task) -> bool:
        """Return whether it would have to be found out first whether the sandbox has what the task needs."""
        return not set(wanted_by([task])) <= set(known_in(self.sessions, self.session.id))

    def advance(self, passed: str = "") -> str:
        """Set up the steps that are reached now, with one that has just ``passed``; return what went wrong, by line.

        A session of an older release, which has set up all of them at its start, has none left.
        """
        done = self.setups().problems
        if not self.pack.in_order or not done:
            return ""
        waiting = [task for task in self.pack.reached({*self._passed(), passed}) if task.id not in done]
        grader = Grader(self._shell(waiting)) if waiting else None
        found = []
        for task in waiting:
            with self._held(task):
                if task.id in self.setups().problems:  # another terminal has been here
                    continue
                if problems := self._set_up(task, grader):
                    found.append(f"the setup of {task.id}: {problems}")
        return "\n".join(found)

    def setups(self) -> Setups:
        """Return how far the setup of the tasks is."""
        return setups_of(self.sessions.store.events(self.session.id))

    def ensure_set_up(
        self, task: Task, leaving: Signal | None = None, changed: Callable[[], object] = lambda: None
    ) -> None:
        """Set up a task that still waits for it, or wait while another process does. A failure is kept on record.

        Once ``leaving`` is set, what is not begun is not begun, and nothing is waited for any more: then it
        may still be waiting. ``changed`` is called when the sandbox is changed no more, and only waited for. Raises as
        ``grade`` does, and UsageProblem where the session has been paused meanwhile.
        """
        if task.id not in self.setups().waiting:
            return
        leaving = leaving or Signal()
        with self._held(task):
            if leaving.is_set() or task.id not in self.setups().waiting:
                return
            grader = Grader(self._shell([task]), sleep=partial(_sleep, leaving))
            try:
                self._set_up(task, grader, within=_changing(leaving, changed))
            except SetupFailed as cause:
                self._keep_failure(task, cause)
            except _Leaving:
                return

    def missing(self) -> list[str]:
        """Find out what the sandbox lacks for the tasks, once all are set up; return what a person has to know."""
        tasks = self.pack.tasks
        return missing_in(self.sessions, self._shell(tasks), self.session.id, tasks, lambda _: nullcontext())

    def _held(self, task: Task) -> AbstractContextManager[None]:
        """Hold the task, in the block, against others that set it up: another terminal, or a reset."""
        return start_mark(self.sessions.paths, self._mark(task))

    def _mark(self, task: Task) -> str:
        return f"{self.session.id}.{task.id}"

    def _keep_failure(self, task: Task, cause: SetupFailed) -> None:
        """Keep why a setup has failed, unless it is that the sandbox was paused or removed under it."""
        current = self.sessions.store.get(self.session.id)
        if current is not None and current.state is State.PAUSED:
            refuse_unusable(current)
        if current is not None and current.state is State.READY:
            backend, sandbox = self.sessions.engines.of(self.session), self.session.sandbox
            self.sessions.journal(self.session.id, NotSetUp(task.id, without_secrets(str(cause), backend, sandbox)))

    def _set_up(
        self,
        task: Task,
        grader: Grader | None,
        *,
        clear: bool = False,
        within: AbstractContextManager[object] | None = None,
    ) -> str:
        assert grader  # noqa: S101 - for mypy: there is one where there is a task
        backend, sandbox = self.sessions.engines.of(self.session), self.session.sandbox
        problems = set_up_task(self.sessions, task, grader, backend, sandbox, clear=clear, within=within)
        warn_of_problems(self.sessions, task, problems)
        return problems

    def grade_exam(self, earlier: Mapping[str, TaskResult]) -> list[TaskResult]:
        """Grade all tasks of an exam at its end, several at once; what ``earlier`` results have found stands.

        Where the engine does not answer, no check could run. Raises UsageProblem where the session is paused.
        """
        tasks = [task for task in self.pack.tasks if task.id not in earlier or earlier[task.id].incomplete]
        try:
            later = self._shown(self._grader(tasks).grade_all(tasks), {task.id for task in tasks})
        except EngineUnavailable as cause:
            later = [could_not_run(task, str(cause)) for task in tasks]
        found = {one.task: completed(earlier[one.task], one) if one.task in earlier else one for one in later}
        return [found.get(task.id) or earlier[task.id] for task in self.pack.tasks]

    def can_still_run(self, result: TaskResult) -> bool:
        """Return whether what could not run of a task is worth another try: the sandbox lacks nothing for it."""
        task = self.pack.task(result.task)
        missing = lacking(known_in(self.sessions, self.session.id))
        return not set(result.incomplete) <= set(out_of_reach(task, missing))

    def keep(self, result: TaskResult) -> None:
        """Keep the score of a task, what its checks found, and why some could not run."""
        self.sessions.score(*self.record_of(result))

    def record_of(self, result: TaskResult) -> TaskRecord:
        """Return what ``keep`` keeps of a task that has been graded just now."""
        score = self.score_of(result)
        at, session = score.at, self.session.id
        events = [Event.of(at, session, Checked(result.task, score.verdict)), found_event(at, session, result)]
        events += [
            Event.of(at, session, CouldNotRun(result.task, one.check, one.message))
            for one in result.results
            if one.verdict is Verdict.ERROR
        ]
        return TaskRecord(score, events)

    def score_of(self, result: TaskResult) -> Score:
        """Return what is kept of a task that has been graded just now."""
        return Score(
            session=self.session.id,
            task=result.task,
            at=self.sessions.clock.now(),
            verdict=str(result.verdict),
            earned=result.earned,
            points=result.total,
            version=self.pack.head.version,
            digest=self.pack.digest,
            incomplete=result.incomplete,
        )

    def take(self, task: Task) -> None:
        """Keep on record that a task was taken in hand."""
        self.sessions.journal(self.session.id, Kind.TASK, task.id)

    def reset(self, task: Task) -> None:
        """Put a task back to its start, and forget how it stood; no other task is touched.

        Raises UsageProblem where the session is paused or the task is a step that is not reached yet, SetupFailed where
        the task's own setup fails.
        """
        if before := self.pack.blocking(task, self._passed()):
            raise UsageProblem(f"{task.id} is not reached: {before} has not passed yet")
        with self._held(task):
            self._set_up(task, Grader(self._shell([task])), clear=True)
        self.sessions.journal(self.session.id, Kind.RESET, task.id)

    def scores(self) -> dict[str, Score]:
        """Return the latest score of each task that was checked; of a step that has passed, the latest that it passed.

        A later step may undo what an earlier one has asked for.
        """
        store, session = self.sessions.store, self.session.id
        latest = store.latest_scores(session)
        if self.session.pack and self.pack.in_order:
            passes = {score.task: score for score in store.scores(session) if score.verdict == Verdict.PASS}
            latest |= {task: score for task, score in passes.items() if task in latest}
        return latest

    def last_checks(self) -> dict[str, LastCheck]:
        """Return the latest check of each task that was checked, by its id."""
        found = {task: one.results for task, one in results_in(self.sessions.store.events(self.session.id)).items()}
        return {task: LastCheck(one.at, one.verdict, found.get(task, ())) for task, one in self.scores().items()}

    def _passed(self) -> set[str]:
        """Return the tasks that have been passed in this session, however they stand now."""
        checked = details(self.sessions.store.events(self.session.id), Checked)
        return {one.task for _, one in checked if one.verdict == Verdict.PASS}

    def _shown(self, results: Iterable[TaskResult], passed: Container[str]) -> list[TaskResult]:
        """Return results as their learner sees them, who has passed these tasks."""
        return [as_shown(one, self.pack.task(one.task).head, passed=one.task in passed) for one in results]

    def _refuse_exam(self) -> None:
        refuse_in_exam(self.sessions.store, self.session, "an exam is graded once, at its end")

    def _shell(self, tasks: Sequence[Task]) -> SandboxExec:
        """Return the way into the sandbox for these tasks.

        Raises UsageProblem where its cluster is not for them, or where they are not what the user has allowed.
        """
        refuse_unusable(self.session)
        refuse_changed(self.sessions, self.session.id, self.pack)
        self._refuse_unwritten(tasks)
        shell = SandboxExec(self.sessions.engines.of(self.session), self.session.sandbox)
        refuse_cluster(self.sessions, self.session.id, self.pack, tasks, shell)
        return shell

    def _refuse_unwritten(self, tasks: Sequence[Task]) -> None:
        """Raise PackProblem where a task has a variable now that no script has written when the session began."""
        written = written_values(self.sessions.store, self.session.id)
        for task in tasks:
            for name, _ in task.head.sources():
                if f"{task.id}/{name}" not in written:
                    raise PackProblem(
                        f"the value of the variable {name} of the task {task.id} is not on record",
                        hint="the pack has changed since the session began: start another one",
                    )

    def _grader(self, tasks: Sequence[Task]) -> Grader:
        """Return what looks at these tasks, knowing what the sandbox lacks for them."""
        shell = self._shell(tasks)
        lacks = lacking_in(self.sessions, self.session.id, shell, tasks)
        return Grader(shell, lacking=lacks, records=records_of(self.sessions.store, self.session.id))
