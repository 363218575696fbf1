"""Which process is the first of a sandbox, and where: a number alone can be another's by the time it is used.

Imports little: see ``__init__``.
"""

from __future__ import annotations

import errno
import os

from tempshell_cli.backends.local.kernel import parent_of, read_file

_STARTED = 19  # the start time among the fields that follow the name of a program in /proc/PID/stat (proc(5))


def identity(pid: int) -> dict[str, str]:
    """Return what no other process has: its number, when it started (in ticks since boot), its PID namespace, the boot.

    Raises OSError where there is no such process, it has ended, or it is not ours to look at.
    """
    fields = _stat(pid)
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


def members(namespace: str) -> list[int]:
    """Return the processes in a PID namespace, by the name that ``/proc/PID/ns/pid`` has for it, the oldest first.

    Those in the namespaces below it, which root inside can make, are among them. Not those that are not ours.
    """
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if _is_within(f"/proc/{pid}/ns/pid", namespace):
                found.append((int(_stat(int(pid))[_STARTED]), int(pid)))
        except OSError:  # it has ended, or is not ours to look at
            continue
    return [pid for _, pid in sorted(found)]


def state_of(pid: int) -> str:
    """Return the letter for the state of a process (proc(5)); raises OSError."""
    return _stat(pid)[0].decode()


def _is_within(link: str, namespace: str) -> bool:
    """Return whether a process is in the namespace, or below: of most the name alone says that."""
    name = os.readlink(link)
    if name in {namespace, _own_namespace()}:
        return name == namespace
    fd = os.open(link, os.O_RDONLY | os.O_CLOEXEC)
    try:
        while True:
            above = parent_of(fd)
            os.close(fd)
            fd = above
            if os.readlink(f"/proc/self/fd/{fd}") == namespace:
                return True
    except PermissionError:  # what is above is not in sight: this process's own is the last that is
        return False
    finally:
        os.close(fd)


def _own_namespace() -> str:
    return os.readlink("/proc/self/ns/pid")


def _stat(pid: int) -> list[bytes]:
    """Return the fields of a process that follow its name in /proc/PID/stat (proc(5)); raises OSError."""
    return read_file(f"/proc/{pid}/stat").rpartition(b")")[2].split()
