"""The engine's record of a session: an empty volume whose labels say whose cluster it is, until when, on which terms.

Labels cannot be changed, so a change is another volume, with the next number. It is made before the old one is removed:
at every moment in between, there is a record, and the highest number counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from tempshell_cli.backends import labels
from tempshell_cli.backends.base import Network, SandboxRequest, Template, Workspace
from tempshell_cli.backends.docker.engine import DockerEngine, of_owner, of_session
from tempshell_cli.backends.kind.names import cluster_name, record_name
from tempshell_cli.core.errors import ProvisionFailed

RECORD = "cluster"
_MARK = f"{labels.COMPONENT}={RECORD}"
SHELL, ON_NODE = f"{labels.PREFIX}shell", "node"  # where the person's shell is; by default in the terminal
LEFT = f"{labels.PREFIX}left"  # seconds of the lease when the cluster was paused
_NUMBER = f"{labels.PREFIX}record"


class Change(NamedTuple):
    """What a record says from now on.

    ``left`` is what a paused session has left of its lease, None for one that runs; terms stay where there are none.
    """

    deadline: datetime
    left: timedelta | None = None
    terms: str = ""


# What it takes to make the terminal again, and to see that a node is gone.
_CPUS, _MEMORY, _PIDS = (f"{labels.PREFIX}{name}" for name in ("cpus", "memory", "pids"))
NODES = f"{labels.PREFIX}nodes"  # the ends of their names


def create_record(engine: DockerEngine, carried: Mapping[str, str], session: str) -> None:
    """Make the record of a session that is about to be made."""
    engine.create_volume(record_name(session, 0), carried)


def record_labels(request: SandboxRequest, nodes: Sequence[str] = ()) -> dict[str, str]:
    """Return what the record of a session says; ``nodes`` are the ends of the names of its nodes."""
    template = request.template
    where = {SHELL: ON_NODE} if template.cluster.node_shell else {}
    limits = {_CPUS: f"{template.cpus:g}", _MEMORY: str(template.memory), _PIDS: str(template.pids)}
    return {**labels.labels(request, RECORD), **where, **limits, NODES: " ".join(nodes)}


def template_of(carried: Mapping[str, str]) -> Template:
    """Return what a terminal is made from, by the labels of its session; what they do not say is as usual."""
    network = Network.NONE if labels.is_closed(carried) else Network.DEFAULT
    made = Template(image="", profile=labels.profile_of(carried), network=network)
    for name in labels.workspace_of(carried).values():
        made = made._replace(workspace=Workspace(name, 0))  # the engine enforces no size
    with suppress(KeyError, ValueError):
        limits = float(carried[_CPUS]), int(carried[_MEMORY]), int(carried[_PIDS])
        return made._replace(cpus=limits[0], memory=limits[1], pids=limits[2])
    return made


def change_record(engine: DockerEngine, carried: Mapping[str, str], change: Change) -> None:
    """Have the record say something else; where it was lost, make it from what another part of the session carries.

    Raises ProvisionFailed where somebody else has changed it at the same time.
    """
    session = carried[labels.SESSION]
    old = [one for one in engine.volumes(of_session(session), _MARK) if is_named(one, one["Name"])]
    number = 1 + max((_number(volume) for volume in old), default=0)
    carried_on = {name: value for name, value in labels.of_part(carried, RECORD).items() if name != LEFT}
    carried_on |= {_NUMBER: str(number), labels.DEADLINE: change.deadline.isoformat(timespec="seconds")}
    if change.left is not None:
        carried_on[LEFT] = str(int(change.left.total_seconds()))
    if change.terms:
        carried_on[labels.TERMS] = change.terms
    if engine.create_volume(record_name(session, number), carried_on) != carried_on:
        raise ProvisionFailed("another command is changing the session", hint="try again")
    for volume in old:
        engine.remove_volume(volume["Name"])


def records(engine: DockerEngine, owner: str | None = None, session: str | None = None) -> dict[str, Mapping[str, str]]:
    """Return the labels of the sessions' records, by session; where a change was cut in two, those of the later one."""
    found: dict[str, Mapping[str, str]] = {}
    volumes = engine.volumes(of_session(session), _MARK, *of_owner(owner))
    for volume in sorted(volumes, key=lambda one: (_number(one), labels.deadline_of(one["Labels"]))):
        if is_named(volume, volume["Name"]):
            found[labels.session_of(volume["Labels"])] = volume["Labels"]
    return found


def is_named(thing: Mapping[str, Any], name: str) -> bool:
    """Return whether something is named as a part of its session: labels can be given to anything, names are unique."""
    session = labels.session_of(thing["Labels"])
    return bool(session) and cluster_name(session) in name


def left_of(record: Mapping[str, str]) -> timedelta | None:
    """Return what a paused session has left of its lease; None for one that runs."""
    left = record.get(LEFT, "")
    return timedelta(seconds=int(left)) if left.isdecimal() else None


def _number(volume: Mapping[str, Any]) -> int:
    number = volume["Labels"].get(_NUMBER, "")
    return int(number) if number.isdecimal() else 0
