"""Past practice: what each session came to, and how each domain goes over time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from tempshell_cli.core.errors import PackProblem
from tempshell_cli.packs.format.pack import Pack
from tempshell_cli.packs.library.find import find_pack
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.model import Session
from tempshell_cli.sessions.report import Report, report


class Past(NamedTuple):
    """A session in which something was graded; ``report`` is None, and ``problem`` why, where its pack is gone."""

    session: Session
    report: Report | None
    problem: str = ""

    @property
    def pack(self) -> str:
        """The pack's id; of one that is gone, what the session was started with."""
        return self.report.pack.id if self.report else self.session.pack

    @property
    def name(self) -> str:
        """What to start its pack with: a directory, or a name, for an added pack too."""
        return self.session.pack.partition("@")[0]

    @property
    def hints(self) -> int:
        """How many hints were shown."""
        return sum(task.hints for task in self.report.score.tasks) if self.report else 0

    @property
    def spent(self) -> timedelta:
        """How long its tasks were in hand."""
        return sum(self.report.spent.values(), timedelta()) if self.report else timedelta()


class Trend(NamedTuple):
    """The share (0 to 1) that a domain of a pack came to, session by session, oldest first."""

    pack: str
    domain: str
    points: Sequence[tuple[datetime, float]]


def past_practice(sessions: Sessions, pack: str = "", find: Callable[[str], Pack] | None = None) -> list[Past]:
    """Return the sessions in which something was graded, oldest first: all, or a pack's (by id, name or directory)."""
    find = find or cache(find_pack)  # a pack is read once, however often it was practised
    graded = [_past(sessions, one, find) for one in sessions.store.graded()]
    meant = os.path.realpath(pack) if "/" in pack else pack
    return [one for one in graded if meant in {"", one.pack, one.name}]


def trends(past: Iterable[Past]) -> list[Trend]:
    """Return how the domains of each pack went: in each session the mean of their tasks that were graded in it."""
    points: dict[tuple[str, str], list[tuple[datetime, float]]] = {}
    for one in past:
        tasks = one.report.score.tasks if one.report else ()
        for domain in sorted({task.domain or "-" for task in tasks}):
            graded = [task for task in tasks if (task.domain or "-") == domain and task.verdict is not None]
            if shares := [task.share for task in graded if task.share is not None]:
                mean = sum(shares) / len(shares)
                points.setdefault((one.pack, domain), []).append((one.session.created, mean))
    return [Trend(pack, domain, means) for (pack, domain), means in sorted(points.items())]


def _past(sessions: Sessions, session: Session, find: Callable[[str], Pack]) -> Past:
    try:
        return Past(session, report(sessions, session, find))
    except PackProblem as gone:
        return Past(session, None, str(gone))
