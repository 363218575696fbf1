"""Bad days on the real engines: whatever ends a start, and whatever dies afterwards, nothing is left behind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tempshell_cli.backends.local.rundir import RunDir
from tests.packs.drafts import Draft
from tests.support.command_line import Tempshell
from tests.support.faults import (
    Proxy,
    Step,
    assert_nothing_is_left,
    assert_one_reap_clears,
    containers,
    has_container,
    has_first_process,
    has_labels,
    has_network,
    has_run_directory,
    has_running_container,
    has_supervisor,
    is_recorded,
    recorded,
    runs_setup,
    shows,
    starting,
)
from tests.support.leaks import docker_session, local_leftovers, processes_about
from tests.support.user import User
from tests.support.waiting import eventually

INTERRUPTED, TERMINATED = 130, 143
PROVISION = 5
SETTING_UP = "setting up one"
STEPS: Mapping[str, Mapping[str, Step]] = {
    "local": {
        "the intent is recorded": is_recorded,
        "the sandbox is announced": shows("starting the sandbox"),
        "the run directory is there": has_run_directory,
        "the labels are there": has_labels,
        "the supervisor holds its lock": has_supervisor,
        "the first process is known": has_first_process,
        "the setup script runs": runs_setup,
    },
    "docker": {
        "the intent is recorded": is_recorded,
        "the network is there": has_network,
        "the container is announced": shows("starting the container"),
        "the container is there": has_container,
        "the container runs": has_running_container,
        "the setup script runs": runs_setup,
    },
}
SIGNALS = {"interrupt": INTERRUPTED, "terminate": TERMINATED}
MOMENTS = [random.Random(seed).random() for seed in range(10)]  # noqa: S311 - parts of the time a start takes
SHORT_FORM = 3  # of them: each step has a test of its own
EACH_ENGINE = [pytest.param(name, marks=pytest.mark.engine(name)) for name in STEPS]
EACH_STEP = [
    pytest.param(engine, step, marks=pytest.mark.engine(engine), id=f"{engine}: {name}")
    for engine, steps in STEPS.items()
    for name, step in steps.items()
]
on_each_engine = pytest.mark.parametrize("engine", EACH_ENGINE)
at_each_step = pytest.mark.parametrize(("engine", "step"), EACH_STEP)


@pytest.fixture
def pack(tmp_path: Path) -> Draft:
    """A pack whose one task is set up by a script that does nothing, until a test writes another."""
    draft = Draft.made_in(tmp_path / "draft")
    draft.replace("tasks/one.md", "solution: solution.sh", "setup: {run: setup.sh}\nsolution: solution.sh")
    draft.write("setup.sh", "true\n")
    return draft


@pytest.fixture
def slow_pack(pack: Draft, user: User) -> Draft:
    """A pack that takes longer to set up than any test lasts."""
    pack.write("setup.sh", f"(exec -a {user.owner} sleep 300)\n")
    return pack


@pytest.fixture(scope="module")
def usual() -> dict[str, float]:
    """How many seconds a start takes on an engine, once one was seen."""
    return {}


@pytest.fixture
def proxy(user: User) -> Iterator[Proxy]:
    """A way to the Docker engine that a test can close."""
    scheme, _, path = (user.docker_host or "unix:///var/run/docker.sock").partition("://")
    if scheme != "unix":
        pytest.skip("the engine is reached by no unix socket")
    with tempfile.TemporaryDirectory() as directory:  # a short path: unix(7) allows 107 bytes
        made = Proxy(Path(directory, "engine.sock"), path)
        made.come_back()
        yield made
        made.go_away()


@at_each_step
def test_one_reap_clears_a_start_that_was_killed_at_a_step(
    tempshell: Tempshell, slow_pack: Draft, engine: str, step: Step
) -> None:
    with starting(tempshell, "--backend", engine, str(slow_pack.root)) as start:
        start.has_come_to(step)
        start.kill()
        assert_one_reap_clears(tempshell, docker=engine == "docker")


@on_each_engine
def test_one_reap_clears_a_start_that_was_killed_as_setting_up_began(
    tempshell: Tempshell, slow_pack: Draft, engine: str
) -> None:
    with starting(tempshell, "--backend", engine, str(slow_pack.root)) as start:
        start.has_come_to(shows(SETTING_UP))
        start.kill()
        assert_one_reap_clears(tempshell, docker=engine == "docker")


@on_each_engine
@pytest.mark.parametrize(
    "moment",
    [
        *MOMENTS[:SHORT_FORM],
        *(pytest.param(moment, marks=pytest.mark.long) for moment in MOMENTS[SHORT_FORM:]),
    ],
    ids=lambda moment: f"{moment:.0%}",
)
def test_one_reap_clears_a_start_that_was_killed_at_any_moment(
    tempshell: Tempshell, pack: Draft, usual: dict[str, float], engine: str, moment: float
) -> None:
    if engine not in usual:
        began = time.monotonic()
        tempshell("stop", tempshell.start("--backend", engine, str(pack.root)))
        usual[engine] = (time.monotonic() - began) * 0.8  # a stop is the smaller part
    with starting(tempshell, "--backend", engine, str(pack.root)) as start:
        if not start.has_ended_within(usual[engine] * moment):
            start.kill()
        assert_one_reap_clears(tempshell, docker=engine == "docker")


@at_each_step
@pytest.mark.parametrize("how", SIGNALS)
def test_a_start_that_is_interrupted_rolls_back_at_once(
    tempshell: Tempshell, slow_pack: Draft, engine: str, step: Step, how: str
) -> None:
    """By Ctrl-C, which reaches every process of the group, or by TERM, which reaches one."""
    with starting(tempshell, "--backend", engine, str(slow_pack.root)) as start:
        start.has_come_to(step)
        getattr(start, how)()
        assert start.ended() == SIGNALS[how], start.shown()
        assert_nothing_is_left(tempshell, docker=engine == "docker", after=f"{how}: {start.shown()}")


@pytest.mark.engine("docker")
def test_a_second_interrupt_does_not_cut_the_rollback_short(tempshell: Tempshell, slow_pack: Draft) -> None:
    with starting(tempshell, "--backend", "docker", str(slow_pack.root)) as start:
        start.has_come_to(runs_setup)
        start.interrupt()
        start.has_come_to(lambda one: f"failed: {SETTING_UP}" in one.shown() and has_network(one))
        start.interrupt()
        assert start.ended() == INTERRUPTED, start.shown()
        assert_nothing_is_left(tempshell, docker=True, after="two interrupts")


@pytest.mark.engine("docker")
def test_an_image_that_cannot_be_had_leaves_nothing(tempshell: Tempshell) -> None:
    failed = tempshell("start", "--backend", "docker", "--image", "localhost:1/missing:1", "--detach", code=PROVISION)
    assert "localhost:1/missing:1" in failed.stderr
    assert_nothing_is_left(tempshell, docker=True, after="a failed pull")


@pytest.mark.engine("local")
def test_a_bubblewrap_that_fails_is_quoted_and_leaves_nothing(tempshell: Tempshell, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "bwrap"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n# --disable-userns\necho bwrap: out of luck >&2\nexit 1\n")
    program.chmod(0o755)
    tmp_path.chmod(0o755)
    env = {"PATH": f"{program.parent}:{os.environ['PATH']}"}
    failed = tempshell("start", "--backend", "local", "--detach", code=PROVISION, env=env)
    assert "bwrap: out of luck" in failed.stderr
    assert_nothing_is_left(tempshell, docker=False, after="a failed bubblewrap")


@on_each_engine
def test_a_pack_that_cannot_be_set_up_leaves_nothing(tempshell: Tempshell, pack: Draft, engine: str) -> None:
    pack.write("setup.sh", "echo no luck >&2\nexit 1\n")
    failed = tempshell("start", "--backend", engine, "--detach", str(pack.root), code=PROVISION)
    assert "no luck" in failed.stderr
    assert_nothing_is_left(tempshell, docker=engine == "docker", after="a failed setup")


@on_each_engine
def test_a_failed_start_can_be_kept_for_a_look(tempshell: Tempshell, pack: Draft, engine: str) -> None:
    pack.write("setup.sh", "touch evidence\nexit 1\n")
    tempshell("start", "--backend", engine, "--detach", "--keep-on-failure", str(pack.root), code=PROVISION)
    tempshell("reap")
    (kept,) = tempshell("list", "--json").json()
    assert kept["state"] == "kept"
    assert tempshell("exec", kept["id"], "--", "ls").stdout == "evidence\n"
    tempshell("stop", kept["id"])
    assert_nothing_is_left(tempshell, docker=engine == "docker", after="stop")


@pytest.mark.engine("docker")
@pytest.mark.parametrize("step", list(STEPS["docker"].values())[1:], ids=list(STEPS["docker"])[1:])
def test_an_engine_that_goes_away_during_start_is_reported_and_cleared_when_it_is_back(
    tempshell: Tempshell, slow_pack: Draft, proxy: Proxy, step: Step
) -> None:
    there = {"DOCKER_HOST": proxy.url}
    with starting(tempshell, "--backend", "docker", str(slow_pack.root), env=there) as start:
        start.has_come_to(step)
        proxy.go_away()
        assert start.ended() in {4, 9}, start.shown()
        assert "does not answer" in start.shown()
    (kept,) = recorded(tempshell.user)
    assert kept.state == "creating"
    output = tempshell("reap", env=there)
    assert "its sessions stay on record" in output.stderr
    assert recorded(tempshell.user) == [kept]
    proxy.come_back()
    assert_one_reap_clears(tempshell, docker=True)


@pytest.mark.engine("local")
def test_the_deadline_ends_a_local_sandbox_whose_client_was_killed(tempshell: Tempshell) -> None:
    with tempshell.on_terminal("start", "--plain", "--backend", "local", "--ttl", "5s") as client:
        client.expect_exact("$ ")
        client.kill(signal.SIGKILL)
        assert local_leftovers(tempshell.user)
        eventually(lambda: not local_leftovers(tempshell.user), "the sandbox ends and tidies up by itself")
    assert tempshell("list", "--quiet").stdout == ""


@pytest.mark.engine("docker")
def test_the_deadline_ends_a_container_whose_client_was_killed(tempshell: Tempshell) -> None:
    """Its network, which has no deadline of its own, goes with the next command."""
    with tempshell.on_terminal("start", "--plain", "--backend", "docker", "--ttl", "10s") as client:
        client.expect_exact("$ ")
        client.kill(signal.SIGKILL)
        assert containers(tempshell.user)
        eventually(lambda: not containers(tempshell.user), "the container ends by itself")
    assert tempshell("list", "--quiet").stdout == ""
    assert_nothing_is_left(tempshell, docker=True, after="list")


@pytest.mark.engine("local")
@pytest.mark.parametrize("command", ["list", "reap"])
def test_a_sandbox_dies_with_its_supervisor_and_is_swept(tempshell: Tempshell, command: str) -> None:
    session = tempshell.start("--backend", "local")
    mark = f"96{uuid.uuid4().int % 10**8}"
    tempshell("exec", session, "--", "sh", "-c", f"sleep {mark} >/dev/null 2>&1 &")
    assert processes_about(mark)
    os.kill(RunDir(str(tempshell.user.paths.state / "local" / session)).holder(), signal.SIGKILL)
    eventually(lambda: not processes_about(mark), "what ran inside is gone")
    tempshell(command)
    if command == "list":
        assert [one["state"] for one in tempshell("list", "--json").json()] == ["lost"]
        tempshell("reap")
    assert_nothing_is_left(tempshell, docker=False, after=command)
    assert "reaped" in tempshell("log", session).stdout
    (listed,) = tempshell("list", "--all", "--json").json()
    assert listed["state"] == "ended"


@pytest.mark.engine("docker")
def test_reap_and_the_next_start_clear_what_a_lost_container_has_left(tempshell: Tempshell) -> None:
    for clear in (("reap",), ("start", "--detach", "--backend", "docker")):
        lost = tempshell.start("--backend", "docker")
        subprocess.run(("docker", "rm", "--force", f"tempshell-{lost}"), check=True, capture_output=True)
        assert tempshell("list", "--quiet").stdout.split() == [lost]
        assert docker_session(lost)
        tempshell(*clear)
        assert docker_session(lost) == []
        assert "died" in tempshell("log", lost).stdout


@pytest.mark.engine("docker")
def test_a_killed_client_loses_nothing_of_the_screen(tempshell: Tempshell) -> None:
    session = tempshell.start("--backend", "docker")
    with tempshell.on_terminal("attach", "--plain", session) as client:
        client.expect_exact("$ ")
        client.sendline("echo screen-$((40 + 2))")
        client.expect_exact("screen-42")
        client.kill(signal.SIGKILL)
        client.wait()
    with tempshell.on_terminal("attach", "--plain", session) as client:
        client.expect_exact("screen-42")


@pytest.mark.engine("docker")
def test_two_people_on_one_session_see_each_other_type(tempshell: Tempshell) -> None:
    session = tempshell.start("--backend", "docker")
    with (
        tempshell.on_terminal("attach", "--plain", session) as one,
        tempshell.on_terminal("attach", "--plain", session) as other,
    ):
        one.expect_exact("$ ")
        other.expect_exact("$ ")
        for typist, reader, sum_ in ((one, other, 42), (other, one, 43)):
            typist.sendline(f"echo seen-$(({sum_ - 1} + 1))")
            reader.expect_exact(f"seen-{sum_}")
