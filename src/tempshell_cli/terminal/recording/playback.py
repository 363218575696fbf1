"""Shows a recording again: on a terminal in its own time, or as the rows it came to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import takewhile

from tempshell_cli.core.redact import OUTPUT
from tempshell_cli.core.text import one_line
from tempshell_cli.terminal.emulators.base import Emulator
from tempshell_cli.terminal.emulators.choice import BITTTY, open_emulator
from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.recording.cast import Event, Header, parse_size
from tempshell_cli.terminal.recording.drawing import Drawing
from tempshell_cli.terminal.recording.recorder import MARKER, RESIZE
from tempshell_cli.terminal.screen import Cursor, Row, row_text

# A screen wiped whole, or exchanged for another.
_WIPES = re.compile(r"(\x1b\[2J|\x1b\[\?(?:1049|1047|47)[hl]|\x1bc)")


def play(
    events: Iterable[Event],
    *,
    write: Callable[[str], None],
    wait: Callable[[float], None],
    speed: float = 1.0,
    idle: float = float("inf"),
) -> None:
    """Write what draws of the output as it came, ``speed`` times as fast, no pause longer than ``idle`` seconds.

    What a program asked of its terminal or did to it besides is left out: the answers would be typed into the shell
    that plays, and its clipboard and window are not the recording's. A marker is laid over the top row, as the warnings
    of a session are.
    """
    drawing = Drawing()
    at = 0.0
    for event in events:
        pause = min(event.at - at, idle) / speed
        at = event.at
        if pause > 0:
            wait(pause)
        if event.kind == OUTPUT:
            write(drawing.passed(event.data))
        elif event.kind == MARKER:
            write(f"\x1b7\x1b[H\x1b[0;7m {one_line(event.data)} \x1b8")


def last_screen(header: Header, events: Iterable[Event], until: float = float("inf")) -> tuple[Size, list[Row]]:
    """Return the size and the rows of the screen as it stood at that second."""
    emulator, size = _replayed(header, events, until)
    rows = emulator.dirty_rows()
    emulator.close()
    return size, [rows.get(y, ()) for y in range(size.rows)]


def transcript(header: Header, events: Iterable[Event]) -> list[Row]:
    """Return all rows that were to be seen, in their order: those that scrolled away and those that were wiped.

    The shell lives in tmux, which draws a screen and wipes it at its end; so do editors and pagers.
    """
    pages = [_Page(header.size)]
    saved = Cursor()
    for event in events:
        if event.kind == RESIZE:
            with suppress(ValueError):
                pages[-1].resize(parse_size(event.data))
        elif event.kind == OUTPUT:
            first, *others = _WIPES.split(event.data)
            pages[-1].feed(first)
            for wipe, text in zip(others[::2], others[1::2], strict=True):
                here = pages[-1].cursor()
                # Where the other screen is left, the cursor is back where it was.
                pages.append(pages[-1].next(saved if wipe.endswith("l") else here))
                saved = here if wipe.endswith("h") else saved
                pages[-1].feed(text)
    found: list[list[Row]] = []
    for page in pages:
        rows = page.rows()
        if rows and rows not in found[-1:]:
            found.append(rows)
    return [row for rows in found for row in rows]


class _Page:
    """What was shown between two wipes."""

    def __init__(self, size: Size) -> None:
        self._size = size
        self._emulator = open_emulator(size, BITTTY)
        self._rows: list[Row] | None = None

    def feed(self, text: str) -> None:
        self._emulator.feed(text.encode("utf-8", "replace"))

    def resize(self, size: Size) -> None:
        self._size = size
        self._emulator.resize(size)

    def cursor(self) -> Cursor:
        """Return where the cursor stands."""
        self._emulator.dirty_rows()
        return self._emulator.status().cursor

    def next(self, cursor: Cursor) -> _Page:
        """Return the page after this one, with the cursor there."""
        self.rows()
        page = _Page(self._size)
        page.feed(f"\x1b[{cursor.row + 1};{cursor.column + 1}H")
        return page

    def rows(self) -> list[Row]:
        """Return the rows to the last that is not blank; the page is at its end."""
        if self._rows is None:
            self._rows = list(self._views())
            self._emulator.close()
            while self._rows and not row_text(self._rows[-1]).strip():
                self._rows.pop()
        return self._rows

    def _views(self) -> Iterator[Row]:
        height = self._size.rows
        self._emulator.resize(self._size)  # has all rows reported again
        self._emulator.dirty_rows()
        left = self._emulator.status().history
        self._emulator.scroll(-left)
        while left > 0:
            view = self._emulator.dirty_rows()
            yield from (view.get(y, ()) for y in range(min(left, height)))
            self._emulator.scroll(min(left, height))
            left -= height
        self._emulator.scroll_to_bottom()
        self._emulator.resize(self._size)
        view = self._emulator.dirty_rows()
        yield from (view.get(y, ()) for y in range(height))


def _replayed(header: Header, events: Iterable[Event], until: float) -> tuple[Emulator, Size]:
    """Feed a recording to an emulator.

    The one in Python: the other may crash on what strangers printed, and there is no worker around it here.
    """
    emulator, size = open_emulator(header.size, BITTTY), header.size
    for event in takewhile(lambda event: event.at <= until, events):
        if event.kind == OUTPUT:
            emulator.feed(event.data.encode("utf-8", "replace"))
        elif event.kind == RESIZE:
            with suppress(ValueError):
                size = parse_size(event.data)
                emulator.resize(size)
    return emulator, size
