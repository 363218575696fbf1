"""Which ports of an engine's machine a session publishes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import chain

from tempshell_cli.core.config import Ports


def wanted_ports(ranges: Ports, kinds: Iterable[str], session: str, tried: Collection[int]) -> Mapping[str, list[int]]:
    """Return the numbers of each kind in the order to take them in, without those ``tried`` in vain.

    Each session begins at a place of its own (its id is hexadecimal): the users of one machine have a store each, and
    would else all try the first.
    """
    return {kind: [number for number in _from(ranges.range_of(kind), session) if number not in tried] for kind in kinds}


def _from(numbers: range, session: str) -> Iterable[int]:
    start = int(session, 16) % len(numbers)
    return chain(numbers[start:], numbers[:start])
