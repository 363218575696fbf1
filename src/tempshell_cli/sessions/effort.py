"""What a session's events tell of the work on its tasks: the hints that were shown, and the time each was in hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tempshell_cli.sessions.model import Session
from tempshell_cli.sessions.store import Event, Score

# The event of a task that was taken in hand; its detail is the task's id, "" where none is any longer.
TASK = "task"
# The event of a hint that was shown; its detail is the task's id and the hint's number, from 1.
HINT = "hint"
_PAUSED, _RESUMED = "paused", "resumed"


class Effort(NamedTuple):
    """Hints that were shown and time that was spent, by task; a task that was never in hand has no time."""

    hints: Mapping[str, int]
    spent: Mapping[str, timedelta]


def effort(session: Session, events: Sequence[Event], scores: Sequence[Score], now: datetime) -> Effort:
    """Return what the tasks of a session took, by its events and all its scores, oldest first."""
    return Effort(_hints(events, scores), _spent(session, events, scores, now))


def task_in_hand(events: Iterable[Event]) -> str:
    """Return the task that was last in hand, by the events of its session, oldest first; "" where none was."""
    taken = [event.detail for event in events if event.kind == TASK and event.detail]
    return taken[-1] if taken else ""


def hints_shown(events: Iterable[Event]) -> dict[str, int]:
    """Return how many hints of each task were shown, by the events of its session."""
    return _hints(events, ())


def _hints(events: Iterable[Event], scores: Sequence[Score]) -> dict[str, int]:
    """Return how many hints of each task were shown: of one that was checked, before its last check."""
    checked = {score.task: score.at for score in scores}
    shown: dict[str, int] = {}
    for event in events:
        task, _, number = event.detail.rpartition(" ")
        if event.kind == HINT and event.at <= checked.get(task, event.at):
            shown[task] = max(shown.get(task, 0), int(number))
    return shown


def _spent(session: Session, events: Iterable[Event], scores: Sequence[Score], now: datetime) -> dict[str, timedelta]:
    """Return how long each task was in hand, until it passed for the first time."""
    passed = {score.task: score.at for score in reversed(scores) if score.verdict == "pass"}
    spent: dict[str, timedelta] = {}
    for task, begin, end in _spans(events, min(now, session.ended or session.deadline)):
        worked = min(end, passed.get(task, end)) - begin
        spent[task] = spent.get(task, timedelta()) + max(worked, timedelta())
    return spent


def _spans(events: Iterable[Event], last: datetime) -> Iterator[tuple[str, datetime, datetime]]:
    """Yield which task was in hand from when to when; a pause takes it out of the hand for a while."""
    task, since, held = "", last, ""
    for event in events:
        if event.kind not in {TASK, _PAUSED, _RESUMED}:
            continue
        if task:
            yield task, since, event.at
        if event.kind == _PAUSED:
            held = task
        task = {TASK: event.detail, _PAUSED: "", _RESUMED: held}[event.kind]
        since = event.at
    if task:
        yield task, since, last
