"""The shipped pack is proven on every engine it names: its tasks can be solved, and none can be had for free."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from _pytest.mark import ParameterSet

from tempshell_cli.packs.authoring.prove import State, other_order, prove_task, prove_together
from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.format.pack import Task
from tempshell_cli.packs.library.find import find_pack

from .conftest import DOCKER, LOCAL
from .drafts import with_one_mutant

ON_EACH_ENGINE = pytest.mark.parametrize(
    "new_sandbox",
    [LOCAL, DOCKER, pytest.param("kubernetes", marks=[pytest.mark.engine("kubernetes"), pytest.mark.long])],
    indirect=True,
)

TASKS = find_pack("linux-basics").tasks
EACH_TASK = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.id)


IN_A_POD = "stop-the-runaway"  # of the short run: in a pod the grader sees no process of the learner's


def _proofs() -> Iterator[ParameterSet]:
    """Yield each task with one wrong answer, elsewhere than here a few of them, and for the long run with all."""
    for number, task in enumerate(TASKS):
        short = {"local": True, "docker": number % 5 == 0, "kubernetes": task.id == IN_A_POD}
        for engine, is_short in short.items():
            marks = [pytest.mark.engine(engine)]
            if is_short:
                yield pytest.param(with_one_mutant(task), engine, marks=marks, id=f"{task.id}-{engine}")
            yield pytest.param(task, engine, marks=[*marks, pytest.mark.long], id=f"{task.id}-{engine}-whole")


@pytest.mark.parametrize(("task", "new_sandbox"), [*_proofs()], indirect=["new_sandbox"])
def test_a_task_is_proven(task: Task, sandbox_shell: SandboxShell) -> None:
    """Nothing is free, every right answer passes, a wrong one is caught, and a setup starts it from the beginning."""
    proof = prove_task(task, sandbox_shell)
    assert (proof.state, proof.why) == (State.PROVEN, "")


@ON_EACH_ENGINE
def test_no_task_depends_on_another(sandbox_shell: SandboxShell) -> None:
    """All tasks set up in one sandbox, then solved one by one, in an order that is not the pack's."""
    steps = prove_together(other_order(TASKS, seed=1), sandbox_shell)
    assert [step.problem for step in steps.values()] == [""] * len(TASKS)


@EACH_TASK
def test_every_task_teaches_in_two_steps_and_has_right_and_wrong_answers(task: Task) -> None:
    assert len(task.head.hints) == 2
    assert len(task.head.alternatives) >= 2
    assert len(task.head.mutants) >= 3
    assert task.head.docs
