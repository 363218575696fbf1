"""Processes of a start that was cut short: bubblewrap half-way, which nobody looks after any more.

Bubblewrap asks the kernel to end with its supervisor, and its child to end with it, but each only some way into its
work. A child whose parent dies before that waits for ever. Control groups would hold it; an ordinary user has none.
"""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tempshell_cli.backends.local.rundir import MARK

_PAUSE = 0.02  # seconds between two looks: an exec is through by then
_TIMEOUT = 5.0  # seconds until the kernel has ended a process that was killed


def end_strays(run: str) -> list[int]:
    """Kill what has the mark of that run directory, wait until it is gone, and return the process ids.

    Until nothing is found twice: one look can come when a parent has ended and a child was not yet in its list, or
    in the middle of an exec, where a process has no environment.
    """
    ended: list[int] = []
    late = time.monotonic() + _TIMEOUT
    quiet = False
    while time.monotonic() < late:
        found = strays(run)
        if quiet and not found:
            break
        for pid in found:
            with _marked(pid, run) as fd:
                if fd is not None:
                    _kill(fd, late)
                    ended.append(pid)
        quiet = not found
        time.sleep(_PAUSE)
    return ended


def strays(run: str) -> list[int]:
    """Return the living processes that have the mark of that run directory."""
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 - names alone
    return [pid for pid in pids if _has_mark(pid, run)]


@contextmanager
def _marked(pid: int, run: str) -> Iterator[int | None]:
    """Yield a pidfd of the process if it still is the one with the mark: an id can be another's by now."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        yield None
        return
    try:
        yield fd if _has_mark(pid, run) else None
    finally:
        os.close(fd)


def _kill(fd: int, late: float) -> None:
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(fd, signal.SIGKILL)
    select.select([fd], [], [], max(0.0, late - time.monotonic()))


def _has_mark(pid: int, run: str) -> bool:
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:  # it has ended, or is not ours
        return False
    return f"{MARK}={run}".encode() in environment.split(b"\0")
