"""Which ports of an engine's machine a session publishes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from tempshell_cli.core.config import Ports


def wanted_ports(ranges: Ports, kinds: Iterable[str], session: str, tried: Collection[int]) -> Mapping[str, list[int]]:
    """Return the numbers of each kind in the order to take them in, without those ``tried`` in vain.

    Each session begins at a place of its own (its id is hexadecimal): the users of one machine have a store each, and
    would else all try the first.
    """
    wanted = {}
    for kind in kinds:
        numbers = ranges.range_of(kind)
        start = int(session, 16) % len(numbers)
        wanted[kind] = [number for number in (*numbers[start:], *numbers[:start]) if number not in tried]
    return wanted
