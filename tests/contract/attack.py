"""What the learner may do to the processes with a mark in their command line. Runs inside, without our packages."""

import ctypes
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

ATTACH, DETACH, EFAULT = 16, 17, 14  # ptrace(2), errno(3)
libc = ctypes.CDLL(None, use_errno=True)


class Span(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


def refused() -> OSError:
    return OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def trace(pid: int) -> None:
    if libc.ptrace(ATTACH, pid, None, None):
        raise refused()
    os.waitpid(pid, 0)
    libc.ptrace(DETACH, pid, None, None)


def send_signal(pid: int) -> None:
    os.kill(pid, signal.SIGCONT)  # which a running process does not notice


def open_memory(pid: int) -> None:
    os.close(os.open(f"/proc/{pid}/mem", os.O_RDWR))


def write_memory(pid: int) -> None:
    """Write a byte where nothing is mapped: what is not refused fails with EFAULT."""
    byte = ctypes.create_string_buffer(1)
    ours, theirs = Span(ctypes.addressof(byte), 1), Span(1, 1)
    if (
        libc.process_vm_writev(pid, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0) < 0
        and ctypes.get_errno() != EFAULT
    ):
        raise refused()


def write_input(pid: int) -> None:
    os.close(os.open(f"/proc/{pid}/fd/0", os.O_WRONLY | os.O_NONBLOCK))


def read_environment(pid: int) -> None:
    os.close(os.open(f"/proc/{pid}/environ", os.O_RDONLY))


ATTACKS: tuple[Callable[[int], None], ...] = (
    trace,
    send_signal,
    open_memory,
    write_memory,
    write_input,
    read_environment,
)


def marked(mark: bytes) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:  # it has ended
            continue
        found += [int(folder.name)] if mark in words and int(folder.name) != os.getpid() else []
    return found


def succeeds(attack: Callable[[int], None], pid: int) -> bool:
    try:
        attack(pid)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    pids = marked(os.fsencode(sys.argv[1]))
    done = sorted({attack.__name__ for attack in ATTACKS for pid in pids if succeeds(attack, pid)})
    json.dump({"seen": len(pids), "succeeded": done}, sys.stdout)
