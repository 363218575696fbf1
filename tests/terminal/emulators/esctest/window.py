"""A window around an emulator, as esctest2 wants to find one: it has a size and a title, and its cells can be read."""

from __future__ import annotations

import re
import select
import unicodedata
from itertools import zip_longest
from math import ceil

from tempshell_cli.core.process import Command
from tempshell_cli.terminal.emulators.base import Emulator
from tempshell_cli.terminal.pty import PtyProcess, Size
from tempshell_cli.terminal.screen import Row

_CELL = Size(8, 16)  # in pixels
_SCREEN = Size(240, 100)
# Of what follows an emulator has no window for: the resizes and reports of CSI t, and the checksum of a rectangle.
_ASKED = re.compile(rb"(?:\x1b\[|\x9b)(?:([\d;]*)t|([\d;]*)\*y)")
_BEGUN = re.compile(rb"(?:\x1b|\x1b\[[\d;]*\*?)\Z")
_BLANK = " "
# Below it, CSI n t is another operation.
_LEAST_LINES = 24


class Window:
    """Runs a command on a PTY with an emulator as its terminal."""

    def __init__(self, emulator: Emulator, size: Size) -> None:
        self._emulator = emulator
        self._size = size
        self._rows: dict[int, list[str]] = {}
        self._begun = b""
        self._replies = bytearray()

    def run(self, command: Command) -> int:
        """Run the command to its end and return its exit code. Raises EngineUnavailable where it cannot start."""
        with PtyProcess.spawn(command, self._size) as process:
            self._process = process
            while self._turn():
                pass
            return process.wait() or 0

    def _turn(self) -> bool:
        master = self._process.master
        select.select([master], [master] if self._replies else [], [])
        if self._replies:
            del self._replies[: master.write(bytes(self._replies))]
        try:
            data = master.read()
        except BlockingIOError:
            return True
        self._take(self._begun + data)
        return bool(data)

    def _take(self, data: bytes) -> None:
        """Feed the emulator, and answer what is asked of a window in its turn."""
        if begun := _BEGUN.search(data):
            data, self._begun = data[: begun.start()], begun[0]
        else:
            self._begun = b""
        at = 0
        for asked in _ASKED.finditer(data):
            self._feed(data[at : asked.start()])
            operation, request = asked.groups()
            if request is not None:
                self._checksum(_numbers(request))
            elif not self._operate(_numbers(operation)):
                self._feed(asked[0])
            at = asked.end()
        self._feed(data[at:])

    def _feed(self, data: bytes) -> None:
        self._emulator.feed(data)
        self._replies += self._emulator.replies()

    def _operate(self, operation: list[int | None]) -> bool:
        """Do what CSI t asks of a window, and return whether this was such a thing."""
        columns, rows = self._size
        match operation:
            case [4, *sides]:
                sizes = zip_longest(sides[:2], (_CELL.rows, _CELL.columns))
                self._resize(*(side and ceil(side / cell) for side, cell in sizes))
            case [8, *sides]:
                self._resize(*sides[:2])
            case [14, *_]:
                self._reply(4, rows * _CELL.rows, columns * _CELL.columns)
            case [15]:
                self._reply(5, _SCREEN.rows * _CELL.rows, _SCREEN.columns * _CELL.columns)
            case [16]:
                self._reply(6, _CELL.rows, _CELL.columns)
            case [18]:
                self._reply(8, rows, columns)
            case [19]:
                self._reply(9, _SCREEN.rows, _SCREEN.columns)
            case [21]:
                self._replies += b"\x1b]l%b\x1b\\" % self._emulator.status().title.encode()
            case [int(lines)] if lines >= _LEAST_LINES:
                self._resize(lines)
            case _:
                return False
        return True

    def _reply(self, *numbers: int) -> None:
        self._replies += b"\x1b[%st" % b";".join(b"%d" % number for number in numbers)

    def _resize(self, rows: int | None = None, columns: int | None = None) -> None:
        """Take a new size: a side that is left away stays, and one of 0 is as long as the screen."""
        wanted = {"columns": columns, "rows": rows}
        sides = {side: length or getattr(_SCREEN, side) for side, length in wanted.items() if length is not None}
        self._size = self._size._replace(**sides)
        self._rows.clear()
        self._emulator.resize(self._size)
        self._process.master.resize(self._size)

    def _checksum(self, request: list[int | None]) -> None:
        """Answer DECRQCRA: an id, a page, and the rectangle, in whole or in part."""
        self._rows.update((y, _characters(row)) for y, row in self._emulator.dirty_rows().items())
        given = [number or 0 for number in request] + [0] * 6
        top, left = max(given[2], 1), max(given[3], 1)
        bottom, right = given[4] or self._size.rows, given[5] or self._size.columns
        cells = (self._cell(x, y) for y in range(top - 1, bottom) for x in range(left - 1, right))
        self._replies += b"\x1bP%d!~%04X\x1b\\" % (given[0], sum(map(ord, cells)) & 0xFFFF)

    def _cell(self, x: int, y: int) -> str:
        row = self._rows.get(y, [])
        return row[x] if x < len(row) else _BLANK


def _numbers(parameters: bytes) -> list[int | None]:
    return [int(number) if number else None for number in parameters.split(b";")]


def _characters(row: Row) -> list[str]:
    """Return the first character of each cell."""
    cells = []
    for character in "".join(run.text for run in row):
        if unicodedata.combining(character):
            continue
        cells.append(character)
        if unicodedata.east_asian_width(character) in "WF":
            cells.append(_BLANK)
    return cells
