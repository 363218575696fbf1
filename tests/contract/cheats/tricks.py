"""What a cheat leaves running in a sandbox. Runs inside, without our packages, with the name of a trick.

Each says by a file that it has begun. What each does it does to every process that is not its own.
"""

import contextlib
import ctypes
import fcntl
import mmap
import os
import resource
import signal
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

ATTACH, CONT, KILL, DETACH = 16, 7, 8, 17  # ptrace(2)
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long] * 4
HOME = Path.home()


def begin() -> None:
    Path("/tmp/begun").touch()  # noqa: S108 - inside


def others() -> Iterator[int]:
    """Yield the processes that come, for ever; those that are there at the beginning stay."""
    ours = {int(path.name) for path in Path("/proc").glob("[0-9]*")}
    begin()
    while True:
        there = {int(path.name) for path in Path("/proc").glob("[0-9]*")}
        yield from there - ours - {os.getpid()}


def trace() -> None:
    """Attach to each, let it be seen to have written and read what one likes, and end it."""
    for pid in others():
        if libc.ptrace(ATTACH, pid, 0, 0) == 0:
            os.waitpid(pid, 0)
            libc.ptrace(KILL, pid, 0, 0)


def end() -> None:
    for pid in others():
        send(pid, signal.SIGKILL)


def stop() -> None:
    for pid in others():
        send(pid, signal.SIGSTOP)


def send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(OSError):
        os.kill(pid, number)


def limit() -> None:
    """Let none of them write or open anything, or take a second of the processor."""
    for pid in others():
        for what in (resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_CPU, resource.RLIMIT_AS):
            with contextlib.suppress(OSError, ValueError):
                resource.prlimit(pid, what, (0, 0))


def write() -> None:
    for pid in others():
        for number, word in ((1, b"42\n"), (0, b"\nexit 0\n"), (2, b"0\n")):
            try:
                descriptor = os.open(f"/proc/{pid}/fd/{number}", os.O_WRONLY | os.O_NONBLOCK)
            except OSError:
                continue
            with contextlib.suppress(OSError):
                os.write(descriptor, word)
            os.close(descriptor)


def swap() -> None:
    """Write the answer into each temporary file, or put another in its place."""
    begin()
    while True:
        for folder in (Path("/tmp"), Path("/var/tmp")):  # noqa: S108 - inside
            for path in folder.glob("tmp.*"):
                with contextlib.suppress(OSError):
                    path.write_text("42\n")
                try:
                    path.rename(folder / "taken")
                    path.symlink_to(HOME / "done.txt")
                except OSError:
                    pass


def follow() -> None:
    """Make the answer a link to each temporary file as soon as it is there."""
    begin()
    known: set[Path] = set()
    while True:
        there = {path for path in Path("/var/tmp").glob("**/*") if not path.is_dir()}  # noqa: S108 - inside
        for path in there - known:
            link(path)
        known = there


def chase() -> None:
    """Make the answer a link to what each process has open, one after the other."""
    for pid in others():
        for name in ("cmdline", "fd/0", "fd/3", "fd/63", "environ"):
            link(Path(f"/proc/{pid}/{name}"))


def flip() -> None:
    """Make the answer a file and a link to what is the check's own, in turn."""
    begin()
    while True:
        for target in ("done.txt", "/proc/self/cmdline", "done.txt", "/proc/self/fd/0", "done.txt", "/proc/self/fd/63"):
            link(Path(target))
            time.sleep(0.002)


def link(target: Path) -> None:
    new = HOME / "answer.new"
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.rename(HOME / "answer.txt")


def copy() -> None:
    """Write each word of each command line into the files that the check reads."""
    for pid in others():
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b"\n")
            for name in ("answer.txt", "kept.txt"):
                (HOME / name).write_bytes(words)
        except OSError:
            pass


def lease() -> None:
    """Make every open of a file wait until the kernel breaks its lease, and lock it."""
    for name in ("answer.txt", "answer.json", "kept.txt", "kept.json", "kept.yaml", "work/list"):
        descriptor = os.open(HOME / name, os.O_RDWR | os.O_CREAT, 0o644)
        signal.signal(signal.SIGIO, signal.SIG_IGN)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with contextlib.suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    begin()
    time.sleep(3600)


def type() -> None:  # noqa: A001 - the name of a trick
    """Put words into the input of each terminal, as if they were typed, and write them there."""
    for _ in others():
        for path in [*Path("/dev/pts").glob("[0-9]*"), Path("/dev/tty"), Path("/dev/console")]:
            with contextlib.suppress(OSError), path.open("wb", buffering=0) as terminal:
                terminal.write(b"\nexit 0\n")
                for byte in b"\nexit 0\n":
                    fcntl.ioctl(terminal, termios.TIOCSTI, bytes([byte]))


def favour() -> None:
    """Have the kernel end others first when memory runs out, and let it run out."""
    if not os.fork():
        fill()
    for pid in others():
        for own, score in ((pid, "1000"), (os.getpid(), "-1000")):
            with contextlib.suppress(OSError):
                Path(f"/proc/{own}/oom_score_adj").write_text(score)


def slow() -> None:
    """Keep every processor busy, and let others run last."""
    for _ in range(8):
        if not os.fork():
            while True:
                pass
    for pid in others():
        with contextlib.suppress(OSError):
            os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, pid, 19)


def grow() -> None:
    """Write behind what is read, and take it away."""
    begin()
    names = [HOME / name for name in ("answer.txt", "kept.txt", "kept.json", "kept.yaml")]
    while True:
        for path in names:
            with contextlib.suppress(OSError), path.open("ab") as file:
                file.write(b" " * 4096)
                file.truncate(0)


def recycle() -> None:
    """Begin and end processes so fast that each number comes again, and signal every one that comes."""
    begin()
    while True:
        try:
            if not (pid := os.fork()):
                os._exit(0)
        except OSError:
            continue
        os.waitpid(pid, 0)
        for number in (pid, pid + 1, pid + 2, pid + 3):
            send(number, signal.SIGSTOP)
            send(number, signal.SIGKILL)


def fork() -> None:
    """Take each place for a process as soon as it becomes free."""
    begin()
    while True:
        try:
            if not os.fork():
                time.sleep(3600)
        except OSError:
            pass


def fill() -> None:
    """Take all memory, by files that stay when a process has been ended, and by processes that are all small."""
    for place in ("/dev/shm", "/tmp", "/var/tmp", str(HOME)):  # noqa: S108 - inside
        with contextlib.suppress(OSError), Path(place, "full").open("wb", buffering=0) as file:
            while file.write(b"x" * 2**20):
                pass
    begin()
    while True:
        try:
            if not os.fork():
                taken = []
                while True:
                    block = mmap.mmap(-1, 2**16)
                    block.write(b"x" * 2**16)
                    taken.append(block)
                    time.sleep(0.01)
        except OSError:
            time.sleep(0.05)


if __name__ == "__main__":
    globals()[sys.argv[1]]()
