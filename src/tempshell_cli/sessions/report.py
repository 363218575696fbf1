"""What is on record of a session's work, to be looked at or handed in: also when the session has ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from tempshell_cli import __version__
from tempshell_cli.core.errors import EngineUnavailable, NoSuchSession, SessionExpired, UsageProblem
from tempshell_cli.packs.checks.cases import Cases
from tempshell_cli.packs.checks.program import Exec
from tempshell_cli.packs.format.pack import Pack
from tempshell_cli.packs.grading.results import CheckResult
from tempshell_cli.packs.grading.score import PackScore, score_pack
from tempshell_cli.packs.library.find import find_pack
from tempshell_cli.sessions.effort import effort
from tempshell_cli.sessions.events import Started, details
from tempshell_cli.sessions.exam import Exam, exam_of
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.model import Session
from tempshell_cli.sessions.practice import Practice
from tempshell_cli.sessions.setups import Setups

NO_RESULTS: Mapping[str, Sequence[CheckResult]] = MappingProxyType({})


class Report(NamedTuple):
    """How a session stands, and by which pack and program that was found.

    ``results`` are what the last check of each task found, as its learner sees it. ``given_up`` are the tasks whose
    solution was shown before they were ever passed. ``digest`` and ``version`` are of the pack as it was at the last
    check, else as it is; ``changed`` says that it is another now. ``attempts`` counts the checks of each task, and
    ``spent`` is the time that it was in hand. ``exam`` is None where the session is none. ``forgeable`` says in a
    sentence what of it a learner could have forged, "" where nothing is known. ``setups`` is how far the setup of the
    tasks has come.
    """

    session: Session
    pack: Pack
    score: PackScore
    version: str
    digest: str
    changed: bool
    attempts: dict[str, int]
    spent: Mapping[str, timedelta]
    exam: Exam | None
    made: datetime
    forgeable: str = ""
    results: Mapping[str, Sequence[CheckResult]] = NO_RESULTS
    given_up: frozenset[str] = frozenset()
    setups: Setups = Setups()
    tempshell: str = __version__


def report(sessions: Sessions, session: Session, find: Callable[[str], Pack] = find_pack) -> Report:
    """Return the report of a session; raises UsageProblem where it has no pack, PackProblem where that is gone."""
    practice = Practice(sessions, session, find)
    pack, scores = practice.pack, sessions.store.scores(session.id)
    now = sessions.clock.now()
    took = effort(session, sessions.store.events(session.id), scores, now)
    version, digest = (scores[-1].version, scores[-1].digest) if scores else (pack.head.version, pack.digest)
    return Report(
        session=session,
        pack=pack,
        score=score_pack(pack, practice.scores(), took.hints),
        version=version,
        digest=digest,
        changed=digest != pack.digest,
        attempts=dict(Counter(score.task for score in scores)),
        spent=took.spent,
        exam=exam_of(sessions.store, session.id),
        made=now,
        forgeable=_forgeable(sessions, session, pack),
        results={task: one.results for task, one in practice.last_checks().items()},
        given_up=took.given_up,
        setups=practice.setups(),
    )


def _forgeable(sessions: Sessions, session: Session, pack: Pack) -> str:
    """Return where the learner of a session has a way to the verdicts; docs/exam.md says why."""
    if any(started.admin for _, started in details(sessions.store.events(session.id), Started)):
        return "The learner was root in the sandbox (profile admin): any verdict may be forged."
    with suppress(UsageProblem, EngineUnavailable):  # the backend of a past session may be installed no more
        if by_its_backend := sessions.engines.find(session.backend).forgeable():
            return by_its_backend
    kinds = (kind for task in pack.tasks for check in task.head.checks for kind in check.kind.parts())
    if any(
        isinstance(kind, Cases) or (isinstance(kind, Exec) and kind.runs_as_learner(session.home)) for kind in kinds
    ):
        return "Some checks run as the learner: what their programs report may be forged."
    return ""


def recorded(sessions: Sessions, token: str) -> Session:
    """Return the session a person means: a live one, as anywhere, else the last one of that id or name.

    Without a token and without a live session it is the last one that had a pack. Raises NoSuchSession.
    """
    try:
        return sessions.select(token)
    except (NoSuchSession, SessionExpired):
        past = sessions.store.last(token) if token else sessions.store.last_with_pack()
        if past is None or (not token and sessions.store.live()):
            raise
        return past
