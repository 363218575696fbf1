"""Ports that are forwarded beside something else: as long as a screen is open."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

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

    def begin(opened: ExitStack) -> Forwarder:
        backend = sessions.engines.of(session)
        return opened.enter_context(Forwarder(backend, session.sandbox, listening, say, until=stop))

    def go_on(opened: ExitStack, forwarder: Forwarder) -> None:
        while True:
            with opened:
                reason = forwarder.run()
            if not reason:
                return
            say(f"no port is forwarded at the moment: {reason}")
            waiting, again = select.poll(), None
            waiting.register(stop, select.POLLIN)
            while again is None:
                if waiting.poll(_AGAIN):
                    return
                with suppress(TempshellError), ExitStack() as trying:
                    again, opened = begin(trying), trying.pop_all()
            forwarder = again
            say("ports are forwarded again")

    with ExitStack() as opened:
        opened.callback(os.close, stopping)
        first = ExitStack()
        thread = threading.Thread(target=go_on, args=(first, begin(first)), daemon=True)
        for one in listening:
            sessions.journal(session.id, Kind.FORWARD, str(one.forward))
        thread.start()
        try:
            yield
        finally:
            os.write(stopping, b".")
            thread.join(_LAST)
