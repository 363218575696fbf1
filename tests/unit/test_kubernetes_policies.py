"""What the network rules of a session let through, as the API's documentation says how they are read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any, NamedTuple

import pytest

from tempshell_cli.backends.base import Access, Network, SandboxRequest, Template
from tempshell_cli.backends.kubernetes.helpers import ApiServer, parts
from tempshell_cli.backends.kubernetes.metadata import Origin


class Target(NamedTuple):
    """A pod with its namespace and its label ``k8s-app``, or with no namespace an address beyond the cluster."""

    address: str
    namespace: str = ""
    app: str = ""


COREDNS = Target("10.244.0.2", "kube-system", "kube-dns")
OPENSHIFT = Target("10.128.0.5", "openshift-dns")
SYSTEM = Target("10.244.0.9", "kube-system", "metrics-server")
NEIGHBOUR = Target("10.244.0.7", "class-a", "web")
NODE_LOCAL, CLOUD = Target("169.254.20.10"), Target("169.254.169.254")
INTERNET, OFFICE = Target("93.184.216.34"), Target("10.1.2.3")


def _reached(target: Target, port: int, protocol: str = "TCP", network: Network = Network.DEFAULT) -> bool:
    template = Template("busybox", network=network, access=Access.NONE)
    request = SandboxRequest("0a1b2c3d", "ann", datetime(2030, 1, 1, tzinfo=UTC), template)
    owner = {"metadata": {"name": "job", "uid": "1"}}
    made = [part.body.get("spec", {}) for part in parts(Origin(request, "kubernetes"), owner, ApiServer(), own=True)]
    rules = [rule for spec in made for rule in spec.get("egress", ())]
    return any(_has_port(rule, port, protocol) and any(_is_peer(one, target) for one in rule["to"]) for rule in rules)


def _has_port(rule: Mapping[str, Any], port: int, protocol: str) -> bool:
    return "ports" not in rule or {"protocol": protocol, "port": port} in rule["ports"]


def _is_peer(peer: Mapping[str, Any], target: Target) -> bool:
    if block := peer.get("ipBlock"):
        address, network = ip_address(target.address), ip_network(block["cidr"])
        inside = any(address in ip_network(one) for one in block.get("except", ()))
        return not target.namespace and address in network and not inside
    chosen = peer["namespaceSelector"].get("matchExpressions", ())
    in_namespace = all(target.namespace in one["values"] for one in chosen)
    wanted = peer.get("podSelector", {}).get("matchLabels", {}).get("k8s-app", target.app)
    return bool(target.namespace) and in_namespace and target.app == wanted


@pytest.mark.parametrize("protocol", ["UDP", "TCP"])
@pytest.mark.parametrize(
    ("server", "port"),
    [
        (COREDNS, 53),
        (COREDNS._replace(namespace="elsewhere"), 53),
        (COREDNS, 8053),  # Gardener
        (OPENSHIFT, 5353),
        (NODE_LOCAL, 53),
        (CLOUD, 53),  # GKE's Cloud DNS
    ],
)
def test_names_are_asked_for_wherever_distributions_answer(server: Target, port: int, protocol: str) -> None:
    assert _reached(server, port, protocol)
    assert not _reached(server, port, protocol, Network.NONE)


@pytest.mark.parametrize(
    ("target", "port"),
    [
        (CLOUD, 80),  # where a cloud hands out a node's credentials
        (CLOUD, 5353),
        (NODE_LOCAL, 80),
        (SYSTEM, 443),
        (OPENSHIFT, 80),
        (NEIGHBOUR, 53),
        (NEIGHBOUR, 5353),
        (NEIGHBOUR, 80),
        (OFFICE, 53),
        (OFFICE, 443),
    ],
)
def test_nothing_else_of_the_cluster_is_reached(target: Target, port: int) -> None:
    assert not _reached(target, port)
    assert not _reached(target, port, "UDP")


def test_the_internet_is_reached() -> None:
    assert _reached(INTERNET, 443)
    assert not _reached(INTERNET, 443, network=Network.NONE)
