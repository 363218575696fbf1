"""Looking for text in what a terminal shows and has shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tempshell_cli.terminal.emulators.base import Emulator
from tempshell_cli.terminal.screen import TextRow
from tempshell_cli.terminal.wire import Find, Hit, Hits

# How many rows are gone through at a time, so that keys and output have to wait for no more than some milliseconds.
_PIECE = 1000
# A line that began so many rows above the view is still read from its beginning.
_OVERHANG = 40

# Where something begins: its row, counted from the oldest of the history on, and its character there.
_Place = tuple[int, int]


class _Line(NamedTuple):
    """A line with the rows that it fills."""

    first: int
    rows: list[str]

    def found(self, wanted: re.Pattern[str]) -> Iterator[list[Hit]]:
        """Yield all that matches, each as its parts in one row or more, rows counted as places are."""
        for match in wanted.finditer("".join(self.rows)):
            yield list(self._parts(*match.span()))

    def _parts(self, start: int, end: int) -> Iterator[Hit]:
        for number, row in enumerate(self.rows, self.first):
            if start < len(row) and end > 0:
                yield Hit(number, max(0, start), min(end, len(row)))
            start, end = start - len(row), end - len(row)


class Search:
    """One search at a time, gone through in pieces: ``step`` while ``pending``."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._wanted: re.Pattern[str] | None = None
        self._origin: _Place = (0, 0)
        self._current: list[Hit] = []
        self._ahead = range(0)
        self._up = True
        self._more = True

    @property
    def pending(self) -> bool:
        """Whether there are rows left to look at."""
        return bool(self._ahead)

    @property
    def active(self) -> bool:
        """Whether there is something to be shown in the view."""
        return self._wanted is not None

    def begin(self, find: Find, height: int) -> None:
        """Look for something, in a view of so many rows; ``step`` does the work."""
        if not find.text:
            self._wanted, self._ahead = None, range(0)
            self._emulator.scroll_to_bottom()
            return
        if not self.active:
            self._origin, self._current = (self._top() + height, 0), []
        elif not find.step:
            self._current = []
        has_capitals = find.text != find.text.lower()
        self._wanted = re.compile(re.escape(find.text), re.NOFLAG if has_capitals else re.IGNORECASE)
        self._up = find.step <= 0
        self._more = True
        rows = self._emulator.status().history + height
        at = min(self._from()[0], rows - 1)
        # The line that it starts in may begin above and end below.
        self._ahead = range(min(rows, at + _OVERHANG)) if self._up else range(max(0, at - _OVERHANG), rows)

    def step(self, height: int) -> None:
        """Go through a piece of what is left, and move the view where that has it."""
        ahead = self._ahead
        piece = ahead[-_PIECE:] if self._up else ahead[:_PIECE]
        lines, read = self._whole_lines(piece, ahead)
        self._ahead = range(ahead.start, read.start) if self._up else range(read.stop, ahead.stop)
        found = self._nearest(lines)
        if found:
            self._current, self._ahead = found, range(0)
        elif not self._ahead:
            self._more = False
        if self._current and not self._ahead:
            self._show(self._current[0].row, height)

    def hits(self, height: int) -> Hits:
        """Return what is in view of it, rows counted from the top of the view."""
        if not self.active:
            return Hits()
        top = self._top()
        first = max(0, top - _OVERHANG)
        lines = _lines(first, self._emulator.text(first, top - first + height))
        hits = [part for parts in self._matches(lines) for part in parts]
        return Hits(_in_view(hits, top, height), _in_view(self._current, top, height), self._more)

    def _from(self) -> _Place:
        return (self._current[0].row, self._current[0].start) if self._current else self._origin

    def _nearest(self, lines: list[_Line]) -> list[Hit] | None:
        """Return what is next to the last one found, of what matches in these lines."""
        at = self._from()
        found = self._matches(lines)
        if self._up:
            return next((parts for parts in reversed(found) if _place(parts) < at), None)
        return next((parts for parts in found if _place(parts) > at), None)

    def _matches(self, lines: list[_Line]) -> list[list[Hit]]:
        return [parts for line in lines for parts in line.found(self._wanted)] if self._wanted else []

    def _whole_lines(self, piece: range, ahead: range) -> tuple[list[_Line], range]:
        """Return the lines of a piece and the rows they fill; the line at its far end is left to the next piece.

        A line that fills a piece by itself is taken in parts.
        """
        lines = _lines(piece.start, self._emulator.text(piece.start, len(piece)))
        if self._up and piece.start > ahead.start and len(lines) > 1:
            del lines[0]
            return lines, range(lines[0].first, piece.stop)
        if not self._up and piece.stop < ahead.stop and len(lines) > 1:
            return lines[:-1], range(piece.start, lines[-1].first)
        return lines, piece

    def _top(self) -> int:
        status = self._emulator.status()
        return status.history - status.scrolled

    def _show(self, row: int, height: int) -> None:
        """Move the view where it does not have the row: there, in its middle."""
        top = self._top()
        if not top <= row < top + height:
            self._emulator.scroll(row - height // 2 - top)


def _lines(first: int, rows: list[TextRow]) -> list[_Line]:
    lines: list[_Line] = []
    goes_on = False
    for number, row in enumerate(rows, first):
        if goes_on:
            lines[-1].rows.append(row.text)
        else:
            lines.append(_Line(number, [row.text]))
        goes_on = row.wraps
    return lines


def _in_view(hits: list[Hit], top: int, height: int) -> list[Hit]:
    return [Hit(hit.row - top, hit.start, hit.end) for hit in hits if top <= hit.row < top + height]


def _place(parts: list[Hit]) -> _Place:
    return parts[0].row, parts[0].start
