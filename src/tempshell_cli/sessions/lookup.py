"""Which session a person means. Light: ``exec`` needs no more of this wing than this."""

from __future__ import annotations

from datetime import datetime, timedelta

from tempshell_cli.core.errors import NoSuchSession, SessionExpired, TempshellError, UsageProblem
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.store import Store

# Engines keep a deadline in whole seconds, and may end a session as much before it.
EARLY = timedelta(seconds=1)


def select(store: Store, now: datetime, token: str, *, expired_too: bool = False) -> Session:
    """Return the live session of that id, name or unambiguous prefix; without a token, the only one.

    Raises NoSuchSession where none or several match, SessionExpired where the one that does is over, unless that is
    asked for as well.
    """
    live = store.live()
    matches = [one for one in live if token in {"", one.id, one.name}] or [
        one for one in live if one.id.startswith(token) or one.name.startswith(token)
    ]
    if len(matches) > 1:
        names = ", ".join(f"{one.name} ({one.id})" for one in matches)
        what = f"{token!r} matches several sessions" if token else "there are several sessions"
        raise NoSuchSession(f"{what}: {names}", hint="name one of them")
    if not matches:
        raise _no_match(store, token)
    if not expired_too:
        refuse_expired(matches[0], now)
    return matches[0]


def refuse_expired(session: Session, now: datetime) -> None:
    """Raise SessionExpired where the session is over."""
    if session.is_over(now):
        raise _expired(session)


def refuse_unusable(session: Session) -> None:
    """Raise UsageProblem where nothing can run in the session, NoSuchSession where its sandbox is lost.

    By the record alone: see ``Sessions.restored`` for what the engine says.
    """
    if session.state is State.LOST:
        raise NoSuchSession(
            f"session {session.name} is lost: {session.reason}",
            hint=f"`tempshell start --replace --name {session.name}` makes a new one;"
            f" `tempshell stop {session.name}` removes what is left",
        )
    if session.state is State.STOPPED:
        raise UsageProblem(
            f"{session.name} has stopped: {session.reason}", hint=f"`tempshell attach {session.name}` starts it again"
        )
    if session.frozen is not None:
        raise UsageProblem(f"{session.name} is paused", hint=f"`tempshell resume {session.name}` resumes it")
    if session.state is State.CREATING:
        raise UsageProblem(f"{session.name} is still starting", hint="`tempshell list` shows when it is ready")
    if session.state is State.KEPT and not session.details:
        raise UsageProblem(
            f"{session.name} has no sandbox: its start failed", hint=f"`tempshell stop {session.name}` removes it"
        )


def refuse_ended(store: Store, session: Session, now: datetime) -> None:
    """Raise SessionExpired where the deadline of a session has passed, which has ended what ran in it."""
    current = store.get(session.id) or session
    if current.frozen is None and current.is_over(now + EARLY):
        raise _expired(current)


def _no_match(store: Store, token: str) -> TempshellError:
    if not token:
        return NoSuchSession("there is no session", hint="`tempshell start` makes one")
    past = store.last(token)
    if past and past.reason == "expired":
        return _expired(past)
    if past and past.reason == "idle":
        return SessionExpired(
            f"session {past.name} has ended: nothing happened in it, or it was removed from outside",
            hint=f"`tempshell why {past.name}` says more",
        )
    if past and past.reason in {"vanished", "died"}:
        return NoSuchSession(
            f"session {past.name} {past.reason}: its {past.backend} sandbox is gone",
            hint=f"`tempshell start --replace --name {past.name}` makes a new one",
        )
    return NoSuchSession(
        f"there is no session {token!r}",
        hint="`tempshell list` shows yours, `tempshell reap` looks for more on every engine",
    )


def _expired(session: Session) -> SessionExpired:
    return SessionExpired(
        f"session {session.name} expired at {session.deadline.astimezone():%H:%M:%S}",
        hint="`tempshell start` makes a new one",
    )
