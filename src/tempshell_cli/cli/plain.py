"""A session in the bare terminal, ``--plain``: warnings and news come as notices over its first row."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tempshell_cli.cli.output.console import note
from tempshell_cli.cli.output.results import verdict_words
from tempshell_cli.core.errors import TempshellError
from tempshell_cli.sessions.exam import exam_of, refuse_handed_in
from tempshell_cli.sessions.lease import Urgency, ends_when_idle, sweep_every, time_left, warnings_of
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.setups import setups_of
from tempshell_cli.sessions.store import Score, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from tempshell_cli.terminal.recording.recorder import Recorder
    from tempshell_cli.terminal.wire import Record

_LEAVING = "{} d leaves, and the session goes on"
# Seconds between two looks at the store, and how long the last one may take.
_LOOK, _LAST_LOOK = 1.0, 10.0
_WATCHING = "read-only: nothing that you type reaches the session; Ctrl+C leaves"


def attach_plain(
    sessions: Sessions, session: Session, recording: Record | None, news: list[str], *, read_only: bool
) -> int | None:
    """Attach this terminal to the session, and show what is added to the news; return the exit code, None if left."""
    from tempshell_cli.sessions.shell import attach_command, watch_command
    from tempshell_cli.terminal.leader import spelled_out
    from tempshell_cli.terminal.recording.recorder import Recorder
    from tempshell_cli.terminal.relay import relay
    from tempshell_cli.terminal.user_terminal import terminal_size

    refuse_handed_in(sessions.store, session)
    command = (watch_command if read_only else attach_command)(sessions.engines.of(session), session)
    leader = sessions.settings.leader
    how = f"tempshell: {_WATCHING if read_only else _LEAVING.format(spelled_out(leader))}"
    note(how)  # where lines are read one after the other, this is the first
    recorder = Recorder(recording, terminal_size(sys.stdout.fileno())) if recording else None
    setting_up = _setting_up(sessions, session, news, read_only=read_only)
    with _followed(sessions, session) as seen, setting_up:
        notices = _before(how, news, _notices(sessions, seen))
        if recorder:
            notices = _marking(notices, recorder, seen)
        return relay(command, notices=notices, recorder=recorder, read_only=read_only, leader=leader)


@dataclass
class _Seen:
    """What the store said of a session a moment ago."""

    session: Session
    scores: Mapping[str, Score]


@contextmanager
def _followed(sessions: Sessions, session: Session) -> Iterator[_Seen]:
    """Yield what the store says of a session; as long as the block lasts it is read again and again.

    In the background, for a store that is locked must hold up no key.
    """
    from tempshell_cli.core.repeating import repeating

    seen = _Seen(session, sessions.store.latest_scores(session.id))

    def look() -> None:
        with suppress(StoreUnavailable):
            seen.session = sessions.store.get(session.id) or session
            seen.scores = sessions.store.latest_scores(session.id)

    def log(error: Exception) -> None:
        sessions.log_bug(error, session.id)

    events = sessions.store.events(session.id)
    every, is_swept = sweep_every(sessions.settings.engines.sweep_every, events), ends_when_idle(events)

    def sweep() -> None:
        if is_swept and sessions.claim_sweep(every * 0.9):  # the one before was not on the second
            with suppress(TempshellError):  # nothing may be printed here
                sessions.sweep(quiet=True)

    with (
        repeating(look, every=_LOOK, unexpected=log, timeout=_LAST_LOOK),
        repeating(sweep, every=every, unexpected=log, timeout=_LAST_LOOK),
    ):
        yield seen


def _setting_up(
    sessions: Sessions, session: Session, news: list[str], *, read_only: bool
) -> AbstractContextManager[None]:
    """Set up the tasks that wait for it, as long as the block lasts; what a person has to know is added to the news."""
    if read_only or not setups_of(sessions.store.events(session.id)).waiting:
        return nullcontext()
    from tempshell_cli.sessions.behind import Behind
    from tempshell_cli.sessions.practice import Practice

    return Behind(Practice(sessions, session), news.append, lambda error: sessions.log_bug(error, session.id)).running()


def _before(first: str, news: list[str], notices: Callable[[], str | None]) -> Callable[[], str | None]:
    """Return the notices, with one before them, and the news that somebody adds meanwhile."""
    waiting = [first]

    def notice() -> str | None:
        if waiting:
            return waiting.pop()
        return f"tempshell: {news.pop(0)}" if news else notices()

    return notice


def _marking(notices: Callable[[], str | None], recorder: Recorder, seen: _Seen) -> Callable[[], str | None]:
    """Return the notices, with checks made elsewhere put into the recording, and its own end reported."""
    before = seen.scores
    reported = False

    def notice() -> str | None:
        nonlocal before, reported
        scores = seen.scores
        for task, score in scores.items():
            if before.get(task) != score:
                words = verdict_words(score.verdict, score.incomplete)
                recorder.mark(f"{task}: {words}, {score.earned} of {score.points} points")
        before = scores
        if recorder.failure and not reported:
            reported = True
            return f"tempshell: the recording has stopped: {recorder.failure}"
        return notices()

    return notice


def _notices(sessions: Sessions, seen: _Seen) -> Callable[[], str | None]:
    """Return a function that returns a notice for each level of urgency, once."""
    shown, before = Urgency.CALM, ""
    warnings = warnings_of(sessions.settings.lease)
    exam = exam_of(sessions.store, seen.session.id)

    def notice() -> str | None:
        nonlocal shown, before
        current, now = seen.session, sessions.clock.now()
        left = (exam.ends if exam else current.deadline) - now if current.frozen is None else current.frozen
        level = warnings.urgency(left)
        reason = current.reason if current.state is State.READY else ""
        if reason != before:
            before = reason
            return f"tempshell: {reason}" if reason else None
        if level <= shown:
            shown = min(shown, level)
            return None
        shown = level
        if level >= Urgency.LAST:
            then = "what is in the sandbox ends with it"
        else:
            then = "`tempshell exam --finish` hands it in" if exam else "`tempshell extend` adds time"
        return f"tempshell: {time_left(left)}; {then}"

    return notice
