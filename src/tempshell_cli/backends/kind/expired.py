"""Parts of clusters that are past the deadline on their labels, of every owner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from tempshell_cli.backends.base import Expired
from tempshell_cli.backends.docker.engine import PAUSED, DockerEngine, name_of
from tempshell_cli.backends.docker.expired import Dated, dated, over
from tempshell_cli.backends.kind.inventory import Inventory
from tempshell_cli.backends.kind.names import COMPONENTS, KIND_CLUSTER, cluster_name, session_of


def expired(inventory: Inventory, grace: timedelta) -> Sequence[Expired]:
    """Return the nodes that are over, which are so with their record, then what carries labels, records last."""
    found = sorted(
        dated(inventory.engine, lambda component: component.startswith(COMPONENTS)), key=lambda one: one.kind
    )
    nodes = [_dated_node(inventory.engine, node, found) for node in inventory.nodes()]
    return over(inventory.engine, [*nodes, *found], grace)


def _dated_node(engine: DockerEngine, node: Mapping[str, Any], found: Sequence[Dated]) -> Dated:
    """Return a node with its deadline: its record's, and not before it has ended.

    One that runs is not over: its own timer ends it. One that is paused cannot keep its deadline itself.
    """
    session = session_of(node["Labels"][KIND_CLUSTER])
    volumes = [one for one in found if one.kind == "volume" and cluster_name(session) in one.name]
    times = [one.deadline for one in volumes if one.session == session]
    if node["State"] != PAUSED:
        times.append(engine.ended(node["Id"]))
    latest = None if None in times else max((one for one in times if one), default=None)
    return Dated("container", name_of(node), node["Id"], session, latest)
