"""Waiting for something that is going to happen, with a deadline instead of a sleep."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

_Value = TypeVar("_Value")
TIMEOUT = 20.0
_PAUSE = 0.02


def eventually(look: Callable[[], _Value], what: str, timeout: float = TIMEOUT) -> _Value:
    """Return the first true value of ``look``; fail with ``what`` when none comes within ``timeout`` seconds."""
    late = time.monotonic() + timeout
    while True:
        seen = look()
        if seen:
            return seen
        assert time.monotonic() < late, f"in {timeout:g} s it did not come true that {what}; last seen: {seen!r}"
        time.sleep(_PAUSE)  # the pause of a poll with a deadline
