"""Spaced repetition of the tasks that went wrong: Leitner's boxes (S. Leitner, So lernt man lernen, 1972).

A task that was failed, or that took longer than its ``time``, lies in the first box. Each session in which it goes well
moves it one box on, any other one back to the first; behind the last box it is learnt. Each box has a time to wait.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tempshell_cli.core.errors import PackProblem
from tempshell_cli.packs.format.pack import Pack
from tempshell_cli.packs.library.find import find_pack
from tempshell_cli.packs.reading.fields import seconds
from tempshell_cli.sessions.history import Past
from tempshell_cli.sessions.lifecycle import Sessions

# How long a task rests in each box, from the first to the last.
WAITS = (timedelta(), timedelta(days=1), timedelta(days=2), timedelta(days=4), timedelta(days=8))


class Attempt(NamedTuple):
    """How a task went in one session; ``pack`` is what the pack is started with."""

    pack: str
    task: str
    at: datetime
    well: bool


class Card(NamedTuple):
    """A task to repeat: its box, from 1, and when it is due."""

    pack: str
    task: str
    box: int
    due: datetime


def attempts(sessions: Sessions, past: Iterable[Past]) -> Iterator[Attempt]:
    """Yield how the tasks went in each session, oldest first; a check that could not be made says nothing."""
    for one in past:
        if one.report is None:
            continue
        last = {score.task: score for score in sessions.store.scores(one.session.id)}
        for score in last.values():
            spent = one.report.spent.get(score.task, timedelta())
            slow = spent > _time(one.report.pack, score.task)
            if score.verdict != "error":
                yield Attempt(one.name, score.task, score.at, well=score.verdict == "pass" and not slow)


def cards(attempts: Iterable[Attempt]) -> Sequence[Card]:
    """Return the tasks to repeat, those that are due first in front; what always went well is not among them."""
    boxes: dict[tuple[str, str], Card] = {}
    for one in attempts:
        key = (one.pack, one.task)
        if not one.well:
            boxes[key] = _card(one, 1)
        elif key in boxes and boxes[key].box < len(WAITS):
            boxes[key] = _card(one, boxes[key].box + 1)
        else:
            boxes.pop(key, None)
    return sorted(boxes.values(), key=lambda card: (card.due, card.pack, card.task))


def still_there(cards: Sequence[Card], find: Callable[[str], Pack] = find_pack) -> Sequence[Card]:
    """Return the cards of tasks that their packs, as they are now, still have."""
    there = {pack: _tasks(pack, find) for pack in {card.pack for card in cards}}
    return [card for card in cards if card.task in there[card.pack]]


def _tasks(pack: str, find: Callable[[str], Pack]) -> Collection[str]:
    try:
        return {task.id for task in find(pack).tasks}
    except PackProblem:
        return ()


def _card(one: Attempt, box: int) -> Card:
    return Card(one.pack, one.task, box, one.at + WAITS[box - 1])


def _time(pack: Pack, task: str) -> timedelta:
    """Return how long a task may take, for ever where its pack does not say."""
    found = next((one.head.time for one in pack.tasks if one.id == task), None)
    return timedelta(seconds=seconds(found)) if found else timedelta.max
