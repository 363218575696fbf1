"""What a session's events say about the work on its tasks: the hints that were shown, and the time each was in hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tempshell_cli.sessions.events import Event, ExamBegun, HintShown, Kind, NotSetUp, SetUp, details, words_of
from tempshell_cli.sessions.model import Session
from tempshell_cli.sessions.store import Score

# A pause takes the task out of the hand; where another machine has ended it, its end is a session that is ready.
_SPANS = frozenset({Kind.TASK, Kind.PAUSED, Kind.RESUMED, Kind.READY})


class Effort(NamedTuple):
    """Hints that were shown and time that was spent, by task; a task that was never in hand has no time.

    ``given_up`` are the tasks whose solution was shown before they were ever passed.
    """

    hints: Mapping[str, int]
    spent: Mapping[str, timedelta]
    given_up: frozenset[str] = frozenset()


def effort(session: Session, events: Sequence[Event], scores: Sequence[Score], now: datetime) -> Effort:
    """Return what the tasks of a session took, by its events and all its scores, oldest first."""
    passed = _first_passes(scores)
    seen = {(event.detail, event.at) for event in events if event.kind == Kind.SOLUTION}
    given_up = frozenset(task for task, at in seen if task not in passed or at < passed[task])
    return Effort(_hints(events, scores), _spent(session, events, passed, now), given_up)


def task_in_hand(events: Iterable[Event]) -> str:
    """Return the task that was last in hand, by the events of its session, oldest first; "" where none was."""
    return next(filter(None, reversed(words_of(events, Kind.TASK))), "")


def hints_shown(events: Iterable[Event]) -> dict[str, int]:
    """Return how many hints of each task were shown, by the events of its session."""
    return _hints(events, ())


def _hints(events: Iterable[Event], scores: Sequence[Score]) -> dict[str, int]:
    """Return how many hints of each task were shown: of one that was checked, before its last check."""
    checked = {score.task: score.at for score in scores}
    shown: dict[str, int] = {}
    for at, hint in details(events, HintShown):
        if at <= checked.get(hint.task, at):
            shown[hint.task] = max(shown.get(hint.task, 0), hint.number)
    return shown


def _first_passes(scores: Sequence[Score]) -> dict[str, datetime]:
    return {score.task: score.at for score in reversed(scores) if score.verdict == "pass"}


def _spent(
    session: Session, events: Sequence[Event], passed: Mapping[str, datetime], now: datetime
) -> dict[str, timedelta]:
    """Return how long each task was in hand, until it passed for the first time, or the session or its exam ended."""
    last = min([now, session.ended or session.deadline, *(exam.ends for _, exam in details(events, ExamBegun))])
    spent: dict[str, timedelta] = {}
    ready = _first_setups(events)
    for task, begin, end in _spans(events, last):
        # A screen stays open after the end, with a goodbye, and then notes that its task is no longer in hand.
        worked = min(end, last, passed.get(task, end)) - max(begin, ready.get(task, begin))
        spent[task] = spent.get(task, timedelta()) + max(worked, timedelta())
    return spent


def _first_setups(events: Sequence[Event]) -> dict[str, datetime]:
    """Return when each task was first set up, or could not be: nobody works on it before."""
    tried = [(at, one.task) for at, one in details(events, SetUp)]
    tried += [(at, one.task) for at, one in details(events, NotSetUp)]
    return {task: at for at, task in sorted(tried, reverse=True)}


def _spans(events: Iterable[Event], last: datetime) -> Iterator[tuple[str, datetime, datetime]]:
    """Yield which task was in hand from when to when."""
    task, since, held = "", last, ""
    for event in events:
        if event.kind not in _SPANS:
            continue
        if task:
            yield task, since, event.at
        since = event.at
        match event.kind:
            case Kind.TASK:
                task = event.detail
            case Kind.PAUSED:
                task, held = "", task
            case _:
                task = task or held
    if task:
        yield task, since, last
