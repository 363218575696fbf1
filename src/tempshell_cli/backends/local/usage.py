"""What the processes of a sandbox use, as the kernel counts it."""

from __future__ import annotations

import os

from tempshell_cli.backends.base import Usage
from tempshell_cli.backends.local.process import members

# Of the fields that follow the name of a program in /proc/PID/stat (proc(5)): user and system time, of the process and
# of its children that have ended, in clock ticks.
_TIMES = slice(11, 15)


def usage_of(namespace: str) -> Usage | None:
    """Return what the processes in a PID namespace use, by the name that ``/proc/PID/ns/pid`` has for it.

    Memory is what each has to itself: shared pages, such as a library's, count for nobody. None where there is none.
    """
    memory, ticks, processes = 0, 0, 0
    for pid in members(namespace):
        try:
            resident, shared = _words(f"/proc/{pid}/statm")[1:3]
            times = _words(f"/proc/{pid}/stat")[_TIMES]
        except OSError:  # it has ended
            continue
        processes += 1
        memory += max(0, int(resident) - int(shared))
        ticks += sum(map(int, times))
    if not processes:
        return None
    return Usage(memory * os.sysconf("SC_PAGE_SIZE"), ticks / os.sysconf("SC_CLK_TCK"), processes=processes)


def _words(file: str) -> list[str]:
    """Return the words of a file, behind a program's name where it has one."""
    with open(file, errors="replace") as lines:  # noqa: PTH123 - pathlib is slower
        return lines.read().rpartition(")")[2].split()
