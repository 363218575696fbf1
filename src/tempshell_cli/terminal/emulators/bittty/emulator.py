"""The pure-Python emulator: bittty."""

from __future__ import annotations

import base64
import binascii
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, islice
from typing import ClassVar

# bittty ships no types; nothing outside this package touches it.
from bittty import Board, KeyEvent, KeyModifiers, TerminalCaps  # type: ignore[import-untyped]
from bittty.model import BITTTY  # type: ignore[import-untyped]
from bittty.terminals import Terminal  # type: ignore[import-untyped]

from tempshell_cli.terminal.emulators.base import MOST_COPIED
from tempshell_cli.terminal.emulators.bittty.cells import Foreign, cells_text, row_of
from tempshell_cli.terminal.emulators.bittty.limits import limit
from tempshell_cli.terminal.emulators.bittty.repairs import History, erase_in_the_background_alone, fit_primary
from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.screen import (
    CELL_HEIGHT,
    CELL_WIDTH,
    Cursor,
    CursorShape,
    Row,
    Status,
    TextRow,
    rgb,
)
from tempshell_cli.terminal.wire import Key, Modifiers, Mouse

_WHOLE_HISTORY_CELLS = 16 * 1024**2
_DEFAULT_SHAPE, _STEADY_BLOCK = "default", 2
_SHAPES = {"block": CursorShape.BLOCK, "underline": CursorShape.UNDERLINE, "bar": CursorShape.BAR}
# bittty counts as xterm's reports do: buttons from 0, the wheel from 64.
_BUTTONS = {0: 0, 1: 0, 2: 1, 3: 2, 4: 64, 5: 65}


class BitttyEmulator:
    """A bittty board with nothing plugged in but us."""

    RESTORES: ClassVar[int] = 64 * 1024

    def __init__(self, size: Size) -> None:
        self._host = _Host()
        self._copied = ""
        self._size = size
        self._board = Board(width=size.columns, height=size.rows, model=BITTTY)
        self._set_pixels()
        limit(self._board)
        # Only taken down: what is on the clipboard is not reported.
        self._board.registry["OSC_CLIPBOARD"] = self._on_copy
        self._board.registry["DECSCUSR"] = self._on_cursor_style
        self._board.cursor.shape = _DEFAULT_SHAPE
        erase_in_the_background_alone(self._board.blitter)
        self._board.host.attach(self._host)
        self._chrome = _Chrome(self._board, History())
        self._chrome.attach()
        # The wheel moves the cursor in full-screen programs that take no mouse, as less.
        self.feed(b"\x1b[?1007h")

    def keep_all(self) -> None:
        """Keep as much history as any sandbox does."""
        self._chrome.scrollback.max_cells = _WHOLE_HISTORY_CELLS

    def feed(self, data: bytes) -> None:
        """Take what the program wrote."""
        self._board.feed_host_data(data)
        if (self._board.width, self._board.height) != self._size:
            # DECCOLM, DECSCPP or DECSNLS; how large the pane is, is not for the program to say.
            self.resize(self._size)
        if self._chrome.view_top is not None:
            self._show_all()

    def replies(self) -> bytes:
        """Return, once, what the terminal has to answer the program."""
        return self._host.taken()

    def copied(self) -> str:
        """Return, once, what the program wants on the clipboard."""
        copied, self._copied = self._copied, ""
        return copied

    def resize(self, size: Size) -> None:
        """Change the size."""
        self._size = size
        self._set_pixels()
        place = fit_primary(self._chrome, *size)
        self._board.resize_from_frontend(*size)
        if place:
            self._board.cursor.set_position(*place)
        self._show_all()

    def set_colors(self, foreground: int, background: int) -> None:
        """Take what the theme's own colours are."""
        for role, color in (("foreground", foreground), ("cursor", foreground), ("background", background)):
            # What a reset goes back to, and what it is.
            self._board.palette_overrides[role] = rgb(color)
            setattr(self._board.palette, role, rgb(color))

    def scroll(self, rows: int) -> None:
        """Move the view."""
        if not self._board.blitter.in_alt_screen:
            self._chrome.scroll_view(rows)

    def scroll_to_bottom(self) -> None:
        """Show the live screen."""
        self._chrome.scroll_to_bottom()

    def dirty_rows(self) -> dict[int, Row]:
        """Return, once, the rows of the view that changed."""
        dirty = self._chrome.damaged_rows()
        shown = self._chrome.view_rows() if dirty else ()
        return {y: row_of(shown[y]) for y in dirty}

    def status(self) -> Status:
        """Return everything but the cells."""
        port = self._chrome.port
        scrolled = self._chrome.view_offset()
        at = None if scrolled else port.cursor
        shape = _SHAPES.get(self._board.cursor.shape, CursorShape.DEFAULT)
        blinks = self._board.modes.cursor_blinking
        return Status(
            cursor=Cursor(min(at[0], port.width - 1), at[1], True, shape, blinks) if at else Cursor(visible=False),
            mouse=self._board.mouse.capture() != "off",
            alternate=self._board.blitter.in_alt_screen,
            title=self._chrome.title,
            bells=self._chrome.bells,
            history=len(self._chrome.history()),
            scrolled=scrolled,
        )

    def text(self, first: int, count: int) -> list[TextRow]:
        """Return the text of rows, counted from the oldest of the history on."""
        return list(islice(self._chrome.text_from(first), count))

    def link(self, column: int, row: int) -> str:
        """Return the address behind a cell of the view."""
        for style, _ in islice(chain.from_iterable(islice(self._chrome.view_rows(), row, row + 1)), column, column + 1):
            return style.hyperlink or ""
        return ""

    def encode_key(self, key: Key) -> bytes:
        """Return what a key sends."""
        name = " " if key.name == "space" else key.name
        sent = self._encode_key(key, name)
        if key.us_name and key.modifiers & Modifiers.CTRL and sent.endswith(name.encode()):
            # With a letter of another script Ctrl does nothing, and means the key.
            return self._encode_key(key, key.us_name)
        return sent

    def _encode_key(self, key: Key, name: str) -> bytes:
        text = key.text if key.text.isprintable() else ""
        shifted = text if key.modifiers & Modifiers.SHIFT and len(text) == 1 else None
        modifiers = KeyModifiers(key.modifiers)
        event = KeyEvent(name, modifiers, key.action.value, text or None, shifted, key.us_name or None)
        self._board.input_key_event(event)
        return self._host.taken()

    def encode_mouse(self, mouse: Mouse) -> bytes:
        """Return what a mouse event sends."""
        held = {Modifiers.SHIFT: "shift", Modifiers.ALT: "meta", Modifiers.CTRL: "ctrl"}
        names = {name for modifier, name in held.items() if modifier & mouse.modifiers}
        button = _BUTTONS.get(mouse.button, 0)
        self._board.input_mouse(mouse.column + 1, mouse.row + 1, button, mouse.action.value, names)
        return self._host.taken()

    def encode_paste(self, text: str) -> bytes:
        """Return what a paste sends."""
        # What xterm does too: no control character of a paste can act as a key or end the brackets.
        harmless = "".join(
            " " if unicodedata.category(character) == "Cc" and character not in "\r\n\t" else character
            for character in text
        )
        self._board.input_paste(harmless.replace("\r\n", "\r").replace("\n", "\r"))
        return self._host.taken()

    def encode_focus(self, *, gained: bool) -> bytes:
        """Return what a change of focus sends."""
        self._board.set_focus(gained)
        return self._host.taken()

    def close(self) -> None:
        """Unplug the board."""
        self._chrome.detach()

    def _set_pixels(self) -> None:
        cell = (CELL_WIDTH, CELL_HEIGHT)
        window = (self._size.columns * CELL_WIDTH, self._size.rows * CELL_HEIGHT)
        # Without graphemes a combining accent takes a column of its own, which no program reckons with.
        self._board.set_caps(TerminalCaps(cell_px=cell, window_px=window, grapheme_mode="permanently-set"))

    def _on_copy(self, operation: Foreign) -> None:
        with suppress(binascii.Error, ValueError):  # a question, or invalid base64
            data = base64.b64decode(operation.args[1], validate=True)
            self._copied = data.decode("utf-8", "replace") if len(data) <= MOST_COPIED else self._copied

    def _on_cursor_style(self, operation: Foreign) -> None:
        (style,) = operation.args
        self._board.cursor.set_cursor_style(style or _STEADY_BLOCK)
        if not style:
            self._board.cursor.shape = _DEFAULT_SHAPE

    def _show_all(self) -> None:
        self._chrome.forget()


