"""The mark of a start or a change under way: a lock that the kernel frees when its process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tempshell_cli.core.paths import Paths


@contextmanager
def start_mark(paths: Paths, session: str) -> Iterator[None]:
    """Hold the session's mark while it is made or changed; wait while another process holds it."""
    file = paths.private("starting") / session
    mark = _locked(file)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
        os.close(mark)


def is_starting(paths: Paths, session: str) -> bool:
    """Return whether a living process is making or changing the session; clears the mark of one that died."""
    file = paths.state / "starting" / session
    try:
        mark = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        with suppress(OSError):  # a read-only disk; the next one clears it
            if _is_at(mark, file):
                file.unlink()
        return False
    finally:
        os.close(mark)


def clear_marks(paths: Paths) -> None:
    """Clear the marks of processes that died, also before they had anything on record."""
    for file in (paths.state / "starting").glob("*"):
        is_starting(paths, file.name)


def _locked(file: Path) -> int:
    """Return a locked descriptor of the file; another process may have removed it while we waited."""
    while True:
        mark = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(mark, fcntl.LOCK_EX)
        except BaseException:
            os.close(mark)
            raise
        if _is_at(mark, file):
            return mark
        os.close(mark)


def _is_at(mark: int, file: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(mark), file.stat())
    except FileNotFoundError:
        return False
