"""What of a terminal is in view: its screen, its history, or what somebody else knows of that."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from tempshell_cli.terminal.emulators.base import Emulator
from tempshell_cli.terminal.emulators.choice import open_emulator
from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.screen import Cursor, Row, Status
from tempshell_cli.terminal.search import Search
from tempshell_cli.terminal.wire import Find, History, Hits

# How much history is parsed at a time, so that keys and output have to wait for no more than some milliseconds, in
# bytes.
_GULP = 64 * 1024
_LINE_END = re.compile(rb"\r?\n")


class View:
    """Scrolls and searches an emulator, or another one that was fed with a history.

    Where the shell lives in tmux, that sends its client only what there is to draw: of what goes by fast, the client's
    emulator sees a part, and its history has holes. What tmux itself has kept is shown in an emulator of its own, and
    stands still, as in tmux's copy mode, until the view is at its end again.
    """

    def __init__(self, emulator: Emulator, size: Size, fresh: Callable[[Size], Emulator] = open_emulator) -> None:
        """``fresh`` returns another emulator of this kind."""
        self._emulator = emulator
        self._fresh = fresh
        self._size = size
        self._shown = emulator
        self._search = Search(emulator)
        self._find = Find("")
        self._history: Emulator | None = None
        self._ahead = memoryview(b"")
        self._back = 0
        self._live: dict[int, Row] = {}
        self._repaint = False

    @property
    def pending(self) -> bool:
        """Whether ``step`` has something to do."""
        return self._search.pending or bool(self._ahead)

    def step(self) -> None:
        """Do a piece of the work: read the history, then search."""
        if not self._ahead:
            self._search.step(self._size.rows)
        elif self._history:
            self._history.feed(bytes(self._ahead[:_GULP]))
            self._history.replies()  # nobody gets an answer to what is asked in a history
            self._history.copied()
            self._ahead = self._ahead[_GULP:]
            if not self._ahead:
                self._turn_to(self._history)

    def scroll(self, rows: int) -> None:
        """Move the view, up into the history where negative."""
        self._shown.scroll(rows)
        self._leave_if_over()

    def find(self, find: Find) -> None:
        """Look for text; empty text ends that, at the live screen."""
        self._find = find
        self._search.begin(find, self._size.rows)
        self._leave_if_over()

    def look_back(self, history: History) -> None:
        """Have a history in view, once it is read."""
        self.to_end()
        self._history = self._fresh(self._size)
        self._history.keep_all()
        self._ahead = memoryview(_LINE_END.sub(b"\r\n", history.content.rstrip(b"\n")))
        self._back = history.back

    def to_end(self) -> None:
        """Have the live screen in view."""
        self._emulator.scroll_to_bottom()
        if self._history:
            self._history.close()
            self._history = None
            self._ahead = memoryview(b"")
        if self._shown is not self._emulator:
            self._shown = self._emulator
            self._search = Search(self._emulator)
            self._repaint = True

    def resize(self, size: Size) -> None:
        """Change the size of all there is."""
        self._size = size
        self._emulator.resize(size)
        if self._history:
            self._history.resize(size)

    def seen(self) -> tuple[dict[int, Row], Status]:
        """Return, once, the rows of the view that changed, and the status."""
        changed, status = self._emulator.dirty_rows(), self._emulator.status()
        self._live |= changed
        if self._shown is not self._emulator:
            changed, there = self._shown.dirty_rows(), self._shown.status()
            place = {"history": there.history, "scrolled": there.scrolled}
            status = msgspec.structs.replace(status, cursor=Cursor(visible=False), **place)
        elif self._repaint:
            self._repaint = False
            changed = {y: self._live.get(y, ()) for y in range(self._size.rows)}
        return changed, status

    def hits(self) -> Hits:
        """Return what is in view of what was looked for."""
        return self._search.hits(self._size.rows)

    def link(self, column: int, row: int) -> str:
        """Return the address behind a cell of the view; "" where there is none."""
        return self._shown.link(column, row)

    def _turn_to(self, history: Emulator) -> None:
        self._emulator.scroll_to_bottom()
        self._shown = history
        self._shown.scroll(-self._back)
        self._search = Search(history)
        if self._find.text:
            self._search.begin(Find(self._find.text), self._size.rows)
        self._leave_if_over()

    def _leave_if_over(self) -> None:
        if self._shown is not self._emulator and not self._search.active and not self._shown.status().scrolled:
            self.to_end()
