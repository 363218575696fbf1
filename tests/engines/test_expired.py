"""Anybody may finish what is over: each object by its own deadline, and nothing else with it."""

from __future__ import annotations

import fcntl
import json
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tempshell_cli.backends import labels
from tempshell_cli.backends.docker.backend import DockerBackend
from tempshell_cli.backends.kubernetes import metadata as ours
from tempshell_cli.backends.kubernetes.backend import KubernetesBackend
from tempshell_cli.sessions.expired import GRACE
from tests.support import pods
from tests.support.command_line import Tempshell
from tests.support.engines import BUSYBOX
from tests.support.pods import kubectl

on_docker = pytest.mark.engine("docker")
on_pods = pytest.mark.engine("kubernetes")
PAST, FUTURE = "2020-01-01T00:00:00+00:00", "2999-01-01T00:00:00+00:00"
DEPARTED = "departed"


def _docker(*argv: str) -> str:
    return subprocess.run(("docker", *argv), capture_output=True, text=True, check=True).stdout


def _labelled(session: str, component: str, deadline: str | None, owner: str = DEPARTED) -> list[str]:
    carried = {labels.SESSION: session, labels.OWNER: owner, labels.COMPONENT: component, labels.DEADLINE: deadline}
    return [word for key, value in carried.items() if value is not None for word in ("--label", f"{key}={value}")]


