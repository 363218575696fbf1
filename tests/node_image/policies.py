"""Random NetworkPolicies, and what they let through according to the API's documentation.

https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address, ip_network
from typing import Any, NamedTuple

Policy = Mapping[str, Any]
NAMESPACES = {"front": {"team": "front", "zone": "dmz"}, "back": {"team": "back"}}
NAMED = {"http": 80, "admin": 8080}  # container ports that every pod names
PORTS = (80, 81, 82, 8080)


class Pod(NamedTuple):
    """A pod, named as its label ``app``, that serves on PORTS over TCP."""

    namespace: str
    app: str
    address: str = ""

    def __str__(self) -> str:
        return f"{self.namespace}/{self.app}"


def allowed(policies: Sequence[Policy], source: Pod, target: Pod, port: int) -> bool:
    """Return whether a TCP connection from one pod to another is let through."""
    if source == target:
        return True
    out = _permits(policies, "Egress", source, target, port)
    return out and _permits(policies, "Ingress", target, source, port)


def _permits(policies: Sequence[Policy], direction: str, isolated: Pod, peer: Pod, port: int) -> bool:
    selecting = [
        policy
        for policy in policies
        if policy["metadata"]["namespace"] == isolated.namespace
        and direction in policy["spec"]["policyTypes"]
        and _matches(policy["spec"]["podSelector"], {"app": isolated.app})
    ]
    entries = [(entry, policy) for policy in selecting for entry in policy["spec"].get(direction.lower(), [])]
    peers = "from" if direction == "Ingress" else "to"
    return not selecting or any(
        _has_port(entry.get("ports"), port) and _has_peer(entry.get(peers), peer, policy["metadata"]["namespace"])
        for entry, policy in entries
    )


def _has_port(ports: Sequence[Mapping[str, Any]] | None, port: int) -> bool:
    return not ports or any(one.get("protocol", "TCP") == "TCP" and _in_range(one, port) for one in ports)


def _in_range(wanted: Mapping[str, Any], port: int) -> bool:
    first = wanted.get("port", port)
    first = NAMED.get(first, first)
    return bool(first <= port <= wanted.get("endPort", first)) if "port" in wanted else True


def _has_peer(peers: Sequence[Mapping[str, Any]] | None, pod: Pod, namespace: str) -> bool:
    return not peers or any(_is_peer(one, pod, namespace) for one in peers)


def _is_peer(peer: Mapping[str, Any], pod: Pod, namespace: str) -> bool:
    if block := peer.get("ipBlock"):
        address = ip_address(pod.address)
        return address in ip_network(block["cidr"]) and not any(
            address in ip_network(one) for one in block.get("except", [])
        )
    in_namespace = (
        _matches(peer["namespaceSelector"], NAMESPACES[pod.namespace])
        if "namespaceSelector" in peer
        else pod.namespace == namespace
    )
    return in_namespace and _matches(peer.get("podSelector", {}), {"app": pod.app})


def _matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    if any(labels.get(key) != value for key, value in selector.get("matchLabels", {}).items()):
        return False
    return all(_holds(one, labels) for one in selector.get("matchExpressions", []))


def _holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    value, values = labels.get(expression["key"]), expression.get("values", [])
    match expression["operator"]:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case _:
            return value is None


def draw(chance: random.Random, pods: Sequence[Pod]) -> list[Policy]:
    """Return one to four policies for the pods' namespaces."""
    return [_policy(chance, pods, f"policy-{number}") for number in range(chance.randint(1, 4))]


def _policy(chance: random.Random, pods: Sequence[Pod], name: str) -> Policy:
    types = chance.choice((["Ingress"], ["Egress"], ["Ingress", "Egress"]))
    spec: dict[str, Any] = {"podSelector": _selector(chance, "app", ("web", "db")), "policyTypes": types}
    for direction, peers in (("Ingress", "from"), ("Egress", "to")):
        if direction in types:
            spec[direction.lower()] = [_entry(chance, pods, peers) for _ in range(chance.randint(0, 2))]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": chance.choice(list(NAMESPACES))},
        "spec": spec,
    }


def _entry(chance: random.Random, pods: Sequence[Pod], peers: str) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    if chance.random() < 0.8:
        entry[peers] = [_peer(chance, pods) for _ in range(chance.randint(1, 2))]
    if chance.random() < 0.7:
        entry["ports"] = _sample(chance, _PORT_CHOICES)
    return entry


_PORT_CHOICES: Sequence[Mapping[str, Any]] = (
    {"port": 80},
    {"port": "http"},
    {"port": "admin", "protocol": "TCP"},
    {"port": 81, "endPort": 8080, "protocol": "TCP"},
    {"port": 80, "protocol": "UDP"},
    {"protocol": "TCP"},
    {"port": 82, "endPort": 82},
)


def _peer(chance: random.Random, pods: Sequence[Pod]) -> dict[str, Any]:
    pod = chance.choice(pods)
    kind = chance.choice(("block", "pods", "namespaces", "both"))
    if kind == "block":
        wide = str(ip_network(f"{pod.address}/16", strict=False))
        return chance.choice((
            {"ipBlock": {"cidr": f"{pod.address}/32"}},
            {"ipBlock": {"cidr": wide}},
            {"ipBlock": {"cidr": wide, "except": [f"{pod.address}/32"]}},
            {"ipBlock": {"cidr": "0.0.0.0/0", "except": [str(ip_network(f"{pod.address}/24", strict=False))]}},
        ))  # fmt: skip
    peer = {}
    if kind != "namespaces":
        peer["podSelector"] = _selector(chance, "app", ("web", "db"))
    if kind != "pods":
        peer["namespaceSelector"] = _selector(chance, "team", ("front", "back"))
    return peer


def _selector(chance: random.Random, key: str, values: Sequence[str]) -> dict[str, Any]:
    value = chance.choice(values)
    return chance.choice((
        {},
        {"matchLabels": {key: value}},
        {"matchExpressions": [{"key": key, "operator": "NotIn", "values": [value]}]},
        {"matchExpressions": [{"key": "zone", "operator": chance.choice(("Exists", "DoesNotExist"))}]},
        {"matchLabels": {key: value}, "matchExpressions": [{"key": key, "operator": "In", "values": list(values)}]},
    ))  # fmt: skip


def _sample(chance: random.Random, choices: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return chance.sample(choices, chance.randint(1, 2))


def reached(policies: Sequence[Policy], pods: Iterable[Pod]) -> set[tuple[Pod, Pod, int]]:
    """Return every connection between two pods that is let through."""
    everyone = list(pods)
    return {
        (source, target, port)
        for source in everyone for target in everyone for port in PORTS if allowed(policies, source, target, port)
    }  # fmt: skip
