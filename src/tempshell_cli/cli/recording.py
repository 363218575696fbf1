"""Recording a visit to a session."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from tempshell_cli.cli.console import note
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.model import Session
from tempshell_cli.sessions.recordings import Recordings, secrets_in
from tempshell_cli.terminal.wire import Record


@contextmanager
def recorded(sessions: Sessions, session: Session, *, wanted: bool) -> Iterator[Record | None]:
    """Yield what to record into as long as the block lasts, then say where it is; None where it is not wanted."""
    if not wanted:
        yield None
        return
    secrets = secrets_in(sessions.engines.of(session), session)
    file, descriptor = Recordings(sessions.paths).create(session, sessions.clock.now())
    try:
        yield Record(descriptor, session.name, ["tempshell", *filter(None, [session.pack])], secrets)
    finally:
        empty = os.fstat(descriptor).st_size == 0
        os.close(descriptor)
        if empty:
            file.unlink(missing_ok=True)
        else:
            note(f"tempshell: recorded; `tempshell recordings play {file.stem}` shows it")
