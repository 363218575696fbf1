"""What a proof expects of a task: that it is at its start, that a right answer passes, and that a wrong one is caught.

Each expectation is a function that raises ``Unmet``, with why, and what the grader and the setup raise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from tempshell_cli.packs.format.model import Mutant
from tempshell_cli.packs.format.pack import Task
from tempshell_cli.packs.grading.grader import Grader
from tempshell_cli.packs.grading.results import TaskResult, Verdict
from tempshell_cli.packs.grading.setup import apply_setup, how_it_ended, run_asset, run_solution

_STEP_SECONDS, _AGAIN = 120.0, 2.0  # for the solution of a step, then for its check, and between two checks


class Unmet(Exception):
    """The task is not as expected."""


def solution_of(task: Task) -> str:
    """Return the solution of a task that is being proven, which only one that has one is: see ``why_unprovable``."""
    assert task.head.solution is not None  # noqa: S101 - as said
    return task.head.solution


def expect_reset(task: Task, grader: Grader, look: Callable[[], None] | None = None) -> None:
    """Set the task up and see that it is at its start; then take a ``look`` at the sandbox."""
    apply_setup(task, grader)
    expect_start(task, grader)
    if look:
        look()


def expect_start(task: Task, grader: Grader) -> None:
    """See that before anything is done every scored check fails without an error, and every gate holds."""
    found, scored = _failing(grader.grade(task)), {check.id for check in task.head.checks if not check.gate}
    if free := scored - found:
        raise Unmet(f"{check_names(free)} passes before anything is done")
    if violated := found - scored:
        raise Unmet(f"the gate {check_names(violated)} is violated before anything is done")


def expect_right(task: Task, answer: str, grader: Grader) -> None:
    """Run a right answer: every check passes, and once more with the same result."""
    _answer(task, answer, grader)
    first, second = grader.grade(task), grader.grade(task)
    if failing := _failing(first):
        raise Unmet(f"{check_names(failing)} fails: {_reason(first, failing)}")
    if first != second:
        raise Unmet("graded twice, it gives two results")


def expect_caught(task: Task, mutant: Mutant, grader: Grader) -> None:
    """Run a wrong answer: just the checks fail that it is there for."""
    _answer(task, mutant.run, grader)
    result = grader.grade(task)
    expected, found = set(mutant.must_fail), _failing(result)
    if missed := expected - found:
        raise Unmet(f"{check_names(missed)} does not catch it")
    if more := found - expected:
        raise Unmet(f"{check_names(more)} fails, too: {_reason(result, more)}")


def expect_solved_late(task: Task, grader: Grader) -> None:
    """Set up the task once more, and run the solution: every check passes."""
    apply_setup(task, grader)
    _answer(task, solution_of(task), grader)
    expect_still_solved(task, grader)


def expect_still_solved(task: Task, grader: Grader) -> None:
    """See that every check passes, with nothing run before."""
    result = grader.grade(task)
    if failing := _failing(result):
        raise Unmet(f"{check_names(failing)} fails: {_reason(result, failing)}")


def expect_solved_step(task: Task, grader: Grader) -> None:
    """Run the solution of a step: the commands that its text shows, of which some may fail and others take effect late.

    What counts is that its check passes, within _STEP_SECONDS, as for a person who checks again.
    """
    done = run_solution(task, grader.shell, timeout=_STEP_SECONDS)
    if done.timed_out:
        raise Unmet(f"{solution_of(task)} {how_it_ended(done)}")
    until = grader.clock() + _STEP_SECONDS
    while failing := _failing(result := grader.grade(task)):
        if grader.clock() > until:
            raise Unmet(f"{check_names(failing)} fails: {_reason(result, failing)}; the solution {how_it_ended(done)}")
        grader.sleep(_AGAIN)


def check_names(ids: Collection[str]) -> str:
    """Return the ids of checks as a message lists them."""
    return ", ".join(f"`{one}`" for one in sorted(ids))


def _answer(task: Task, script: str, grader: Grader) -> None:
    done = run_asset(task, script, grader.shell)
    if done.timed_out or done.exit_code:
        raise Unmet(f"{script} {how_it_ended(done)}")


def _failing(result: TaskResult) -> set[str]:
    """Return the checks that fail; raises Unmet where one could not run."""
    for check in result.results:
        if check.verdict is Verdict.ERROR:
            raise Unmet(f"`{check.check}` could not run: {check.message}")
    return {check.check for check in result.results if check.verdict is Verdict.FAIL}


def _reason(result: TaskResult, ids: Collection[str]) -> str:
    """Return what the first of the checks has found."""
    first = next(check for check in result.results if check.check in ids)
    return f"expected {first.expected}, found {first.found}" if first.expected else first.message
