"""The shipped exercise for CI is proven on every engine it names: nobody is graded by a pack that is wrong itself."""

from __future__ import annotations

import pytest

from tempshell_cli.packs.authoring.prove import State, prove_task
from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.format.pack import Task
from tempshell_cli.packs.library.find import find_pack

from .conftest import DOCKER, LOCAL

EACH_TASK = pytest.mark.parametrize("task", find_pack("ci-sandbox").tasks, ids=lambda task: task.id)


@pytest.mark.parametrize("new_sandbox", [LOCAL, DOCKER], indirect=True)
@EACH_TASK
def test_a_task_is_proven(task: Task, sandbox_shell: SandboxShell) -> None:
    """Nothing is free, every right answer passes, every wrong one is caught, and setting up starts it anew."""
    proof = prove_task(task, sandbox_shell)
    assert (proof.state, proof.why, proof.unseen) == (State.PROVEN, "", ())


@EACH_TASK
def test_every_task_teaches_in_two_steps_and_has_right_and_wrong_answers(task: Task) -> None:
    assert len(task.head.hints) == 2
    assert len(task.head.alternatives) >= 2
    assert len(task.head.mutants) >= 3
    assert task.head.docs
