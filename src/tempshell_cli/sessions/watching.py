"""Waiting for what happens to sessions: what other processes record, and what engines do by themselves."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import NamedTuple

from tempshell_cli.core.errors import NoSuchSession, UsageProblem, WaitTimedOut
from tempshell_cli.core.units import format_duration
from tempshell_cli.sessions.events import Event
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.lookup import refuse_expired
from tempshell_cli.sessions.model import Session, State

READY, ENDED, _PASSED = "ready", "ended", "passed"
_POLL = 0.5  # seconds between two looks at the store
_SOON = 2.0  # seconds between two sweeps once the deadline of a session has passed


class Condition(NamedTuple):
    """What is waited for: ``ready``, ``ended``, or that the last check of a task passed."""

    kind: str
    task: str = ""

    @classmethod
    def read(cls, text: str) -> Condition:
        """Read what ``--for`` takes; raises UsageProblem for anything else."""
        kind, equals, task = text.partition("=")
        if (kind in {READY, ENDED} and not equals) or (kind == _PASSED and task):
            return cls(kind, task)
        raise UsageProblem(f"{text!r} cannot be waited for", hint=f"wait --for {READY}, {ENDED} or {_PASSED}=TASK")

    def __str__(self) -> str:
        return f"{self.kind}={self.task}" if self.task else self.kind


def wait_for(sessions: Sessions, session: Session, condition: Condition, timeout: timedelta | None) -> Session:
    """Wait until the condition holds, for ever without a timeout; return the session as it is then.

    Raises NoSuchSession or SessionExpired where the session ends before, WaitTimedOut, and UsageProblem for a task
    that it does not have.
    """
    if condition.task:
        from tempshell_cli.sessions.practice import Practice  # noqa: PLC0415 - for packs alone

        Practice(sessions, session).pack.task(condition.task)
    for _ in _looks(sessions, timeout):
        current = sessions.store.get(session.id) or session
        if _holds(sessions, current, condition):
            return current
        if not current.state.is_live:
            if current.reason == "expired":
                refuse_expired(current, sessions.clock.now())
            raise NoSuchSession(f"{current.name} has ended: {current.reason}", hint=f"it was waited for: {condition}")
    raise WaitTimedOut(
        f"after {format_duration(timeout or timedelta())} {session.name} is not yet what was waited for: {condition}",
        hint="`tempshell status` shows it; a longer --timeout waits longer",
    )


def follow(sessions: Sessions, session: str) -> Iterator[Event]:
    """Yield the events of a session until it ends, or of all for ever, in the order in which they are recorded."""
    after, is_over = 0, False
    for _ in _looks(sessions, None):
        new = sessions.store.events_after(after)
        yield from (event for _, event in new if session in {"", event.session})
        after = new[-1][0] if new else after
        if is_over:
            return
        current = sessions.store.get(session)
        is_over = current is not None and not current.state.is_live  # its end is recorded a moment after that


def changes(sessions: Sessions, known: Iterable[Session]) -> Iterator[Session]:
    """Yield each session that has come, changed or ended since it was known, for ever."""
    seen = {one.id: one for one in known if one.state.is_live}
    for _ in _looks(sessions, None):
        live = {one.id: one for one in sessions.store.live()}
        gone = (sessions.store.get(session) for session in seen.keys() - live.keys())
        yield from (one for one in gone if one)
        yield from (one for session, one in live.items() if seen.get(session) != one)
        seen = live


def _looks(sessions: Sessions, timeout: timedelta | None) -> Iterator[None]:
    """Yield whenever it is time to look at the store, which sweeps bring up to date with the engines."""
    every = sessions.settings.engines.sweep_every.total_seconds()
    began, swept = time.monotonic(), -every
    while timeout is None or time.monotonic() - began < timeout.total_seconds():
        now = sessions.clock.now()
        some_is_over = any(one.is_over(now) for one in sessions.store.live())
        if time.monotonic() - swept >= (_SOON if some_is_over else every):
            sessions.sweep(quiet=True)
            swept = time.monotonic()
        yield
        time.sleep(_POLL)


def _holds(sessions: Sessions, session: Session, condition: Condition) -> bool:
    if condition.task:
        from tempshell_cli.packs.grading.results import Verdict  # noqa: PLC0415 - for packs alone

        score = sessions.store.latest_scores(session.id).get(condition.task)
        return score is not None and score.verdict == Verdict.PASS
    return session.state is State.READY if condition.kind == READY else not session.state.is_live
