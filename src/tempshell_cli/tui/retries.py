"""When to try again what does not work at the moment."""

from __future__ import annotations

import time
from collections.abc import Callable

# Seconds. The first is short: most connections that drop are back at once.
_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
# What has lasted so long, in seconds, has worked: the next trouble is a new one.
_WORKED = 10.0


class Retries:
    """Pauses that grow as long as nothing works."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._tries = 0
        self._began: float | None = None

    def began(self) -> None:
        """Note that it was begun once more."""
        self._began = self._now()

    def pause(self) -> float:
        """Return how long to wait before it is begun again, in seconds."""
        if self._began is not None and self._now() - self._began > _WORKED:
            self._tries = 0
        self._began = None
        self._tries += 1
        return _PAUSES[min(self._tries, len(_PAUSES)) - 1]
