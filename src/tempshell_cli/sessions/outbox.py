"""What is to be put on record, kept in memory until the store takes it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from tempshell_cli.sessions.store import StoreUnavailable


class Outbox:
    """Writes to the store, in order. A caller never waits for the store."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], object]] = deque()
        self._writing = threading.Lock()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, write: Callable[[], object]) -> None:
        """Add a write, which changes the store as a whole or not at all."""
        self._waiting.append(write)

    def flush(self) -> None:
        """Write what waits; raises StoreUnavailable, and keeps what could not be written.

        Anything else that a write raises is raised, too, but that write is dropped: it would fail again.
        """
        with self._writing:
            while self._waiting:
                try:
                    self._waiting[0]()
                except StoreUnavailable:
                    raise
                except Exception:
                    self._waiting.popleft()
                    raise
                self._waiting.popleft()
