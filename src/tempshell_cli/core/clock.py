"""Time comes in from outside, so that a test can move it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where the program reads the time."""

    def now(self) -> datetime:
        """Return the wall-clock time, in UTC, with its timezone."""
        ...


class SystemClock:
    """The machine's wall clock. A deadline is a wall-clock time, so that it holds across a suspend."""

    def now(self) -> datetime:
        """Return the current time in UTC."""
        return datetime.now(UTC)
