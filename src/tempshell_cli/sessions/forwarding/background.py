"""Ports that are forwarded beside something else: as long as a screen is open."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import NamedTuple

from tempshell_cli.core.errors import TempshellError
from tempshell_cli.sessions.events import Kind
from tempshell_cli.sessions.forwarding.forwarder import Forwarder
from tempshell_cli.sessions.forwarding.ports import Listening
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.model import Session

_AGAIN = 3000  # milliseconds between two tries
_LAST = 5.0  # seconds for what is under way at the end


@contextmanager
def forwarding(
    sessions: Sessions, session: Session, listening: Sequence[Listening], say: Callable[[str], object]
) -> Iterator[None]:
    """Forward ports of a session in a thread as long as the block lasts; where the line drops, try again and again.

    ``say`` hears in a line what goes wrong, from that thread. Raises as the Forwarder does where it cannot begin.
    """
    stop, stopping = os.pipe()  # readable once the block has ended
    background, first = _Background(sessions, session, listening, say, stop), ExitStack()
    with ExitStack() as closing:
        closing.callback(os.close, stop)
        closing.callback(os.close, stopping)
        with ExitStack() as begun:  # until the thread has it
            begun.push(first)
            thread = threading.Thread(target=background.keep_on, args=(first, background.begin(first)), daemon=True)
            for one in listening:
                sessions.journal(session.id, Kind.FORWARD, str(one.forward))
            begun.pop_all()
        thread.start()
        try:
            yield
        finally:
            os.write(stopping, b".")
            thread.join(_LAST)
            if thread.is_alive():  # it waits for its engine, and goes with the process
                closing.pop_all()


class _Background(NamedTuple):
    """What the thread does, until ``stop`` can be read."""

    sessions: Sessions
    session: Session
    listening: Sequence[Listening]
    say: Callable[[str], object]
    stop: int

    def begin(self, opened: ExitStack) -> Forwarder:
        backend = self.sessions.engines.of(self.session)
        made = Forwarder(backend, self.session.sandbox, self.listening, self.say, until=self.stop)
        return opened.enter_context(made)

    def keep_on(self, opened: ExitStack, forwarder: Forwarder) -> None:
        try:
            self._forward(opened, forwarder)
        except Exception as bug:  # noqa: BLE001 - no reason to write over the screen
            self.sessions.log_bug(bug, self.session.id)
            self.say(f"no port is forwarded any more: {bug}")

    def _forward(self, opened: ExitStack, forwarder: Forwarder) -> None:
        while True:
            with opened:
                reason = forwarder.run()
            if not reason:
                return
            self.say(f"no port is forwarded at the moment: {reason}")
            with suppress(TempshellError):  # a store that cannot be written
                self.sessions.journal(self.session.id, Kind.FORWARD_ENDED, reason)
            opened = ExitStack()
            begun = self._begun_again(opened)
            if begun is None:
                return
            forwarder = begun
            self.say("ports are forwarded again")

    def _begun_again(self, opened: ExitStack) -> Forwarder | None:
        """Try until it succeeds; None where the block ends before."""
        waiting = select.poll()
        waiting.register(self.stop, select.POLLIN)
        while not waiting.poll(_AGAIN):
            with suppress(TempshellError):
                return self.begin(opened)
        return None
