"""The last of what a program wrote, in memory that outlives the worker who keeps it there.

A worker may die at any instant, also in the middle of an ``append``: what is valid is said by one number alone, which
is written last. It says, too, how much of that is proven: that the emulator lived through it. What a worker crashed on
is what is not, and not given to the next one.
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
# The parts of the number: which area, how much of it is proven, how much is used.
_SECOND, _PROVEN, _USED = 1 << 63, 32, (1 << 32) - 1
# How far on one looks for a good place to cut, in bytes.
_CUT_WITHIN = 4096

# What a program has set before the part that is kept has to be set again: private modes, the scrolling region, the
# keypad, the keyboard protocol, the title; a reset of the terminal takes it all back.
_SETTINGS = re.compile(
    rb"\x1b(?!\[[0-9;:]{0,64}[@-qs-~])"  # a colour or a move, of which there are many
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
        """Keep these bytes, and of older ones what there is room for. The older ones are proven thereby."""
        data = data[-_KEPT:]
        if self._used + len(data) > _AREA:
            self._make_room()
        used = self._used
        start = self._start + used
        self._memory[start : start + len(data)] = data
        self._say(self._numbers[0] & _SECOND, used, used + len(data))

    def content(self, length: int = _AREA) -> bytes:
        """Return what leads a fresh emulator to the present screen: settings and, of the rest, so many bytes."""
        return _shortened(self._memory[self._start : self._start + self._used], length)

    def commit(self) -> None:
        """Say that the emulator has lived through all of it."""
        self._say(self._numbers[0] & _SECOND, self._used, self._used)

    def mark_unverified(self) -> None:
        """Say that it has yet to live through any of it: another emulator, or at another size."""
        self._say(self._numbers[0] & _SECOND, 0, self._used)

    def discard_unverified(self) -> None:
        """Forget what is not proven."""
        proven = min(self._numbers[0] >> _PROVEN & _USED >> 1, self._used)
        self._say(self._numbers[0] & _SECOND, proven, proven)

    def clear(self) -> None:
        """Forget everything."""
        self._numbers[0] = 0

    def close(self) -> None:
        """Give the memory back. Idempotent."""
        self._numbers.release()
        self._memory.close()

    @property
    def _used(self) -> int:
        return min(self._numbers[0] & _USED, _AREA)

    @property
    def _start(self) -> int:
        return _HEADER + (_AREA if self._numbers[0] & _SECOND else 0)

    def _say(self, area: int, proven: int, used: int) -> None:
        self._numbers[0] = area | proven << _PROVEN | used

    def _make_room(self) -> None:
        """Take the end of this area over to the other one."""
        kept = self.content(_KEPT)
        other = self._numbers[0] & _SECOND ^ _SECOND
        start = _HEADER + (_AREA if other else 0)
        self._memory[start : start + len(kept)] = kept
        self._say(other, len(kept), len(kept))


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


def _shortened(content: bytes, length: int) -> bytes:
    """Return the end of what a program wrote, from the beginning of a line or a sequence, after what was set before."""
    if len(content) <= length:
        return content
    cut = start = len(content) - length
    for mark, skipped in ((b"\n", 1), (b"\x1b", 0)):
        found = content.find(mark, start - skipped, start + _CUT_WITHIN)
        if found >= 0:
            cut = found + skipped
            break
    return b"".join(_settings(content[:cut])) + content[cut:]


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
