"""The fast emulator: libghostty-vt, by the raw C interface that pyghostty binds.

It is native code that reads what strangers print: it runs in the worker process only.
"""

from __future__ import annotations

from typing import ClassVar

from tempshell_cli.terminal.emulators.base import MOST_COPIED
from tempshell_cli.terminal.emulators.ghostty.calls import (
    CData,
    change,
    check,
    ffi,
    get,
    lib,
    link_at,
    made,
    rows_text,
    scroll_by,
    sized,
    string,
    title,
)
from tempshell_cli.terminal.emulators.ghostty.gaps import GapFiller
from tempshell_cli.terminal.emulators.ghostty.input import InputEncoder, encode_paste
from tempshell_cli.terminal.emulators.ghostty.rows import RowReader
from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.screen import CELL_HEIGHT, CELL_WIDTH, Cursor, CursorShape, Row, Status, TextRow, rgb
from tempshell_cli.terminal.wire import Key, Mouse

# A limit by bytes alone: with one by lines too, libghostty-vt 0.1.3 takes short lines at 12 MB/s, not 600.
_HISTORY_BYTES, _WHOLE_HISTORY_BYTES = 16 * 1024**2, 256 * 1024**2
_BRACKETED_PASTE, _FOCUS_EVENTS, _ALTERNATE_SCROLL = 2004, 1004, 1007
_WHEEL = {4: "up", 5: "down"}
_WHEEL_ROWS = 3
_HALF = 0.5


