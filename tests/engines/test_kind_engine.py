"""Bad days of the engine that clusters are on. It is one of the tests' own: the usual one has others to serve."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tempshell_cli.backends.docker.engine import DockerEngine
from tempshell_cli.backends.docker.images import shipped_image
from tempshell_cli.backends.kind.terminal import ensure_terminal_image
from tests.support.clusters import BOOT, configure_for_kind, node_of
from tests.support.command_line import PROGRAM, Tempshell
from tests.support.engines import NODE_IMAGE
from tests.support.faults import shows, starting
from tests.support.private_engine import PrivateEngine, private_engine
from tests.support.user import User
from tests.support.waiting import eventually

pytestmark = pytest.mark.engine("kind")

PROVISION, LIMIT = 5, 8
RACERS, ROOM = 8, 2


@pytest.fixture(scope="module")
def engine() -> Iterator[PrivateEngine]:
    """An engine that has the images of a session."""
    if os.geteuid() != 0 or shutil.which("dockerd") is None:
        pytest.skip("an engine of one's own needs root and dockerd")
    # It could not build that itself: it has no network.
    terminal = ensure_terminal_image(DockerEngine(), NODE_IMAGE, lambda _: nullcontext())
    with private_engine() as made:
        made.take_from_here([NODE_IMAGE, terminal, shipped_image("tempshell/shell").reference])
        yield made


@pytest.fixture
def theirs(engine: PrivateEngine, tmp_path: Path, user: User) -> Iterator[Tempshell]:
    """The command line of somebody whose engine it is."""
    somebody = User(tmp_path / "theirs", user.owner, engine.host)
    configure_for_kind(somebody, limits={"per_engine": ROOM})
    yield Tempshell(somebody, tmp_path)
    Tempshell(somebody, tmp_path).any_code("stop", "--all")
    assert _parts(engine) == []


def _parts(engine: PrivateEngine) -> list[str]:
    networks = [name for name in engine.docker("network", "ls", "--format", "{{.Name}}").split() if "ckad" in name]
    return [*engine.docker("ps", "--all", "--quiet").split(), *networks, *engine.docker("volume", "ls", "-q").split()]


def test_of_eight_starts_at_once_as_many_succeed_as_there_is_room_for(engine: PrivateEngine, theirs: Tempshell) -> None:
    """One transaction decides: nobody is let in beyond the limit, and those refused leave nothing."""
    without_own_limit = {**theirs.user.environment, "TEMPSHELL_NO_LIMITS": "1"}
    argv = (*PROGRAM, "start", "--quiet", "--detach", "--backend", "kind")
    racers = [
        subprocess.Popen(argv, env=without_own_limit, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(RACERS)
    ]
    output = [racer.communicate(timeout=600) for racer in racers]
    codes = sorted(racer.returncode for racer in racers)
    assert codes == [0] * ROOM + [LIMIT] * (RACERS - ROOM), output
    ready = {out.strip() for out, _ in output if out}
    assert set(theirs("list", "--quiet").stdout.split()) == ready
    assert {name for name in engine.docker("ps", "--format", "{{.Names}}").split() if name.startswith("ckad")} == {
        node_of(session) for session in ready
    }
    theirs("stop", "--all")
    assert _parts(engine) == []


def test_a_network_that_cannot_be_made_is_reported_and_leaves_nothing(engine: PrivateEngine, theirs: Tempshell) -> None:
    taken = [engine.docker("network", "create", f"taken-{number}").strip() for number in range(4)]
    try:
        failed = theirs("start", "-b", "kind", code=PROVISION)
    finally:
        engine.docker("network", "rm", *taken)
    assert "address pool" in failed.stderr
    assert "docker network prune" in failed.stderr
    assert _parts(engine) == []


def test_a_disk_that_is_full_is_seen_before_anything_is_made(engine: PrivateEngine, theirs: Tempshell) -> None:
    with engine.full():
        failed = theirs("start", "-b", "kind", code=PROVISION)
    assert "a cluster needs 2g" in failed.stderr
    assert _parts(engine) == []


@pytest.mark.parametrize(
    "step",
    [
        "Preparing nodes",
        pytest.param("Starting control-plane", marks=pytest.mark.long),  # kubeadm gives up after a minute or more
    ],
)
def test_a_disk_that_fills_up_meanwhile_fails_the_start_and_leaves_nothing(
    engine: PrivateEngine, theirs: Tempshell, step: str
) -> None:
    with starting(theirs, "--backend", "kind") as start:
        start.has_come_to(shows(f"kind: {step}"), 2 * BOOT)
        with engine.full():
            assert start.ended(6 * BOOT) == PROVISION
    assert _parts(engine) == []


def test_a_cluster_that_a_restart_of_its_engine_has_stopped_is_started_again_when_it_is_used(
    engine: PrivateEngine, theirs: Tempshell
) -> None:
    """Its disks are there, and its clock has run on. A container beside it had its home in memory."""
    theirs.user.configure(sandbox={"node_image": NODE_IMAGE}, limits={"per_owner": 2})
    cluster = theirs.start("-b", "kind", "--name", "lab")
    container = theirs.start("-b", "docker", "--network", "none", "--name", "box")
    theirs("exec", "lab", "--", "kubectl", "create", "configmap", "work", "--from-literal=done=yes")
    deadline = theirs("status", "lab", "--json").json()["deadline"]
    engine.kill()
    engine.start()
    states = {one["id"]: one["state"] for one in theirs("list", "--json").json()}
    assert states == {cluster: "stopped", container: "lost"}
    theirs("reap")
    assert theirs("list", "--quiet").stdout.split() == [cluster]
    done = theirs("exec", "lab", "--", "kubectl", "get", "configmap", "work", "-o", "jsonpath={.data.done}")
    assert done.stdout == "yes"
    assert f"node {node_of(cluster)} has stopped" in done.stderr
    shown = theirs("status", "lab", "--json").json()
    assert (shown["state"], shown["deadline"]) == ("ready", deadline)
    timers = engine.docker("exec", node_of(cluster), "systemctl", "list-timers", "--all")
    assert "tempshell-deadline.timer" in timers
    assert theirs("stop", "lab", "--json").json()[0]["leftover"] == []


@pytest.mark.long  # two minutes; that a sweep removes what is over is tested on each engine
def test_one_that_is_past_its_deadline_after_the_restart_is_removed(engine: PrivateEngine, theirs: Tempshell) -> None:
    theirs.start("-b", "kind", "--name", "lab", "--ttl", f"{2 * BOOT}s")
    ends = theirs("status", "lab", "--json").json()["deadline"]
    engine.kill()
    eventually(lambda: datetime.now(UTC) > datetime.fromisoformat(ends), "the deadline has passed", 2 * BOOT)
    engine.start()
    assert theirs("list", "--quiet").stdout == ""
    assert _parts(engine) == []
    assert "expired" in theirs("exec", "lab", "--", "true", code=7).stderr
