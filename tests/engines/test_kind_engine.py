"""Bad days of the engine that clusters are on. It is one of the tests' own: the usual one has others to serve."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.clusters import BOOT, configure_for_kind, node_of
from tests.support.command_line import PROGRAM, Tempshell
from tests.support.engines import NODE_IMAGE
from tests.support.faults import shows, starting
from tests.support.private_engine import PrivateEngine, private_engine
from tests.support.user import User

pytestmark = pytest.mark.engine("kind")

PROVISION, LIMIT = 5, 8
RACERS, ROOM = 12, 3


@pytest.fixture(scope="module")
def engine() -> Iterator[PrivateEngine]:
    """An engine that has the images of a session."""
    if os.geteuid() != 0 or shutil.which("dockerd") is None:
        pytest.skip("an engine of one's own needs root and dockerd")
    with private_engine() as made:
        tags = subprocess.run(
            ("docker", "images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", "reference=tempshell/*"),
            capture_output=True, text=True, check=True,
        ).stdout.split()  # fmt: skip
        made.take_from_here([NODE_IMAGE, *tags])
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


def test_of_twelve_starts_at_once_as_many_succeed_as_there_is_room_for(
    engine: PrivateEngine, theirs: Tempshell
) -> None:
    """One transaction decides: nobody is let in beyond the limit, and those refused leave nothing."""
    without_own_limit = {**theirs.user.environment, "TEMPSHELL_NO_LIMITS": "1"}
    argv = (*PROGRAM, "start", "--quiet", "--detach", "--backend", "kind")
    racers = [
        subprocess.Popen(argv, env=without_own_limit, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(RACERS)
    ]
    told = [racer.communicate(timeout=600) for racer in racers]
    codes = sorted(racer.returncode for racer in racers)
    assert codes == [0] * ROOM + [LIMIT] * (RACERS - ROOM), told
    ready = {out.strip() for out, _ in told if out}
    assert set(theirs("list", "--quiet").stdout.split()) == ready
    assert {name for name in engine.docker("ps", "--format", "{{.Names}}").split() if name.startswith("ckad")} == {
        node_of(session) for session in ready
    }
    theirs("stop", "--all")
    assert _parts(engine) == []


def test_a_network_that_cannot_be_made_is_told_and_leaves_nothing(engine: PrivateEngine, theirs: Tempshell) -> None:
    taken = [engine.docker("network", "create", f"taken-{number}").strip() for number in range(4)]
    failed = theirs("start", "-b", "kind", code=PROVISION)
    assert "could not find an available" in failed.stderr
    assert _parts(engine) == []
    engine.docker("network", "rm", *taken)


def test_a_disk_that_is_full_is_seen_before_anything_is_made(engine: PrivateEngine, theirs: Tempshell) -> None:
    filling = engine.fill()
    try:
        failed = theirs("start", "-b", "kind", code=PROVISION)
    finally:
        filling.unlink()
    assert "a cluster needs 2g" in failed.stderr
    assert _parts(engine) == []


def test_a_disk_that_fills_up_meanwhile_fails_the_start_and_leaves_nothing(
    engine: PrivateEngine, theirs: Tempshell
) -> None:
    with starting(theirs, "--backend", "kind") as start:
        start.has_come_to(shows("kind: Starting control-plane"), 2 * BOOT)
        filling = engine.fill()
        try:
            assert start.ended(6 * BOOT) == PROVISION
        finally:
            filling.unlink()
    assert _parts(engine) == []


def test_one_reap_clears_what_a_restarted_engine_has_killed(engine: PrivateEngine, theirs: Tempshell) -> None:
    session = theirs.start("-b", "kind", "--name", "lab")
    engine.stop()
    engine.start()
    assert theirs("reap").code == 0
    assert _parts(engine) == []
    assert "lab died" in theirs("exec", session, "--", "true", code=3).stderr
