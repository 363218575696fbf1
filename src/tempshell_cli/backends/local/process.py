"""Which process is the first of a sandbox, and where: a number alone can be another's by the time it is used.

Imports little: see ``__init__``.
"""

from __future__ import annotations

import errno
import os

from tempshell_cli.backends.local.kernel import read_file

_STARTED = 19  # the start time among the fields that follow the name of a program in /proc/PID/stat (proc(5))


def identity(pid: int) -> dict[str, str]:
    """Return what no other process has: its number, when it started (in ticks since boot), its PID namespace, the boot.

    Raises OSError where there is no such process, it has ended, or it is not ours to look at.
    """
    fields = read_file(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    if fields[0] in b"ZX":  # a zombie, or dead: only its parent has yet to notice
        raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH))
    return {
        "pid": str(pid),
        "started": fields[_STARTED].decode(),
        "pidns": os.readlink(f"/proc/{pid}/ns/pid"),
        "boot": _boot(),
    }


def whereabouts() -> dict[str, str]:
    """Return where this process is, for a home directory that others see too: machine, boot, and PID namespace.

    The machine is "" where nobody has given it an identity (machine-id(5)), as in many containers.
    """
    try:
        machine = read_file("/etc/machine-id").strip().decode(errors="replace")
    except OSError:
        machine = ""
    return {"machine": machine, "boot": _boot(), "pidns": os.readlink("/proc/self/ns/pid")}


def _boot() -> str:
    return read_file("/proc/sys/kernel/random/boot_id").strip().decode()


def is_same(recorded: dict[str, str]) -> bool:
    """Return whether the process on record is there."""
    try:
        pid = int(recorded.get("pid", ""))
        return pid > 0 and identity(pid).items() <= recorded.items()
    except (OSError, ValueError):
        return False


def open_process(recorded: dict[str, str]) -> int | None:
    """Return a pidfd of the process on record; None where it is gone."""
    if not is_same(recorded):
        return None
    try:
        fd = os.pidfd_open(int(recorded["pid"]))
    except ProcessLookupError:
        return None
    if is_same(recorded):  # now that the number cannot become another's
        return fd
    os.close(fd)
    return None
