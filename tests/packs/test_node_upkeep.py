"""The pack on clusters with workers: proven on one, which takes as many nodes as the pack asks for."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest

from tempshell_cli.backends.base import Cluster, SandboxRequest, Template
from tempshell_cli.backends.exec import SandboxExec
from tempshell_cli.backends.kind.backend import KindBackend
from tempshell_cli.core.paths import Paths
from tempshell_cli.packs.authoring.prove import State, prove_task
from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.format.pack import Task
from tempshell_cli.packs.grading.setup import draw_task
from tempshell_cli.packs.library.find import find_pack
from tests.support import engines
from tests.support.ports import free_port

PACK = find_pack("node-upkeep")
EACH_TASK = pytest.mark.parametrize("task", PACK.tasks, ids=lambda task: task.id)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxShell]:
    user = tmp_path_factory.mktemp("user")
    backend = KindBackend(paths=Paths(user / "state", user / "config"))
    request = SandboxRequest(
        session=uuid.uuid4().hex[:8],
        owner="packs-test",
        deadline=datetime.now(UTC) + timedelta(minutes=40),
        template=Template(
            image=engines.NODE_IMAGE, cluster=Cluster(nodes=PACK.nodes, shipped=PACK.head.sandbox.images)
        ),
        ports={kind: free_port() for kind in KindBackend.port_kinds},
    )
    try:
        yield SandboxExec(backend, backend.provision(request, lambda _: nullcontext()))
    finally:
        backend.destroy(request.half_made(backend.name))


@pytest.mark.long
@pytest.mark.engine("kind")
@EACH_TASK
def test_a_task_is_proven(task: Task, cluster: SandboxShell) -> None:
    drawn, _ = draw_task(task, "1", cluster)
    proof = prove_task(drawn, cluster)
    assert (proof.state, proof.why) == (State.PROVEN, "")
    assert not proof.unseen


def test_its_clusters_have_two_workers_to_move_pods_between() -> None:
    assert PACK.nodes == 3


@EACH_TASK
def test_every_task_teaches_in_two_steps_and_has_right_and_wrong_answers(task: Task) -> None:
    assert len(task.head.hints) == 2
    assert len(task.head.alternatives) >= 2
    assert len(task.head.mutants) >= 3
    assert all(address.startswith("https://kubernetes.io/") for address in task.head.docs)
    assert all(f"`{name}`" in task.prompt for name in task.head.namespaces)
