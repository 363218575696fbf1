"""Removing what a session has on the engine and on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tempshell_cli.backends.base import Receipt, Sandbox
from tempshell_cli.backends.docker.engine import name_of
from tempshell_cli.backends.kind.inventory import Inventory
from tempshell_cli.core.errors import ProvisionFailed


def remove_session(
    inventory: Inventory, sandbox: Sandbox, delete_cluster: Callable[[], None], kubeconfig: Path
) -> Receipt:
    """Remove terminal, cluster, kubeconfig, network and record, in this order, and look until they are gone.

    Of what carries the session's label, only what its owner's carries, too. ``delete_cluster`` has kind remove its
    nodes, and ``kubeconfig`` is the file that kind has written.
    """
    session, owner, engine = sandbox.session, sandbox.owner, inventory.engine
    nodes = inventory.nodes(session) if inventory.owns_nodes(session, owner) else []
    removed = engine.remove_containers(lambda: inventory.terminals(owner, session=session))
    removed += _remove_nodes(inventory, session, delete_cluster) if nodes else []
    removed += [f"kubeconfig {kubeconfig}"] if kubeconfig.exists() else []
    kubeconfig.unlink(missing_ok=True)
    networks = [engine.remove_network(found["Name"]) for found in inventory.networks(owner, session=session)]
    removed += [network for network in networks if network]
    # The record goes last: what is left is found by it.
    volumes = inventory.volumes(owner, session=session) if all(networks) else []
    gone = [engine.remove_volume(found["Name"]) for found in volumes]
    removed += [volume for volume in gone if volume]
    parts = [*inventory.terminals(owner, session=session), *(inventory.nodes(session) if nodes else ())]
    left = [f"container {name_of(found)}" for found in parts]
    left += [engine.why_network_stays(found["Name"]) for found in inventory.networks(owner, session=session)]
    left += [f"volume {found['Name']}" for found in inventory.volumes(owner, session=session)]
    return Receipt(session, removed, left)


def _remove_nodes(inventory: Inventory, session: str, delete_cluster: Callable[[], None]) -> list[str]:
    """Let kind remove its nodes; what is left where kind is not there, or fails, is removed all the same."""
    nodes = inventory.nodes(session)
    if nodes and shutil.which("kind"):
        with suppress(ProvisionFailed):
            delete_cluster()
    inventory.engine.remove_containers(lambda: inventory.nodes(session))
    return [f"container {name_of(node)}" for node in nodes]
