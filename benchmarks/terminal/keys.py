"""From a key to its echo: idle, in a flood, for a bare Escape; plain, beside a PTY with nothing else on it."""

from __future__ import annotations

import statistics
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.table import Row, measured
from benchmarks.user import User

from .inside import answering, local_session, shell
from .outer import Outer, outer
from .percentiles import percentile

_IDLE, _IDLE_P99, _FLOODED_P99, _ESCAPE_P99, _PLAIN_P99 = 3.0, 8.0, 20.0, 15.0, 1.0  # ms
# From an echo to the next key, in seconds; by a little more from key to key, so that they keep step with no clock.
_PAUSE, _SPREAD, _STEPS = 0.03, 0.0017, 11

# Says how many keys it has had, after each of them.
_ECHO = """
    import os, tty
    tty.setraw(0)
    count, keys = 0, b""
    while b"q" not in keys:
        os.write(1, b"\\r\\x1b[Kkey %04d " % count)
        keys = os.read(0, 1024)
        count += len(keys)
"""
# Writes line after line, each with its number and that of the keys so far.
_FLOOD = """
    import os, select, tty
    tty.setraw(0)
    count, line, keys = 0, 0, b""
    while b"q" not in keys:
        text = b"key %04d and a line of a flood that does not end before somebody wants it to" % count
        os.write(1, b"".join(b"%08d %b\\r\\n" % (line + number, text) for number in range(40)))
        line += 40
        if select.select([0], [], [], 0)[0]:
            keys = os.read(0, 1024)
            count += len(keys)
"""
_PROGRAMS = {name: textwrap.dedent(text).encode() for name, text in (("echo.py", _ECHO), ("flood.py", _FLOOD))}


def measure(user: User, home: Path, keys: int, rounds: int) -> Iterator[Row]:
    """Yield the lines for so many keys in each round."""
    with local_session(user, _PROGRAMS) as session:
        yield from _in_the_pane(user, session, keys, rounds)
        yield from _plain(user, session, home, keys, rounds)


def _in_the_pane(user: User, session: str, keys: int, rounds: int) -> Iterator[Row]:
    idle, escape, flooded = [], [], []
    with shell(user, session) as pane:
        for _ in range(rounds):
            idle.append(_times(pane, "echo.py", b"x", keys))
            escape.append(_times(pane, "echo.py", b"\x1b", keys))
            flooded.append(_times(pane, "flood.py", b"x", keys))
    yield measured("key to echo, p50", _typical(idle, 50), "ms", _IDLE)
    yield measured("  p99", _typical(idle, 99), "ms", _IDLE_P99)
    yield measured("  during a flood, p99", _typical(flooded, 99), "ms", _FLOODED_P99)
    yield measured("  a bare Esc, p99", _typical(escape, 99), "ms", _ESCAPE_P99)


def _plain(user: User, session: str, home: Path, keys: int, rounds: int) -> Iterator[Row]:
    (home / "echo.py").write_bytes(_PROGRAMS["echo.py"])
    ours, theirs = [], []
    with shell(user, session, "--plain") as plain, outer(("/bin/bash", "--norc"), user.environment) as bare:
        answering(bare)
        bare.type(b"cd '%s'\r" % str(home).encode())
        for _ in range(rounds):
            ours.append(_times(plain, "echo.py", b"x", keys))
            theirs.append(_times(bare, "echo.py", b"x", keys))
    least = _typical(theirs, 99)
    yield measured("  on a bare PTY, p99", least, "ms")
    yield measured("  what --plain adds to that", _typical(ours, 99) - least, "ms", _PLAIN_P99)


def _times(terminal: Outer, program: str, key: bytes, count: int) -> list[float]:
    """Return how long each of so many keys took until its echo was painted, in seconds."""
    terminal.calm(0.3)
    terminal.type(b"/usr/bin/python3 %s; stty sane\r" % program.encode())
    terminal.until(b"key 0000")
    times = []
    for number in range(1, count + 1):
        terminal.show(_PAUSE + number % _STEPS * _SPREAD)
        began = terminal.type(key)
        times.append(terminal.until(b"key %04d" % number) - began)
    terminal.type(b"q")
    return times


def _typical(rounds: Sequence[Sequence[float]], percent: float) -> float:
    """Return the median of the rounds' percentiles, in milliseconds."""
    return statistics.median(percentile(times, percent) for times in rounds) * 1000
