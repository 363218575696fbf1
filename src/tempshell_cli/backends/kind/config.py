"""The configuration that kind makes a cluster from (https://kind.sigs.k8s.io/docs/user/configuration/)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from tempshell_cli.backends.base import Cluster
from tempshell_cli.core import yaml_events
from tempshell_cli.core.errors import UsageProblem

_LOOPBACK = "127.0.0.1"
# What a node keeps for itself, and the least free memory before it evicts pods: one learner's mistake must not take
# the API server with it.
_RESERVATIONS = """\
kind: InitConfiguration
nodeRegistration:
  kubeletExtraArgs:
    system-reserved: memory=256Mi
    eviction-hard: memory.available<100Mi
"""
# From 1.35 on a kubelet does not start on cgroup v1 unless it is allowed to; older ones ignore the key, with a warning.
# https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/#kubelet-config-k8s-io-v1beta1-KubeletConfiguration
_ON_CGROUP_V1 = """\
kind: KubeletConfiguration
failCgroupV1: false
"""
# On the machines that scenarios are written for pods run on every node.
_WITHOUT_TAINTS = """\
kind: InitConfiguration
nodeRegistration:
  taints: []
"""
_USUAL = Cluster()
_INGRESS = {"http": 80, "https": 443}


def cluster_config(name: str, ports: Mapping[str, int], wanted: Cluster = _USUAL, *, cgroup_v1: bool = False) -> str:
    """Return the document for a cluster of one control-plane node and workers.

    ``cgroup_v1`` is set where the engine's machine has no cgroup v2, which today's kubelets ask for by default.
    ``wanted.config`` is a document of the user's that is laid under it: lists are joined node by node, and what
    tempshell needs itself (name, ports on the loopback interface) wins. Raises UsageProblem where it is not such a
    document. Where people work on the control plane, pods run there, too; without workers they always do.
    """
    ours = _ours(name, ports, wanted.nodes)
    if wanted.node_shell:
        ours["nodes"][0]["kubeadmConfigPatches"].append(_WITHOUT_TAINTS)
    if cgroup_v1:
        ours["kubeadmConfigPatches"] = [_ON_CGROUP_V1]
    merged = _over(_read(wanted.config), ours)
    return yaml.safe_dump(merged, sort_keys=False)


def publishes(config: str) -> bool:
    """Return whether a document of the user's asks for ports of the engine's machine; raises UsageProblem."""
    return any(node.get("extraPortMappings") for node in _read(config).get("nodes", []))


def node_names(config: str) -> list[str]:
    """Return the ends of the names that kind gives to the nodes of a configuration: roles, numbered from the second on.

    https://github.com/kubernetes-sigs/kind/blob/main/pkg/cluster/internal/providers/common/namer.go
    """
    roles = [str(node.get("role", "control-plane")) for node in yaml.safe_load(config)["nodes"]]
    before = (roles[:place].count(role) for place, role in enumerate(roles))
    return [f"{role}{count + 1}" if count else role for role, count in zip(roles, before, strict=True)]


def _ours(name: str, ports: Mapping[str, int], nodes: int) -> dict[str, Any]:
    published = [
        {"containerPort": inside, "hostPort": ports[kind], "listenAddress": _LOOPBACK, "protocol": "TCP"}
        for kind, inside in _INGRESS.items()
    ]
    first = {"role": "control-plane", "extraPortMappings": published, "kubeadmConfigPatches": [_RESERVATIONS]}
    return {
        "kind": "Cluster",
        "apiVersion": "kind.x-k8s.io/v1alpha4",
        "name": name,
        "networking": {"apiServerAddress": _LOOPBACK, "apiServerPort": ports["api"]},
        "nodes": [first, *({"role": "worker"} for _ in range(nodes - 1))],
    }


def _read(extra: str) -> dict[str, Any]:
    try:
        found = yaml_events.load(extra) or {}
    except yaml.YAMLError as cause:
        raise UsageProblem(f"cannot read the kind configuration: {cause}", hint=_SEE) from cause
    if not isinstance(found, dict) or found.get("kind", "Cluster") != "Cluster":
        raise UsageProblem("the kind configuration does not describe a Cluster", hint=_SEE)
    nodes = found.get("nodes", [])
    if not isinstance(nodes, list) or not all(isinstance(node, dict) for node in nodes):
        raise UsageProblem("nodes in the kind configuration is not a list of nodes", hint=_SEE)
    if nodes and nodes[0].get("role", "control-plane") != "control-plane":
        raise UsageProblem("the kind configuration's first node is not the control plane", hint=_SEE)
    return found


_SEE = "https://kind.sigs.k8s.io/docs/user/configuration/ describes it"


def _over(under: Any, ours: Any) -> Any:  # noqa: ANN401 - YAML
    """Return ours over what is under it: maps by key, the list of nodes by place, other lists joined."""
    if isinstance(under, dict) and isinstance(ours, dict):
        return {key: _over(under.get(key), ours.get(key)) for key in {**under, **ours}}
    if isinstance(under, list) and isinstance(ours, list):
        if not all(isinstance(item, dict) and "role" in item for item in ours):
            return [*under, *ours]
        # The longer list of nodes, ours laid over theirs; a worker of ours does not change a node of theirs.
        return [
            _over(_at(under, place), _at(ours, place) if place == 0 or place >= len(under) else None)
            for place in range(max(len(under), len(ours)))
        ]
    return under if ours is None else ours


def _at(items: list[Any], place: int) -> Any:  # noqa: ANN401 - YAML
    return items[place] if place < len(items) else None
