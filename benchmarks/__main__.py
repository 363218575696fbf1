"""Measure what a start, a sandbox, an exec and an idle screen cost, beside what has to be paid in any case.

Ends with 0 whatever comes out.
"""

from __future__ import annotations

import argparse

from . import clusters, commands, remote, screen
from .table import show, tell_machine
from .user import somebody

_ROUNDS = 3  # of what takes long


def main() -> None:
    """Measure everything this machine can, and show it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=15, help="how often each program runs, in turns [15]")
    parser.add_argument("--seconds", type=int, default=20, help="how long the idle screen is watched [20]")
    parser.add_argument("--node-image", default="", help="the node image for clusters, which take minutes [none]")
    asked = parser.parse_args()
    tell_machine()
    with somebody() as user:
        rows = [*commands.measure(user, asked.runs), *screen.measure(user, asked.seconds)]
        rows += remote.measure(user, _ROUNDS)
        rows += clusters.measure(user, asked.node_image)
    show(rows)


if __name__ == "__main__":
    main()
