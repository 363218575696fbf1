"""What makes a session an exam: drawn tasks, an end of its own, and one grading. All of it is events of the session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tempshell_cli.backends.base import Sandbox
from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.sessions.events import Drawn, Event, ExamBegun, ExamGraded, Flagged, ValuesWritten, details
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.store import Store

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


def exam_terms(exam: ExamBegun, now: datetime, deadline: datetime) -> str:
    """Return what the terms of a sandbox say of an exam that begins now: its seed, and two times in seconds.

    That is how long it takes, and how long before the deadline it ends: clocks differ from machine to machine.
    """
    return f"{exam.seed} {(exam.ends - now).total_seconds():.0f} {(deadline - exam.ends).total_seconds():.0f}"


def events_of(sandbox: Sandbox) -> list[Event]:
    """Return the events that the terms of a sandbox stand for; of an exam that makes no sense, one that is over."""
    found = []
    begun = sandbox.deadline
    if sandbox.terms.exam:
        words = (*sandbox.terms.exam.split(), "", "", "")[:3]
        seed, takes, before = (int(word[:_DIGITS]) if word.isdecimal() else 0 for word in words)
        ends = sandbox.deadline - timedelta(seconds=min(before, _LONGEST))
        begun = ends - timedelta(seconds=min(takes, _LONGEST))
        found = [Event.of(begun, sandbox.session, ExamBegun(seed, ends))]
    if sandbox.terms.tasks:
        found.insert(0, Event.of(begun, sandbox.session, Drawn(tuple(sandbox.terms.tasks))))
    if sandbox.terms.values:
        found.append(Event.of(begun, sandbox.session, ValuesWritten(sandbox.terms.values)))
    return found


def exam_of(store: Store, session: str) -> Exam | None:
    """Return the exam that a session is; None where it is none."""
    events = store.events(session)
    begun = list(details(events, ExamBegun))
    if not begun:
        return None
    at, exam = begun[-1]
    found = Exam(exam.seed, at, exam.ends)
    for when, graded in details(events, ExamGraded):
        if when >= at:
            found = found._replace(graded=when, incomplete=graded.incomplete)
    return found


def drawn_tasks(store: Store, session: str) -> Sequence[str]:
    """Return the ids of the tasks that a session was given of its pack; none where it has all of them."""
    drawn = [one.tasks for _, one in details(store.events(session), Drawn)]
    return drawn[-1] if drawn else ()


def seed_of(session: str, exam_seed: int | None) -> str:
    """Return what a session's values are drawn by: an exam's seed, else its own id, which its engine knows as well."""
    return session if exam_seed is None else str(exam_seed)


def written_values(store: Store, session: str) -> Mapping[str, str]:
    """Return the values that scripts of a session's tasks have written, by ``TASK/NAME``."""
    written = [one.values for _, one in details(store.events(session), ValuesWritten)]
    return written[-1] if written else {}


def flagged_tasks(store: Store, session: str) -> frozenset[str]:
    """Return the ids of the tasks that are marked to come back to."""
    flagged = [one.tasks for _, one in details(store.events(session), Flagged)]
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
            f"{session.name} was handed in, and cannot be entered any more",
            hint=f"`tempshell exam --finish {session.name}` runs the checks that could not run",
        )


def is_under_way(session: Session, now: datetime) -> bool:
    """Return whether there is a sandbox to be graded."""
    return session.state.is_live and session.state is not State.LOST and not session.is_over(now)


def why_ungraded(session: Session, now: datetime) -> str:
    """Return in words why an exam has no grades."""
    if is_under_way(session, now):
        return "the exam is under way"
    return f"its sandbox was gone before it was handed in ({session.reason or 'expired'})"
