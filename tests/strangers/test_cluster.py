"""On a cluster a tenant can write any label, name and annotation into a namespace of their own."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from tempshell_cli.backends import labels
from tempshell_cli.backends.base import Sandbox
from tempshell_cli.backends.kubernetes.api import Object
from tempshell_cli.backends.kubernetes.backend import KubernetesBackend
from tempshell_cli.backends.kubernetes.helpers import BATCH, CORE
from tempshell_cli.backends.kubernetes.metadata import BACKEND, OWNER_HASH, Origin, object_name, owner_hash
from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions.model import State

from .memory_cluster import MemoryCluster, OneCluster
from .people import COMMANDS, OWN, PEOPLE, Command, Own, Person, people
from .words import deadlines, is_past, missing, owners, sessions

_STRANGERS_OWN = "tempshell-eeeeeee1"  # the namespace of a session of theirs, with `edit` in it
_NAMESPACES = ("class-a", _STRANGERS_OWN)


def _metadata(draw: st.DrawFn, session: str, names: Sequence[str]) -> Object:
    owner, deadline = draw(owners), draw(deadlines)
    hashed = owner_hash(draw(owners) if draw(st.integers(0, 3)) == 0 else owner)
    backend = draw(st.sampled_from([*["kubernetes"] * 4, "minikube"]))
    carried = {labels.SESSION: session, OWNER_HASH: hashed, BACKEND: backend, labels.COMPONENT: "terminal"}
    output = {labels.OWNER: owner, labels.DEADLINE: deadline, labels.PROFILE: draw(st.sampled_from(["admin", "x"]))}
    count = draw(missing)
    absent = draw(st.sets(st.sampled_from([*carried, *output]), min_size=count, max_size=count))
    return {
        "name": draw(st.sampled_from(names)),
        "labels": {key: value for key, value in carried.items() if key not in absent},
        "annotations": {key: value for key, value in output.items() if key not in absent},
    }


@st.composite
def forged(draw: st.DrawFn) -> tuple[str, Object]:
    """Return a collection and what is put into it."""
    session = draw(sessions)
    if draw(st.integers(0, 4)) == 0:
        return f"{CORE}/namespaces", {"metadata": _metadata(draw, session, [object_name(session), "web"])}
    namespace = draw(st.sampled_from(_NAMESPACES))
    metadata = _metadata(draw, session, [*[object_name(session)] * 2, "forged-1", "forged-2"])
    thing = {"metadata": {**metadata, "namespace": namespace}}
    if draw(st.booleans()):
        ended = {"conditions": [{"type": "Failed", "status": "True"}]} if draw(st.booleans()) else {}
        return f"{BATCH}/namespaces/{namespace}/jobs", {**thing, "status": ended}
    thing["metadata"]["ownerReferences"] = [{"name": object_name(session), "uid": "uid-0"}]
    return f"{CORE}/namespaces/{namespace}/pods", {**thing, "status": _RUNNING}


def _twin(namespace: str, name: str, session: str, owner: str) -> tuple[str, Object]:
    """Return a Job that has been over for years, and carries somebody's session."""
    carried = {labels.SESSION: session, BACKEND: "kubernetes", labels.COMPONENT: "terminal"}
    output = {labels.DEADLINE: "2020-01-01T00:00:00+00:00"}
    if owner:
        carried[OWNER_HASH], output[labels.OWNER] = owner_hash(owner), owner
    metadata = {"name": name, "namespace": namespace, "labels": carried, "annotations": output}
    return f"{BATCH}/namespaces/{namespace}/jobs", {"metadata": metadata}


def _unreadable(name: str, session: str) -> tuple[str, Object]:
    """Return a namespace whose deadline is not a time."""
    _, thing = _twin("", name, session, "bob")
    thing["metadata"]["annotations"][labels.DEADLINE] = "soon"
    del thing["metadata"]["namespace"]
    return f"{CORE}/namespaces", thing


_RUNNING = {"phase": "Running", "containerStatuses": [{"name": "terminal", "state": {"running": {}}}]}


