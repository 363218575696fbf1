"""What a practice screen costs that nobody touches: memory and processor, from /proc."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

from .table import Row, measured, not_measured
from .user import TEMPSHELL, User

_MEMORY, _PROCESSOR = 80.0, 1.0  # MB (of 1024² bytes); percent of one core
_COLUMNS, _ROWS = 120, 40
_SETTLES = 16  # seconds from start to idle; on a slow machine the processor's figure tells if it was not enough
_DETACH = b"\x1dd"  # Ctrl+] d
_TICKS = os.sysconf("SC_CLK_TCK")


def measure(user: User, seconds: int) -> Iterator[Row]:
    """Open the screen of a local session on a terminal of its own, let it settle, watch it, and leave it."""
    if sys.platform != "linux":
        yield not_measured("idle practice screen", "no /proc")
        return
    screen = _Screen(user)
    screen.show(_SETTLES)
    before = screen.processor()
    screen.show(seconds)
    used = 100 * (screen.processor() - before) / seconds
    yield measured("idle practice screen: its process", _memory(screen.pid, "Rss"), "MB", _MEMORY)
    yield measured("  with its children, shared pages once (PSS)", screen.memory("Pss"), "MB", _MEMORY)
    yield measured("  with its children, shared pages each time (RSS)", screen.memory("Rss"), "MB")
    yield measured("  processor, all of them", used, "%", _PROCESSOR)
    screen.leave()


class _Screen:
    """A practice screen, and who sits before it and does nothing."""

    def __init__(self, user: User) -> None:
        self.pid, self._terminal = pty.fork()
        if not self.pid:
            argv = (TEMPSHELL, "start", "--backend", "local", "linux-basics")
            os.execve(TEMPSHELL, argv, dict(user.environment))
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))

    def show(self, seconds: float) -> None:
        """Take what it paints, as a terminal would, for that long or to its end."""
        late = time.monotonic() + seconds
        while (left := late - time.monotonic()) > 0:
            if select.select([self._terminal], [], [], left)[0] and not _read(self._terminal):
                return

    def leave(self) -> None:
        """Detach and wait for its end."""
        os.write(self._terminal, _DETACH)
        self.show(_SETTLES)
        os.close(self._terminal)
        os.waitpid(self.pid, 0)

    def processor(self) -> float:
        """Return the seconds of processor time that it and its children have used."""
        fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self._processes()]
        return sum(int(user) + int(system) for user, system in (one[11:13] for one in fields)) / _TICKS

    def memory(self, kind: str) -> float:
        """Return the megabytes (``Pss``, ``Rss``) of it and its children."""
        return sum(_memory(pid, kind) for pid in self._processes())

    def _processes(self) -> Iterator[int]:
        """Yield it and its descendants, but for those inside the sandbox."""
        waiting = [self.pid]
        while waiting:
            pid = waiting.pop()
            if _namespace(pid) == _namespace(os.getpid()):
                yield pid
                threads = Path(f"/proc/{pid}/task").glob("*/children")
                waiting += [int(child) for thread in threads for child in thread.read_text().split()]


def _namespace(pid: int) -> Path:
    return Path(f"/proc/{pid}/ns/pid").readlink()


def _memory(pid: int, kind: str) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{kind}:")) / 1024


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # EIO: nobody has the other side open any more
        return b""
