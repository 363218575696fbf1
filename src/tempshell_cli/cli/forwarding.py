"""Forwarding ports for as long as a command runs."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from tempshell_cli.cli.output.console import note
from tempshell_cli.cli.service import select_whole, user_sessions
from tempshell_cli.core.errors import EngineUnavailable, NoSuchSession, UsageProblem
from tempshell_cli.sessions.events import Kind
from tempshell_cli.sessions.forwarding.forwarder import Forwarder
from tempshell_cli.sessions.forwarding.ports import PortForward, listening
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.lookup import refuse_ended, refuse_unusable
from tempshell_cli.sessions.model import Session, State

_PORT = re.compile(r"[0-9]{1,5}|.*:.*", re.DOTALL)  # no session has such a name, and no id is so short


def session_and_ports(words: Sequence[str], session: str) -> tuple[str, Sequence[str]]:
    """Return which session is meant, "" for the only one, and the ports; raises UsageProblem."""
    first, *rest = words
    if _PORT.fullmatch(first):
        return session, words
    if session and session != first:
        raise UsageProblem("SESSION and --session cannot be used together", hint="choose one of them")
    if not rest:
        raise UsageProblem("which port is missing", hint=f"write SESSION PORT, such as {first} 8080")
    return first, rest


@contextmanager
def forward(token: str, forwards: Sequence[PortForward]) -> Iterator[Sequence[PortForward]]:
    """Begin to forward ports of a session, yield what leads where, and go on after the block, until a Ctrl-C.

    Raises UsageProblem where a port cannot be had or the sandbox lacks what it takes, and where the forwarding ends by
    itself, the error that says why.
    """
    with listening(forwards) as listened, user_sessions() as sessions:
        session = select_whole(sessions, token)
        refuse_unusable(session)
        with Forwarder(sessions.engines.of(session), session.sandbox, listened, _say) as forwarder:
            for one in listened:
                sessions.journal(session.id, Kind.FORWARD, str(one.forward))
            gc.enable()  # off since the start of the program: see __main__
            reason = ""
            with suppress(KeyboardInterrupt):
                yield [one.forward for one in listened]
                reason = forwarder.run()
        if reason:
            sessions.journal(session.id, Kind.FORWARD_ENDED, reason)
            _refuse_gone(sessions, session)
            raise EngineUnavailable(
                f"the forwarding has ended: {reason}", hint="run it again, or see `tempshell status`"
            )


def _refuse_gone(sessions: Sessions, session: Session) -> None:
    """Raise SessionExpired or NoSuchSession where the session is over, or its sandbox lost."""
    refuse_ended(sessions.store, session, sessions.clock.now())
    with suppress(NoSuchSession):
        sessions.up_to_date(session)
    current = sessions.store.get(session.id) or session
    if not current.state.is_live or current.state is State.STOPPING:
        why = current.reason or current.state
        raise NoSuchSession(f"session {current.name} has ended: {why}", hint="`tempshell start` makes a new one")
    refuse_unusable(current)


def _say(what: str) -> None:
    note(f"tempshell: {what}")
