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
from collections.abc import Iterator, Sequence

from .processes import family, memory, processor
from .table import Row, measured, not_measured
from .user import TEMPSHELL, User

_MEMORY, _PROCESSOR = 80.0, 1.0  # MB (of 1024² bytes); percent of one core
_COLUMNS, _ROWS = 120, 40
_SETTLES = 16  # seconds from start to idle; on a slow machine the processor's figure tells if it was not enough
_DETACH = b"\x1dd"  # Ctrl+] d


def measure(user: User, seconds: int) -> Iterator[Row]:
    """Open the screen of a local session on a terminal of its own, let it settle, watch it, and end it."""
    if sys.platform != "linux":
        yield not_measured("idle practice screen", "no /proc")
        return
    screen = Screen(user, (TEMPSHELL, "start", "--backend", "local", "linux-basics"))
    screen.show(_SETTLES)
    before = processor(screen.pid)
    screen.show(seconds)
    used = 100 * (processor(screen.pid) - before) / seconds
    yield measured("idle practice screen: its process", memory([screen.pid], "Rss"), "MB", _MEMORY)
    yield measured("  with its children, shared pages once (PSS)", memory(family(screen.pid), "Pss"), "MB", _MEMORY)
    yield measured("  with its children, shared pages each time (RSS)", memory(family(screen.pid), "Rss"), "MB")
    yield measured("  processor, all of them", used, "%", _PROCESSOR)
    screen.leave()
    user.output("stop")


class Screen:
    """A practice screen, and who sits before it and does nothing."""

    def __init__(self, user: User, argv: Sequence[str]) -> None:
        self.pid, self._terminal = pty.fork()
        if not self.pid:
            os.execve(TEMPSHELL, list(argv), dict(user.environment))
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


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # EIO: nobody has the other side open any more
        return b""
