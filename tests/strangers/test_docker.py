"""On a Docker engine whoever may use it can give anything any label, and any name that is free."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tempshell_cli.backends import labels
from tempshell_cli.backends.base import Backend, Sandbox
from tempshell_cli.backends.docker import engine as docker_engine
from tempshell_cli.backends.docker.backend import DockerBackend
from tempshell_cli.backends.docker.container import container_name
from tempshell_cli.backends.kind.backend import KindBackend
from tempshell_cli.backends.kind.names import (
    KIND_CLUSTER,
    cluster_name,
    control_plane_name,
    kubeconfig_name,
    record_name,
    terminal_name,
)
from tempshell_cli.backends.kind.record import LEFT, record_labels
from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions.model import State

from .memory_docker import MemoryDocker
from .people import COMMANDS, OWN, PEOPLE, Command, Own, Person, people
from .words import deadlines, is_past, missing, owners, sessions

_PARTS = (
    *[("container", "terminal"), ("network", "network"), ("volume", "cluster"), ("container", "cluster-terminal")] * 2,
    *(
        ("network", "cluster-network"),
        ("volume", "cluster-kubeconfig"),
        ("container", "sidecar"),
        ("volume", "terminal"),
    ),
)
_FINISH = Command("teacher", "reap --expired")
_LONG_AGO = "2020-01-01T00:00:00Z"


@st.composite
def forged(draw: st.DrawFn) -> tuple[str, str, dict[str, str], dict[str, Any]]:
    """Return a kind, a name, labels, and what else there is to it."""
    of = draw(sessions)
    kind, component = draw(st.sampled_from(_PARTS))
    own_name = {"terminal": container_name(of), "network": container_name(of), "cluster-terminal": terminal_name(of)}
    names = [own_name.get(component, f"{cluster_name(of)}-9"), f"{cluster_name(of)}-8", f"x-{terminal_name(of)}", "x"]
    name = draw(st.sampled_from(names))
    carried = {
        labels.SESSION: draw(sessions) if draw(st.integers(0, 5)) == 0 else of,
        labels.OWNER: draw(owners),
        labels.DEADLINE: draw(deadlines),
        labels.COMPONENT: component,
        labels.PROFILE: draw(st.sampled_from(["admin", "power-user"])),
        LEFT: draw(st.sampled_from(["60", "²", "-1"])),
    }
    count = draw(missing)
    absent = draw(st.sets(st.sampled_from(sorted(carried)), min_size=count, max_size=count))
    kept = {key: value for key, value in carried.items() if key not in absent}
    state = draw(st.sampled_from(["running", "exited", "paused"]))
    log = draw(st.sampled_from([b"", b"deadline 1\n", b"deadline 99999999999\n", b"deadline \n", b"deadline soon\n"]))
    more = {"State": state, "log": log, "FinishedAt": _LONG_AGO, "HostConfig": {"NetworkMode": name}}
    if kind == "container" and draw(st.integers(0, 5)) == 0:
        network = {"HostConfig": {"NetworkMode": "ckad-ffffffff"}}
        return kind, "forged-node", {KIND_CLUSTER: "ckad-ffffffff"}, {**more, **network}
    return kind, name, kept, more


def _twin(what: str, component: str, session: str, owner: str) -> tuple[str, str, dict[str, str], dict[str, Any]]:
    """Return what has been over for years, and carries somebody's session."""
    kind, name = what.split()
    carried = {labels.SESSION: session, labels.COMPONENT: component, labels.DEADLINE: "2020-01-01T00:00:00+00:00"}
    return kind, name, {**carried, **({labels.OWNER: owner} if owner else {})}, {"State": "exited"}


def _start(engine: MemoryDocker, own: Own) -> list[str]:
    """Have a session as the real client makes it: bob's are clusters. One that is over has lost what ends by itself."""
    asked, running = own.request, not own.is_over
    log = f"deadline {int(asked.deadline.timestamp())}\n".encode()
    if _is_cluster(own):
        inside = {"x": {"Name": control_plane_name(own.id)}}
        node = {"HostConfig": {"NetworkMode": cluster_name(own.id)}, "State": "running" if running else "exited"}
        made = [
            engine.put("volume", record_name(own.id, 0), record_labels(asked)),
            engine.put(
                "network",
                cluster_name(own.id),
                labels.labels(asked, "cluster-network"),
                Containers=inside if running else {},
            ),
            engine.put("volume", kubeconfig_name(own.id), labels.labels(asked, "cluster-kubeconfig")),
            engine.put(
                "container",
                control_plane_name(own.id),
                {KIND_CLUSTER: cluster_name(own.id)},
                FinishedAt=_LONG_AGO,
                **node,
            ),
        ]
        carried = labels.labels(asked, "cluster-terminal")
        return [*made, engine.put("container", terminal_name(own.id), carried, log=log)] if running else made
    name = container_name(own.id)
    inside = {"x": {"Name": name}}
    made = [engine.put("network", name, labels.labels(asked, "network"), Containers=inside if running else {})]
    return [*made, engine.put("container", name, labels.labels(asked, "terminal"), log=log)] if running else made


