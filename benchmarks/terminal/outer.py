"""A terminal that reads everything at once: a program on a PTY, and what it paints there."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from tempshell_cli.core.process import Command
from tempshell_cli.terminal.pty import PtyProcess, Size

SIZE = Size(120, 40)
_TIMEOUT = 60.0  # seconds
_CHUNK = 1 << 20
# "Can you take the updates of a screen at once?" (DECRQM), "yes" (DECRPM), and the end of one (mode 2026).
_ASKED, _ANSWER, _FRAME = b"\x1b[?2026$p", b"\x1b[?2026;2$y", b"\x1b[?2026l"


class Outer:
    """A program on a PTY. Of what it writes only the end is kept: that is all that markers are looked for in."""

    def __init__(self, process: PtyProcess) -> None:
        self.process = process
        self.frames: list[float] = []
        self._fd = process.master.fileno()
        self._poll = select.poll()
        self._poll.register(self._fd, select.POLLIN)
        self._tail = b""

    def type(self, data: bytes) -> float:
        """Type something short; return when, in seconds of ``time.perf_counter``."""
        began = time.perf_counter()
        os.write(self._fd, data)
        return began

    def until(self, marker: bytes, timeout: float = _TIMEOUT) -> float:
        """Read until this is painted; return when. ``timeout`` is in seconds.

        Raises TimeoutError, and EOFError where the program has ended.
        """
        end = time.perf_counter() + timeout
        while not self._poll.poll(1000) or marker not in self._read(len(marker)):
            if time.perf_counter() > end:
                raise TimeoutError(f"{marker!r} was not painted; the last was {self._tail!r}")
        at = time.perf_counter()
        self._tail = b""
        return at

    def show(self, seconds: float) -> None:
        """Read on for a while."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if self._poll.poll(left * 1000):
                self._read(0)

    def calm(self, seconds: float) -> None:
        """Read until nothing has come for so long."""
        while self._poll.poll(seconds * 1000):
            self._read(0)

    def _read(self, kept: int) -> bytes:
        """Return what came last: one read, and before it enough to find a marker of ``kept`` bytes in it."""
        try:
            data = os.read(self._fd, _CHUNK)
        except OSError as cause:  # EIO: nobody has the other side open any more
            raise EOFError("the program has ended") from cause
        seen = self._tail + data
        # Where the end of a frame is parted by two reads, it is seen with the second.
        if seen.find(_FRAME, max(0, len(self._tail) - len(_FRAME) + 1)) >= 0:
            self.frames.append(time.perf_counter())
        if _ASKED in data:
            os.write(self._fd, _ANSWER)
        self._tail = seen[-max(kept, len(_FRAME)) :]
        return seen


@contextmanager
def outer(argv: Sequence[str], environment: Mapping[str, str]) -> Iterator[Outer]:
    """Run a program on a terminal with nothing but this in its environment; it ends with the block."""
    with PtyProcess.spawn(Command(tuple(argv), environment, alone=True), SIZE) as process:
        yield Outer(process)
