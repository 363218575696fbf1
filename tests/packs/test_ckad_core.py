"""The shipped CKAD pack is proven on a kind cluster: its tasks can be solved, and none can be had for free."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from tempshell_cli.backends.base import Cluster, SandboxRequest, Template
from tempshell_cli.backends.exec import SandboxExec
from tempshell_cli.backends.kind.backend import KindBackend
from tempshell_cli.core.paths import Paths
from tempshell_cli.packs.find import find_pack
from tempshell_cli.packs.load import Task
from tempshell_cli.packs.prove import State, TaskProof, prove_task
from tempshell_cli.packs.shell import SandboxShell
from tests.support import engines
from tests.support.ports import free_port

PACK = find_pack("ckad-core")
EACH_TASK = pytest.mark.parametrize("task", PACK.tasks, ids=lambda task: task.id)
AT_ONCE = 4  # each task has a namespace of its own, and what it does is mostly to wait


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxShell]:
    """One cluster for all tasks: the setup of each puts it back to its start."""
    user = tmp_path_factory.mktemp("user")
    backend = KindBackend(paths=Paths(user / "state", user / "config"))
    request = SandboxRequest(
        session=uuid.uuid4().hex[:8],
        owner="packs-test",
        deadline=datetime.now(UTC) + timedelta(minutes=30),
        template=Template(image=engines.NODE_IMAGE, cluster=Cluster(shipped=PACK.head.sandbox.images)),
        ports={kind: free_port() for kind in KindBackend.port_kinds},
    )
    try:
        yield SandboxExec(backend, backend.provision(request, lambda _: nullcontext()))
    finally:
        backend.destroy(request.session)


@pytest.fixture(scope="module")
def proofs(shell: SandboxShell) -> dict[str, TaskProof]:
    """What is proven of each task, several proven at a time."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return {proof.task: proof for proof in pool.map(partial(prove_task, shell=shell), PACK.tasks)}


@pytest.mark.engine("kind")
@EACH_TASK
def test_a_task_is_proven(task: Task, proofs: dict[str, TaskProof], shell: SandboxShell) -> None:
    """Nothing is free, every right answer passes, every wrong one is caught, and setting up starts it anew."""
    proof = proofs.pop(task.id, None) or prove_task(task, shell)  # a test that is run again proves again
    assert (proof.state, proof.why) == (State.PROVEN, "")


@EACH_TASK
def test_every_task_teaches_in_two_steps(task: Task) -> None:
    assert len(task.head.hints) == 2
    assert task.head.mutants
    assert task.head.docs
    assert {address.split("/")[2] for address in task.head.docs} == {"kubernetes.io"}


@EACH_TASK
def test_every_task_says_where_to_work(task: Task) -> None:
    assert all(f"`{name}`" in task.prompt for name in task.head.namespaces)


def test_each_task_has_a_namespace_of_its_own() -> None:
    """They are proven side by side, and a learner's other tasks stay as they are when one is started again."""
    used = Counter(name for task in PACK.tasks for name in task.head.namespaces)
    assert len(used) == len(PACK.tasks)
    assert set(used.values()) == {1}


def test_the_domains_have_their_shares_of_the_curriculum() -> None:
    """The percentages of the CKAD curriculum: https://github.com/cncf/curriculum."""
    assert PACK.head.domains == {"build": 20, "deploy": 20, "observe": 15, "config": 25, "net": 20}
