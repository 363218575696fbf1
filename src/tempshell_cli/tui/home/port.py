"""All that the home screen knows, and what it has others do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from tempshell_cli.backends.base import Receipt
from tempshell_cli.sessions.lease import USUAL_WARNINGS, Warnings


@dataclass(frozen=True, slots=True)
class SessionEntry:
    """A session that is there. ``deadline`` is aware; of one that is paused, ``frozen`` is the time it has left.

    ``memory`` is in bytes, ``cpu`` a share of one processor; None where nobody knows. ``trouble`` is what is wrong with
    it. ``held``: another process is setting it up, or changing it. ``setup`` is how far the setup of its tasks is, as
    ``3/15 set up``, empty once nothing waits.
    """

    id: str
    name: str
    backend: str
    endpoint: str
    pack: str
    state: str
    deadline: datetime
    frozen: timedelta | None = None
    exam: bool = False
    extendable: bool = False
    pausable: bool = False
    held: bool = False
    memory: int | None = None
    cpu: float | None = None
    trouble: str = ""
    setup: str = ""

    def left(self, now: datetime) -> timedelta:
        """Return how much time is left; negative past the deadline."""
        return self.deadline - now if self.frozen is None else self.frozen


@dataclass(frozen=True, slots=True)
class PackEntry:
    """A pack that can be started by name, and how many of its tasks were ever passed. ``problem``: it is unreadable."""

    name: str
    title: str = ""
    tasks: int = 0
    passed: int = 0
    backends: Sequence[str] = ()
    domains: Sequence[str] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class DrillEntry:
    """The tasks of a pack that are due to be repeated, by their ids."""

    pack: str
    tasks: Sequence[str]


@dataclass(frozen=True, slots=True)
class PastEntry:
    """A session in which something was graded, running or not; ``result`` is in words."""

    id: str
    name: str
    pack: str
    started: datetime
    result: str
    done: int
    tasks: int
    spent: timedelta


@dataclass(frozen=True, slots=True)
class RecordingEntry:
    """A recording, by the name it is played by. ``size`` is in bytes."""

    name: str
    made: datetime
    size: int


Entry = SessionEntry | PackEntry | DrillEntry | PastEntry | RecordingEntry | str  # a problem is a text


@dataclass(frozen=True, slots=True)
class HomeView:
    """Everything there is, each kind in the order in which it is shown; None is what is still being read.

    ``new_here``: no session was ever started.
    """

    sessions: Sequence[SessionEntry] | None = None
    packs: Sequence[PackEntry] | None = None
    drills: Sequence[DrillEntry] | None = None
    past: Sequence[PastEntry] | None = None
    recordings: Sequence[RecordingEntry] | None = None
    problems: Sequence[str] = ()
    new_here: bool = False
    warnings: Warnings = USUAL_WARNINGS


class Home(Protocol):
    """What a user has. Text in it may come from strangers: the screen makes it safe to show.

    ``now``, ``view`` and ``unexpected`` are called from the interface's own thread, twice a second: they answer from
    memory. The others may take their time; they are called from worker threads, and may raise TempshellError, which is
    shown with its hint. Any other exception is a bug, and no reason to end the screen.
    """

    def now(self) -> datetime:
        """Return the time, aware."""
        ...

    def view(self) -> HomeView:
        """Return everything as it was a moment ago."""
        ...

    def refresh(self) -> None:
        """Read everything again, and ask the engines what they have."""
        ...

    def extend(self, session: str) -> datetime:
        """Extend the session with this id; return the new deadline."""
        ...

    def pause(self, session: str) -> None:
        """Freeze the session with this id and its clock, or let a paused one go on."""
        ...

    def stop(self, session: str) -> Receipt:
        """End the session with this id and remove its sandbox."""
        ...

    def unexpected(self, error: Exception) -> None:
        """Hear of an error that is a bug; the screen goes on."""
        ...
