"""The warnings a lease gives before it ends."""

from __future__ import annotations

from datetime import timedelta
from enum import IntEnum


class Urgency(IntEnum):
    """How near the end is; each level is announced once."""

    CALM = 0
    SOON = 1
    NOW = 2
    LAST_CALL = 3
    OVER = 4


_LEVELS = (
    (timedelta(), Urgency.OVER),
    (timedelta(minutes=1), Urgency.LAST_CALL),
    (timedelta(minutes=5), Urgency.NOW),
    (timedelta(minutes=10), Urgency.SOON),
)


def urgency(remaining: timedelta) -> Urgency:
    """Return how near the end is with this much left."""
    return next((level for limit, level in _LEVELS if remaining <= limit), Urgency.CALM)


def notice(remaining: timedelta, then: str = "`tempshell extend` adds time") -> str:
    """Return a line for a terminal about what is left, in whole minutes, rounded up, and about what to do ``then``."""
    minutes = -(-int(remaining.total_seconds()) // 60)
    return f"tempshell: {minutes} min left; {then}" if minutes > 1 else _LAST


_LAST = "tempshell: the last minute; what is in the sandbox goes with it"
