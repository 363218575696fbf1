"""A clock that moves when a test says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class FakeClock:
    """Starts at noon."""

    def __init__(self, start: datetime = NOON) -> None:
        self._time = start

    def now(self) -> datetime:
        return self._time

    def advance(self, **time: float) -> None:
        """Move on by ``timedelta(**time)``; a negative time sets the clock back."""
        self._time += timedelta(**time)
