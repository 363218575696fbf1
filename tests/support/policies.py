"""Random NetworkPolicies: every kind of rule that the API knows, for clusters of a few pods.

https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from random import Random
from typing import Any

Json = dict[str, Any]
NAME_LABEL = "kubernetes.io/metadata.name"


@dataclass(frozen=True)
class World:
    """What policies can be about: namespaces and pods by their labels, addresses, and ports by number and by name."""

    namespaces: Mapping[str, Mapping[str, str]]
    pods: Sequence[Mapping[str, str]]
    addresses: Sequence[str]
    ports: Sequence[int]
    names: Sequence[str]
    names_need_pods: bool = False  # no egress rule names a port but where all of its peers are pods


def draw_policy(chance: Random, world: World, name: str, namespace: str) -> Json:
    """Return a policy of a namespace."""
    types = chance.choice(([], ["Ingress"], ["Egress"], ["Ingress", "Egress"]))
    spec: Json = {"podSelector": _selector(chance, world.pods)}
    for direction, peers in (("Ingress", "from"), ("Egress", "to")):
        if direction in types or (not types and chance.random() < 0.5):
            spec[direction.lower()] = [_rule(chance, world, peers) for _ in range(chance.choice((0, 1, 1, 1, 2)))]
    if types:  # else the API says: ingress, and egress where there are rules for it
        spec["policyTypes"] = types
    head = {"name": name, "namespace": namespace}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": head, "spec": spec}


def _rule(chance: Random, world: World, peers: str) -> Json:
    rule: Json = {}
    if chance.random() < 0.85:
        rule[peers] = [_peer(chance, world) for _ in range(chance.choice((0, 1, 1, 1, 2, 2)))]
    if chance.random() < 0.6:
        of_pods = bool(rule.get(peers)) and not any("ipBlock" in one for one in rule[peers])
        names = world.names if of_pods or peers == "from" or not world.names_need_pods else ()
        rule["ports"] = [_port(chance, world.ports, names) for _ in range(chance.choice((0, 1, 1, 2)))]
    return rule


def _peer(chance: Random, world: World) -> Json:
    kind = chance.choice(("block", "pods", "namespaces", "both", "both"))
    if kind == "block":
        return {"ipBlock": _block(chance, world)}
    peer: Json = {}
    if kind != "namespaces":
        peer["podSelector"] = _selector(chance, world.pods)
    if kind != "pods":
        peer["namespaceSelector"] = _selector(chance, list(world.namespaces.values()))
    return peer


def _block(chance: Random, world: World) -> Json:
    sizes = chance.sample((0, 8, 16, 24, 28, 30, 31, 32), chance.choice((1, 2, 2)))
    wide, *narrow = sorted(sizes)
    address = chance.choice(world.addresses)
    block = {"cidr": str(ip_network(f"{address}/{wide}", strict=False))}
    near = [one for one in world.addresses if ip_network(one).subnet_of(ip_network(block["cidr"]))]  # type: ignore[arg-type]
    exceptions = {str(ip_network(f"{chance.choice(near)}/{size}", strict=False)) for size in narrow}
    return {**block, **({"except": sorted(exceptions)} if exceptions else {})}


def _port(chance: Random, ports: Sequence[int], names: Sequence[str]) -> Json:
    port: Json = {}
    if chance.random() < 0.6:
        port["protocol"] = chance.choice(("TCP", "TCP", "UDP", "UDP", "SCTP"))
    match chance.choice(("all", *(("name", "name") if names else ()), "one", "one", "range")):
        case "name":
            port["port"] = chance.choice(names)
        case "one":
            port["port"] = chance.choice(ports)
        case "range":
            port["port"], port["endPort"] = sorted((chance.choice(ports), chance.choice(ports)))
    return port or {"protocol": "TCP"}


def _selector(chance: Random, labelled: Sequence[Mapping[str, str]]) -> Json:
    key, value = chance.choice([(key, value) for labels in labelled for key, value in labels.items()])
    other = chance.choice([labels[key] for labels in labelled if key in labels])
    operator = chance.choice(("In", "NotIn", "Exists", "DoesNotExist"))
    listed = sorted({value, other, chance.choice(("nothing", value))})
    expression = {"key": key, "operator": operator, **({"values": listed} if operator.endswith("In") else {})}
    match chance.choice(("all", "labels", "labels", "expressions", "expressions", "both")):
        case "all":
            return {}
        case "labels":
            return {"matchLabels": {key: value}}
        case "expressions":
            return {"matchExpressions": [expression]}
        case _:
            more, its = chance.choice([(key, value) for labels in labelled for key, value in labels.items()])
            return {"matchLabels": {more: its}, "matchExpressions": [expression]}
