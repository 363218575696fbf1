"""Measure the terminal pane: its speed, its delays, its memory, beside tmux and a bare PTY.

Ends with 0 whatever comes out.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from benchmarks import screen
from benchmarks.table import Row, not_measured, show, tell_machine
from benchmarks.user import User, somebody
from tempshell_cli.backends.local.bwrap import find_bwrap

from . import flood, interrupt, keys, memory, parse
from .loads import MB

_PARSED = 20 * MB  # of each kind, at most


def main() -> None:
    """Measure what is asked for, and show it."""
    asked = _asked()
    tell_machine()
    with somebody() as user, tempfile.TemporaryDirectory(prefix="tempshell-benchmark-") as home:
        rows: list[Row] = []
        for part in asked.parts:
            rows += _measured(part, _parts(user, Path(home), asked)[part])
    show(rows)


def _measured(part: str, measure: Callable[[], Iterable[Row]]) -> Iterator[Row]:
    """Yield the lines of a part as far as it comes: one that breaks off does not take the others with it."""
    try:
        yield from measure()
    except (EOFError, TimeoutError, subprocess.CalledProcessError) as problem:
        yield not_measured(part, str(problem))


_PARTS = ("parse", "flood", "keys", "interrupt", "memory", "idle")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.terminal", description=__doc__)
    parser.add_argument("parts", nargs="*", default=_PARTS, help=f"what to measure: {', '.join(_PARTS)} [all]")
    parser.add_argument("--rounds", type=int, default=5, help="how often; medians are shown [5]")
    parser.add_argument("--size", type=int, default=50, help="how much the flood is, in MB [50]")
    parser.add_argument("--keys", type=int, default=100, help="how many keys are pressed in a round [100]")
    parser.add_argument("--seconds", type=int, default=20, help="how long the idle screen is watched [20]")
    parser.add_argument("--context", default="", help="a context of kubeconfig, of a cluster on this machine [none]")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(_PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    return asked


def _parts(user: User, home: Path, asked: argparse.Namespace) -> Mapping[str, Callable[[], Iterable[Row]]]:
    size, rounds = asked.size * MB, asked.rounds
    parts: dict[str, Callable[[], Iterable[Row]]] = {
        "parse": lambda: parse.measure(home, min(size, _PARSED), rounds),
        "flood": lambda: flood.measure(user, home, size, rounds),
        "keys": lambda: keys.measure(user, home, asked.keys, rounds),
        "interrupt": lambda: interrupt.measure(user, asked.context, rounds),
        "memory": lambda: memory.measure(user),
        "idle": lambda: screen.measure(user, asked.seconds),
    }
    if not find_bwrap():
        local = ("flood", "keys", "memory", "idle")
        parts |= {part: lambda part=part: [not_measured(part, "no bubblewrap")] for part in local}  # type: ignore[misc]
    return parts


if __name__ == "__main__":
    main()
