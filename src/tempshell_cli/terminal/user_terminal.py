"""The terminal that the user sits at: its size, writing to it, and raw mode."""

from __future__ import annotations

import os
import select
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tempshell_cli.terminal.guard import guarded
from tempshell_cli.terminal.pty import Size

_FALLBACK_SIZE = Size(80, 24)


def terminal_size(fd: int) -> Size:
    """Return the size of the terminal behind a descriptor; 80 x 24 where it is none or has none."""
    try:
        columns, rows = os.get_terminal_size(fd)
    except OSError:
        return _FALLBACK_SIZE
    return Size(columns, rows) if columns and rows else _FALLBACK_SIZE


def write_all(fd: int, data: bytes) -> None:
    """Write all bytes, waiting as long as it takes; raises OSError."""
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(fd, view) :]
        except BlockingIOError:
            # Some terminals' descriptors come to us non-blocking, from a program before us.
            select.select([], [fd], [])


@contextmanager
def raw(stdin: int) -> Iterator[None]:
    """Have the user's terminal raw for a while, if it is one."""
    try:
        before = termios.tcgetattr(stdin)
    except termios.error:
        yield
        return
    with guarded(stdin):
        try:
            # Not TCSAFLUSH: what was typed ahead is for the command.
            tty.setraw(stdin, termios.TCSANOW)
            yield
        finally:
            with suppress(termios.error):
                # Not TCSADRAIN: a terminal that is gone would never drain.
                termios.tcsetattr(stdin, termios.TCSANOW, before)
