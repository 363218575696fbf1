"""Looking again at growing intervals, for what no engine announces."""

from __future__ import annotations

import time
from collections.abc import Iterator

_GROWTH = 1.5


def attempts(timeout: float, *, first: float = 0.02, longest: float = 0.5) -> Iterator[None]:
    """Yield at once, then after pauses that grow from ``first`` to ``longest``, and a last time after ``timeout``.

    All are seconds. What is soon there is seen soon, and what takes long is not asked for dozens of times a second.
    """
    late = time.monotonic() + timeout
    pause = first
    yield
    while (left := late - time.monotonic()) > 0:
        time.sleep(min(pause, left))
        pause = min(pause * _GROWTH, longest)
        yield
