"""The screen of a session: the practice screen, or the bare terminal."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

import typer

from tempshell_cli.cli.console import note
from tempshell_cli.cli.render import say_receipt
from tempshell_cli.sessions.lease import Urgency, notice, urgency
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.model import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from tempshell_cli.terminal.recorder import Recorder
    from tempshell_cli.terminal.wire import Record


def open_screen(sessions: Sessions, session: Session, *, plain: bool, record: bool = False) -> None:
    """Attach to the session until the person leaves; raises typer.Exit with the code of what ended it."""
    from tempshell_cli.cli.recording import recorded

    gc.enable()  # off since the start of the program: see __main__
    with recorded(sessions, session, wanted=record) as recording:
        if plain or os.environ.get("TERM", "dumb") == "dumb":
            raise typer.Exit(_attach_plain(sessions, session, recording))
        _practise(sessions, session, recording)


def _practise(sessions: Sessions, session: Session, recording: Record | None) -> None:
    from tempshell_cli.cli.practice import LivePractice
    from tempshell_cli.tui.app import Ending, run_practice

    practice = LivePractice(sessions, session)
    with practice.following():
        outcome = run_practice(practice, leader=sessions.settings.leader, recording=recording)
    if outcome.ending is Ending.EXPIRED:
        sessions.sweep()
    current = sessions.store.get(session.id) or session
    if outcome.receipt:
        say_receipt(session.name, outcome.receipt)
    elif not current.state.is_live:
        note(f"tempshell: {session.name} is gone: {current.reason}")
    else:
        note(f"tempshell: {session.name} goes on; `tempshell attach {session.name}` returns, `tempshell stop` ends it")


def _attach_plain(sessions: Sessions, session: Session, recording: Record | None) -> int:
    from tempshell_cli.sessions.shell import attach_command
    from tempshell_cli.terminal.relay import relay

    command = attach_command(sessions.engines.of(session), session)
    notices = _notices(sessions, session)
    recorder = _recorder(recording) if recording else None
    if recorder:
        notices = _marking(notices, recorder, sessions, session)
    return relay(command, notices=notices, recorder=recorder)


def _recorder(recording: Record) -> Recorder:
    from tempshell_cli.terminal.recorder import Recorder
    from tempshell_cli.terminal.relay import terminal_size

    return Recorder(recording, terminal_size(sys.stdout.fileno()))


def _marking(
    notices: Callable[[], str | None], recorder: Recorder, sessions: Sessions, session: Session
) -> Callable[[], str | None]:
    """Return the notices, with checks made elsewhere put into the recording, and its own end told."""
    seen = sessions.store.latest_scores(session.id)
    told = False

    def tell() -> str | None:
        nonlocal seen, told
        scores = sessions.store.latest_scores(session.id)
        for task, score in scores.items():
            if seen.get(task) != score:
                recorder.mark(f"{task}: {score.verdict}, {score.earned} of {score.points} points")
        seen = scores
        if recorder.failure and not told:
            told = True
            return f"tempshell: the recording has stopped: {recorder.failure}"
        return notices()

    return tell


def _notices(sessions: Sessions, session: Session) -> Callable[[], str | None]:
    """Return a function that tells each level of urgency once."""
    told = Urgency.CALM

    def tell() -> str | None:
        nonlocal told
        current = sessions.store.get(session.id) or session
        left = current.remaining(sessions.clock.now())
        level = urgency(left)
        if level <= told:
            told = min(told, level)
            return None
        told = level
        return notice(left)

    return tell
