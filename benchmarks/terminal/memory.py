"""What the practice screen needs with a long history behind it."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.processes import family, memory
from benchmarks.table import Row, measured
from benchmarks.user import User

from .inside import local_session, shell
from .outer import SIZE

_LIMIT = 120.0  # MB of 1024² bytes
_LINES = 10_000


def measure(user: User) -> Iterator[Row]:
    """Yield the line of a session whose program has written that many lines, each as wide as the screen."""
    # No two lines alike, and every character in each of them another one than its neighbour.
    lines = b"".join(b"%08d" % number + bytes(33 + (number + x) % 90 for x in range(8, SIZE.columns)) + b"\n"
                     for number in range(_LINES))  # fmt: skip
    with local_session(user, {"lines": lines}) as session, shell(user, session) as pane:
        pane.type(b"cat lines; printf 'all%s\\n' -lines\r")
        pane.until(b"all-lines")
        pane.calm(1.0)
        used = memory(family(pane.process.pid), "Pss")
    yield measured(f"memory with {_LINES:,} full lines, shared pages once (PSS)", used, "MB", _LIMIT)
