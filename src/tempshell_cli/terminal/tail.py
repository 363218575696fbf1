"""The last of what a program wrote, in memory that outlives the worker who keeps it there.

A worker may die at any instant, also in the middle of an ``append``: what is valid is said by one number alone, which
is written last.
"""

from __future__ import annotations

import mmap
import os
import re
from collections.abc import Iterator

# Bytes. There are two areas: while one is filled, the other is free for what is kept of it once it is full.
_AREA = 1024**2
_KEPT = 256 * 1024
_HEADER = mmap.PAGESIZE
_SECOND = 1 << 32  # the bit of the number that says which area; the rest is how much of it is used

# What a program has set before the part that is kept has to be set again: private modes, the scrolling region, the
# keypad, the keyboard protocol, the title; a reset of the terminal takes it all back.
_SETTINGS = re.compile(
    rb"\x1b(?!\[[0-9;:]{0,64}m)"  # a colour, of which there are many
    rb"(?:\[\?(?P<modes>[0-9;]{1,64})(?P<set>[hl])"
    rb"|\[(?P<region>[0-9]{0,5};?[0-9]{0,5})r"
    rb"|(?P<keypad>[=>])"
    rb"|\[(?P<keyboard>[<>=][0-9;]{0,8}u)"
    rb"|\][02];(?P<title>[^\x07\x1b]{0,256})(?:\x07|\x1b\\)"
    rb"|(?P<reset>c|\[!p))"
)
_SCREENS = (b"47", b"1047", b"1049")
_MOST_MODES = 128
_MOST_KEYBOARDS = 16


class Tail:
    """Bytes in shared memory: appended by one process, read by the next."""

    def __init__(self, descriptor: int) -> None:
        """Open what ``new_tail`` has made."""
        self._memory = mmap.mmap(descriptor, _HEADER + 2 * _AREA)
        self._numbers = memoryview(self._memory)[:8].cast("Q")

    def append(self, data: bytes) -> None:
        """Keep these bytes, and of older ones what there is room for."""
        data = data[-_KEPT:]
        if self._used + len(data) > _AREA:
            self._make_room()
        start = self._start + self._used
        self._memory[start : start + len(data)] = data
        self._numbers[0] += len(data)

    def content(self) -> bytes:
        """Return what leads a fresh emulator to the present screen."""
        return self._memory[self._start : self._start + self._used]

    def clear(self) -> None:
        """Forget everything."""
        self._numbers[0] = 0

    def close(self) -> None:
        """Give the memory back. Idempotent."""
        self._numbers.release()
        self._memory.close()

    @property
    def _used(self) -> int:
        return min(self._numbers[0] & (_SECOND - 1), _AREA)

    @property
    def _start(self) -> int:
        return _HEADER + (_AREA if self._numbers[0] & _SECOND else 0)

    def _make_room(self) -> None:
        """Take the end of this area over to the other one, from the beginning of a line."""
        content = self.content()
        cut = content.find(b"\n", len(content) - _KEPT) + 1 or len(content) - _KEPT
        kept = b"".join(_settings(content[:cut])) + content[cut:]
        other = self._numbers[0] & _SECOND ^ _SECOND
        start = _HEADER + (_AREA if other else 0)
        self._memory[start : start + len(kept)] = kept
        self._numbers[0] = other | len(kept)


def new_tail() -> int:
    """Return the descriptor of an empty one; nothing of it is ever on a disk where the system can do without."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("tail")
    else:  # pragma: no cover - not Linux
        import tempfile  # noqa: PLC0415 - a worker starts faster without

        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, _HEADER + 2 * _AREA)
    return descriptor


def _settings(data: bytes) -> Iterator[bytes]:
    """Yield what sets a fresh terminal as these bytes leave it."""
    modes: dict[bytes, bytes] = {}
    last: dict[str, bytes] = {}
    keyboard: list[bytes] = []
    for match in _SETTINGS.finditer(data):
        if match["reset"]:
            modes, last, keyboard = {}, {}, []
        elif match["modes"]:
            modes |= dict.fromkeys(match["modes"].split(b";")[:_MOST_MODES], match["set"])
        elif match["keyboard"]:
            keyboard = [*keyboard, match[0]][-_MOST_KEYBOARDS:]
        else:
            last[match.lastgroup or ""] = match[0]
    # The screen first: the rest is of the one that is shown.
    for mode in sorted(list(modes)[-_MOST_MODES:], key=lambda mode: mode not in _SCREENS):
        yield b"\x1b[?" + mode + modes[mode]
    yield from last.values()
    yield from keyboard
