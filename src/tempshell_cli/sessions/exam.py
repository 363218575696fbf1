"""What makes a session an exam: drawn tasks, an end of its own, and one grading. All of it is events of the session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tempshell_cli.backends.base import Sandbox
from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.store import Event, Store

# The event of a session that has just some tasks of its pack; its detail is their ids.
DRAWN = "drawn"
# The event of an exam's beginning; its detail is the seed of the draw, and when the exam ends.
EXAM = "exam"
# The event of a flag that was put on a task or taken off; its detail is the ids of all flagged ones.
FLAGGED = "flagged"
# The event of an exam's grading; its detail is INCOMPLETE where checks could not run, so that it can be tried again.
GRADED = "graded"
INCOMPLETE = "incomplete"
# The event of what a grading or a check found in one task; its detail is a TaskResult as JSON.
FOUND = "found"
_DIGITS, _LONGEST = 18, 10**7  # of numbers that a stranger may have written; seconds


class Exam(NamedTuple):
    """An exam on record. ``graded`` is when that was last tried, None where it was not.

    ``incomplete``: checks could not run then.
    """

    seed: int
    began: datetime
    ends: datetime
    graded: datetime | None = None
    incomplete: bool = False

    @property
    def time(self) -> timedelta:
        """How long it was to take."""
        return self.ends - self.began


def exam_detail(seed: int, ends: datetime) -> str:
    """Return the detail of an EXAM that ends then."""
    return f"{seed} {ends.isoformat()}"


def exam_terms(detail: str, now: datetime, deadline: datetime) -> str:
    """Return what the terms of a sandbox say of an EXAM that begins now: its seed, and two times in seconds.

    That is how long it takes, and how long before the deadline it ends: clocks differ from machine to machine.
    """
    seed, _, ends = detail.partition(" ")
    end = datetime.fromisoformat(ends)
    return f"{seed} {(end - now).total_seconds():.0f} {(deadline - end).total_seconds():.0f}"


def events_of(sandbox: Sandbox) -> list[Event]:
    """Return the events that the terms of a sandbox stand for; of an exam that makes no sense, one that is over."""
    found = []
    begun = sandbox.deadline
    if sandbox.terms.exam:
        words = (*sandbox.terms.exam.split(), "", "", "")[:3]
        seed, takes, before = (int(word[:_DIGITS]) if word.isdecimal() else 0 for word in words)
        ends = sandbox.deadline - timedelta(seconds=min(before, _LONGEST))
        begun = ends - timedelta(seconds=min(takes, _LONGEST))
        found = [Event(begun, sandbox.session, EXAM, f"{seed} {ends.isoformat()}")]
    if sandbox.terms.tasks:
        found.insert(0, Event(begun, sandbox.session, DRAWN, " ".join(sandbox.terms.tasks)))
    return found


def exam_of(store: Store, session: str) -> Exam | None:
    """Return the exam that a session is; None where it is none."""
    found: Exam | None = None
    for event in store.events(session):
        if event.kind == EXAM:
            seed, _, ends = event.detail.partition(" ")
            found = Exam(int(seed), event.at, datetime.fromisoformat(ends))
        elif event.kind == GRADED and found:
            found = found._replace(graded=event.at, incomplete=event.detail == INCOMPLETE)
    return found


def drawn_tasks(store: Store, session: str) -> Sequence[str]:
    """Return the ids of the tasks that a session was given of its pack; none where it has all of them."""
    drawn = [event.detail.split() for event in store.events(session) if event.kind == DRAWN]
    return drawn[-1] if drawn else ()


def flagged_tasks(store: Store, session: str) -> frozenset[str]:
    """Return the ids of the tasks that are marked to come back to."""
    flagged = [event.detail.split() for event in store.events(session) if event.kind == FLAGGED]
    return frozenset(flagged[-1] if flagged else ())


def refuse_in_exam(store: Store, session: Session, what: str) -> None:
    """Raise UsageProblem with these words where the session is an exam."""
    if exam_of(store, session.id):
        raise UsageProblem(what, hint=f"`tempshell exam --finish {session.name}` ends it and grades it")


def refuse_handed_in(store: Store, session: Session) -> None:
    """Raise UsageProblem where the session is an exam that was handed in already, and waits for its last checks."""
    exam = exam_of(store, session.id)
    if exam and exam.graded:
        raise UsageProblem(
            f"{session.name} was handed in, and is not entered any more",
            hint=f"`tempshell exam --finish {session.name}` runs the checks that could not run",
        )


def is_under_way(session: Session, now: datetime) -> bool:
    """Tell whether there is a sandbox to be graded."""
    return session.state.is_live and session.state is not State.LOST and not session.is_over(now)


def why_ungraded(session: Session, now: datetime) -> str:
    """Return in words why an exam has no grades."""
    if is_under_way(session, now):
        return "the exam is under way"
    return f"its sandbox was gone before it was handed in ({session.reason or 'expired'})"
