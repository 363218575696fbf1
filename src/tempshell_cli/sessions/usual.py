"""How long a start usually takes here, learned from earlier ones that are on record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tempshell_cli.backends.base import Report
from tempshell_cli.core.units import format_duration
from tempshell_cli.sessions.events import Event, Kind
from tempshell_cli.sessions.model import Session
from tempshell_cli.sessions.setups import setups_of
from tempshell_cli.sessions.store import Store

_MOST = 5  # earlier starts that are looked at
_RECENT = timedelta(days=30)
_WORTH_SAYING = timedelta(seconds=3)


def with_usual_time(report: Report, store: Store, session: Session, *, first_task_alone: bool) -> Report:
    """Return progress whose first step says how long such a start usually takes; nothing where that is not known."""
    usual = usual_time(store, session, first_task_alone=first_task_alone)
    if usual is None or usual < _WORTH_SAYING:
        return report
    words = iter([f" (usually ready after {format_duration(usual)} here)"])
    return lambda what: report(what + next(words, ""))


def usual_time(store: Store, session: Session, *, first_task_alone: bool) -> timedelta | None:
    """Return the median of the last starts of that pack on that engine, until the first task was set up, or all."""
    found = store.alike(session, session.created - _RECENT, _MOST)
    ready = [(past, _ready(store.events(past.id), first_task_alone=first_task_alone)) for past in found]
    took = sorted(at - past.created for past, at in ready if at)
    return took[len(took) // 2] if took else None


def _ready(events: Sequence[Event], *, first_task_alone: bool) -> datetime | None:
    """Return when a session could be worked on; None where that is not known, as of one that waited for other tasks."""
    if first_task_alone and (first := next((event.at for event in events if event.kind == Kind.SET_UP), None)):
        return first
    started = next((place for place, event in enumerate(events) if event.kind == Kind.STARTED), None)
    if started is None or setups_of(events[:started]).waiting:
        return None
    return events[started].at
