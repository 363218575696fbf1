"""The screen of a session: the practice screen, or the bare terminal."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import typer

from tempshell_cli.cli.output.console import is_interactive, note, note_unforwarded, say, say_json
from tempshell_cli.cli.output.results import verdict_words
from tempshell_cli.cli.output.sessions import say_receipt, session_json, setup_json
from tempshell_cli.core.errors import ExitCode, TempshellError, UsageProblem
from tempshell_cli.sessions.exam import exam_of, refuse_handed_in
from tempshell_cli.sessions.lease import Urgency, ends_when_idle, sweep_every, time_left, warnings_of
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.lookup import refuse_ended
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.setups import setups_of
from tempshell_cli.sessions.store import Score, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from tempshell_cli.sessions.forwarding.ports import Listening
    from tempshell_cli.terminal.recording.recorder import Recorder
    from tempshell_cli.terminal.wire import Record


_GOES_ON = "tempshell: {0} goes on; `tempshell attach {0}` returns, `tempshell stop` ends it"
_LEAVING = "{} d leaves, and the session goes on"
# Seconds between two looks at the store, and how long the last one may take.
_LOOK, _LAST_LOOK = 1.0, 10.0
_WATCHING = "read-only: nothing that you type reaches the session; Ctrl+C leaves"


class Visit(NamedTuple):
    """How a session is shown; ``detach`` and ``as_json`` print one that has just been made in place of that.

    An empty ``theme`` is that of the settings. ``read_only``: nothing typed reaches the session. Ports
    are forwarded from where ``listening`` does.
    """

    detach: bool = False
    plain: bool = False
    record: bool = False
    as_json: bool = False
    theme: str = ""
    read_only: bool = False
    listening: Sequence[Listening] = ()

    @property
    def opens(self) -> bool:
        """Whether a new session is attached to: a person sits here, and nothing is to be printed."""
        return not (self.detach or self.as_json) and is_interactive()


@contextmanager
def listening_for(ports: Sequence[str], visit: Visit, offered: Sequence[str] = ()) -> Iterator[Sequence[Listening]]:
    """Listen, before anything is started, for the ports that the visit is to forward, or those ``offered``.

    Raises UsageProblem for what is no port or is in use, and where there is no screen that they could last as long as.
    """
    if offered and not ports:
        ports = offered if visit.opens else ()
        if not ports:
            note_unforwarded(offered)
    if not ports:
        yield ()
        return
    from tempshell_cli.sessions.forwarding.ports import listening, parse_forward

    forwards = [parse_forward(one) for one in ports]
    if not visit.opens:
        raise UsageProblem(
            "--port forwards while the screen is open, and there is none",
            hint="leave it out, then `tempshell port-forward SESSION PORT` forwards without a screen",
        )
    with listening(forwards) as opened:
        yield opened


def show_started(sessions: Sessions, session: Session, visit: Visit) -> None:
    """Attach to a session that has just been made; print it where that is asked for, or this is not a terminal."""
    if visit.as_json:
        shown = session_json(session, sessions.clock.now(), exam_of(sessions.store, session.id))
        setups = setups_of(sessions.store.events(session.id))
        say_json({**shown, "setup": setup_json(setups), "setup_problems": setups.lines()})
    elif not visit.opens:
        say(session.id)
        if not visit.detach:
            note(f"tempshell: not a terminal; `tempshell attach {session.name}` opens it")
    else:
        open_screen(sessions, session, visit)


def open_screen(sessions: Sessions, session: Session, visit: Visit) -> None:
    """Attach to the session until the person leaves; raises typer.Exit with the code of what ended it.

    Where the visit is ``read_only``, raises UsageProblem for a session that cannot be watched.
    """
    from tempshell_cli.cli.recording import recorded
    from tempshell_cli.sessions.shell import refuse_unwatchable

    if visit.read_only:
        refuse_unwatchable(sessions.engines.of(session), session)
    gc.enable()  # off since the start of the program: see __main__
    record, news = visit.record or sessions.settings.recording.enabled, list[str]()
    with _forwarding(sessions, session, visit, news), recorded(sessions, session, wanted=record) as recording:
        if visit.plain or os.environ.get("TERM", "dumb") == "dumb":
            code = _attach_plain(sessions, session, recording, visit, news)
            if code not in {0, ExitCode.EXPIRED}:  # the local backend has said so itself
                refuse_ended(sessions.store, session, sessions.clock.now())
            raise typer.Exit(code)
        _practise(sessions, session, recording, visit, news)


@contextmanager
def _forwarding(sessions: Sessions, session: Session, visit: Visit, news: list[str]) -> Iterator[None]:
    """Forward the ports that are asked for; what goes wrong about them meanwhile is added to the news."""
    if not visit.listening:
        yield
        return
    from tempshell_cli.sessions.forwarding.background import forwarding

    with ExitStack() as forwarded:
        try:
            forwarded.enter_context(forwarding(sessions, session, visit.listening, news.append))
        except TempshellError:
            note(_GOES_ON.format(session.name))
            raise
        for one in visit.listening:
            note(f"tempshell: forwarding from {one.forward}")
        yield


def _practise(sessions: Sessions, session: Session, recording: Record | None, visit: Visit, news: list[str]) -> None:
    from tempshell_cli.cli.output import reports
    from tempshell_cli.cli.practice import LivePractice
    from tempshell_cli.cli.watching import WatchedPractice
    from tempshell_cli.sessions.report import report
    from tempshell_cli.tui.app import Ending, run_practice

    forwards = [one.forward for one in visit.listening]
    practice = (WatchedPractice if visit.read_only else LivePractice)(sessions, session, forwards, news)
    look = sessions.settings.screen
    look = look._replace(theme=visit.theme or look.theme)
    with practice.following():
        outcome = run_practice(practice, leader=sessions.settings.leader, look=look, recording=recording)
    if outcome.ending is Ending.EXPIRED or (outcome.ending is Ending.GRADED and not outcome.receipt):
        sessions.sweep()
    current = sessions.store.get(session.id) or session
    if outcome.ending is Ending.GRADED:
        reports.say(report(sessions, current))
    if outcome.receipt:
        say_receipt(session.name, outcome.receipt)
    elif outcome.ending is Ending.EXPIRED:
        refuse_ended(sessions.store, current, sessions.clock.now())
    elif not current.state.is_live:
        note(f"tempshell: {session.name} is gone: {current.reason}")
    elif (exam := exam_of(sessions.store, session.id)) and exam.incomplete:
        note(f"tempshell: {session.name} was handed in; `tempshell exam --finish {session.name}` runs the checks that")
        note(f"  could not run, until its sandbox ends at {current.deadline.astimezone():%H:%M}")
    else:
        _note_going_on(sessions, session)


def _note_going_on(sessions: Sessions, session: Session) -> None:
    note(_GOES_ON.format(session.name))
    if words := setups_of(sessions.store.events(session.id)).words:
        note(f"  {words}: `attach` goes on with the other tasks, `check` sets up those that it grades")


def _attach_plain(sessions: Sessions, session: Session, recording: Record | None, visit: Visit, news: list[str]) -> int:
    from tempshell_cli.sessions.shell import attach_command, watch_command
    from tempshell_cli.terminal.leader import spelled_out
    from tempshell_cli.terminal.recording.recorder import Recorder
    from tempshell_cli.terminal.relay import relay
    from tempshell_cli.terminal.user_terminal import terminal_size

    refuse_handed_in(sessions.store, session)
    command = (watch_command if visit.read_only else attach_command)(sessions.engines.of(session), session)
    leader = sessions.settings.leader
    how = f"tempshell: {_WATCHING if visit.read_only else _LEAVING.format(spelled_out(leader))}"
    note(how)  # where lines are read one after the other, this is the first
    recorder = Recorder(recording, terminal_size(sys.stdout.fileno())) if recording else None
    setting_up = _setting_up(sessions, session, news, read_only=visit.read_only)
    with _followed(sessions, session) as seen, setting_up:
        notices = _before(how, news, _notices(sessions, seen))
        if recorder:
            notices = _marking(notices, recorder, seen)
        code = relay(command, notices=notices, recorder=recorder, read_only=visit.read_only, leader=leader)
    if code is None:
        _note_going_on(sessions, session)
    return code or 0


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
