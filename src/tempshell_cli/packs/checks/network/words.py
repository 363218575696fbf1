"""What NetworkPolicies let through, and why, in words for a learner."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from tempshell_cli.packs.checks.network.peers import NAME_LABEL, NOWHERE
from tempshell_cli.packs.checks.network.rules import (
    BOTH,
    EVERY_PORT,
    LAST_PORT,
    End,
    Network,
    Policy,
    Ports,
    Way,
    port_ranges,
)

_SHOWN = 3  # ranges of ports, before the rest is left out
_LETS = {Way.EGRESS: "out", Way.INGRESS: "in"}


def in_words(end: End) -> str:
    """Return an end of a connection: ```web` in `shop```, or what a pod is like that is only supposed."""
    if not end.is_pod:
        return str(end.addresses[0])
    pod = f"`{end.name}`" if end.name else f"a pod{with_labels(end.labels) or ' without labels'}"
    if end.namespace != NOWHERE:
        return f"{pod} in `{end.namespace}`"
    labels = {key: value for key, value in end.namespace_labels.items() if key != NAME_LABEL}
    return f"{pod} in another namespace{with_labels(labels)}"


def with_labels(labels: Mapping[str, str]) -> str:
    """Return what a pod or a namespace has, to follow its name; "" for nothing."""
    said = ", ".join(f"`{key}={value}`" for key, value in labels.items())
    return f" with {said}" if said else ""


def ports_in_words(ports: Ports) -> str:
    """Return ports: ``TCP 80``, ``every UDP port``, ``every port but TCP 80``."""
    if ports == EVERY_PORT:
        return "every port"
    open_, closed = _ranges(ports), _ranges(EVERY_PORT & ~ports)
    shorter = closed if len(closed) < len(open_) else open_
    said = ", ".join(shorter[:_SHOWN]) + (", and others" if len(shorter) > _SHOWN else "")
    return f"every port but {said}" if shorter is closed else said


def _ranges(ports: Ports) -> list[str]:
    said = []
    for protocol, first, last in port_ranges(ports):
        if (first, last) == (1, LAST_PORT):
            said.append(f"every {protocol} port")
        else:
            said.append(f"{protocol} {first}" if first == last else f"{protocol} {first}-{last}")
    return said


def why_closed(network: Network, source: End, target: End, ports: Ports) -> str:
    """Return what keeps the source from ports of the target: the first end that does, and its policies."""
    for way in BOTH:
        isolated = source if way is Way.EGRESS else target
        if ports & ~network.open_ports(source, target, (way,)):
            policies = network.isolating(isolated, way)
            select = "selects" if len(policies) == 1 else "select"
            rule = f"no rule lets this {_LETS[way]}"
            return f"{_named(policies)} {select} {in_words(isolated)} for {way.lower()}, and {rule}"
    return ""


def why_open(network: Network, source: End, target: End, ports: Ports, ways: Collection[Way] = BOTH) -> str:
    """Return what lets the source through to ports of the target: of each end the policies, or that there is none."""
    reasons = []
    for way in ways:
        isolated, peer = (source, target) if way is Way.EGRESS else (target, source)
        policies = [one for one in network.isolating(isolated, way) if one.opens(way, peer, target) & ports]
        if policies:
            reasons.append(f"{_named(policies)} {'lets' if len(policies) == 1 else 'let'} it {_LETS[way]}")
        elif isolated.is_pod:
            reasons.append(f"no policy selects {in_words(isolated)} for {way.lower()}")
    return ", and ".join(reasons)


def _named(policies: Iterable[Policy]) -> str:
    names = [f"`{one.name}`" for one in policies]
    return ("policy " if len(names) == 1 else "policies ") + " and ".join(names)