@pytest.fixture(autouse=True)
def one_at_a_time(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """`reap --expired` removes what is over on the whole engine, also what another worker's test has just made."""
    with (tmp_path_factory.getbasetemp().parent / "expired.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
def sessions() -> Iterator[list[str]]:
    """Ids of sessions that nobody has; what is made for them goes with the test."""
    ids = [uuid.uuid4().hex[:8] for _ in range(6)]
    yield ids
    for session in ids:
        for kind, names in (("container", ("{{.Names}}", "ps", "--all")), ("network", ("{{.Name}}", "network", "ls"))):
            wanted = ("--filter", f"label={labels.SESSION}={session}", "--format", names[0])
            for name in _docker(*names[1:], *wanted).split():
                subprocess.run(
                    ("docker", kind, "rm", *(("--force",) if kind == "container" else ()), name), check=False
                )


@on_docker
def test_on_docker_what_departed_owners_have_left_goes_one_object_at_a_time(
    tempshell: Tempshell, sessions: list[str]
) -> None:
    over, lasting, unreadable, without, ownerless, running = sessions
    for session, deadline in ((over, PAST), (lasting, FUTURE), (unreadable, "soon"), (without, None)):
        _docker("network", "create", *_labelled(session, "network", deadline), f"tempshell-{session}")
    _docker("network", "create", *_labelled(ownerless, "network", PAST, owner=""), f"tempshell-{ownerless}")
    _docker("create", *_labelled(over, "terminal", PAST), "--name", f"tempshell-{over}", BUSYBOX, "true")
    quiet = ("run", "--detach", "--name", f"tempshell-{running}", BUSYBOX, "sleep", "300")
    _docker(quiet[0], quiet[1], *_labelled(running, "terminal", PAST), *quiet[2:])
    output = tempshell("reap")
    assert not any(session in output.stdout for session in sessions), "a plain one removes what is one's own"
    output = tempshell.any_code("reap", "--expired")
    for session, lines in ((over, 2), (ownerless, 1), (lasting, 0), (unreadable, 0), (without, 0), (running, 0)):
        assert output.stdout.count(f"tempshell-{session}\n") == lines, (session, output)
    there = _docker("network", "ls", "--format", "{{.Name}}") + _docker("ps", "--all", "--format", "{{.Names}}")
    assert over not in there
    assert all(session in there for session in (lasting, unreadable, without, running))


@on_docker
def test_a_network_that_somebody_uses_is_left_over_and_named(tempshell: Tempshell, sessions: list[str]) -> None:
    session, guest = sessions[0], f"guest-{sessions[0]}"
    network = f"tempshell-{session}"
    _docker("network", "create", *_labelled(session, "network", PAST), network)
    _docker("run", "--detach", "--name", guest, "--network", network, BUSYBOX, "sleep", "300")
    try:
        output = tempshell("reap", "--expired", code=9)
        assert f"network {network} (used by {guest})" in output.stderr
    finally:
        _docker("rm", "--force", guest)


@on_docker
def test_an_extended_session_keeps_its_network_whose_label_says_that_it_is_over(
    tempshell: Tempshell, sessions: list[str]
) -> None:
    """Labels cannot be changed: its container alone knows the new deadline."""
    session = sessions[0]
    later = int((datetime.now(UTC) + timedelta(hours=1)).timestamp())
    _docker("network", "create", *_labelled(session, "network", PAST), f"tempshell-{session}")
    say = ("sh", "-c", f"echo deadline 9; echo deadline {later}; sleep 300")
    _docker("run", "--detach", *_labelled(session, "terminal", PAST), "--name", f"tempshell-{session}", BUSYBOX, *say)
    assert session not in tempshell.any_code("reap", "--expired").stdout


@on_docker
def test_the_networks_of_departed_owners_are_no_running_sessions(tempshell: Tempshell, sessions: list[str]) -> None:
    for session in sessions:
        _docker("network", "create", *_labelled(session, "network", PAST), f"tempshell-{session}")
    backend = DockerBackend()
    counted = [one.session for one in backend.find() if one.session in sessions and one.condition == "running"]
    assert counted == []
    running = sum(one.condition == "running" for one in backend.find())
    tempshell.user.configure(limits={"per_engine": running + 3})  # room for what other tests start meanwhile
    tempshell("stop", tempshell.start("--backend", "docker"))


@on_docker
def test_labels_alone_make_nothing_anybodys(tempshell: Tempshell, sessions: list[str]) -> None:
    """Of another's session, of none, over since long: given by whoever may use the engine."""
    mine = tempshell.start("--backend", "docker", "--name", "lab")
    for number, (session, owner) in enumerate(
        ((mine, "teacher"), (mine, ""), (mine, tempshell.user.owner), ("", "teacher"), ("../x", "teacher"))
    ):
        name = f"{sessions[0]}-{number}"
        carried = (*_labelled(session, "terminal", PAST, owner), "--label", f"{labels.SESSION}-test={sessions[0]}")
        _docker("create", *carried, "--name", name, BUSYBOX, "true")
    try:
        teacher = Tempshell(_another(tempshell, "teacher"), tempshell.directory)
        for who in (teacher, tempshell):
            for command in (("list", "--all-owners"), ("reap",), ("list",), ("reap", "--expired"), ("stop", "--all")):
                if who is teacher or command[0] != "stop":
                    who.any_code(*command)
        assert tempshell("exec", "lab", "--", "echo", "alive").stdout == "alive\n"
        assert "left over: nothing" in tempshell("stop", "lab").stdout
    finally:
        wanted = ("--filter", f"label={labels.SESSION}-test={sessions[0]}", "--format", "{{.Names}}")
        if names := _docker("ps", "--all", *wanted).split():
            _docker("rm", "--force", *names)


def _another(tempshell: Tempshell, owner: str) -> Any:  # noqa: ANN401 - a User
    from dataclasses import replace  # noqa: PLC0415

    one = replace(tempshell.user, root=tempshell.user.root.with_name(owner), owner=owner)
    one.configure()
    return one


@pytest.fixture
def namespaces() -> Iterator[list[str]]:
    """Names of namespaces that are sessions' own; they go with the test."""
    names = [f"tempshell-{uuid.uuid4().hex[:8]}" for _ in range(3)]
    yield names
    with suppress(subprocess.CalledProcessError):
        kubectl("delete", "namespace", "--ignore-not-found", "--wait=false", *names, f"{names[0]}-odd")


def _space(name: str, session: str, deadline: str) -> None:
    carried = {labels.SESSION: session, labels.COMPONENT: "namespace", ours.BACKEND: "kubernetes"}
    carried[ours.OWNER_HASH] = ours.owner_hash(DEPARTED)
    metadata = {"name": name, "labels": carried, "annotations": {labels.OWNER: DEPARTED, labels.DEADLINE: deadline}}
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
    kubectl("create", "--filename", "-", stdin=json.dumps(body))


def _is_there(namespace: str) -> bool:
    found = pods.objects("namespaces", "--field-selector", f"metadata.name={namespace}")
    return any(one["status"]["phase"] == "Active" for one in found)


@on_pods
def test_in_a_cluster_a_namespace_that_is_over_goes_and_nothing_else(
    tempshell: Tempshell, namespaces: list[str]
) -> None:
    over, lasting, odd = namespaces[0], namespaces[1], f"{namespaces[0]}-odd"
    _space(over, over.removeprefix("tempshell-"), PAST)
    _space(lasting, lasting.removeprefix("tempshell-"), FUTURE)
    _space(odd, over.removeprefix("tempshell-"), PAST)  # called as no session's own
    assert over not in tempshell("reap").stdout
    output = tempshell("reap", "--expired")
    assert f"removed namespace {over}\n" in output.stdout
    assert [_is_there(name) for name in (over, lasting, odd)] == [False, True, True]


@on_pods
def test_what_was_extended_meanwhile_is_not_removed(namespaces: list[str]) -> None:
    name = namespaces[2]
    _space(name, name.removeprefix("tempshell-"), PAST)
    backend = KubernetesBackend()
    (found,) = [one for one in backend.expired(GRACE) if one.what == f"namespace {name}"]
    kubectl("annotate", "namespace", name, "--overwrite", f"{labels.DEADLINE}={FUTURE}")
    assert list(backend.remove_expired(found).removed) == []
    assert _is_there(name)
