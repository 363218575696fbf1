"""What NetworkPolicies let through, computed from the objects of a cluster. Pure: nothing is asked of any network.

The rules are those of the API reference and of the concept page behind it:
https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/
https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Any

import msgspec

from tempshell_cli.packs.checks.values.selector import Selector, selector

PROTOCOLS = ("TCP", "UDP", "SCTP")
LAST_PORT = 65535
_SPAN = LAST_PORT + 1

Address = IPv4Address | IPv6Address
Block = IPv4Network | IPv6Network
# A set of ports as the bits of a number, 65536 for each protocol in turn: unions and intersections are exact and cheap,
# and an operator each.
Ports = int


class Way(StrEnum):
    """One of the two directions in which a policy isolates a pod."""

    EGRESS = "Egress"
    INGRESS = "Ingress"


def port_range(protocol: str, first: int, last: int) -> Ports:
    """Return the ports from the first to the last, both included."""
    return ((1 << (last - first + 1)) - 1) << (PROTOCOLS.index(protocol) * _SPAN + first)


EVERY = {protocol: port_range(protocol, 1, LAST_PORT) for protocol in PROTOCOLS}
EVERY_PORT = sum(EVERY.values())


def port_ranges(ports: Ports) -> Iterator[tuple[str, int, int]]:
    """Yield protocol, first and last port of each unbroken range of the set."""
    for index, protocol in enumerate(PROTOCOLS):
        rest = ports >> (index * _SPAN) & ((1 << _SPAN) - 1)
        while rest:
            first = (rest & -rest).bit_length() - 1
            size = (~(rest >> first) & ((rest >> first) + 1)).bit_length() - 1
            yield protocol, first, first + size - 1
            rest &= ~(((1 << size) - 1) << first)


class _Object(msgspec.Struct, frozen=True, rename="camel"):
    """A part of an object of the API; keys that it does not name do not matter."""


class _IpBlock(_Object, frozen=True):
    cidr: str
    except_: tuple[str, ...] = msgspec.field(default=(), name="except")

    def blocks(self) -> Iterator[Block]:
        """Yield the block itself, then what is taken out of it."""
        for text in (self.cidr, *self.except_):
            yield ip_network(text, strict=False)

    def has(self, address: Address) -> bool:
        block, *exceptions = self.blocks()
        return address in block and not any(address in one for one in exceptions)


class Peer(_Object, frozen=True, dict=True):
    """An entry of ``from`` or ``to``: a block of addresses, or pods by their labels and those of their namespaces.

    Without a selector of namespaces it is about those of the policy's own.
    """

    pod_selector: dict[str, Any] | None = None
    namespace_selector: dict[str, Any] | None = None
    ip_block: _IpBlock | None = None

    @cached_property
    def pods(self) -> Selector | None:
        """What it asks of pods."""
        return None if self.pod_selector is None else selector(self.pod_selector)

    @cached_property
    def namespaces(self) -> Selector | None:
        """What it asks of their namespaces."""
        return None if self.namespace_selector is None else selector(self.namespace_selector)

    def is_(self, end: End, namespace: str) -> bool:
        """Return whether this is that end, in a policy of the namespace."""
        if self.ip_block:
            return any(self.ip_block.has(address) for address in end.addresses)
        if not end.is_pod:
            return False
        if self.namespaces is None:
            in_namespace = end.namespace == namespace
        else:
            in_namespace = self.namespaces.selects(end.namespace_labels)
        return in_namespace and (self.pods is None or self.pods.selects(end.labels))


class _Port(_Object, frozen=True):
    protocol: str = "TCP"
    port: int | str | None = None
    end_port: int | None = None

    def at(self, target: End) -> Ports:
        """Return the ports that it means; a name is one of the target's."""
        if self.port is None:
            return EVERY[self.protocol]
        if isinstance(self.port, str):
            return target.named_ports.get(self.port, 0) & EVERY[self.protocol]
        return port_range(self.protocol, self.port, self.end_port or self.port)


class _Rule(_Object, frozen=True):
    """An entry of ``ingress`` or ``egress``. Without peers it is about all of them, and so it is with ports."""

    from_: tuple[Peer, ...] = msgspec.field(default=(), name="from")
    to: tuple[Peer, ...] = ()
    ports: tuple[_Port, ...] = ()

    @property
    def peers(self) -> tuple[Peer, ...]:
        return self.from_ or self.to

    def opens(self, peer: End, target: End, namespace: str) -> Ports:
        if self.peers and not any(one.is_(peer, namespace) for one in self.peers):
            return 0
        if not self.ports:
            return EVERY_PORT
        opened = 0
        for port in self.ports:
            opened |= port.at(target)
        return opened


