"""The rules about how many sessions there may be."""

from __future__ import annotations

from datetime import timedelta

from tempshell_cli.core.config import Limits
from tempshell_cli.core.errors import LimitReached
from tempshell_cli.sessions.model import Session
from tempshell_cli.sessions.store import Store

_HOUR = timedelta(hours=1)


def check_limits(store: Store, limits: Limits, candidate: Session, on_engine: int) -> None:
    """Raise LimitReached where one more session would be one too many.

    Call it in the transaction that saves the candidate. ``on_engine`` counts the sandboxes that the engine runs,
    other people's among them.
    """
    live = store.live()
    _check_owner(limits, live)
    here = [session for session in live if _engine(session) == _engine(candidate)]
    if max(len(here), on_engine) >= limits.per_engine:
        raise LimitReached(
            f"the {candidate.backend} engine already runs {limits.per_engine} sessions",
            hint="stop one, or raise per_engine under [limits] in the config",
        )
    started = store.started_since(candidate.created - _HOUR)
    if started >= limits.starts_per_hour:
        raise LimitReached(
            f"{started} sessions were started in the last hour, the limit is {limits.starts_per_hour}",
            hint="wait, or raise it: `tempshell config set limits.starts_per_hour 20`; in CI set TEMPSHELL_NO_LIMITS=1",
        )


def _check_owner(limits: Limits, own: list[Session]) -> None:
    if len(own) >= limits.per_owner:
        names = ", ".join(session.name for session in own)
        have = "a session" if len(own) == 1 else f"{len(own)} sessions"
        raise LimitReached(
            f"you already have {have}: {names}",
            hint=f"`tempshell attach` goes back to it, `tempshell stop {own[0].name}` ends it;"
            " per_owner under [limits] in the config allows more",
        )


def _engine(session: Session) -> tuple[str, str]:
    return session.backend, session.endpoint
