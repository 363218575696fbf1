"""The end of an exam, and the look back at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from tempshell_cli.backends.base import Report as Progress
from tempshell_cli.core.errors import Incomplete, NoSuchSession, SessionExpired, UsageProblem
from tempshell_cli.core.text import listed
from tempshell_cli.packs.grading.results import TaskResult, Verdict
from tempshell_cli.sessions.events import Event, ExamGraded, Kind
from tempshell_cli.sessions.exam import exam_of, is_under_way, why_ungraded
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.model import Session
from tempshell_cli.sessions.practice import Practice, found_event, results_in


def exam_session(sessions: Sessions, token: str) -> Session:
    """Return the exam of that id or name, or without a token the last one; raises NoSuchSession."""
    found = sessions.store.last_with_event(Kind.EXAM, token)
    if found is None:
        what = f"there is no exam {token!r}" if token else "there is no exam"
        raise NoSuchSession(what, hint="`tempshell exam PACK` begins one, `tempshell list --all` shows those before")
    return found


class Graded(NamedTuple):
    """What the grading of an exam has found, not kept yet, and what was kept of it ``earlier``.

    ``began`` is when its tasks were handed in.
    """

    practice: Practice
    began: datetime
    results: Sequence[TaskResult]
    earlier: Mapping[str, TaskResult]


def finish(sessions: Sessions, session: Session, progress: Progress) -> None:
    """Grade an exam, once, and keep what was found; its sandbox stays. Raises as ``grade`` and ``keep`` do."""
    keep(grade(sessions, session, progress))


def grade(sessions: Sessions, session: Session, progress: Progress) -> Graded:
    """Run the checks of an exam that have not been run yet.

    Raises UsageProblem where it is graded already, and SessionExpired where its sandbox is gone.
    """
    _refuse_graded(sessions, session)
    now = sessions.clock.now()
    if not is_under_way(session, now):
        raise SessionExpired(f"{session.name} is not graded: {why_ungraded(session, now)}", hint="begin another one")
    practice = Practice(sessions, session)
    earlier = results_in(sessions.store.events(session.id))
    with progress("grading the exam"):
        return Graded(practice, now, practice.grade_exam(earlier), earlier)


def keep(graded: Graded) -> None:
    """Keep what a grading has found: all at once, and unless somebody else has just graded the exam.

    Checks that could not run leave it incomplete; another grading runs these again, and no others. Raises Incomplete,
    with all of it kept, where that is worth it, and UsageProblem where the exam is graded already.
    """
    practice, began, results, earlier = graded
    sessions, session = practice.sessions, practice.session
    now = sessions.clock.now()
    with sessions.store.transaction():
        _refuse_graded(sessions, session)
        sessions.store.add_event(Event.of(began, session.id, Kind.TASK))  # none was in hand from then on
        for result in results:
            if earlier.get(result.task) != result:
                sessions.store.add_score(practice.score_of(result))
                sessions.store.add_event(found_event(now, session.id, result))
        incomplete = any(result.incomplete for result in results)
        sessions.store.add_event(Event.of(now, session.id, ExamGraded(incomplete)))
    if any(practice.can_still_run(result) for result in results if result.incomplete):
        names = [f"{result.task}/{check}" for result in results for check in result.incomplete]
        errors = [one.message for result in results for one in result.results if one.verdict is Verdict.ERROR]
        raise Incomplete(
            f"{session.name} is incomplete: {listed(names)} could not run: {errors[0]}",
            hint=f"`tempshell exam --finish {session.name}` tries again until {session.deadline.astimezone():%H:%M}",
        )


def review(sessions: Sessions, session: Session) -> Sequence[TaskResult]:
    """Return what the grading of an exam found, task by task.

    Raises UsageProblem where it was not graded, and while checks of it can still be run again.
    """
    exam, now = exam_of(sessions.store, session.id), sessions.clock.now()
    if exam and exam.incomplete and is_under_way(session, now):
        raise UsageProblem(
            f"{session.name} is incomplete", hint=f"`tempshell exam --finish {session.name}` runs its last checks first"
        )
    if exam is None or exam.graded is None:
        why = why_ungraded(session, now)
        raise UsageProblem(f"{session.name} is not graded: {why}", hint="an exam is reviewed when it has been graded")
    return list(results_in(sessions.store.events(session.id)).values())


def _refuse_graded(sessions: Sessions, session: Session) -> None:
    exam = exam_of(sessions.store, session.id)
    if exam and exam.graded and not exam.incomplete:
        raise UsageProblem(
            f"{session.name} was graded at {exam.graded.astimezone():%H:%M}",
            hint=f"`tempshell exam --review {session.name}` shows what was found",
        )