class _Spec(_Object, frozen=True, dict=True):
    pod_selector: dict[str, Any] = {}
    policy_types: tuple[str, ...] = ()
    ingress: tuple[_Rule, ...] = ()
    egress: tuple[_Rule, ...] = ()

    @cached_property
    def pods(self) -> Selector:
        return selector(self.pod_selector)


class _Metadata(_Object, frozen=True):
    name: str
    namespace: str = "default"


class Policy(_Object, frozen=True):
    """A NetworkPolicy of networking.k8s.io/v1."""

    metadata: _Metadata
    spec: _Spec = _Spec()

    @property
    def name(self) -> str:
        """Its name."""
        return self.metadata.name

    def isolates(self, end: End, way: Way) -> bool:
        """Return whether it selects the pod, and is about that direction.

        Without ``policyTypes`` it is about ingress, and about egress where it has rules for that.
        """
        types = self.spec.policy_types or (Way.INGRESS, *([Way.EGRESS] if self.spec.egress else []))
        return (
            way in types
            and end.is_pod
            and end.namespace == self.metadata.namespace
            and self.spec.pods.selects(end.labels)
        )

    def rules(self, way: Way) -> tuple[_Rule, ...]:
        """Return its rules for a direction."""
        return self.spec.egress if way is Way.EGRESS else self.spec.ingress

    def opens(self, way: Way, peer: End, target: End) -> Ports:
        """Return the ports of the target on which one of its rules lets the peer through."""
        opened = 0
        for rule in self.rules(way):
            opened |= rule.opens(peer, target, self.metadata.namespace)
        return opened

    def blocks(self) -> Iterator[Block]:
        """Yield the blocks of addresses in its rules, and what is taken out of them."""
        for rule in (*self.spec.ingress, *self.spec.egress):
            for peer in rule.peers:
                yield from peer.ip_block.blocks() if peer.ip_block else ()

    def peers(self, way: Way) -> Iterator[Peer]:
        """Yield the peers of its rules for a direction."""
        for rule in self.rules(way):
            yield from rule.peers


@dataclass(frozen=True, slots=True)
class End:
    """An end of a connection: a pod, be it there or supposed, or an address outside of the cluster."""

    name: str  # "" for a pod that is only supposed, and for an address
    namespace: str = ""  # "" for an address
    labels: Mapping[str, str] = field(default_factory=dict)
    namespace_labels: Mapping[str, str] = field(default_factory=dict)
    addresses: tuple[Address, ...] = ()
    named_ports: Mapping[str, Ports] = field(default_factory=dict)

    @property
    def is_pod(self) -> bool:
        """Whether it is a pod."""
        return bool(self.namespace)

    def is_same(self, other: End) -> bool:
        """Return whether both are one pod, which no policy keeps from itself."""
        return bool(self.name) and (self.name, self.namespace) == (other.name, other.namespace)


BOTH = (Way.EGRESS, Way.INGRESS)


@dataclass(frozen=True)
class Network:
    """The policies of a cluster, and what they let through."""

    policies: Sequence[Policy]

    def open_ports(self, source: End, target: End, ways: Collection[Way] = BOTH) -> Ports:
        """Return the ports of the target that the source reaches: both ends must let a connection through.

        With one of the ``ways`` alone, what that end lets through, whatever the other does.
        """
        if source.is_same(target):
            return EVERY_PORT
        open_ = EVERY_PORT
        for way in ways:
            isolated, peer = (source, target) if way is Way.EGRESS else (target, source)
            open_ &= self._let_through(way, isolated, peer, target)
        return open_

    def isolating(self, end: End, way: Way) -> list[Policy]:
        """Return the policies that isolate a pod in a direction. Where there is none, everything passes."""
        return [policy for policy in self._by_namespace.get(end.namespace, ()) if policy.isolates(end, way)]

    def _let_through(self, way: Way, isolated: End, peer: End, target: End) -> Ports:
        isolating = self.isolating(isolated, way)
        opened = 0 if isolating else EVERY_PORT
        for policy in isolating:  # policies only add to each other: what one of them allows is allowed
            opened |= policy.opens(way, peer, target)
        return opened

    @cached_property
    def _by_namespace(self) -> Mapping[str, Sequence[Policy]]:
        sorted_: dict[str, list[Policy]] = {}
        for policy in self.policies:
            sorted_.setdefault(policy.metadata.namespace, []).append(policy)
        return sorted_