class _Host:
    """The cable to the program: keeps what the board sends until it is asked for."""

    closed = False

    def __init__(self) -> None:
        self._sent = bytearray()

    def write(self, data: str) -> int:
        self._sent += data.encode("utf-8", "replace")
        return len(data)

    def write_bytes(self, data: bytes) -> int:
        self._sent += data
        return len(data)

    def taken(self) -> bytes:
        sent = bytes(self._sent)
        self._sent.clear()
        return sent

    def flush(self) -> None: ...

    def resize(self, rows: int, cols: int) -> None: ...

    def configure_line(self, line: object) -> None: ...

    def close(self) -> None: ...


class _Chrome(Terminal):  # type: ignore[misc]  # an untyped base class
    """What looks at the board: its history, its title and its bell."""

    def __init__(self, board: Foreign, scrollback: Foreign) -> None:
        super().__init__(board, scrollback)
        self.title = ""
        self.bells = 0

    def forget(self) -> None:
        """Have all rows count as changed."""
        self._seen_page = None

    def text_from(self, first: int) -> Iterator[TextRow]:
        """Yield the text of all rows from this one on, the oldest of the history being the first."""
        page, history = self.port.page, self.history()
        for row in range(first, len(history)):
            # A line goes on in the next row where that is of the same line; an unfinished one, on the screen.
            more = row + 1 < len(history)
            wraps = history.line_at(row)[0] == history.line_at(row + 1)[0] if more else self.scrollback.unfinished
            yield TextRow(cells_text(history[row]), wraps)
        for y in range(max(0, first - len(history)), page.height):
            yield TextRow(cells_text(page.line(y).cells), page.is_line_wrapped(y))

    def history(self) -> Foreign:
        """Return the rows above the screen; a full-screen program has none."""
        return () if self.board.blitter.in_alt_screen else self.scrollback.width(self.port.width)

    def on_bell(self) -> None:
        self.bells += 1

    def on_title(self, title: str, icon_title: str) -> None:  # noqa: ARG002 - bittty's signature
        self.title = title
