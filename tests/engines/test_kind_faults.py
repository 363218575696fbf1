"""Bad days of a cluster: whatever stops its start, and whatever dies afterwards, one ``reap`` leaves nothing."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from tempshell_cli.backends.kind.backend import KindBackend
from tests.packs.drafts import Draft
from tests.support.clusters import BOOT, configure_for_kind, node_of
from tests.support.command_line import Tempshell
from tests.support.engines import BUSYBOX
from tests.support.faults import (
    Step,
    assert_nothing_is_left,
    assert_one_reap_clears,
    has_network,
    has_node,
    has_volume,
    is_recorded,
    runs_setup,
    shows,
    starting,
)
from tests.support.user import User
from tests.support.waiting import eventually

pytestmark = pytest.mark.engine("kind")

INTERRUPTED, PROVISION = 130, 5
STEPS: Mapping[str, Step] = {
    "the intent is recorded": is_recorded,
    "the record is on the engine": has_volume,
    "the network is there": has_network,
    "kind makes the node": shows("kind: Preparing nodes"),
    "the node is there": has_node,
    "the cluster boots": shows("kind: Starting control-plane"),
    "the terminal is about to start": shows("starting the terminal"),
    "the setup script runs": runs_setup,
}
# Each of them makes a cluster, or half of one.
SHORT = {"the record is on the engine", "the cluster boots", "the setup script runs"}
at_each_step = pytest.mark.parametrize(
    "step",
    [pytest.param(step, marks=[] if name in SHORT else [pytest.mark.long], id=name) for name, step in STEPS.items()],
)


@pytest.fixture(autouse=True)
def _clusters(tempshell: Tempshell) -> None:
    configure_for_kind(tempshell.user)


@pytest.fixture
def slow_pack(tmp_path: Path, user: User) -> Draft:
    """A pack for clusters that takes longer to set up than any test lasts."""
    draft = Draft.made_in(tmp_path / "draft")
    draft.replace("tasks/one.md", "solution: solution.sh", "setup: {run: setup.sh}\nsolution: solution.sh")
    draft.write("setup.sh", f"(exec -a {user.owner} sleep 300)\n")
    return draft


@at_each_step
def test_one_reap_clears_a_start_that_was_killed_at_a_step(tempshell: Tempshell, slow_pack: Draft, step: Step) -> None:
    with starting(tempshell, "--backend", "kind", str(slow_pack.root)) as start:
        start.has_come_to(step, 2 * BOOT)
        start.kill()
        assert_one_reap_clears(tempshell, docker=True)


@pytest.mark.parametrize("name", [pytest.param("kind makes the node", marks=pytest.mark.long), "the cluster boots"])
def test_a_start_that_is_interrupted_rolls_back(tempshell: Tempshell, slow_pack: Draft, name: str) -> None:
    with starting(tempshell, "--backend", "kind", str(slow_pack.root)) as start:
        start.has_come_to(STEPS[name], 2 * BOOT)
        start.interrupt()
        assert start.ended(BOOT) == INTERRUPTED
        assert_nothing_is_left(tempshell, docker=True, after="Ctrl-C")


def test_an_image_that_is_no_node_fails_in_kinds_words_and_leaves_nothing(tempshell: Tempshell) -> None:
    failed = tempshell("start", "-b", "kind", "--image", BUSYBOX, code=PROVISION)
    assert "ERROR: failed to create cluster" in failed.stderr
    assert "failed: kind: Preparing nodes" in failed.stderr
    assert "goroutine" not in failed.stderr
    assert_nothing_is_left(tempshell, docker=True, after="a bad image")


def test_an_image_that_cannot_be_had_leaves_nothing(tempshell: Tempshell) -> None:
    failed = tempshell("start", "-b", "kind", "--image", "localhost:1/nowhere:1", code=PROVISION)
    assert "localhost:1/nowhere:1" in failed.stderr
    assert_nothing_is_left(tempshell, docker=True, after="a missing image")


def test_a_configuration_that_kind_refuses_leaves_nothing(tempshell: Tempshell) -> None:
    wrong = tempshell.directory / "kind.yaml"
    wrong.write_text("featureGatez: {}\n")
    failed = tempshell("start", "-b", "kind", "--kind-config", str(wrong), code=PROVISION)
    assert "featureGatez" in failed.stderr
    assert_nothing_is_left(tempshell, docker=True, after="a bad configuration")


def test_an_image_to_load_that_is_missing_is_reported_before_anything_is_made(tempshell: Tempshell) -> None:
    failed = tempshell("start", "-b", "kind", "--load", "no/such:image", code=PROVISION)
    assert "cannot load no/such:image into the cluster: the engine has no such image" in failed.stderr
    assert "docker pull no/such:image" in failed.stderr
    assert "Preparing nodes" not in failed.stderr
    assert_nothing_is_left(tempshell, docker=True, after="a missing image to load")


def test_a_session_survives_its_api_server(tempshell: Tempshell) -> None:
    """The shell stays, kubectl says what is wrong, and when the API server is back all goes on."""
    session = tempshell.start("-b", "kind")
    manifest = "/etc/kubernetes/manifests/kube-apiserver.yaml"
    _docker("exec", node_of(session), "mv", manifest, "/root/")

    def answers() -> bool:
        return tempshell.any_code("exec", session, "--", "kubectl", "get", "--raw", "/readyz").code == 0

    eventually(lambda: not answers(), "the API server is gone", BOOT)
    assert tempshell("exec", session, "--", "echo", "still here").stdout == "still here\n"
    assert tempshell("list", "--quiet").stdout.split() == [session]
    _docker("exec", node_of(session), "mv", "/root/kube-apiserver.yaml", manifest)
    eventually(answers, "the API server is back", 2 * BOOT)
    assert tempshell("stop", "--json").json()[0]["leftover"] == []


def test_a_node_that_has_lost_everything_that_told_whose_it_is_goes_once_it_has_ended(tempshell: Tempshell) -> None:
    session = tempshell.start("-b", "kind")
    node = node_of(session)
    _docker("rm", "--force", f"term-ckad-{session}")
    for file in tempshell.user.paths.state.glob("tempshell.db*"):
        file.unlink()
    volumes = _docker("volume", "ls", "--quiet", "--filter", f"label=io.tempshell/session={session}").split()
    _docker("volume", "rm", *volumes)
    _docker("network", "disconnect", "--force", f"ckad-{session}", node)
    _docker("network", "rm", f"ckad-{session}")
    tempshell("reap")
    backend = KindBackend(paths=tempshell.user.paths)
    assert [one for one in backend.expired(timedelta()) if node in one.what] == []
    _docker("kill", node)
    tempshell("reap")
    (over,) = [one for one in backend.expired(timedelta()) if node in one.what]
    assert list(backend.remove_expired(over).removed) == [f"container {node}"]
    assert node not in _docker("ps", "--all", "--format", "{{.Names}}")
    (tempshell.user.paths.state / "kubeconfig" / session).unlink()  # which the store has lost, too


def _docker(*argv: str) -> str:
    return subprocess.run(("docker", *argv), capture_output=True, text=True, check=True).stdout