class GhosttyEmulator:
    """One libghostty-vt terminal."""

    RESTORES: ClassVar[int] = 1024**2

    def __init__(self, size: Size) -> None:
        self._terminal = made("GhosttyTerminal", lib.ghostty_terminal_new, size.columns, size.rows)
        self._size = size
        self._replies = bytearray()
        self._copied = ""
        self._bells = 0
        # The library keeps pointers to the callbacks: they live as long as the terminal.
        self._callbacks = (
            ffi.callback("GhosttyTerminalWritePtyFn", self._on_reply),
            ffi.callback("GhosttyTerminalBellFn", self._on_bell),
            ffi.callback("GhosttyTerminalSizeFn", self._on_size),
            ffi.callback("GhosttyTerminalColorSchemeFn", self._on_color_scheme),
            ffi.callback("GhosttyTerminalClipboardWriteFn", self._on_copy),
        )
        self._configure()
        self._gaps = GapFiller(self._terminal, self._replies)
        self._reader = RowReader(self._terminal)
        self._input = InputEncoder(self._terminal)
        self.resize(size)

    def keep_all(self) -> None:
        """Keep as much history as any sandbox does."""
        change(self._terminal, "SCROLLBACK_MAX_BYTES", ffi.new("size_t*", _WHOLE_HISTORY_BYTES))

    def feed(self, data: bytes) -> None:
        """Take what the program wrote."""
        self._gaps.feed(data)

    def replies(self) -> bytes:
        """Return, once, what the terminal has to answer the program."""
        replies = bytes(self._replies)
        self._replies.clear()
        return replies

    def copied(self) -> str:
        """Return, once, what the program wants on the clipboard."""
        copied, self._copied = self._copied, ""
        return copied

    def resize(self, size: Size) -> None:
        """Change the size."""
        self._size = size
        check(
            lib.ghostty_terminal_resize(self._terminal, size.columns, size.rows, CELL_WIDTH, CELL_HEIGHT),
            "resize",
        )
        self._input.resize(size)

    def set_colors(self, foreground: int, background: int) -> None:
        """Take what the theme's own colours are."""
        for option, color in (("FOREGROUND", foreground), ("CURSOR", foreground), ("BACKGROUND", background)):
            change(self._terminal, f"COLOR_{option}", ffi.new("GhosttyColorRgb*", rgb(color)))

    def scroll(self, rows: int) -> None:
        """Move the view."""
        scroll_by(self._terminal, lib.GHOSTTY_SCROLL_VIEWPORT_DELTA, rows)

    def scroll_to_bottom(self) -> None:
        """Show the live screen."""
        scroll_by(self._terminal, lib.GHOSTTY_SCROLL_VIEWPORT_BOTTOM)

    def dirty_rows(self) -> dict[int, Row]:
        """Return, once, the rows of the view that changed."""
        if get(self._terminal, "COLS", "uint16_t*") != self._size.columns:
            # DECCOLM has made it 132 columns wide, or 80; how wide the pane is, is not for the program to say.
            self.resize(self._size)
        return self._reader.dirty_rows()

    def status(self) -> Status:
        """Return everything but the cells."""
        bar = get(self._terminal, "SCROLLBAR", "GhosttyTerminalScrollbar*")
        history = bar.total - bar.len
        return Status(
            cursor=self._cursor(),
            mouse=self._tracks_mouse() or self._alternate(),
            alternate=self._alternate(),
            title=title(self._terminal),
            bells=self._bells,
            history=history,
            scrolled=history - bar.offset,
        )

    def text(self, first: int, count: int) -> list[TextRow]:
        """Return the text of rows, counted from the oldest of the history on."""
        end = min(first + count, get(self._terminal, "SCROLLBAR", "GhosttyTerminalScrollbar*").total)
        return rows_text(self._terminal, range(first, end), self._size.columns) if first < end else []

    def link(self, column: int, row: int) -> str:
        """Return the address behind a cell of the view."""
        columns, rows = (get(self._terminal, side, "uint16_t*") for side in ("COLS", "ROWS"))
        return link_at(self._terminal, column, row) if column < columns and row < rows else ""

    def encode_key(self, key: Key) -> bytes:
        """Return what a key press sends."""
        return self._input.key(key)

    def encode_mouse(self, mouse: Mouse) -> bytes:
        """Return what a mouse event sends; in a full-screen program that asks for none, the wheel is arrows."""
        if self._tracks_mouse():
            return self._input.mouse(mouse)
        if mouse.button in _WHEEL and self._alternate() and self._mode(_ALTERNATE_SCROLL):
            return self._input.key(Key(_WHEEL[mouse.button])) * _WHEEL_ROWS
        return b""

    def encode_paste(self, text: str) -> bytes:
        """Return what a paste sends."""
        return encode_paste(text, bracketed=self._mode(_BRACKETED_PASTE))

    def encode_focus(self, *, gained: bool) -> bytes:
        """Return what a change of focus sends."""
        if not self._mode(_FOCUS_EVENTS):
            return b""
        return b"\x1b[I" if gained else b"\x1b[O"

    def close(self) -> None:
        """Give back what the library made."""
        self._input.close()
        self._reader.close()
        lib.ghostty_terminal_free(self._terminal)

    def _configure(self) -> None:
        reply, bell, size, scheme, copy = self._callbacks
        change(self._terminal, "WRITE_PTY", reply)
        change(self._terminal, "BELL", bell)
        change(self._terminal, "SIZE", size)
        change(self._terminal, "COLOR_SCHEME", scheme)
        change(self._terminal, "CLIPBOARD_WRITE", copy)
        change(self._terminal, "CLIPBOARD_WRITE_MAX_BYTES", ffi.new("size_t*", MOST_COPIED))
        change(self._terminal, "SCROLLBACK_MAX_LINES", ffi.NULL)
        change(self._terminal, "SCROLLBACK_MAX_BYTES", ffi.new("size_t*", _HISTORY_BYTES))
        # No program can ask for this shape: it stands for that none has asked.
        hollow = ffi.new("GhosttyTerminalCursorStyle*", lib.GHOSTTY_TERMINAL_CURSOR_STYLE_BLOCK_HOLLOW)
        change(self._terminal, "DEFAULT_CURSOR_STYLE", hollow)
        # Pictures cannot be shown here, and would be kept in memory for nothing.
        change(self._terminal, "KITTY_IMAGE_STORAGE_LIMIT", ffi.new("uint64_t*", 0))

    def _mode(self, mode: int) -> bool:
        asked = ffi.new("GhosttyTerminalModeConfig*", {"mode": mode})
        check(lib.ghostty_terminal_get(self._terminal, lib.GHOSTTY_TERMINAL_DATA_MODE, asked), "mode")
        return bool(asked.value)

    def _tracks_mouse(self) -> bool:
        return bool(get(self._terminal, "MOUSE_TRACKING", "bool*"))

    def _alternate(self) -> bool:
        screen = get(self._terminal, "ACTIVE_SCREEN", "GhosttyTerminalScreen*")
        return bool(screen == lib.GHOSTTY_TERMINAL_SCREEN_ALTERNATE)

    def _cursor(self) -> Cursor:
        cursor = sized("GhosttyRenderStateCursor")
        state = self._reader.state
        check(lib.ghostty_render_state_get(state, lib.GHOSTTY_RENDER_STATE_DATA_CURSOR, cursor), "cursor")
        shown = bool(cursor.viewport_has_value and cursor.visible)
        shape = _SHAPES.get(cursor.visual_style, CursorShape.DEFAULT)
        return Cursor(cursor.viewport_x, cursor.viewport_y, shown, shape, bool(cursor.blinking))

    def _on_reply(self, _terminal: CData, _userdata: CData, data: CData, length: int) -> None:
        self._replies += ffi.buffer(data, length)

    def _on_bell(self, _terminal: CData, _userdata: CData) -> None:
        self._bells += 1

    def _on_copy(self, _terminal: CData, _userdata: CData, write: CData) -> None:
        # The library's own limit is for another protocol, with which a copy comes in pieces.
        if write.contents_len and write.contents[0].data.len <= MOST_COPIED:
            self._copied = string(write.contents[0].data)

    def _on_size(self, _terminal: CData, _userdata: CData, size: CData) -> bool:
        size.rows, size.columns = self._size.rows, self._size.columns
        size.cell_width, size.cell_height = CELL_WIDTH, CELL_HEIGHT
        return True

    def _on_color_scheme(self, _terminal: CData, _userdata: CData, scheme: CData) -> bool:
        background = ffi.new("GhosttyColorRgb*")
        data = lib.GHOSTTY_TERMINAL_DATA_COLOR_BACKGROUND_DEFAULT
        if lib.ghostty_terminal_get(self._terminal, data, background):
            return False  # nobody has set them
        light = lib.ghostty_color_perceived_luminance(background) > _HALF
        scheme[0] = lib.GHOSTTY_COLOR_SCHEME_LIGHT if light else lib.GHOSTTY_COLOR_SCHEME_DARK
        return True


_SHAPES = {
    lib.GHOSTTY_RENDER_STATE_CURSOR_VISUAL_STYLE_BLOCK: CursorShape.BLOCK,
    lib.GHOSTTY_RENDER_STATE_CURSOR_VISUAL_STYLE_UNDERLINE: CursorShape.UNDERLINE,
    lib.GHOSTTY_RENDER_STATE_CURSOR_VISUAL_STYLE_BAR: CursorShape.BAR,
}
