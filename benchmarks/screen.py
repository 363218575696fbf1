"""How soon the home screen and that of a pack are there, and what a practice screen costs that nobody touches."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from statistics import median

from .processes import family, memory, processor
from .table import Row, compared, measured, not_measured
from .user import TEMPSHELL, User

_MEMORY, _PROCESSOR = 80.0, 1.0  # MB (of 1024² bytes); percent of one core
_COLUMNS, _ROWS = 120, 40
_SETTLES = 16  # seconds from start to idle; on a slow machine the processor's figure tells if it was not enough
_DETACH, _QUIT = b"\x1dd", b"q"  # Ctrl+] d, and of the home screen
_FRAME = 300.0  # milliseconds from Textual's own import to the home screen's first frame
_TRIES = 7
_PACK = ("--backend", "local", "linux-basics")
_FIRST_TASK, _LONGEST = b"Tidy up", 120.0  # of its title; seconds
_TEXTUAL = "import textual.app, textual.screen, textual.widgets, textual.drivers.linux_driver"


def measure(user: User, seconds: int) -> Iterator[Row]:
    """Time the home screen; then open the screen of a local session, let it settle, watch it, and end it."""
    yield from _home(user)
    if sys.platform != "linux":
        yield not_measured("idle practice screen", "no /proc")
        return
    begin = time.monotonic()
    user.output("start", "--detach", *_PACK)
    whole = time.monotonic() - begin
    user.output("stop")
    begin = time.monotonic()
    screen = Screen(user, (TEMPSHELL, "start", *_PACK))
    screen.show(_LONGEST, until=_FIRST_TASK)
    yield compared("linux-basics: first frame of its screen", time.monotonic() - begin, "all tasks set up", whole)
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


def _home(user: User) -> Iterator[Row]:
    """Yield how long the home screen takes to its first frame, in all and beyond what Textual's import takes."""
    frames, imports = [], []
    for _ in range(_TRIES):
        begin = time.monotonic()
        subprocess.run((sys.executable, "-c", _TEXTUAL), env=user.environment, check=True)
        imports.append(time.monotonic() - begin)
        begin = time.monotonic()
        screen = Screen(user, (TEMPSHELL,))
        screen.show(_SETTLES, until=b"Sessions")
        frames.append(time.monotonic() - begin)
        screen.leave(_QUIT)
    frame, own = median(frames), median(imports)
    yield measured("home screen: first frame", 1000 * frame, "ms")
    yield measured("  after Textual's own import", 1000 * (frame - own), "ms", _FRAME)


class Screen:
    """A screen, and who sits before it and does nothing."""

    def __init__(self, user: User, argv: Sequence[str]) -> None:
        self.pid, self._terminal = pty.fork()
        if not self.pid:
            os.execve(TEMPSHELL, list(argv), dict(user.environment))
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))

    def show(self, seconds: float, until: bytes = b"") -> None:
        """Take what it paints, as a terminal would, for that long, to its end, or to these bytes."""
        late, painted = time.monotonic() + seconds, b""
        while (left := late - time.monotonic()) > 0:
            if select.select([self._terminal], [], [], left)[0]:
                part = _read(self._terminal)
                painted = painted[-len(until) :] + part
                if not part or (until and until in painted):
                    return

    def type(self, keys: bytes) -> None:
        """Press these keys."""
        os.write(self._terminal, keys)

    def leave(self, keys: bytes = _DETACH) -> None:
        """Leave by these keys, and wait for its end."""
        os.write(self._terminal, keys)
        self.show(_SETTLES)
        os.close(self._terminal)
        os.waitpid(self.pid, 0)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # EIO: nobody has the other side open any more
        return b""
