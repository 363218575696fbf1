"""The objects of a cluster that decide who reaches whom: its pods, namespaces, Services and NetworkPolicies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import msgspec

from tempshell_cli.packs.checks.network.rules import EVERY, End, Network, Policy, Ports, port_range

# The arguments for kubectl that read all of them.
READ_NETWORK = (
    *("get", "pods,namespaces,services,networkpolicies.networking.k8s.io"),
    *("--all-namespaces", "--output", "json"),
)


class _Object(msgspec.Struct, frozen=True, rename="camel"):
    """A part of an object of the API; keys that it does not name do not matter."""


class _Metadata(_Object, frozen=True):
    name: str
    namespace: str = ""
    labels: dict[str, str] = {}
    deletion_timestamp: str = ""


class _ContainerPort(_Object, frozen=True):
    container_port: int
    name: str = ""
    protocol: str = "TCP"


class _Container(_Object, frozen=True):
    ports: tuple[_ContainerPort, ...] = ()
    restart_policy: str = ""


class _PodSpec(_Object, frozen=True):
    containers: tuple[_Container, ...] = ()
    init_containers: tuple[_Container, ...] = ()
    host_network: bool = False


class _PodIP(_Object, frozen=True):
    ip: str


class _PodStatus(_Object, frozen=True):
    phase: str = ""
    pod_ips: tuple[_PodIP, ...] = msgspec.field(default=(), name="podIPs")


class _Pod(_Object, frozen=True):
    metadata: _Metadata
    spec: _PodSpec = _PodSpec()
    status: _PodStatus = _PodStatus()

    def is_live(self) -> bool:
        """Return whether it runs, or is about to."""
        return self.status.phase not in {"Succeeded", "Failed"} and not self.metadata.deletion_timestamp

    def end(self, namespace_labels: Mapping[str, str]) -> End:
        named: dict[str, Ports] = defaultdict(int)
        sidecars = (one for one in self.spec.init_containers if one.restart_policy == "Always")
        for container in (*self.spec.containers, *sidecars):
            for port in container.ports:
                named[port.name] |= port_range(port.protocol, port.container_port, port.container_port)
        addresses = tuple(ip_address(each.ip) for each in self.status.pod_ips)
        meta = self.metadata
        return End(meta.name, meta.namespace, meta.labels, namespace_labels, addresses, named)


class ServicePort(_Object, frozen=True):
    """A port of a Service, and the port of its pods that it leads to."""

    port: int
    name: str = ""
    protocol: str = "TCP"
    target_port: int | str | None = None

    def is_(self, name: str, protocol: str, numbers: Ports) -> bool:
        """Return whether it has that name, or one of these numbers where none is given."""
        if name:
            return (self.name, self.protocol) == (name, protocol)
        return bool(port_range(self.protocol, self.port, self.port) & numbers)

    def at(self, pod: End) -> Ports:
        """Return the ports of a pod behind the Service that it leads to."""
        if isinstance(self.target_port, str):
            return pod.named_ports.get(self.target_port, 0) & EVERY[self.protocol]
        target = self.target_port or self.port
        return port_range(self.protocol, target, target)


class _ServiceSpec(_Object, frozen=True):
    selector: dict[str, str] = {}
    ports: tuple[ServicePort, ...] = ()


class Service(_Object, frozen=True):
    """A Service."""

    metadata: _Metadata
    spec: _ServiceSpec = _ServiceSpec()

    def leads_to(self, pod: End) -> bool:
        """Return whether it selects a pod. One without a selector selects none."""
        selector, own = self.spec.selector, pod.namespace == self.metadata.namespace
        return own and bool(selector) and selector.items() <= pod.labels.items()


class _Namespace(_Object, frozen=True):
    metadata: _Metadata


class _Kind(_Object, frozen=True):
    kind: str


class _Listed(msgspec.Struct):
    items: list[msgspec.Raw]


@dataclass(frozen=True, slots=True)
class NetworkState:
    """A cluster, as far as it matters who reaches whom."""

    network: Network
    pods: Sequence[End]
    on_host: Sequence[End]  # pods with the network of their node, about which the API reference leaves all open
    namespaces: Mapping[str, Mapping[str, str]]
    services: Mapping[tuple[str, str], Service]  # by namespace and name


def named_ports(pods: Iterable[End]) -> Mapping[str, Ports]:
    """Return the named ports that pods have between them."""
    named: dict[str, Ports] = defaultdict(int)
    for pod in pods:
        for name, ports in pod.named_ports.items():
            named[name] |= ports
    return named


def network_state(listed: bytes) -> NetworkState:
    """Return what kubectl has printed for ``READ_NETWORK``; raises msgspec.DecodeError for anything else."""
    kinds: dict[str, list[Any]] = defaultdict(list)
    models = {"Pod": _Pod, "Namespace": _Namespace, "Service": Service, "NetworkPolicy": Policy}
    for item in msgspec.json.decode(listed, type=_Listed).items:
        kind = msgspec.json.decode(item, type=_Kind).kind
        kinds[kind].append(msgspec.json.decode(item, type=models[kind]))
    namespaces = {one.metadata.name: one.metadata.labels for one in kinds["Namespace"]}
    live = [pod for pod in kinds["Pod"] if pod.is_live()]
    ends = {host: [one.end(namespaces.get(one.metadata.namespace, {})) for one in live if one.spec.host_network is host]
            for host in (False, True)}  # fmt: skip
    services = {(one.metadata.namespace, one.metadata.name): one for one in kinds["Service"]}
    return NetworkState(Network(kinds["NetworkPolicy"]), ends[False], ends[True], namespaces, services)
