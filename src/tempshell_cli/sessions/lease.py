"""The lease: how long a session may last, and by what rules. The settings are ``[lease]`` of the config."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import IntEnum
from typing import NamedTuple

from tempshell_cli.core.config import Lease, Limits
from tempshell_cli.core.errors import LimitReached
from tempshell_cli.core.units import format_duration, parse_duration
from tempshell_cli.sessions.events import Event, Kind, words_of
from tempshell_cli.sessions.model import Session, State

_MINUTE = timedelta(minutes=1)
_NOTICED = timedelta(seconds=20)
_TO_BE_PAUSED = timedelta(minutes=6)  # the period of the timer of `reap`, and a minute for it to be late
_PAUSES = ", then it is paused"


class Urgency(IntEnum):
    """How near the end is. Each level but the first is announced once."""

    CALM = 0
    SOON = 1
    LATE = 2
    LAST = 3
    OVER = 4


class Warnings(NamedTuple):
    """How much time is left when each warning comes; one that is no longer than the next is left out."""

    soon: timedelta
    late: timedelta
    last: timedelta

    def urgency(self, left: timedelta) -> Urgency:
        """Return how near the end is with this much time left."""
        begins = {Urgency.OVER: timedelta(), Urgency.LAST: self.last, Urgency.LATE: self.late, Urgency.SOON: self.soon}
        return next((level for level, limit in begins.items() if left <= limit), Urgency.CALM)


def warnings_of(lease: Lease) -> Warnings:
    """Return the warnings that the settings ask for."""
    return Warnings(*map(parse_duration, (lease.first_warning, lease.second_warning, lease.last_warning)))


# Those of a config that says nothing of them.
USUAL_WARNINGS = warnings_of(Lease())


def time_left(left: timedelta) -> str:
    """Return how much time is left in words, in whole minutes, rounded up."""
    minutes = -(-left // _MINUTE)
    return f"{minutes} minutes left" if minutes > 1 else "less than a minute left"


def checked_ttl(asked: timedelta | None, lease: Lease) -> timedelta:
    """Return how long a session lasts from its start: as asked, else as the settings say.

    Raises LimitReached where it may not last so long.
    """
    ttl = lease.length if asked is None else asked
    if ttl > lease.maximum:
        raise LimitReached(
            f"{format_duration(ttl)} is longer than a session may last ({lease.longest})",
            hint="raise longest under [lease] in the config",
        )
    return ttl


def deadline_after(now: datetime, time: timedelta) -> datetime:
    """Return when so much time is over, in whole seconds: labels and timers of engines have no finer ones."""
    return (now + time).replace(microsecond=0)


def extended(session: Session, lease: Lease, limits: Limits) -> Session:
    """Return the session with one extension more.

    What it was given counts, not the time since its start: a pause does not use up a lease. Raises LimitReached where
    it has had its extensions, or would last too long.
    """
    more = lease.extension
    if session.extensions >= limits.extensions:
        raise LimitReached(
            f"{session.name} was already extended ({limits.extensions} allowed)",
            hint="extensions under [limits] in the config allows more",
        )
    if session.lease + more > lease.maximum:
        raise LimitReached(
            f"{session.name} would last longer than {format_duration(lease.maximum)}",
            hint="longest under [lease] in the config allows more",
        )
    return session._replace(
        deadline=session.deadline + more, lease=session.lease + more, extensions=session.extensions + 1
    )


def paused(session: Session, lease: Lease, now: datetime) -> Session:
    """Return the session with its clock stopped; its deadline is when its engine may throw it away."""
    until = deadline_after(now, lease.longest_pause)
    return session._replace(state=State.PAUSED, deadline=until, frozen=session.remaining(now), reason="")


def resumed(session: Session, now: datetime) -> Session:
    """Return a paused session with its clock running again, and with the time that was left when it was paused."""
    left = session.remaining(now)
    return session._replace(state=State.READY, deadline=deadline_after(now, left), frozen=None)


def exam_spare(lease: Lease) -> timedelta:
    """Return how much longer than the exam its sandbox lasts: to be set up before it, and to be graded after it."""
    return parse_duration(lease.exam_setup) + parse_duration(lease.exam_grading)


def exam_end(now: datetime, time: timedelta, deadline: datetime, lease: Lease) -> datetime:
    """Return when an exam ends that begins now: before the deadline of its sandbox there is time to grade it."""
    return min(now + time, deadline - parse_duration(lease.exam_grading))


def ends_when_idle(events: Iterable[Event]) -> bool:
    """Return whether a session ends before its deadline when nothing happens in it, by its events."""
    return bool(words_of(events, Kind.IDLE))


def idle_notice(*, pauses: bool) -> timedelta:
    """Return how long before its end an idle session gives notice: one to be paused leaves clients the time for it.

    The timer of `reap` comes every five minutes.
    """
    return _MINUTE + _TO_BE_PAUSED if pauses else _MINUTE


def idle_words(idle: timedelta, *, pauses: bool) -> str:
    """Return what the event says of a session that ends, or is paused, when nothing happens in it for so long."""
    return f"{format_duration(idle)}{_PAUSES if pauses else ''}"


class Idle(NamedTuple):
    """What happens when nothing happens in a session for ``after``, in words: it ends, or is paused before."""

    after: str
    pauses: bool


def idle_of(events: Iterable[Event]) -> Idle | None:
    """Return what happens when nothing happens in a session, by its events; None where nothing does."""
    for words in words_of(events, Kind.IDLE):
        return Idle(words.removesuffix(_PAUSES), words.endswith(_PAUSES))
    return None


def is_to_be_paused(events: Iterable[Event], left: timedelta) -> bool:
    """Return whether an idle session that has given notice, and ends when so much is ``left``, is to be paused now."""
    idle = idle_of(events)
    return idle is not None and idle.pauses and left <= _TO_BE_PAUSED


def sweep_every(usual: timedelta, events: Iterable[Event]) -> float:
    """Return the seconds between two sweeps while a session is attached to: an idle one has a minute's notice."""
    return min(usual, _NOTICED).total_seconds() if ends_when_idle(events) else usual.total_seconds()
