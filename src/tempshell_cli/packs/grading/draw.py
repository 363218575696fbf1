"""Which tasks of a pack an exam has: drawn by the weights of the domains, the same for the same seed."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping, Sequence

from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.packs.format.pack import Pack, Task


def new_seed() -> int:
    """Return a seed that nobody chose, short enough to be typed again."""
    return int.from_bytes(os.urandom(3))


def draw(pack: Pack, count: int, seed: int) -> tuple[str, ...]:
    """Return the ids of so many tasks of the pack, in the order of the exam.

    Each domain gives its share of them, rounded up or down by chance, so that in the long run its weight is met;
    one that has too few tasks leaves the rest to the others. Raises UsageProblem where the pack has fewer tasks.
    """
    there = len(gradable(pack))
    if not 0 < count <= there:
        raise UsageProblem(
            f"{pack.id} has {there} tasks to draw, not {count}", hint="ask for some of these with --tasks"
        )
    # Of all that Random does, only what random() returns is promised to stay the same in later Pythons.
    chance = random.Random(seed)  # noqa: S311 - a draw that can be repeated, not a secret
    tasks = sorted((task.head.domain or "", task.id) for task in gradable(pack))
    domains = dict.fromkeys(domain for domain, _ in tasks)  # "" is that of a pack without any
    stacks = {domain: _shuffled([task for of, task in tasks if of == domain], chance) for domain in domains}
    seats = _seats(
        {domain: len(tasks) for domain, tasks in stacks.items()}, pack.head.domains or {"": 1}, count, chance
    )
    return _shuffled([task for domain, tasks in stacks.items() for task in tasks[: seats[domain]]], chance)


def gradable(pack: Pack) -> Sequence[Task]:
    """Return the tasks that have something to be graded by: a page to read has not."""
    return [task for task in pack.tasks if task.head.checks]


def _seats(room: Mapping[str, int], weights: Mapping[str, int], count: int, chance: random.Random) -> dict[str, int]:
    """Return how many tasks each domain gives; what one has no room for, the others share."""
    seats = dict.fromkeys(room, 0)
    while missing := count - sum(seats.values()):
        free = {domain: weights[domain] for domain in room if seats[domain] < room[domain]}
        for domain, more in _shares(free, missing, chance).items():
            seats[domain] = min(room[domain], seats[domain] + more)
    return seats


def _shares(weights: Mapping[str, int], count: int, chance: random.Random) -> dict[str, int]:
    """Return the share of each in ``count``, whole numbers that add up to it.

    Systematic sampling: one random start, and then even steps; on average each gets exactly what it weighs.
    """
    even = weights if any(weights.values()) else dict.fromkeys(weights, 1)
    whole, start = sum(even.values()), chance.random()
    shares, before, reached = {}, 0, 0
    for name, weight in even.items():
        reached += weight
        upto = min(count, int(count * reached / whole + start))
        shares[name], before = upto - before, upto
    return shares


def _shuffled(names: Sequence[str], chance: random.Random) -> tuple[str, ...]:
    return tuple(name for _, name in sorted((chance.random(), name) for name in names))
