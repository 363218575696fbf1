"""What bittty 0.3 does otherwise than terminals do, put right from outside."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

from bittty.terminals.scrollback import MemoryScrollback, ScrollbackLine  # type: ignore[import-untyped]

# An object of bittty's.
Foreign = Any


class History(MemoryScrollback):  # type: ignore[misc]  # an untyped base class
    """The lines that scrolled off; ``unfinished``: the last of them goes on on the screen."""

    unfinished = False

    def append(self, row: Foreign, wrapped: bool = False) -> None:  # noqa: FBT001, FBT002 - bittty's signature
        """Take the next row; ``wrapped``: its line goes on."""
        super().append(row, wrapped)
        self.unfinished = wrapped

    def clear(self) -> None:
        """Forget all."""
        super().clear()
        self.unfinished = False

    def take_back(self, count: int, columns: int) -> list[tuple[Foreign, bool]]:
        """Take out the newest rows, at most ``count``: each one's cells, and whether its line goes on after it."""
        view = self.width(columns)
        top = max(0, len(view) - count)
        rows = [view[row] for row in range(top, len(view))]
        numbers = [view.line_at(row)[0] for row in range(top, len(view))]
        goes_on = [one == other for one, other in pairwise(numbers)]
        taken = [*zip(rows, [*goes_on, self.unfinished], strict=True)] if rows else []
        if taken:
            number, row = view.line_at(top)
            self._forget_from(number, row * columns)
        return taken

    def _forget_from(self, number: int, column: int) -> None:
        """Forget the newest lines, down to a place in the line of this number, whose beginning goes on below."""
        line = self.line(number)
        end = column // line.scale
        text = line.text[: sum(line.shape[:end]) if line.shape else end]
        head = ScrollbackLine(text, line.styles[:end], line.shape and line.shape[:end], line.attribute)
        self.cells -= sum(map(len, self._open))
        self._open.clear()
        self._open_width, self._joined, self.unfinished = 0, None, False
        while self.end > number:
            self.cells -= len(self._lines.pop()) + 1
            for rows in self._rows.values():
                rows.pop()
        if column:
            self.append(head, wrapped=True)


def erase_in_the_background_alone(blitter: Foreign) -> None:
    """Have blanks that ECH, ICH and DCH leave be of the background colour alone, as those of all other erasing are."""
    board, shift = blitter.board, blitter._shift_line_segment  # noqa: SLF001 - there is no other place to do it

    def erase_characters(count: int) -> None:
        board.cursor.cancel_pending_wrap()
        x, y = board.cursor.x, board.cursor.y
        blitter.clear_rect(x, y, x + count - 1, y, board.style.background_ansi())

    def shift_line_segment(y: int, left: int, right: int, count: int, _style: object = "") -> None:
        shift(y, left, right, count, board.style.background_ansi())

    blitter.erase_characters = erase_characters
    blitter._shift_line_segment = shift_line_segment  # noqa: SLF001 - see above


def fit_primary(chrome: Foreign, columns: int, rows: int) -> tuple[int, int] | None:
    """Give the primary screen a new size, before its board gets it: as rows go, others go to the history or come back.

    By itself bittty cuts off the last rows, the prompt among them, where the width stays or a full-screen program is
    on. Returns where the cursor goes, or None where it is on the other screen.
    """
    cursor = chrome.board.cursor
    page = chrome.board.blitter.primary_page
    in_use = not chrome.board.blitter.in_alt_screen
    saved = cursor.saved[False]
    x, y = (cursor.display_x, cursor.y) if in_use else (saved.x, saved.y)
    above = chrome.scrollback.take_back(max(0, rows - page.height), page.width)
    page.grid[:0] = [[*cells] for cells, _ in above]
    page.wrapped_lines[:0] = [goes_on for _, goes_on in above]
    page.height += len(above)
    (x, y), cut = page.reflow(columns, rows, (x, y + len(above)))
    chrome.on_rows_scrolled_off(tuple(cut))
    if in_use:
        return x, y
    cursor.saved[False] = replace(saved, x=x, y=y)
    return None
