"""A cluster whose network leads nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tempshell_cli.backends.docker.engine import DockerEngine
from tempshell_cli.core.errors import ProvisionFailed

# The engine gives no default route on such a network, and without any route the kernel refuses a connection to a
# Service's address before kube-proxy's rules lead it to a pod: an API server would reach no webhook and no metrics.
# The route leads to an address that nothing has, by a hardware address that nothing has: were it only a device, the
# engine's machine would answer for each of its own addresses, the one where it resolves names among them.
_ROUTE = r"""
device=$(ip -4 route show scope link | grep -o -m 1 'eth[0-9]*' | head -n 1) nobody=169.254.255.254
ip neighbour replace "$nobody" lladdr 02:00:00:00:00:01 nud permanent dev "$device" &&
ip route replace default via "$nobody" dev "$device" onlink
"""


def route_services(engine: DockerEngine, nodes: Iterable[Mapping[str, Any]]) -> None:
    """Have the nodes of a closed cluster reach its Services; raises ProvisionFailed. It is lost when a node stops."""
    for node in nodes:
        done = engine.run_in(node["Id"], ("/bin/sh", "-c", _ROUTE), user="0")
        if done.exit_code:
            raise ProvisionFailed(f"the node has no route: {done.stdout.decode(errors='replace').strip()}")
