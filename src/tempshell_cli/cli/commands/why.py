"""``tempshell why``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import AsJson, PastSession

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tempshell_cli.sessions.events import Event
    from tempshell_cli.sessions.lifecycle import Sessions
    from tempshell_cli.sessions.model import Session

app = new_app()
_COUNTS = "a program that starts, input at a terminal, a command in its foreground, use of the processor"
# Reasons that are recorded in a word; all others say it themselves.
_ENDED = {
    "died": "its processes ended",
    "expired": "its time was over",
    "forgotten": "its engine was gone for good",
    "idle": "nothing had happened in it for as long as --idle says, or its sandbox was removed from outside",
    "interrupted": "its start, or a restart, was interrupted",
    "replaced": "another start replaced it",
    "stopped": "it was stopped",
    "vanished": "its sandbox was removed from outside",
}


@app.command()
def why(
    session: PastSession = "",
    as_json: AsJson = False,
) -> None:
    """Explain when and why a session ends, or has ended.

    Also what would give it more time, and what happened to it last.
    """
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.output.sessions import session_json
    from tempshell_cli.cli.service import select_past, user_sessions
    from tempshell_cli.sessions.events import PRIVATE
    from tempshell_cli.sessions.exam import exam_of

    with user_sessions() as sessions:
        sessions.sweep()
        chosen = select_past(sessions, session)
        exam = exam_of(sessions.store, chosen.id)
        shown = [event for event in sessions.store.events(chosen.id) if event.kind not in PRIVATE]
        lines = list(_lines(sessions, chosen, exam_ends=exam.ends if exam and not exam.graded else None))
        now = sessions.clock.now()
    last = shown[-1] if shown else None
    if as_json:
        ended = chosen.ended.isoformat(timespec="seconds") if chosen.ended else None
        console.say_json({**session_json(chosen, now, exam), "ended": ended, "why": lines, "last_event": _json(last)})
        return
    for line in lines:
        console.say(line)
    if last:
        console.say(f"last event: {last.at.astimezone():%Y-%m-%d %H:%M:%S} {last.kind} {last.detail}".rstrip())


def _lines(sessions: Sessions, session: Session, exam_ends: datetime | None) -> Iterator[str]:
    from tempshell_cli.cli.output.sessions import trouble
    from tempshell_cli.core.errors import LimitReached
    from tempshell_cli.core.units import format_duration
    from tempshell_cli.sessions.lease import extended, idle_of
    from tempshell_cli.sessions.model import State

    name, left = session.name, format_duration(session.remaining(sessions.clock.now()))
    if session.state is State.FAILED:
        yield f"{name} did not start: {session.reason}"
        return
    if session.ended:
        yield f"{name} ended at {_time(session.ended)}: {_ENDED.get(session.reason, session.reason)}"
        return
    if session.frozen is not None:
        yield f"{name} is paused, with {left} left; its sandbox is removed at {_time(session.deadline)}"
        yield f"`tempshell resume {name}` resumes it"
        return
    if problem := trouble(session):
        yield problem
    yield f"{name} ends at {_time(session.deadline)}, in {left}, when its {format_duration(session.lease)} are over"
    if idle := idle_of(sessions.store.events(session.id)):
        does = "is paused (or ends, where no tempshell runs)" if idle.pauses else "ends before that,"
        yield session.reason or f"it {does} after a minute's notice when nothing happens in it for {idle.after}"
        if session.reason and idle.pauses:
            yield "an open screen, a command, or the timer of `reap` pauses it before, a minute after the notice"
        yield f"what counts: {_COUNTS}"
    if exam_ends:
        yield f"its exam ends at {_time(exam_ends)}, and cannot be extended"
        return
    settings = sessions.settings
    try:
        extended(session, settings.lease, settings.limits)
        yield f"`tempshell extend {name}` gives it {format_duration(settings.lease.extension)} more"
    except LimitReached as cause:
        yield f"it cannot be extended: {cause}; {cause.hint}"


def _json(event: Event | None) -> dict[str, Any] | None:
    return event and {"time": event.at.isoformat(), "event": event.kind, "detail": event.detail}


def _time(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S}"
