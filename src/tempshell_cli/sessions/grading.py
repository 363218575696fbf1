"""The end of an exam, and the look back at it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tempshell_cli.backends.base import Report as Progress
from tempshell_cli.core.errors import EngineUnavailable, NoSuchSession, SessionExpired, UsageProblem
from tempshell_cli.packs.results import TaskResult
from tempshell_cli.sessions.exam import FOUND, GRADED, exam_of, is_under_way, why_ungraded
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.model import Session
from tempshell_cli.sessions.practice import Practice
from tempshell_cli.sessions.store import Event


def exam_session(sessions: Sessions, token: str) -> Session:
    """Return the exam of that id or name, or without a token the last one; raises NoSuchSession."""
    exams = [one for one in sessions.store.history() if exam_of(sessions.store, one.id)]
    meant = [one for one in exams if token in {"", one.id, one.name}]
    if not meant:
        what = f"there is no exam {token!r}" if token else "there is no exam"
        raise NoSuchSession(what, hint="`tempshell exam PACK` begins one, `tempshell list --all` shows those before")
    return meant[-1]


def finish(sessions: Sessions, session: Session, progress: Progress) -> None:
    """Grade an exam, once, and keep what was found; its sandbox stays.

    Raises UsageProblem where it was graded already, SessionExpired where its sandbox is gone, and EngineUnavailable,
    with nothing kept, where none of its tasks could be looked at.
    """
    _refuse_graded(sessions, session)
    now = sessions.clock.now()
    if not is_under_way(session, now):
        raise SessionExpired(f"{session.name} is not graded: {why_ungraded(session, now)}", hint="begin another one")
    practice = Practice(sessions, session)
    with progress("grading the exam"):
        results = practice.grade_exam()
    if all(result.share is None for result in results):
        raise EngineUnavailable(
            f"no task of {session.name} could be looked at: {_first_message(results)}",
            hint=f"nothing was graded; `tempshell exam --finish {session.name}` tries again",
        )
    _keep(practice, results)


def review(sessions: Sessions, session: Session) -> Sequence[TaskResult]:
    """Return what the grading of an exam found, task by task; raises UsageProblem where it was not graded."""
    exam = exam_of(sessions.store, session.id)
    if exam is None or exam.graded is None:
        why = why_ungraded(session, sessions.clock.now())
        raise UsageProblem(f"{session.name} is not graded: {why}", hint="an exam is reviewed when it has been graded")
    found = [event.detail for event in sessions.store.events(session.id) if event.kind == FOUND]
    return [msgspec.json.decode(detail, type=TaskResult) for detail in found]


def _keep(practice: Practice, results: Sequence[TaskResult]) -> None:
    """Keep the grades all at once, unless somebody else has just graded the exam."""
    sessions, session = practice.sessions, practice.session
    now = sessions.clock.now()
    with sessions.store.transaction():
        _refuse_graded(sessions, session)
        for result in results:
            sessions.store.add_score(practice.score_of(result))
            sessions.store.add_event(Event(now, session.id, FOUND, msgspec.json.encode(result).decode()))
        sessions.store.add_event(Event(now, session.id, GRADED))


def _refuse_graded(sessions: Sessions, session: Session) -> None:
    exam = exam_of(sessions.store, session.id)
    if exam and exam.graded:
        raise UsageProblem(
            f"{session.name} was graded at {exam.graded.astimezone():%H:%M}",
            hint=f"`tempshell exam --review {session.name}` shows what was found",
        )


def _first_message(results: Sequence[TaskResult]) -> str:
    return next((one.message for result in results for one in result.results if one.message), "")
