"""Sessions whose engine, sandbox, record or time is gone: reported in plain words, and nothing is lost or left."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tempshell_cli.core.errors import ExitCode
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.store import open_store
from tests.support.command_line import Tempshell
from tests.support.engines import NOWHERE
from tests.support.leaks import local_leftovers
from tests.support.waiting import eventually

LOCAL_AND_DOCKER = [pytest.param(name, marks=pytest.mark.engine(name)) for name in ("local", "docker")]


# The record


def test_completion_leaves_a_corrupt_store_for_a_command_that_can_say_so(tempshell: Tempshell) -> None:
    tempshell("list")
    tempshell.user.paths.store.write_bytes(b"no database" * 1000)
    asked = {"_TEMPSHELL_COMPLETE": "complete_bash", "COMP_WORDS": "tempshell stop ", "COMP_CWORD": "2"}
    assert tempshell(env=asked).stderr == ""
    assert "damaged" in tempshell("list").stderr


@pytest.mark.engine("local")
def test_a_store_damaged_in_its_middle_is_reported_or_repaired_and_loses_no_sandbox(tempshell: Tempshell) -> None:
    session = tempshell.start("--name", "lab")
    store = tempshell.user.paths.store
    with open_store(tempshell.user.paths):
        pass  # the last to close writes the journal back
    with store.open("r+b") as file:
        for page in range(1, store.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(os.urandom(4096))
    output = tempshell.any_code("list", "--json")
    if output.code:
        assert (output.code, str(store) in output.stderr) == (ExitCode.USAGE, True), output
        store.unlink()
    assert [one["id"] for one in tempshell("list", "--json").json()] == [session]


# The engine


@pytest.fixture
def stranded(tempshell: Tempshell) -> str:
    """The name of a session on record whose engine is down."""
    session = _docker_session(tempshell, NOWHERE)
    with open_store(tempshell.user.paths) as opened:
        opened.store.save(session)
    return session.name


def _docker_session(tempshell: Tempshell, endpoint: str) -> Session:
    now = datetime.now(UTC)
    return Session(
        id="stranded",
        name="lab",
        owner=tempshell.user.owner,
        backend="docker",
        endpoint=endpoint,
        state=State.READY,
        created=now,
        deadline=now + timedelta(hours=1),
        details={"endpoint": endpoint, "container": "tempshell-stranded", "user": "10001:10001"},
    )


def test_a_session_whose_engine_is_down_is_listed_as_it_was_last_known(tempshell: Tempshell, stranded: str) -> None:
    listed = tempshell("list")
    assert stranded in listed.stdout
    assert listed.stderr.count("does not answer") == 1
    tempshell("status", stranded)


@pytest.mark.parametrize("command", [("stop", "lab"), ("extend", "lab"), ("stop", "--all")])
def test_what_needs_an_engine_that_is_down_fails_and_keeps_the_record(
    tempshell: Tempshell, stranded: str, command: tuple[str, ...]
) -> None:
    refused = tempshell(*command, code=ExitCode.ENGINE)
    assert "does not answer" in refused.stderr
    assert [one["name"] for one in tempshell("list", "--json").json()] == [stranded]


@pytest.mark.parametrize("backend", ["local", "docker", "kind", "kubernetes"])
@pytest.mark.parametrize(
    ("state", "words"), [(State.CREATING, "is still starting"), (State.KEPT, "has no sandbox: its start failed")]
)
def test_nothing_runs_in_a_session_that_has_no_sandbox_yet(
    tempshell: Tempshell, backend: str, state: State, words: str
) -> None:
    session = _docker_session(tempshell, NOWHERE if backend == "docker" else "")
    with open_store(tempshell.user.paths) as opened:
        opened.store.save(session._replace(backend=backend, state=state, details={}))
    assert words in tempshell("exec", "lab", "--", "true", code=ExitCode.USAGE).stderr
    if backend == "docker":  # it does not answer, so nobody sweeps the session
        for command in (("cp", "lab:x", "here"), ("cp", "here", "lab:x"), ("extend", "lab"), ("serve", "lab")):
            (tempshell.directory / "here").touch()
            assert words in tempshell(*command, code=ExitCode.USAGE).stderr


def test_a_session_whose_engine_never_comes_back_can_be_forgotten(tempshell: Tempshell, stranded: str) -> None:
    assert f"{stranded}: forgotten" in tempshell("stop", "--forget").stderr
    assert tempshell("list", "--quiet").stdout == ""
    assert "does not answer" in tempshell("log").stdout


@pytest.mark.engine("local")
def test_a_session_whose_engine_answers_is_stopped_rather_than_forgotten(tempshell: Tempshell) -> None:
    tempshell.start("-b", "local", "--name", "lab")
    output = tempshell("stop", "--forget")
    assert "lab: stopped" in output.stdout
    assert not local_leftovers(tempshell.user)


def test_a_session_in_a_docker_context_that_was_removed_is_listed_and_can_be_forgotten(tempshell: Tempshell) -> None:
    with open_store(tempshell.user.paths) as opened:
        opened.store.save(_docker_session(tempshell, "a-context-that-was-removed"))
    assert "a-context-that-was-removed'; its sessions stay on record" in tempshell("list").stderr
    refused = tempshell("stop", code=ExitCode.ENGINE)
    assert "there is no Docker context 'a-context-that-was-removed'" in refused.stderr
    tempshell("stop", "--forget")
    assert tempshell("list", "--quiet").stdout == ""


def test_reap_says_that_a_session_of_an_engine_that_is_down_stays_on_record(
    tempshell: Tempshell, stranded: str
) -> None:
    del stranded
    assert "stay on record" in tempshell("reap").stderr


@pytest.mark.parametrize("command", [("exec", "lab", "--", "true"), ("cp", "lab:file", ".")])
def test_a_command_in_a_sandbox_whose_engine_is_down_fails_in_the_engines_words(
    tempshell: Tempshell, stranded: str, command: tuple[str, ...]
) -> None:
    del stranded
    if not shutil.which("docker"):
        pytest.skip("no docker command here")
    refused = tempshell.any_code(*command)
    assert refused.code
    assert NOWHERE.removeprefix("unix://") in refused.stderr


@pytest.mark.engine("local")
def test_one_engine_that_is_down_keeps_no_other_session_from_being_stopped(tempshell: Tempshell, stranded: str) -> None:
    tempshell.user.configure(limits={"per_owner": 2})
    local = tempshell.start("-b", "local")
    output = tempshell("stop", "--all", code=ExitCode.ENGINE)
    assert "does not answer" in output.stderr
    assert local[:4] in output.stdout
    assert [one["name"] for one in tempshell("list", "--json").json()] == [stranded]


def test_a_backend_of_another_distribution_that_fails_is_reported_and_stops_nothing(
    tempshell: Tempshell, tmp_path: Path
) -> None:
    (tmp_path / "broken.py").write_text("raise RuntimeError('half installed')\n", "utf-8")
    registered = tmp_path / "broken-1.dist-info"
    registered.mkdir()
    (registered / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n", "utf-8")
    (registered / "entry_points.txt").write_text("[tempshell.backends]\nbroken = broken:Backend\n", "utf-8")
    there = {"PYTHONPATH": str(tmp_path)}
    for command in (("list", "--all-owners"), ("reap",), ("doctor",)):
        output = tempshell(*command, env=there)
        assert "half installed" in output.stdout + output.stderr, command
    for command in (("list",), ("stop", "--all")):  # these ask no engine that no session is on
        assert tempshell(*command, env=there).stderr == ""
    refused = tempshell("start", "--detach", "-b", "broken", env=there, code=ExitCode.ENGINE)
    assert "the backend broken cannot be loaded" in refused.stderr


@pytest.mark.engine("local")
def test_a_session_of_a_backend_that_was_uninstalled_is_kept_and_disturbs_no_other(tempshell: Tempshell) -> None:
    with open_store(tempshell.user.paths) as opened:
        opened.store.save(_docker_session(tempshell, "")._replace(backend="uninstalled"))
    tempshell.user.configure(limits={"per_owner": 2})
    here = tempshell.start("-b", "local", "--name", "here")
    for command in (("list", "--json"), ("status", here), ("reap",)):
        assert "no backend 'uninstalled'; its sessions stay on record" in tempshell(*command).stderr, command
    for needs_it in (("exec", "stranded", "--", "true"), ("cp", "stranded:x", ".")):
        assert "`tempshell stop --forget stranded`" in tempshell(*needs_it, code=ExitCode.ENGINE).stderr, needs_it
    refused = tempshell("stop", "--all", code=ExitCode.ENGINE)
    assert "here: stopped" in refused.stdout
    assert "`tempshell stop --forget stranded`" in refused.stderr
    tempshell("stop", "--forget", "stranded")
    assert tempshell("list").stderr == ""


# The sandbox and its time


@pytest.mark.parametrize("engine", LOCAL_AND_DOCKER)
def test_a_sandbox_that_is_gone_is_reported_by_every_command(tempshell: Tempshell, engine: str) -> None:
    """In words, with an exit code other than 0, and with nothing left of it."""
    session = tempshell.start("-b", engine, "--name", "lab")
    _end_behind_our_back(tempshell, engine, session)
    for command in (("exec", "lab", "--", "true"), ("extend", "lab"), ("cp", "lab:x", ".")):
        output = tempshell.any_code(*command)
        assert output.code, (command, output)
        assert output.stderr
        assert "bug" not in output.stderr
    tempshell("stop", "lab")


def _end_behind_our_back(tempshell: Tempshell, engine: str, session: str) -> None:
    if engine == "docker":
        subprocess.run(("docker", "rm", "--force", f"tempshell-{session}"), capture_output=True, check=True)
        return
    found = [line for line in local_leftovers(tempshell.user) if line.startswith("process")]
    for line in found:
        subprocess.run(("kill", "-KILL", line.split()[1].rstrip(":")), check=False)
    eventually(
        lambda: not [line for line in local_leftovers(tempshell.user) if line.startswith("process")], "it has ended"
    )


@pytest.mark.engine("local")
def test_a_session_past_its_deadline_has_expired(tempshell: Tempshell) -> None:
    session = tempshell.start("--ttl", "4s", "--name", "lab")
    eventually(lambda: not local_leftovers(tempshell.user), "the sandbox has ended by itself")
    for command in (("exec", "lab", "--", "true"), ("attach", "lab"), ("extend", "lab"), ("status", session)):
        output = tempshell(*command, code=ExitCode.EXPIRED)
        assert "lab expired at" in output.stderr
    assert tempshell("list", "--json").json() == []


@pytest.mark.engine("local")
def test_a_session_past_its_deadline_can_be_stopped(tempshell: Tempshell) -> None:
    tempshell.start("--ttl", "4s", "--name", "lab")
    eventually(lambda: not local_leftovers(tempshell.user), "the sandbox has ended by itself")
    assert "lab: stopped" in tempshell("stop", "lab").stdout
    assert tempshell("list", "--json").json() == []


@pytest.mark.engine("local")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small file system")
def test_on_a_full_disk_a_session_can_be_looked_at_entered_and_stopped(tempshell: Tempshell, tmp_path: Path) -> None:
    """To stop is what frees room, and what a person tries."""
    state = tmp_path / "user" / "state"
    state.mkdir(parents=True)
    subprocess.run(("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(state)), check=True)
    try:
        session = tempshell.start("--name", "lab")
        with suppress(OSError), (state / "fill").open("wb") as fill:
            while True:
                fill.write(b"x" * 1024)
                fill.flush()
        output = tempshell("list", "--quiet")
        assert (output.stdout.split(), "disk of the state directory is full" in output.stderr) == ([session], True)
        assert tempshell("exec", "lab", "--", "echo", "in").stdout == "in\n"
        for refused in (("start", "--detach"), ("extend", "lab")):
            assert "make room there" in tempshell(*refused, code=ExitCode.USAGE).stderr
        assert "left over: nothing" in tempshell("stop", "lab").stdout
        (state / "fill").unlink()
        assert [one["state"] for one in tempshell("list", "--json").json()] == ["lost"]  # the stop was not recorded
        tempshell("reap")
        assert tempshell("list", "--json").json() == []
    finally:
        subprocess.run(("umount", "--lazy", str(state)), check=True)


@pytest.mark.engine("local")
@pytest.mark.parametrize(
    "content", [b"garbage", b"garbage\0", b"session=\0", b"deadline=1e300\0session=../..\0", b"\xff\0"]
)
def test_a_directory_of_a_sandbox_that_nobody_can_read_is_swept_and_stops_no_command(
    tempshell: Tempshell, content: bytes
) -> None:
    session = tempshell.start("--name", "lab")
    odd = tempshell.user.paths.state / "local" / "deadbeef"
    odd.mkdir()
    (odd / "labels").write_bytes(content)
    assert tempshell("list", "--quiet").stdout.split() == [session]
    tempshell("reap")
    assert not odd.exists()
    assert tempshell("exec", "lab", "--", "echo", "in").stdout == "in\n"


@pytest.mark.engine("local")
def test_variables_that_cannot_be_are_refused_and_leave_nothing(tempshell: Tempshell) -> None:
    (tempshell.directory / "odd").write_bytes(b"A=1\0--bind\n")
    assert "'A' has a character" in tempshell("run", "--env-file", "odd", "--", "true", code=2).stderr
    (tempshell.directory / "marked").write_bytes(b"\xef\xbb\xbfA=1 \x0b2\r\n")
    assert tempshell("run", "-q", "--env-file", "marked", "--", "sh", "-c", 'printf %s "$A"').stdout == "1 \x0b2"
    assert tempshell("list", "--quiet").stdout == ""