def _start(api: MemoryCluster, own: Own) -> list[str]:
    """Have a session as the real client makes it; return its paths."""
    origin, name = Origin(own.request, "kubernetes"), object_name(own.id)
    home = own.namespace or name
    paths = [api.put(f"{CORE}/namespaces", {"metadata": origin.metadata(name, "namespace")})] if home == name else []
    job = api.put(f"{BATCH}/namespaces/{home}/jobs", {"metadata": origin.metadata(name, "job", home)})
    owner = {"ownerReferences": [{"name": name, "uid": api.objects[job]["metadata"]["uid"]}]}
    pod = {"metadata": {**origin.metadata(f"{name}-x", "terminal", home), **owner}, "status": _RUNNING}
    return [*paths, job, api.put(f"{CORE}/namespaces/{home}/pods", pod)]


def _sandbox(own: Own) -> Sandbox:
    home = own.namespace or object_name(own.id)
    return own.request.half_made("kubernetes")._replace(details={"namespace": home, "pod": f"{object_name(own.id)}-x"})


@given(
    st.lists(forged(), max_size=6),
    st.lists(st.builds(Command, st.sampled_from(PEOPLE), st.sampled_from(COMMANDS)), min_size=1, max_size=4),
)
@example([_twin("class-a", "forged", "bbbbbbb1", "")], [Command("teacher", "list --all-owners")])
@example([_twin("class-a", "tempshell-bbbbbbb1", "bbbbbbb1", "teacher")], [Command("teacher", "list")])
@example([_twin("class-a", "tempshell-bbbbbbb1", "bbbbbbb1", "bob")], [Command("bob", "list")])
@example([_twin("class-a", "tempshell-aaaaaaa1", "aaaaaaa1", "ann")], [Command("ann", "reap")])
@example([_twin("class-a", "tempshell-aaaaaaa1", "aaaaaaa1", "")], [Command("teacher", "reap --expired")])
@example([_unreadable("tempshell-ffffffff", "ffffffff")], [Command("teacher", "reap --expired")])
def test_nobodys_command_removes_what_is_neither_theirs_nor_over(
    strangers: list[tuple[str, Object]], commands: list[Command]
) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        api = MemoryCluster(Path(scratch))
        for name in ("class-a", "class-b", "production"):
            api.put(f"{CORE}/namespaces", {"metadata": {"name": name}})
        started = {own: _start(api, own) for own in OWN}
        api.put(f"{CORE}/namespaces", {"metadata": {"name": _STRANGERS_OWN}})
        real = set(api.objects)
        for collection, thing in strangers:
            api.put(collection, thing)

        def load(paths: Paths) -> list[KubernetesBackend]:
            backend = KubernetesBackend("lab", paths=paths)
            backend.__dict__["clusters"] = OneCluster(api)
            return [backend]

        with people(Path(scratch), load, _sandbox) as all_of_them:
            for command in commands:
                before = dict(api.objects)
                api.deleted.clear()
                person = all_of_them[command.who]
                person.types(command.what)
                for path in api.deleted:
                    owner = next((own for own, paths in started.items() if path in paths), None)
                    if path in real:
                        assert owner, path
                        assert _may_remove(owner, person, command), (command, path)
                    else:
                        assert _claims(before[path], command), (command, before[path])
                _assert_all_live(api, started, all_of_them)


def _may_remove(own: Own, person: Person, command: Command) -> bool:
    mine = own.owner == command.who and (own.is_over or own.id in person.stopped)
    return mine or (own.is_over and command.what == "reap --expired")


def _claims(thing: Object, command: Command) -> bool:
    """Return whether a stranger's object says that it is this person's, or over."""
    metadata = thing["metadata"]
    mine = metadata["labels"].get(OWNER_HASH) == owner_hash(command.who)
    return mine or (command.what == "reap --expired" and is_past(metadata["annotations"].get(labels.DEADLINE, "")))


def _assert_all_live(api: MemoryCluster, started: Mapping[Own, list[str]], persons: Mapping[str, Any]) -> None:
    for own, paths in started.items():
        if not own.is_over and own.id not in persons[own.owner].stopped:
            assert all(path in api.objects for path in paths), own
            assert persons[own.owner].state_of(own.id) is State.READY, own
