"""Connections in a cluster, as a pack says which: from whom, to whom, on which ports."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Annotated

from msgspec import Meta, field

from tempshell_cli.packs.checks.network.rules import EVERY, EVERY_PORT, LAST_PORT, Block, End, Ports, port_range
from tempshell_cli.packs.reading.fields import END, Id, Strict, says

PodName = Annotated[str, Meta(title="name", pattern=rf"^[a-z0-9][a-z0-9.-]*{END}", examples=["web-0"])]
Labels = dict[str, str]
_PORT = re.compile(r"(?:([0-9]{1,5})(?:-([0-9]{1,5}))?|([a-z0-9-]*[a-z][a-z0-9-]*))(?:/(TCP|UDP|SCTP))?")
NetworkPort = Annotated[
    str,
    Meta(title="port", pattern=f"^{_PORT.pattern}{END}".replace("(?:", "("), examples=["53/UDP", "8000-8080", "http"]),
]
OnePort = int | NetworkPort


class ReachEnd(Strict, frozen=True, kw_only=True):
    """An end of a connection: one of ``pods``, ``new_pod``, ``service`` and ``ip``."""

    pods: Annotated[
        PodName | Labels | None,
        says("The pods that have these labels, or the one of this name. Every one of them is meant; `{}` is all."),
    ] = None
    new_pod: Annotated[
        Labels | None,
        says(
            "A pod that is not there, with these labels and no others: for pods that are still to come, or for any"
            " other pod (`{}`). With an `ns` of labels it is in a namespace that is not there."
        ),
    ] = None
    service: Annotated[Id | None, says("As `to`: the pods behind a Service; `port` is then the Service's.")] = None
    ip: Annotated[
        str | None,
        says("An address outside of the cluster, or a block such as `203.0.113.0/24`: every address of it is meant."),
    ] = None
    except_: Annotated[tuple[str, ...], says("Blocks that are taken out of `ip`.")] = field(default=(), name="except")
    ns: Annotated[
        Id | Labels | None,
        says("The namespace of the pods, by its name or its labels; `{}` is every one. By default the check's `ns`."),
    ] = None

    def __post_init__(self) -> None:
        given = [name for name in ("pods", "new_pod", "service", "ip") if getattr(self, name) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise ValueError(f"an end is one of pods, new_pod, service and ip; this has {found}")
        if self.ip is None and self.except_:
            raise ValueError("`except` takes addresses out of an `ip`")
        if self.service is not None and isinstance(self.ns, dict):
            raise ValueError("the namespace of a Service is given by its name")
        block, *exceptions = self.blocks or (None,)
        for one in exceptions:
            if block and (one.version != block.version or not one.subnet_of(block)):  # type: ignore[arg-type]
                raise ValueError(f"`except` has {one}, which is not in {block}")

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The block of ``ip``, then those that are taken out of it; none for pods."""
        try:
            return tuple(ip_network(text) for text in (self.ip, *self.except_) if text is not None)
        except ValueError as cause:
            raise ValueError(f"this is not an address or a block of them: {cause}") from cause

    def has(self, end: End) -> bool:
        """Return whether it means that end, there or supposed, by its labels or addresses; names are not looked at."""
        if self.ip is not None:
            block, *exceptions = self.blocks
            return any(one in block and not any(one in out for out in exceptions) for one in end.addresses)
        if not end.is_pod or not isinstance(self.pods, dict):
            return False
        return self.has_namespace(end) and self.pods.items() <= end.labels.items()

    def has_namespace(self, pod: End) -> bool:
        """Return whether a pod is in the namespace, or in one of them."""
        if isinstance(self.ns, dict):
            return self.ns.items() <= pod.namespace_labels.items()
        return pod.namespace == self.ns


class Connection(Strict, frozen=True, kw_only=True):
    """Connections from one end to another. What is not given is the check's."""

    from_: Annotated[ReachEnd | None, says("Who connects.")] = field(default=None, name="from")
    to: Annotated[ReachEnd | None, says("To whom.")] = None
    port: Annotated[
        OnePort | Annotated[tuple[OnePort, ...], Meta(min_length=1)] | None,
        says(
            "On which ports of `to`: a number, a range or the name of a container's port, by TCP unless it says"
            " another protocol. By default on all of them."
        ),
    ] = None

    def __post_init__(self) -> None:
        for port in self.ports:
            named_or_numbered(port)

    @property
    def ports(self) -> tuple[int | str, ...]:
        """The ports that are given; none for all of them."""
        if self.port is None:
            return ()
        return self.port if isinstance(self.port, tuple) else (self.port,)

    def ports_of(self, target: End) -> Ports:
        """Return the ports of a pod, or of an address, that are meant."""
        meant = 0 if self.ports else EVERY_PORT
        for port in self.ports:
            name, protocol, numbers = named_or_numbered(port)
            meant |= target.named_ports.get(name, 0) & EVERY[protocol] if name else numbers
        return meant


def named_or_numbered(port: int | str) -> tuple[str, str, Ports]:
    """Return the name of a port as a pack gives it ("" for a number), its protocol, and its numbers."""
    found = _PORT.fullmatch(str(port))
    if not found:
        raise ValueError(f"{port} is not a port")
    first, last, name, protocol = found.groups()
    protocol = protocol or "TCP"
    if name:
        return name, protocol, 0
    if not 1 <= int(first) <= int(last or first) <= LAST_PORT:
        raise ValueError(f"{port} is not a port, and no range of them: they go from 1 to {LAST_PORT}")
    return "", protocol, port_range(protocol, int(first), int(last or first))
