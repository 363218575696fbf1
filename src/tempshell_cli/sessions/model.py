"""What a session is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from tempshell_cli.backends.base import Sandbox
from tempshell_cli.core.process import NOTHING


class State(StrEnum):
    """Where a session is in its life."""

    CREATING = "creating"
    READY = "ready"
    PAUSED = "paused"  # frozen on its engine, and its clock with it
    STOPPED = "stopped"  # its engine has stopped it; it can be started again
    BROKEN = "broken"  # a part of it is gone; what can be made again is, when it is entered
    LOST = "lost"  # it cannot come back
    KEPT = "kept"  # it failed to start and was kept for a look
    STOPPING = "stopping"
    ENDED = "ended"
    FAILED = "failed"

    @property
    def is_live(self) -> bool:
        """Return whether the session may still have something on an engine."""
        return self in LIVE


# A session in one of these was ready once; its engine says which it is in now.
SETTLED = frozenset({State.READY, State.PAUSED, State.STOPPED, State.BROKEN, State.LOST})
LIVE = SETTLED | {State.CREATING, State.KEPT, State.STOPPING}


class Session(NamedTuple):
    """One person's lease on one sandbox. Times are aware and UTC.

    ``lease`` is the time it was given in all, extensions included. ``frozen`` is what was left of it when the session
    was paused, None while its clock runs; the deadline of a paused session is when its engine may throw it away.
    ``reason`` is why it ended, or what is wrong with it.
    """

    id: str
    name: str
    owner: str
    backend: str
    endpoint: str
    state: State
    created: datetime
    deadline: datetime
    pack: str = ""
    lease: timedelta = timedelta()
    extensions: int = 0
    home: str = "/home/learner"
    details: Mapping[str, str] = NOTHING
    ended: datetime | None = None
    reason: str = ""
    frozen: timedelta | None = None

    def remaining(self, now: datetime) -> timedelta:
        """Return how long the lease lasts from now; zero once it is over."""
        return max(self.deadline - now, timedelta()) if self.frozen is None else self.frozen

    def is_over(self, now: datetime) -> bool:
        """Return whether the deadline has passed."""
        return now >= self.deadline

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox as the backend described it, with no question to the engine."""
        return Sandbox(
            backend=self.backend,
            session=self.id,
            owner=self.owner,
            deadline=self.deadline,
            details=self.details,
            name=self.name,
            pack=self.pack,
            home=self.home,
        )
