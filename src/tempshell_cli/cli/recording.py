"""Recording a visit to a session."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from tempshell_cli.cli.output.console import note
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.model import Session
from tempshell_cli.sessions.panes import recorded_panes
from tempshell_cli.sessions.recordings import Recordings, panes_of, remove, secrets_in
from tempshell_cli.terminal.wire import Record


@contextmanager
def recorded(sessions: Sessions, session: Session, *, wanted: bool) -> Iterator[Record | None]:
    """Yield what to record into as long as the block lasts, then say where it is; None where it is not wanted."""
    if not wanted:
        yield None
        return
    backend = sessions.engines.of(session)
    secrets = secrets_in(backend, session.sandbox)
    file, descriptor = Recordings(sessions.paths).create(session, sessions.clock.now())
    try:
        with recorded_panes(backend, session, panes_of(file), secrets):
            yield Record(descriptor, session.name, ["tempshell", *filter(None, [session.pack])], secrets)
    finally:
        empty = os.fstat(descriptor).st_size == 0
        os.close(descriptor)
        if empty:
            remove(file)
        else:
            note(f"tempshell: recorded; `tempshell recordings play {file.stem}` shows it")
