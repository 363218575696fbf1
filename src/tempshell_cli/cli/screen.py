"""The screen of a session: the practice screen, or, in ``plain.py``, the bare terminal."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, NamedTuple

import typer

from tempshell_cli.cli.output.console import is_interactive, note, note_unforwarded, say, say_json
from tempshell_cli.cli.output.sessions import say_receipt, session_json, setup_json
from tempshell_cli.core.errors import ExitCode, TempshellError, UsageProblem
from tempshell_cli.sessions.exam import exam_of
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.lookup import refuse_ended
from tempshell_cli.sessions.model import Session
from tempshell_cli.sessions.setups import setups_of

if TYPE_CHECKING:
    from tempshell_cli.sessions.forwarding.ports import Listening
    from tempshell_cli.terminal.wire import Record


_GOES_ON = "tempshell: {0} goes on; `tempshell attach {0}` returns, `tempshell stop` ends it"


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
            from tempshell_cli.cli.plain import attach_plain

            code = attach_plain(sessions, session, recording, news, read_only=visit.read_only)
            if code is None:
                _note_going_on(sessions, session)
            elif code not in {0, ExitCode.EXPIRED}:  # the local backend has said so itself
                refuse_ended(sessions.store, session, sessions.clock.now())
            raise typer.Exit(code or 0)
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
