"""What a process and its children cost, from /proc."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> Iterator[int]:
    """Yield a process and its descendants, but for those inside a sandbox."""
    waiting = [pid]
    while waiting:
        pid = waiting.pop()
        if _namespace(pid) == _namespace(os.getpid()):
            yield pid
            threads = Path(f"/proc/{pid}/task").glob("*/children")
            waiting += [int(child) for thread in threads for child in thread.read_text().split()]


def memory(pids: Iterable[int], kind: str) -> float:
    """Return the megabytes of processes: ``Rss``, or ``Pss``, which shares what several have among them."""
    return sum(_memory(pid, kind) for pid in pids)


def processor(pid: int) -> float:
    """Return the seconds of processor time that a process and its children have used."""
    fields = [Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in family(pid)]
    return sum(int(user) + int(system) for user, system in (one[11:13] for one in fields)) / _TICKS


def _namespace(pid: int) -> Path:
    return Path(f"/proc/{pid}/ns/pid").readlink()


def _memory(pid: int, kind: str) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{kind}:")) / 1024
