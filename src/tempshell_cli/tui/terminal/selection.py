"""A stretch of the terminal that is selected with the mouse."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from textual.geometry import Offset
from textual.strip import Strip

from tempshell_cli.tui.terminal.strips import restyled, turned


class Selection(NamedTuple):
    """From one cell to another, both included, line by line as text is read."""

    anchor: Offset
    head: Offset

    @property
    def is_empty(self) -> bool:
        """Return whether the mouse was pressed and has not moved."""
        return self.anchor == self.head

    def rows(self) -> range:
        """Return the rows it touches."""
        first, last = sorted((self.anchor.y, self.head.y))
        return range(first, last + 1)

    def columns(self, row: int, width: int) -> tuple[int, int]:
        """Return the columns of a row that are in it, the second one no longer; equal where none is."""
        (top, left), (bottom, right) = sorted(((self.anchor.y, self.anchor.x), (self.head.y, self.head.x)))
        if self.is_empty or not top <= row <= bottom:
            return 0, 0
        return (left if row == top else 0), min(width, right + 1 if row == bottom else width)

    def drawn(self, strip: Strip, row: int) -> Strip:
        """Return a row with what is selected of it."""
        left, right = self.columns(row, strip.cell_length)
        return restyled(strip, left, right, turned)

    def text(self, strip_of: Callable[[int], Strip]) -> str:
        """Return what is selected, without the blanks at the ends of lines."""
        lines = []
        for row in self.rows():
            strip = strip_of(row)
            lines.append(strip.crop(*self.columns(row, strip.cell_length)).text.rstrip())
        return "\n".join(lines)
