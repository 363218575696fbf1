"""The engine's record of a session: an empty volume whose labels say whose cluster it is, and until when.

Labels cannot be changed, so a moved deadline is another volume. It is made before the old one is removed: whatever
happens in between, there is a record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from tempshell_cli.backends import labels
from tempshell_cli.backends.base import SandboxRequest, Template
from tempshell_cli.backends.docker.engine import DockerEngine, of_owner, of_session
from tempshell_cli.backends.kind.names import cluster_name, record_name

RECORD = "cluster"
_MARK = f"{labels.COMPONENT}={RECORD}"
SHELL, ON_NODE = f"{labels.PREFIX}shell", "node"  # where the person's shell is; by default in the terminal
LEFT = f"{labels.PREFIX}left"  # seconds of the lease when the cluster was paused


# What it takes to make the terminal again, and to see that a node is gone.
_CPUS, _MEMORY, _PIDS = (f"{labels.PREFIX}{name}" for name in ("cpus", "memory", "pids"))
NODES = f"{labels.PREFIX}nodes"  # the ends of their names


def create_record(engine: DockerEngine, carried: Mapping[str, str], session: str) -> None:
    """Make the record of a session that is about to be made."""
    engine.create_volume(record_name(session, labels.deadline_of(carried)), carried)


def record_labels(request: SandboxRequest, nodes: Sequence[str] = ()) -> dict[str, str]:
    """Return what the record of a session tells; ``nodes`` are the ends of the names of its nodes."""
    template = request.template
    where = {SHELL: ON_NODE} if template.cluster.node_shell else {}
    limits = {_CPUS: f"{template.cpus:g}", _MEMORY: str(template.memory), _PIDS: str(template.pids)}
    return {**labels.labels(request, RECORD), **where, **limits, NODES: " ".join(nodes)}


def template_of(carried: Mapping[str, str]) -> Template:
    """Return what a terminal is made from, by the labels of its session; what they do not say is as usual."""
    made = Template(image="", profile=labels.profile_of(carried))
    with suppress(KeyError, ValueError):
        limits = float(carried[_CPUS]), int(carried[_MEMORY]), int(carried[_PIDS])
        return made._replace(cpus=limits[0], memory=limits[1], pids=limits[2])
    return made


def move_record(engine: DockerEngine, session: str, deadline: datetime, left: timedelta | None = None) -> None:
    """Give the record another deadline; ``left`` is what a paused one has left of its lease."""
    old = [one for one in engine.volumes(of_session(session), _MARK) if is_named(one, one["Name"])]
    carried = {name: value for name, value in newest(old)["Labels"].items() if name != LEFT}
    carried[labels.DEADLINE] = deadline.isoformat(timespec="seconds")
    if left is not None:
        carried[LEFT] = str(int(left.total_seconds()))
    name = record_name(session, deadline)
    engine.create_volume(name, carried)
    for volume in old:
        if volume["Name"] != name:
            engine.remove_volume(volume["Name"])


def records(engine: DockerEngine, owner: str | None = None, session: str | None = None) -> dict[str, Mapping[str, str]]:
    """Return the labels of the sessions' records, by session."""
    found: dict[str, list[Mapping[str, Mapping[str, str]]]] = {}
    for volume in engine.volumes(of_session(session), _MARK, *of_owner(owner)):
        if is_named(volume, volume["Name"]):
            found.setdefault(labels.session_of(volume["Labels"]), []).append(volume)
    return {of: newest(volumes)["Labels"] for of, volumes in found.items()}


def is_named(thing: Mapping[str, Any], name: str) -> bool:
    """Tell whether something is called as a part of its session: labels can be given to anything, names are unique."""
    session = labels.session_of(thing["Labels"])
    return bool(session) and cluster_name(session) in name


def newest(volumes: Iterable[Mapping[str, Mapping[str, str]]]) -> Mapping[str, Mapping[str, str]]:
    """Return the record that counts where a move was cut in two: the one that lasts longer."""
    return max(volumes, key=lambda volume: labels.deadline_of(volume["Labels"]))


def left_of(record: Mapping[str, str]) -> timedelta | None:
    """Return what a paused session has left of its lease; None for one that runs."""
    told = record.get(LEFT, "")
    return timedelta(seconds=int(told)) if told.isdecimal() else None
