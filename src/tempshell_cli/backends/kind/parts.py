"""The parts of a session's cluster on the engine, and what their state means for the session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tempshell_cli.backends import labels
from tempshell_cli.backends.base import Condition
from tempshell_cli.backends.docker.engine import ENDED, PAUSED, condition_of, is_connected, name_of
from tempshell_cli.backends.kind.names import cluster_name, control_plane_name, terminal_name
from tempshell_cli.backends.kind.record import NODES, left_of

Container = Mapping[str, Any]  # as the engine lists it


class Parts(NamedTuple):
    """What the engine has of one session. ``carried`` are its labels; ``has_record`` whether they are the record's."""

    session: str
    carried: Mapping[str, str]
    has_record: bool
    terminal: Container | None
    nodes: Sequence[Container]

    @property
    def all(self) -> list[Container]:
        """All containers: the nodes, and the terminal."""
        return [*self.nodes, *([self.terminal] if self.terminal else [])]

    @property
    def stopped(self) -> list[Container]:
        """The nodes that have ended; their disks are there."""
        return [node for node in self.nodes if node["State"] == ENDED]

    @property
    def unconnected(self) -> list[Container]:
        """The containers that are not on the cluster's network."""
        return [part for part in self.all if not is_connected(part) and part not in self.stopped]

    @property
    def has_terminal(self) -> bool:
        """Whether there is a terminal that runs."""
        return self.terminal is not None and condition_of(self.terminal) is Condition.RUNNING

    @property
    def missing_workers(self) -> list[str]:
        """The names of the nodes that the cluster was made with and that are gone, but for the control plane."""
        there = {name_of(node) for node in self.nodes}
        made_with = (f"{cluster_name(self.session)}-{one}" for one in self.carried.get(NODES, "").split())
        return [name for name in made_with if name not in there | {control_plane_name(self.session)}]


def condition(parts: Parts) -> tuple[Condition, tuple[str, ...]]:
    """Return the condition of a session by its parts, and what is the matter with each."""
    if control_plane_name(parts.session) not in {name_of(node) for node in parts.nodes}:
        return Condition.DEAD, (f"node {control_plane_name(parts.session)} is gone, and with it the cluster",)
    halted = [f"node {name_of(node)} has stopped" for node in parts.stopped]
    if left_of(parts.carried) is None:
        halted += [f"container {name_of(part)} was paused" for part in parts.all if part["State"] == PAUSED]
    gone = [f"node {name} is gone" for name in parts.missing_workers]
    gone += [f"container {name_of(part)} has lost its network" for part in parts.unconnected]
    if not parts.has_terminal:
        home = "" if labels.workspace_of(parts.carried) else "its home and "
        gone.append(f"container {terminal_name(parts.session)} is gone, with {home}the values of --env and --secret")
    if not parts.has_record:
        gone.append("the volume that stands for the session is gone")
    if halted:
        return Condition.STOPPED, (*halted, *gone)
    return (Condition.BROKEN if gone else Condition.RUNNING), tuple(gone)
