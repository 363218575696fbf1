"""The pack for a pod that may edit its own namespace: proven on a cluster, by the pod's own kubectl."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from _pytest.mark import ParameterSet

from tempshell_cli.backends.base import Access
from tempshell_cli.packs.authoring.prove import State, other_order, prove_task, prove_together
from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.format.pack import Task
from tempshell_cli.packs.library.find import find_pack

from .conftest import sandbox_of
from .drafts import with_one_mutant

PACK = find_pack("kubernetes-basics")
EACH_TASK = pytest.mark.parametrize("task", PACK.tasks, ids=lambda task: task.id)
SHORT = {"sort-by-label"}  # the others wait for pods


@pytest.fixture
def pod() -> Iterator[SandboxShell]:
    with sandbox_of("kubernetes", Access.EDIT, minutes=30) as shell:
        yield shell


def _proofs() -> Iterator[ParameterSet]:
    for task in PACK.tasks:
        if task.id in SHORT:
            yield pytest.param(with_one_mutant(task), id=task.id)
        yield pytest.param(task, id=f"{task.id}-whole", marks=pytest.mark.long)


@pytest.mark.engine("kubernetes")
@pytest.mark.parametrize("task", [*_proofs()])
def test_a_task_is_proven(task: Task, pod: SandboxShell) -> None:
    """Nothing is free, every right answer passes, every wrong one is caught, and setting up starts it anew."""
    proof = prove_task(task, pod)
    assert (proof.state, proof.why) == (State.PROVEN, "")


@pytest.mark.long
@pytest.mark.engine("kubernetes")
def test_the_tasks_hold_together(pod: SandboxShell) -> None:
    """The quota has room for the pods of all of them, and none disturbs another."""
    steps = prove_together(other_order(PACK.tasks, seed=1), pod)
    assert {task: step.problem for task, step in steps.items() if step.problem} == {}


@EACH_TASK
def test_every_task_teaches_in_two_steps_and_has_right_and_wrong_answers(task: Task) -> None:
    assert len(task.head.hints) == 2
    assert len(task.head.alternatives) >= 2
    assert len(task.head.mutants) >= 3
    assert all(address.startswith("https://kubernetes.io/") for address in task.head.docs)


@EACH_TASK
def test_a_task_stays_in_the_namespace_of_the_session(task: Task) -> None:
    """It names none: whichever kubectl looks, the session's own is meant."""
    assert not task.head.namespaces
    assert all("/" not in ref.partition("/")[2] for check in task.head.checks for ref in _refs(check))


def _refs(check: Any) -> list[str]:  # noqa: ANN401 - a check of any kind
    return [kind.object_ref for kind in check.kind.parts() if kind.object_ref]