def _is_cluster(own: Own) -> bool:
    return own.owner == "bob"


def _sandbox(own: Own) -> Sandbox:
    return own.request.half_made("kind" if _is_cluster(own) else "docker")._replace(details={"endpoint": "default"})


class _NoKind:
    """The kind command, which removes nothing here: what it would leave is removed all the same."""

    def delete(self, *_: object) -> None:
        return


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker_engine, "attempts", lambda _: range(3))  # without a pause


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # it is the same for all examples
@given(
    st.lists(forged(), max_size=6),
    st.lists(st.builds(Command, st.sampled_from(PEOPLE), st.sampled_from(COMMANDS)), min_size=1, max_size=4),
)
@example([_twin("container x", "terminal", "aaaaaaa1", "ann")], [Command("ann", "list")])
@example([_twin("container x", "terminal", "aaaaaaa1", "teacher")], [Command("teacher", "list")])
@example([_twin("container x", "terminal", "", "teacher")], [Command("teacher", "list")])
@example([_twin("network x", "network", "aaaaaaa1", "")], [Command("teacher", "reap")])
@example([_twin("container x-term-ckad-bbbbbbb1", "cluster-terminal", "bbbbbbb1", "bob")], [Command("bob", "list")])
@example([_twin("volume ckad-bbbbbbb1-9", "cluster", "bbbbbbb1", "teacher")], [Command("teacher", "list")])
@example([_twin("volume ckad-bbbbbbb1-9", "cluster", "bbbbbbb1", "")], [Command("teacher", "reap --expired")])
@example(
    [
        (
            "container",
            "x",
            {labels.SESSION: "s", labels.COMPONENT: "terminal", labels.DEADLINE: "soon"},
            {"State": "exited"},
        )
    ],
    [_FINISH],
)
def test_nobodys_command_removes_what_is_neither_theirs_nor_over(
    strangers: list[tuple[str, str, dict[str, str], dict[str, Any]]], commands: list[Command]
) -> None:
    engine = MemoryDocker()
    started = {own: _start(engine, own) for own in OWN}
    for kind in ("container", "network", "volume"):
        engine.put(kind, "somebodys", {})
    real = set(engine.things)
    for kind, name, carried, more in strangers:
        engine.put(kind, name, carried, **more)

    def load(paths: Paths) -> Sequence[Backend]:
        backends = (DockerBackend("default"), KindBackend("default", paths=paths))
        for backend in backends:
            backend.engine.__dict__["client"] = engine
            backend.engine._ahead = timedelta()  # noqa: SLF001 - one clock
        backends[1].__dict__["kind"] = _NoKind()
        return backends

    with tempfile.TemporaryDirectory() as scratch, people(Path(scratch), load, _sandbox) as all_of_them:
        for command in commands:
            before = dict(engine.things)
            engine.removed.clear()
            person = all_of_them[command.who]
            person.types(command.what)
            for what in engine.removed:
                owner = next((own for own, things in started.items() if what in things), None)
                if what in real:
                    assert owner, what
                    assert _may_remove(owner, person, command), (command, what)
                else:
                    assert _claims(before[what], before, command), (command, before[what])
            _assert_all_live(engine, started, all_of_them)


def _may_remove(own: Own, person: Person, command: Command) -> bool:
    mine = own.owner == command.who and (own.is_over or own.id in person.stopped)
    return mine or (own.is_over and command.what == "reap --expired")


def _claims(thing: Mapping[str, Any], before: Mapping[str, Mapping[str, Any]], command: Command) -> bool:
    """Return whether a stranger's object says that it is this person's, or over; for a node, what is beside it."""
    carried = thing["Labels"]
    if KIND_CLUSTER in carried:
        beside = [one["Labels"] for one in before.values() if one["Labels"].get(labels.SESSION) == "ffffffff"]
        return thing["State"] != "running" or any(one.get(labels.OWNER) == command.who for one in beside)
    mine = bool(carried.get(labels.OWNER) == command.who)
    return mine or (command.what == "reap --expired" and is_past(carried.get(labels.DEADLINE, "")))


def _assert_all_live(engine: MemoryDocker, started: Mapping[Own, list[str]], persons: Mapping[str, Person]) -> None:
    for own, things in started.items():
        if not own.is_over and own.id not in persons[own.owner].stopped:
            assert all(what in engine.things for what in things), own
            assert persons[own.owner].state_of(own.id) is State.READY, own
