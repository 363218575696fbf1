"""The rules of grading: retries, needs, gates and controls, and checks that could not run."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Semaphore

from tempshell_cli.backends.base import Capability
from tempshell_cli.packs.checks.criteria import Check, Probe, Retry
from tempshell_cli.packs.checks.kind import with_kinds
from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.format.pack import Task
from tempshell_cli.packs.grading.gathered import gathered
from tempshell_cli.packs.grading.look import look
from tempshell_cli.packs.grading.results import (
    CONTROL_FAILED,
    CheckResult,
    Outcome,
    TaskResult,
    Verdict,
    in_short,
    sum_up,
)
from tempshell_cli.packs.reading.fields import seconds

LOOKS_AT_ONCE = 4  # each is a program in the sandbox, whose memory is small


@dataclass(frozen=True, slots=True)
class Grader:
    """Grades tasks in one sandbox. ``clock`` counts seconds and never goes back; ``sleep`` waits for some.

    ``first`` is the sandbox as each check's first look may see it; by default it looks as always.
    ``lacking`` are capabilities the sandbox has not, each with why, in words to follow "it needs X, ".
    ``records`` is what the checks of each task compare with what is there: as it was when the task was set up.
    ``outputs`` is what the setup of each task that was set up here has printed.
    One that is not ``patient`` looks at what fails once, and does not wait for what may still become right; what passes
    it watches as long as any other.
    """

    shell: SandboxShell
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    first: SandboxShell | None = None
    lacking: Mapping[Capability, str] = field(default_factory=dict)
    records: dict[str, Mapping[str, str]] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    looks: Semaphore = field(default_factory=lambda: Semaphore(LOOKS_AT_ONCE))
    patient: bool = True

    def grade_all(self, tasks: Sequence[Task]) -> list[TaskResult]:
        """Grade tasks side by side, with no more looks at once than for one; the results are in their order.

        The first look at a cluster's objects is one for all of them; who looks again sees what is there then.
        """
        at_first = replace(self, first=gathered(self.shell, tasks))
        # A task that waits for what may still become right, or watches what is to hold, keeps no other waiting.
        with ThreadPoolExecutor(max_workers=max(1, len(tasks))) as pool:
            return list(pool.map(at_first.grade, tasks))

    def grade(self, task: Task) -> TaskResult:
        """Look at every check of the task, several at once, and sum up. Changes nothing in the sandbox."""
        started: dict[str, Future[CheckResult]] = {}
        checks = self._checks(task)
        with ThreadPoolExecutor(max_workers=LOOKS_AT_ONCE) as pool:
            for check in checks:
                # A check needs only earlier ones, and the pool takes them in order: none waits for ever.
                needed = [started[earlier] for earlier in check.needs]
                lacks = [f"{cap}, {self.lacking[cap]}" for cap in task.head.caps_of(check) if cap in self.lacking]
                started[check.id] = pool.submit(self._grade_check, check, needed, lacks)
            return sum_up(task.id, [result.result() for result in started.values()])

    def fails(self, task: Task, check: str) -> bool:
        """Look once at the check of this id: whether it is not right as it stands. One that there is not does not."""
        return any(self._look(one).verdict is not Verdict.PASS for one in self._checks(task) if one.id == check)

    def _checks(self, task: Task) -> Sequence[Check]:
        """Return the checks of a task with what they compare with."""
        record = self.records.get(task.id, {})
        return tuple(with_kinds(task.head.checks, lambda kind: kind.with_record(record)))

    def record(self, task: Task) -> None:
        """Read what the task's checks compare with later: to be called when it was set up.

        Raises CannotLook where that is not there, and EngineUnavailable.
        """
        found: dict[str, str] = {}
        for check in task.head.checks:
            for kind in check.kind.parts():
                found |= kind.record(self.shell, seconds(check.timeout))
        self.records[task.id] = found

    def watch(self, probe: Probe) -> Outcome:
        """Look until it passes and, where that is asked for, goes on passing; else return the last look."""
        outcome = self._look(probe, self.first)
        return self._watch(probe, probe.retry, outcome) if probe.retry else outcome

    def _watch(self, probe: Probe, retry: Retry, outcome: Outcome) -> Outcome:
        steady = seconds(retry.stable_for) if retry.stable_for else 0.0
        start, passing_since = self.clock(), math.inf
        while True:
            now = self.clock()
            if outcome.verdict is Verdict.ERROR:
                return outcome
            passing_since = min(passing_since, now) if outcome.verdict is Verdict.PASS else math.inf
            if now - passing_since >= steady:
                return outcome
            if outcome.verdict is Verdict.FAIL and (not self.patient or now - start >= seconds(retry.for_)):
                return outcome
            self.sleep(min(seconds(retry.every), passing_since + steady - now))
            outcome = self._look(probe)

    def _look(self, probe: Probe, shell: SandboxShell | None = None) -> Outcome:
        """Look, and once more where the check could not run: an engine can stumble.

        And where a pod was entered that had been read of before: it may not be the newest any more.
        """
        with self.looks:
            first = look(probe, shell or self.shell)
            stale = first.verdict is Verdict.FAIL and shell is not None and probe.kind.pods
            return look(probe, self.shell) if stale or first.cause else first

    def _grade_check(self, check: Check, needed: Sequence[Future[CheckResult]], lacks: Sequence[str]) -> CheckResult:
        if lacks:
            return _result(check, Outcome.error(f"it needs {lacks[0]}"))
        for earlier in (future.result() for future in needed):
            if earlier.verdict is not Verdict.PASS:
                why = f"not looked at: needs `{earlier.check}`"
                if earlier.verdict is Verdict.ERROR:
                    return _result(check, Outcome.error(f"{why}, which could not run"))
                return _result(check, Outcome.prevented(why))
        outcome = self.watch(check)
        if outcome.verdict is Verdict.PASS and check.exec and check.control:
            outcome = _judged_by(self._look(Probe(exec=check.control.over(check.exec), timeout=check.timeout)))
        return _result(check, outcome)


def not_reached(task: Task, before: str) -> TaskResult:
    """Return the result of a step that was not graded, because the one ``before`` it has not passed."""
    why = f"not looked at: the step `{before}` has not passed yet"
    return sum_up(task.id, [_result(check, Outcome.prevented(why)) for check in task.head.checks])


def could_not_run(task: Task, why: str) -> TaskResult:
    """Return the result of a task that could not be graded at all."""
    return sum_up(task.id, [_result(check, Outcome.error(why)) for check in task.head.checks])


def _judged_by(control: Outcome) -> Outcome:
    """Return a pass only where the control passes: else the check would have passed for a wrong reason.

    A control that the learner has kept from running fails the check.
    """
    if control.verdict is Verdict.PASS or (control.verdict is Verdict.FAIL and control.cause):
        return control
    detail = control.cause or f"expected {control.expected}, found {control.found}"
    return Outcome.error(f"{CONTROL_FAILED}: {detail}")


def _result(check: Check, outcome: Outcome) -> CheckResult:
    failed = outcome.cause or check.fail or in_short(outcome.expected, outcome.found)
    message = {Verdict.PASS: "", Verdict.FAIL: failed, Verdict.ERROR: outcome.cause}[outcome.verdict]
    return CheckResult(
        check=check.id,
        verdict=outcome.verdict,
        gate=check.gate,
        points=check.worth,
        earned=check.worth if outcome.verdict is Verdict.PASS else 0,
        expected=outcome.expected,
        found=outcome.found,
        message=message,
    )
