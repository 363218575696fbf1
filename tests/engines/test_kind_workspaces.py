"""The workspaces of kind's terminals, which are those of the Docker engine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta

import pytest

from tempshell_cli.backends.base import SandboxRequest, Template, UsesPorts, Workspace
from tempshell_cli.backends.docker.backend import DockerBackend
from tempshell_cli.backends.kind.backend import KindBackend
from tempshell_cli.core.errors import LimitReached
from tempshell_cli.core.paths import Paths
from tests.support.clusters import configure_for_kind
from tests.support.command_line import Tempshell
from tests.support.engines import BUSYBOX, NODE_IMAGE
from tests.support.leaks import leftovers
from tests.support.ports import free_port

pytestmark = pytest.mark.engine("kind")

NAME = f"lab-{os.getpid()}"


@pytest.fixture(autouse=True)
def _clusters(tempshell: Tempshell) -> Iterator[None]:
    configure_for_kind(tempshell.user, limits={"per_owner": 5, "starts_per_hour": 50})
    yield
    tempshell.any_code("stop", "--all")
    tempshell.any_code("workspace", "rm", "--yes", NAME, "-b", "docker")


def test_a_terminal_has_the_files_of_a_container_and_the_other_way_round(tempshell: Tempshell) -> None:
    on_docker = ("-q", "-b", "docker", "--workspace", NAME)
    own = "mkdir .kube && echo mine >.kube/config && echo kept >file && chmod 600 file"
    tempshell("run", *on_docker, "--", "sh", "-c", own)
    session = tempshell.start("-b", "kind", "--name", "lab", "--workspace", NAME)
    inside = ("exec", "lab", "--", "sh", "-c")
    assert tempshell(*inside, "cat file && stat -c %a:%U . file").stdout == "kept\n700:learner\n600:learner\n"
    assert tempshell(*inside, "kubectl get nodes -o name && cat .kube/config.~1~").stdout.endswith("plane\nmine\n")
    tempshell(*inside, "echo more >more")
    assert tempshell("status", "lab", "--json").json()["workspace"] == NAME
    for backend in ("docker", "kind"):
        (listed,) = tempshell("workspace", "ls", "-b", backend, "--json").json()
        assert (listed["name"], listed["backend"], listed["session"]) == (NAME, "docker", session)
    assert "in use by session lab" in tempshell("start", *on_docker[1:], code=8).stderr
    assert "in use by session lab" in tempshell("start", "-b", "kind", "--workspace", NAME, code=8).stderr
    _a_terminal_that_is_made_again_has_it(tempshell, session)
    assert f"  kept: workspace {NAME}\n" in tempshell("stop", "lab").stdout
    (kept,) = leftovers(tempshell.user, docker=True)
    assert kept.startswith("volume tempshell-workspace-")
    assert tempshell("run", *on_docker, "--", "cat", "file", "more").stdout == "kept\nmore\n"
    exported = tempshell("workspace", "export", NAME, str(tempshell.directory / "lab.tar"), "-b", "kind")
    assert "kind:" not in exported.stderr  # it takes no cluster
    assert f"removed {NAME} on docker" in tempshell("workspace", "rm", "--yes", NAME, "-b", "kind").stdout


def _a_terminal_that_is_made_again_has_it(tempshell: Tempshell, session: str) -> None:
    subprocess.run(("docker", "rm", "--force", f"term-ckad-{session}"), check=True, capture_output=True)
    (lost,) = tempshell("list", "--json").json()
    assert "its home" not in str(lost)
    assert tempshell("exec", "lab", "--", "cat", "file", "more").stdout == "kept\nmore\n"
    assert tempshell("workspace", "ls", "-b", "kind", "--json").json()[0]["session"] == session


def test_a_workspace_that_was_taken_while_the_cluster_was_made_is_refused_then(tempshell: Tempshell) -> None:
    """And nothing is left of the cluster, or changed for the one that has it."""
    paths = Paths(state=tempshell.directory / "state", config=tempshell.directory / "config")
    backend, other = KindBackend(paths=paths), DockerBackend()
    assert isinstance(backend, UsesPorts)
    workspace = Workspace(NAME, 10 * 1024**3)
    asked = SandboxRequest(
        "0badcaf1",
        tempshell.user.owner,
        datetime.now(UTC) + timedelta(hours=1),
        Template(NODE_IMAGE, workspace=workspace),
        ports={kind: free_port() for kind in backend.port_kinds},
    )
    first = asked._replace(session="0badcaf0", template=Template(BUSYBOX, workspace=workspace), name="first")

    def report(step: str) -> AbstractContextManager[None]:
        if step == "starting the terminal":
            other.provision(first, lambda _: nullcontext())
        return nullcontext()

    try:
        with pytest.raises(LimitReached, match="in use by session first"):
            backend.provision(asked, report)
    finally:
        assert not backend.destroy(asked.half_made("kind")).leftover
        assert len(other.destroy(first.half_made("docker")).removed) == 2
    assert backend.find(tempshell.user.owner) == []
