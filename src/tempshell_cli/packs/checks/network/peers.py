"""Whom NetworkPolicies can tell apart: a peer for each case, so that looking at these is looking at everybody.

A selector looks at no labels but those that it names, and a block of addresses ends somewhere. So a pod with each
combination of the values that are named, of some other value and of none, and an address on both sides of where each
block begins and ends, stand for all pods and addresses that there are or could be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import product
from math import prod
from operator import itemgetter

from tempshell_cli.packs.checks.network.rules import Address, Block, End, Way
from tempshell_cli.packs.checks.network.state import NetworkState, named_ports
from tempshell_cli.packs.checks.values.selector import Selector, selector

NAME_LABEL = "kubernetes.io/metadata.name"  # every namespace has it, with its name
NOWHERE = "*"  # in the place of a name: the namespace of a pod is only supposed, too
_ANY_OTHER = "any-other"  # the value of a label that nobody names
_V4 = 4
_OUTSIDE = {_V4: ip_address("192.0.2.1"), 6: ip_address("2001:db8::1")}  # RFC 5737 and 3849: nobody has these
_MOST = 20_000

Mentions = dict[str, set[str]]


class TooManyCases(Exception):
    """Selectors name so many labels that their combinations cannot all be looked at."""


def everybody(
    state: NetworkState, near: End, way: Way, meant: Iterable[tuple[object, object, Iterable[Block]]]
) -> Iterator[End]:
    """Yield a peer for each case that the policies of an end can tell apart in a direction, or what is ``meant`` can.

    The latter are labels of pods, labels of namespaces and blocks of addresses, where they are given. The pods that are
    there come first, then those that could be, the ones with the fewest labels first. Addresses are of the families
    that the cluster's pods have. A pod that could be has the named ports of those in its namespace that no policy can
    tell from it; where there is none, all that pods have. Raises TooManyCases.
    """
    meant = list(meant)
    rules = [peer for policy in state.network.isolating(near, way) for peer in policy.peers(way)]
    pods = [peer.pods for peer in rules if peer.pods]
    pods += [selector(labels) for labels, _, _ in meant if isinstance(labels, dict)]
    namespaces = [peer.namespaces for peer in rules if peer.namespaces]
    namespaces += [selector(labels) for _, labels, _ in meant if isinstance(labels, dict)]
    blocks = [block for peer in rules if peer.ip_block for block in peer.ip_block.blocks()]
    blocks += [block for _, _, given in meant for block in given]
    yield from state.pods
    yield from _supposed(state, _mentions(pods), _mentions(namespaces))
    families = _families(state)
    taken = {address for pod in state.pods for address in pod.addresses}
    for address in (*(_OUTSIDE[family] for family in families), *edges(blocks)):
        if address.version in families and address not in taken:
            yield End("", addresses=(address,))


def _supposed(state: NetworkState, of_pods: Mentions, of_namespaces: Mentions) -> Iterator[End]:
    if NAME_LABEL in of_namespaces:  # then a name that none of them has is another one yet
        of_namespaces[NAME_LABEL].update(state.namespaces)
    if _count(of_pods) * (len(state.namespaces) + _count(of_namespaces)) > _MOST:
        raise TooManyCases
    alike: dict[object, list[End]] = defaultdict(list)
    for pod in state.pods:
        named = frozenset((key, value) for key, value in pod.labels.items() if key in of_pods)
        alike[pod.namespace, named].append(pod)
    names = {case: named_ports(pods) for case, pods in alike.items()}
    free, named_anywhere = tuple(_free(state, family) for family in _families(state)), named_ports(state.pods)
    spaces = [*state.namespaces.items(), *((NOWHERE, labels) for labels in _supposed_namespaces(state, of_namespaces))]
    ends = [
        End("", name, labels, space, free, names.get((name, frozenset(labels.items())), named_anywhere))
        for labels in _labelings(of_pods)
        for name, space in spaces
    ]
    yield from sorted(ends, key=lambda end: (len(end.labels), end.namespace == NOWHERE, len(end.namespace_labels)))


def supposed_pod(state: NetworkState, labels: Mapping[str, str], namespace: str | Mapping[str, str]) -> End:
    """Return a pod that could be: in a namespace, or in one that could be, with these labels.

    It has the named ports of the pods there that have these labels, too.
    """
    free = tuple(_free(state, family) for family in _families(state))
    if isinstance(namespace, str):
        alike = (pod for pod in state.pods if pod.namespace == namespace and labels.items() <= pod.labels.items())
        return End("", namespace, labels, state.namespaces.get(namespace, {}), free, named_ports(alike))
    return End("", NOWHERE, labels, {NAME_LABEL: _other(state.namespaces), **namespace}, free)


def _mentions(selectors: Iterable[Selector]) -> Mentions:
    found: Mentions = defaultdict(set)
    for key, allowed in sorted((label for one in selectors for label in one.labels), key=itemgetter(0)):
        found[key].update(allowed.values)
    return found


def _count(mentions: Mentions) -> int:
    return prod(len(values) + 2 for values in mentions.values())


def _labelings(mentions: Mentions) -> Iterator[Mapping[str, str]]:
    """Yield every combination of no value, a value that is named, and one that is not."""
    choices = [(None, *sorted(values), _other(values)) for values in mentions.values()]
    for chosen in product(*choices):
        yield {key: value for key, value in zip(mentions, chosen, strict=True) if value is not None}


def _other(values: Collection[str]) -> str:
    value = _ANY_OTHER
    while value in values:
        value += "-"
    return value


def _supposed_namespaces(state: NetworkState, mentions: Mentions) -> Iterator[Mapping[str, str]]:
    """Yield the labels of namespaces that could be. Each has a name, and none that of one that is there."""
    for labels in _labelings(mentions):
        if NAME_LABEL not in mentions:
            yield {NAME_LABEL: _other(state.namespaces), **labels}
        elif labels.get(NAME_LABEL, "") not in {"", *state.namespaces}:
            yield labels


def edges(blocks: Iterable[Block]) -> Iterator[Address]:
    """Yield the addresses at both sides of where blocks begin and end: among them is one of each stretch between."""
    found: set[Address] = set()
    for block in blocks:
        kind = IPv4Address if block.version == _V4 else IPv6Address
        first, last = int(block.network_address), int(block.broadcast_address)
        found |= {kind(one) for one in (first - 1, first, last, last + 1) if 0 <= one < 1 << block.max_prefixlen}
    yield from sorted(found, key=lambda one: (one.version, int(one)))


def _families(state: NetworkState) -> Collection[int]:
    return sorted({address.version for pod in state.pods for address in pod.addresses}) or (_V4,)


def _free(state: NetworkState, family: int) -> Address:
    """Return an address beside those of the pods, as the next pod could have it."""
    taken = {address for pod in state.pods for address in pod.addresses if address.version == family}
    address = min(taken, key=int, default=_OUTSIDE[family])
    while address in taken:
        address += 1
    return address
