"""The engine is the truth for state, too: on whatever machine, under whatever name, and when the store is lost."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.packs.drafts import Draft
from tests.support.clusters import configure_for_kind
from tests.support.command_line import Tempshell
from tests.support.leaks import docker_session, local_leftovers

USAGE, NO_SESSION, ENGINE, LIMIT = 2, 3, 4, 8
_CANNOT_ENTER = 125
ON = {name: pytest.param(name, marks=pytest.mark.engine(name)) for name in ("local", "docker", "kubernetes")}
# Each makes a cluster; that its record keeps these terms is in the contract.
ON["kind"] = pytest.param("kind", marks=[pytest.mark.engine("kind"), pytest.mark.long])
on_each_engine = pytest.mark.parametrize("engine", ON.values())


@pytest.fixture
def anywhere(tempshell: Tempshell, engine: str) -> Tempshell:
    """The command line, configured for the engine."""
    if engine == "kind":
        configure_for_kind(tempshell.user)
    return tempshell


@pytest.fixture
def other_machine(anywhere: Tempshell, tmp_path: Path) -> Iterator[Tempshell]:
    """The same owner, with another state directory."""
    user = replace(anywhere.user, root=tmp_path / "other")
    user.configure()
    shutil.copyfile(anywhere.user.paths.config_file, user.paths.config_file)
    yield Tempshell(user, anywhere.directory)
    shutil.rmtree(user.paths.state, ignore_errors=True)


def _lose_the_store(tempshell: Tempshell) -> None:
    for file in tempshell.user.paths.state.glob("tempshell.db*"):
        file.unlink()


@on_each_engine
def test_a_lost_store_grants_no_second_extension(anywhere: Tempshell, engine: str) -> None:
    session = anywhere.start("--backend", engine)
    anywhere("extend", session)
    for _ in range(2):
        _lose_the_store(anywhere)
        (found,) = anywhere("list", "--json").json()
        assert (found["id"], found["extensions"]) == (session, 1)
        assert "already extended" in anywhere("extend", session, code=LIMIT).stderr
    anywhere("stop", session)


@pytest.mark.parametrize("engine", [ON["docker"], ON["kubernetes"]])
def test_two_machines_of_one_owner_count_the_same_extensions(
    anywhere: Tempshell, other_machine: Tempshell, engine: str
) -> None:
    session = anywhere.start("--backend", engine)
    assert [one["id"] for one in other_machine("list", "--all-owners", "--json").json() if one["id"] == session]
    anywhere("extend", session)
    assert "already extended" in other_machine("extend", session, code=LIMIT).stderr
    seen = [tempshell("status", session, "--json").json() for tempshell in (anywhere, other_machine)]
    assert seen[0]["extensions"] == seen[1]["extensions"] == 1
    assert abs(seen[0]["remaining"] - seen[1]["remaining"]) < 60
    other_machine("stop", session)
    assert [one["state"] for one in anywhere("list", "--json").json()] == ["lost"]
    anywhere("stop", session)
    assert anywhere("list", "--quiet").stdout == ""


@on_each_engine
def test_an_exam_is_one_without_its_record(anywhere: Tempshell, engine: str, tmp_path: Path) -> None:
    draft = Draft.made_in(tmp_path / "draft")
    anywhere("exam", str(draft.root), "--detach", "--quiet", "--backend", engine, "--seed", "7")
    (before,) = anywhere("list", "--json").json()
    _lose_the_store(anywhere)
    assert anywhere("list", "--quiet").stdout.split() == [before["id"]]
    for command in ("extend", "pause"):
        assert "an exam cannot be" in anywhere(command, code=USAGE).stderr
    assert "an exam is graded once" in anywhere("check", code=USAGE).stderr
    graded = json.loads(anywhere.any_code("exam", "--finish", "--json").stdout)
    assert graded["exam"]["seed"] == 7


@pytest.mark.engine("kind")
def test_a_lost_record_of_a_cluster_is_made_again(tempshell: Tempshell) -> None:
    """`docker volume prune --all` takes it. What was extended stays extended, and no timer is left where nothing is."""
    configure_for_kind(tempshell.user, limits={"extensions": 2}, lease={"longest": "9h"})
    session = tempshell.start("--backend", "kind")
    tempshell("extend", session)
    _lose_the_record(session)
    before = tempshell("extend", session, "--json").json()
    assert before["extensions"] == len(_records(session)) + 1 == 2
    _lose_the_record(session)
    assert "already extended" in tempshell("extend", session, code=LIMIT).stderr
    tempshell("pause", session)
    assert len(_records(session)) == 1
    tempshell("resume", session)
    (after,) = tempshell("list", "--json").json()
    assert (after["state"], after["extensions"]) == ("ready", 2)
    assert abs(after["remaining"] - before["remaining"]) < 120
    tempshell("stop", session)


def _records(session: str) -> list[str]:
    wanted = (f"label=io.tempshell/session={session}", "label=io.tempshell/component=cluster")
    filters = [word for one in wanted for word in ("--filter", one)]
    return subprocess.run(
        ("docker", "volume", "ls", "-q", *filters), capture_output=True, text=True, check=True
    ).stdout.split()


def _lose_the_record(session: str) -> None:
    subprocess.run(("docker", "volume", "rm", *_records(session)), check=True, capture_output=True)


# names of machines


@pytest.mark.parametrize("engine", [ON["local"], ON["docker"]])
def test_a_session_is_mine_when_this_machine_is_called_otherwise(tempshell: Tempshell, engine: str) -> None:
    """As on a laptop that changes networks; also with the store lost."""
    tempshell.user.paths.config_file.write_text("")
    session = tempshell.start("--backend", engine, "--ttl", "60m")
    renamed = tempshell.started_by("unshare", "--uts", "sh", "-c", 'hostname elsewhere; exec "$@"', "sh")
    assert renamed("list", "--quiet").stdout.split() == [session]
    _lose_the_store(tempshell)
    assert renamed("list", "--quiet").stdout.split() == [session]
    assert renamed("exec", session, "--", "echo", "in").stdout == "in\n"
    assert "already have a session" in renamed("start", "--detach", code=LIMIT).stderr
    renamed("stop", session)
    assert docker_session(session) == [] if engine == "docker" else local_leftovers(tempshell.user) == []


@pytest.mark.engine("local")
def test_a_sandbox_of_another_pid_namespace_is_left_alone(tempshell: Tempshell) -> None:
    """As of two containers that share a home: seen from the other, and from this one."""
    session = tempshell.start("--backend", "local")
    elsewhere = tempshell.started_by("unshare", "--pid", "--fork", "--mount-proc")
    for command in (("list", "--quiet"), ("reap",)):
        output = elsewhere(*command)
        assert "in another PID namespace or on another machine; it is left alone" in output.stderr
    assert elsewhere("list", "--quiet").stdout.split() == [session]
    assert "another PID namespace" in elsewhere("exec", session, "--", "true", code=_CANNOT_ENTER).stderr
    assert "cannot be reached from here" in elsewhere("extend", session, code=ENGINE).stderr
    assert tempshell("exec", session, "--", "echo", "alive").stdout == "alive\n"
    elsewhere("stop", session)  # by asking its supervisor
    assert local_leftovers(tempshell.user) == []


# names of engines


@contextmanager
def _context(tmp_path: Path, host: str) -> Iterator[dict[str, str]]:
    """Yield the environment in which ``lab`` is a Docker context for the host."""
    config = tmp_path / "docker-config"
    env = {"DOCKER_CONFIG": str(config)}
    described = ("docker", "--config", str(config), "context", "create", "lab", "--docker", f"host={host}")
    subprocess.run(described, check=True, capture_output=True)
    yield env


def _here(tempshell: Tempshell) -> str:
    return tempshell.user.docker_host or "unix:///var/run/docker.sock"


@pytest.mark.engine("docker")
def test_a_session_stays_on_its_engine_whatever_names_another_later(tempshell: Tempshell, tmp_path: Path) -> None:
    session = tempshell.start("--backend", "docker")
    nowhere = {"DOCKER_HOST": f"unix://{tmp_path}/nowhere.sock"}
    with _context(tmp_path, nowhere["DOCKER_HOST"]) as config:
        for env in (nowhere, {"DOCKER_HOST": "", "DOCKER_CONTEXT": "lab", **config}):
            assert tempshell("exec", session, "--", "echo", "in", env=env).stdout == "in\n"
            (listed,) = tempshell("list", "--json", env=env).json()
            assert (listed["state"], listed["endpoint"]) == ("ready", _here(tempshell))
    tempshell("extend", session, env=nowhere)
    tempshell("stop", session, env=nowhere)
    assert docker_session(session) == []


@pytest.mark.engine("docker")
def test_a_session_outlives_the_context_that_it_was_started_in(tempshell: Tempshell, tmp_path: Path) -> None:
    with _context(tmp_path, _here(tempshell)) as env:
        (Path(env["DOCKER_CONFIG"]) / "config.json").unlink(missing_ok=True)
        session = tempshell("start", "-d", "-q", "--docker-context", "lab", env=env).stdout.strip()
    shutil.rmtree(env["DOCKER_CONFIG"])
    assert tempshell("exec", session, "--", "echo", "in").stdout == "in\n"
    tempshell("stop", session)
    assert docker_session(session) == []


@pytest.mark.engine("docker")
@pytest.mark.parametrize("by", ["option", "variable"])
def test_a_password_in_the_name_of_an_engine_is_refused_and_kept_nowhere(tempshell: Tempshell, by: str) -> None:
    host = "ssh://me:s3cret@localhost:1"
    asked, env = (["--docker-host", host], {}) if by == "option" else (["--backend", "docker"], {"DOCKER_HOST": host})
    refused = tempshell("start", "--detach", *asked, code=ENGINE, env=env)
    assert "must not have a password in it" in refused.stderr
    said = [
        refused.stderr,
        *(str(tempshell.any_code(*one, env=env)) for one in (("list", "--json"), ("doctor",), ("log",))),
    ]
    kept = [file.read_bytes() for file in tempshell.user.paths.state.rglob("*") if file.is_file()]
    assert "s3cret" not in "".join(said)
    assert b"s3cret" not in b"".join(kept)
