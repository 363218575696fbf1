"""The mark of a start under way: a lock that the kernel frees when its process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from tempshell_cli.core.paths import Paths


@contextmanager
def start_mark(paths: Paths, session: str) -> Iterator[None]:
    """Hold the session's mark while it is being made."""
    file = paths.private("starting") / session
    mark = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(mark, fcntl.LOCK_EX)
        yield
    finally:
        file.unlink(missing_ok=True)
        os.close(mark)


def is_starting(paths: Paths, session: str) -> bool:
    """Tell whether a living process is making the session; clears the mark of one that died."""
    file = paths.state / "starting" / session
    try:
        mark = os.open(file, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        file.unlink(missing_ok=True)
        return False
    finally:
        os.close(mark)
