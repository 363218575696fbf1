"""What grading says: a verdict for each check, and what a task is worth by them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from tempshell_cli.core.text import strip_controls

_LONGEST_SHOWN = 2048


class Verdict(StrEnum):
    """``error``: it could not be looked at. That is nobody's wrong answer, and counts neither way."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    ERROR = "error"


class Outcome(Struct, frozen=True):
    """What one look came to. The texts are bounded and stripped of controls; ``cause`` is why it is an error."""

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
    def error(cls, cause: str) -> Outcome:
        """Return the outcome of a look that could not be taken."""
        return cls(Verdict.ERROR, cause=_bounded(cause))


class CheckResult(Struct, frozen=True, kw_only=True):
    """How one check went. A gate has no points. ``message``: what a person reads first, "" on a pass."""

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

    ``total`` counts the points of the checks that could be looked at. ``share`` (0 to 1) is ``earned`` of
    ``total``, 0 where a gate is violated (``void``), None where nothing could be looked at.
    ``verdict``: fail if any check failed, else error if any could not be looked at, else pass.
    """

    task: str
    verdict: Verdict
    share: float | None
    earned: int
    total: int
    void: bool
    results: tuple[CheckResult, ...]


def sum_up(task: str, results: Sequence[CheckResult]) -> TaskResult:
    """Return the task's result from those of its checks."""
    verdicts = {result.verdict for result in results}
    void = any(result.gate and result.verdict is Verdict.FAIL for result in results)
    total = sum(result.points for result in results if result.verdict is not Verdict.ERROR)
    earned = 0 if void else sum(result.earned for result in results)
    return TaskResult(
        task=task,
        verdict=next((worst for worst in (Verdict.FAIL, Verdict.ERROR) if worst in verdicts), Verdict.PASS),
        share=0.0 if void else (earned / total if total else None),
        earned=earned,
        total=total,
        void=void,
        results=tuple(results),
    )


def _bounded(text: str) -> str:
    # Cut before it is stripped, so that a flood costs nothing; what is stripped leaves room for the rest.
    shown = strip_controls(text[: 4 * _LONGEST_SHOWN]).strip("\n")
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]}…"
