"""What grading says: a verdict for each check, and what a task is worth by them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from tempshell_cli.core.text import strip_controls
from tempshell_cli.packs.checks.criteria import Check, Expected
from tempshell_cli.packs.checks.program import Exec
from tempshell_cli.packs.format.model import TaskHead

_LONGEST_SHOWN = 2048
CONTROL_FAILED = "the control failed"


class Verdict(StrEnum):
    """``error``: the check could not run, and not through the learner's fault: it earns nothing."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    ERROR = "error"


class Outcome(Struct, frozen=True):
    """What one look came to. The texts are bounded and stripped of controls.

    ``cause`` is why the check could not run: through no fault of the learner's on an error, by the learner's own doing
    on a fail.
    """

    verdict: Verdict
    expected: str = ""
    found: str = ""
    cause: str = ""

    @classmethod
    def passed(cls) -> Outcome:
        """Return the outcome of a look that saw what it should."""
        return cls(Verdict.PASS)

    @classmethod
    def failed(cls, expected: str, found: str) -> Outcome:
        """Return the outcome of a look that saw something else."""
        return cls(Verdict.FAIL, _bounded(expected), _bounded(found))

    @classmethod
    def prevented(cls, cause: str) -> Outcome:
        """Return the outcome of a look that the learner, and nobody else, has made impossible: it counts as failed."""
        return cls(Verdict.FAIL, cause=_bounded(cause))

    @classmethod
    def error(cls, cause: str) -> Outcome:
        """Return the outcome of a look that could not be taken."""
        return cls(Verdict.ERROR, cause=_bounded(cause))


class CheckResult(Struct, frozen=True, kw_only=True):
    """How one check went. A gate has no points. ``message``: what a person reads first, "" on a pass.

    ``expected`` and ``found`` are "" where the pack hides them, and where nothing was looked at.
    """

    check: str
    verdict: Verdict
    gate: bool
    points: int
    earned: int
    expected: str = ""
    found: str = ""
    message: str = ""


class TaskResult(Struct, frozen=True, kw_only=True):
    """How a task went.

    ``total`` counts the points of all its checks, whatever came of them. ``share`` (0 to 1) is ``earned`` of ``total``,
    0 where a gate is violated (``void``) or could not run, None where there is nothing to earn.
    ``verdict``: fail if any check failed, else error if any could not run, else pass.
    ``incomplete`` names the checks that could not run: what they would have earned is not known.
    """

    task: str
    verdict: Verdict
    share: float | None
    earned: int
    total: int
    void: bool
    results: tuple[CheckResult, ...]
    incomplete: tuple[str, ...] = ()


def in_short(expected: str, found: str) -> str:
    """Return what was expected and found in one line; what was expected may be hidden, and is "" then."""
    return f"expected {expected}, found {found}" if expected else f"found {found}"


def as_shown(result: TaskResult, head: TaskHead, *, passed: bool) -> TaskResult:
    """Return a result without what its learner is not to see: what a check expected that hides it.

    What a program of the pack's has found can be the answer, too, and is then hidden with it. ``passed`` tells whether
    the task has been passed before, or its exam is over.
    """
    shown = {Expected.SHOWN, Expected.AFTER_PASS} if passed else {Expected.SHOWN}
    hidden = {check.id: check for check in head.checks if head.expected_of(check) not in shown}
    results = (_without_answer(one, hidden[one.check]) if one.check in hidden else one for one in result.results)
    return replace(result, results=tuple(results))


def with_problems(result: TaskResult, problems: Sequence[str]) -> TaskResult:
    """Return a result whose failed checks say what went wrong in the setup: that may be why they failed."""
    if not problems:
        return result
    results = (
        replace(one, message="\n".join([one.message, *problems])) if one.verdict is Verdict.FAIL else one
        for one in result.results
    )
    return replace(result, results=tuple(results))


def _without_answer(result: CheckResult, check: Check) -> CheckResult:
    says_it = result.message == in_short(result.expected, result.found)
    found = "" if any(isinstance(kind, Exec) and kind.is_packs for kind in check.kind.parts()) else result.found
    message = (in_short("", found) if found else "it is not right") if says_it else result.message
    if message.startswith(CONTROL_FAILED):  # what it has found is of the same kind
        message = CONTROL_FAILED
    return replace(result, expected="", found=found, message=message)


def sum_up(task: str, results: Sequence[CheckResult]) -> TaskResult:
    """Return the task's result from those of its checks."""
    verdicts = {result.verdict for result in results}
    gates = {result.verdict for result in results if result.gate}
    void = Verdict.FAIL in gates
    total = sum(result.points for result in results)
    # A gate that could not run keeps the points back: else who has violated it would gain by keeping it from running.
    earned = sum(result.earned for result in results) if gates <= {Verdict.PASS} else 0
    return TaskResult(
        task=task,
        verdict=next((worst for worst in (Verdict.FAIL, Verdict.ERROR) if worst in verdicts), Verdict.PASS),
        share=0.0 if void else (earned / total if total else None),
        earned=earned,
        total=total,
        void=void,
        results=tuple(results),
        incomplete=tuple(result.check for result in results if result.verdict is Verdict.ERROR),
    )


def completed(earlier: TaskResult, later: TaskResult) -> TaskResult:
    """Return an earlier result of a task with what could not run then as it was found later; all else stands."""
    found = {result.check: result for result in later.results}
    results = [
        found.get(result.check, result) if result.verdict is Verdict.ERROR else result for result in earlier.results
    ]
    return sum_up(earlier.task, results)


def _bounded(text: str) -> str:
    # Cut before it is stripped, so that a flood costs nothing; what is stripped leaves room for the rest.
    shown = strip_controls(text[: 4 * _LONGEST_SHOWN]).strip("\n")
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}…"
