"""How far the setup of a session's tasks is, by its events: no pack is read for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tempshell_cli.core.process import NOTHING
from tempshell_cli.sessions.events import Event, Kind, NotSetUp, SetUp, ToSetUp


class Setups(NamedTuple):
    """Which tasks are ``to_do`` in all, which of them are still ``waiting``, and why others have ``failed``.

    ``problems`` is what went wrong the last time with each task that was tried, by line, "" where nothing did. A
    session of an older release says nothing of tasks to do: it has set up all of them before it was ready.
    """

    to_do: Sequence[str] = ()
    waiting: Sequence[str] = ()
    failed: Mapping[str, str] = NOTHING
    problems: Mapping[str, str] = NOTHING

    @property
    def words(self) -> str:
        """How many tasks are set up, such as ``3/15 set up``; "" once none is waiting."""
        return f"{len(self.to_do) - len(self.waiting)}/{len(self.to_do)} set up" if self.waiting else ""

    def lines(self) -> list[str]:
        """Return what went wrong, each line after the id of its task."""
        return [f"{task}: {line}" for task, problems in self.problems.items() for line in problems.splitlines()]


def setups_of(events: Iterable[Event]) -> Setups:
    """Return how far the setup is, by the events of the session, oldest first."""
    to_do: tuple[str, ...] = ()
    problems: dict[str, str] = {}
    failed: dict[str, str] = {}
    for event in events:  # of each task the last one counts
        if event.kind == Kind.TO_SET_UP:
            to_do = ToSetUp.read(event.detail).tasks
            problems, failed = {}, {}  # in a new sandbox nothing is set up
        elif event.kind == Kind.SET_UP:
            done = SetUp.read(event.detail)
            problems[done.task] = done.problems
            failed.pop(done.task, None)
        elif event.kind == Kind.NOT_SET_UP:
            task, why = NotSetUp.read(event.detail)
            problems[task] = failed[task] = why
    return Setups(to_do, [task for task in to_do if task not in problems], failed, problems)
