"""A session as JSON and as a row: the same words in both."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tempshell_cli.backends.base import Receipt
from tempshell_cli.cli.output.console import say_results
from tempshell_cli.core.units import format_duration
from tempshell_cli.sessions.exam import Exam
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.setups import Setups


def session_json(session: Session, now: datetime, exam: Exam | None = None) -> dict[str, Any]:
    """Return the JSON form of a session. Times are RFC 3339 in UTC, ``remaining`` is in seconds.

    Both ``remaining`` and ``deadline`` are the sandbox's, which outlasts the exam that it is for.
    """
    return {
        "id": session.id,
        "name": session.name,
        "owner": session.owner,
        "backend": session.backend,
        "endpoint": session.endpoint,
        "state": str(session.state),
        "reason": session.reason,
        "pack": session.pack,
        "created": session.created.isoformat(timespec="seconds"),
        "deadline": session.deadline.isoformat(timespec="seconds"),
        "remaining": int(session.remaining(now).total_seconds()),
        "extensions": session.extensions,
        "workspace": session.sandbox.workspace,
        "exam_ends": exam.ends.isoformat(timespec="seconds") if exam else None,
    }


def setup_json(setups: Setups) -> dict[str, Any] | None:
    """Return the JSON form of how far the setup of the tasks is; None where there is nothing to set up."""
    if not setups.to_do:
        return None
    return {"tasks": len(setups.to_do), "waiting": list(setups.waiting), "failed": list(setups.failed)}


def state_words(session: Session, setups: Setups) -> str:
    """Return the state of a session, and how far the setup of its tasks is, unless all are set up."""
    return ", ".join(filter(None, (str(session.state), setups.words if session.state.is_live else "")))


def failed_setups(session: Session, setups: Setups) -> list[str]:
    """Return what there is to say of each task that could not be set up."""
    again = f"  `tempshell reset TASK -s {session.name}` tries it again"
    return [f"{why}\n{again}" for why in setups.failed.values() if session.state.is_live]


def trouble(session: Session) -> str:
    """Return what is wrong with a session and what to do about it; "" where nothing is."""
    do = _DO.get(session.state)
    return f"{session.name} is {session.state}: {session.reason}; {do.format(session.name)}" if do else ""


_DO = {
    State.STOPPED: "`tempshell attach {0}` starts it again",
    State.BROKEN: "`tempshell attach {0}` brings back what can be brought back",
    State.LOST: "`tempshell stop {0}` removes what is left of it",
    State.KEPT: "`tempshell exec {0} -- sh` inspects it, `tempshell stop {0}` removes it",
}


def local_time(at: datetime) -> str:
    """Write a time for people: in their own time zone, which is named."""
    return f"{at.astimezone():%Y-%m-%d %H:%M %Z}"


def remaining(session: Session, now: datetime, exam: Exam | None = None) -> str:
    """Return in words how much time is left: of an exam, until it is to be handed in."""
    if session.is_over(now):
        return "expired"
    if exam is None:
        return format_duration(session.remaining(now))
    if exam.graded:
        return "handed in"
    return format_duration(exam.ends - now) if now < exam.ends else "time is up"


def receipt_json(receipt: Receipt) -> dict[str, Any]:
    """Return the JSON form of a receipt."""
    return {
        "session": receipt.session,
        "removed": list(receipt.removed),
        "leftover": list(receipt.leftover),
        "kept": list(receipt.kept),
    }


def say_receipt(name: str, receipt: Receipt) -> None:
    """Print what was removed, what is kept, and that nothing is left."""
    left = ", ".join(receipt.leftover) if receipt.leftover else "nothing"
    removed = (f"  removed {what}" for what in receipt.removed)
    kept = (f"  kept: {what}" for what in receipt.kept)
    say_results("\n".join([f"{name}: stopped", *removed, *kept, f"  left over: {left}"]))
