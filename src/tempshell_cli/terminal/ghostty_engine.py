"""The fast engine: libghostty-vt, by the raw C interface that pyghostty binds.

It is native code that reads what strangers print: it runs in the worker process only.
"""

from __future__ import annotations

from tempshell_cli.terminal.ghostty_calls import (
    CELL_HEIGHT,
    CELL_WIDTH,
    CData,
    check,
    ffi,
    lib,
    made,
    rows_text,
    scroll_by,
    sized,
)
from tempshell_cli.terminal.ghostty_input import InputEncoder, encode_paste
from tempshell_cli.terminal.ghostty_rows import RowReader
from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.screen import Cursor, CursorShape, Row, Status, TextRow
from tempshell_cli.terminal.wire import Key, Mouse

# A limit by bytes alone: with one by lines too, libghostty-vt 0.1.3 takes short lines at 12 MB/s, not 600.
_HISTORY_BYTES = 16 * 1024**2
_BRACKETED_PASTE, _FOCUS_EVENTS, _ALTERNATE_SCROLL = 2004, 1004, 1007
_WHEEL = {4: "up", 5: "down"}
_WHEEL_ROWS = 3


class GhosttyEngine:
    """One libghostty-vt terminal."""

    def __init__(self, size: Size) -> None:
        self._terminal = made("GhosttyTerminal", lib.ghostty_terminal_new, size.columns, size.rows)
        self._size = size
        self._replies = bytearray()
        self._bells = 0
        # The library keeps pointers to the callbacks: they live as long as the terminal.
        self._callbacks = (
            ffi.callback("GhosttyTerminalWritePtyFn", self._on_reply),
            ffi.callback("GhosttyTerminalBellFn", self._on_bell),
            ffi.callback("GhosttyTerminalSizeFn", self._on_size),
        )
        self._configure()
        self._reader = RowReader(self._terminal)
        self._input = InputEncoder(self._terminal)
        self.resize(size)

    def feed(self, data: bytes) -> None:
        """Take what the program wrote."""
        lib.ghostty_terminal_vt_write(self._terminal, data, len(data))

    def replies(self) -> bytes:
        """Return, once, what the terminal has to answer the program."""
        replies = bytes(self._replies)
        self._replies.clear()
        return replies

    def resize(self, size: Size) -> None:
        """Change the size."""
        self._size = size
        check(
            lib.ghostty_terminal_resize(self._terminal, size.columns, size.rows, CELL_WIDTH, CELL_HEIGHT),
            "resize",
        )
        self._input.resize(size)

    def scroll(self, rows: int) -> None:
        """Move the view."""
        scroll_by(self._terminal, lib.GHOSTTY_SCROLL_VIEWPORT_DELTA, rows)

    def scroll_to_bottom(self) -> None:
        """Show the live screen."""
        scroll_by(self._terminal, lib.GHOSTTY_SCROLL_VIEWPORT_BOTTOM)

    def dirty_rows(self) -> dict[int, Row]:
        """Return, once, the rows of the view that changed."""
        return self._reader.dirty_rows()

    def status(self) -> Status:
        """Return everything but the cells."""
        bar = self._get("SCROLLBAR", "GhosttyTerminalScrollbar*")
        history = bar.total - bar.len
        return Status(
            cursor=self._cursor(),
            mouse=self._tracks_mouse() or self._alternate(),
            alternate=self._alternate(),
            title=_string(self._get("TITLE", "GhosttyString*")),
            bells=self._bells,
            history=history,
            scrolled=history - bar.offset,
        )

    def text(self, first: int, count: int) -> list[TextRow]:
        """Return the text of rows, counted from the oldest of the history on."""
        end = min(first + count, self._get("SCROLLBAR", "GhosttyTerminalScrollbar*").total)
        return rows_text(self._terminal, range(first, end), self._size.columns) if first < end else []

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
        reply, bell, size = self._callbacks
        self._set("WRITE_PTY", reply)
        self._set("BELL", bell)
        self._set("SIZE", size)
        self._set("SCROLLBACK_MAX_LINES", ffi.NULL)
        self._set("SCROLLBACK_MAX_BYTES", ffi.new("size_t*", _HISTORY_BYTES))
        # Pictures cannot be shown here, and would be kept in memory for nothing.
        self._set("KITTY_IMAGE_STORAGE_LIMIT", ffi.new("uint64_t*", 0))

    def _set(self, option: str, value: CData) -> None:
        check(lib.ghostty_terminal_set(self._terminal, getattr(lib, f"GHOSTTY_TERMINAL_OPT_{option}"), value), option)

    def _get(self, what: str, kind: str) -> CData:
        into = ffi.new(kind)
        check(lib.ghostty_terminal_get(self._terminal, getattr(lib, f"GHOSTTY_TERMINAL_DATA_{what}"), into), what)
        return into[0]

    def _mode(self, mode: int) -> bool:
        asked = ffi.new("GhosttyTerminalModeConfig*", {"mode": mode})
        check(lib.ghostty_terminal_get(self._terminal, lib.GHOSTTY_TERMINAL_DATA_MODE, asked), "mode")
        return bool(asked.value)

    def _tracks_mouse(self) -> bool:
        return bool(self._get("MOUSE_TRACKING", "bool*"))

    def _alternate(self) -> bool:
        screen = self._get("ACTIVE_SCREEN", "GhosttyTerminalScreen*")
        return bool(screen == lib.GHOSTTY_TERMINAL_SCREEN_ALTERNATE)

    def _cursor(self) -> Cursor:
        cursor = sized("GhosttyRenderStateCursor")
        state = self._reader.state
        check(lib.ghostty_render_state_get(state, lib.GHOSTTY_RENDER_STATE_DATA_CURSOR, cursor), "cursor")
        shown = bool(cursor.viewport_has_value and cursor.visible)
        return Cursor(cursor.viewport_x, cursor.viewport_y, shown, _SHAPES.get(cursor.visual_style, CursorShape.BLOCK))

    def _on_reply(self, _terminal: CData, _userdata: CData, data: CData, length: int) -> None:
        self._replies += ffi.buffer(data, length)

    def _on_bell(self, _terminal: CData, _userdata: CData) -> None:
        self._bells += 1

    def _on_size(self, _terminal: CData, _userdata: CData, size: CData) -> bool:
        size.rows, size.columns = self._size.rows, self._size.columns
        size.cell_width, size.cell_height = CELL_WIDTH, CELL_HEIGHT
        return True


_SHAPES = {
    lib.GHOSTTY_RENDER_STATE_CURSOR_VISUAL_STYLE_UNDERLINE: CursorShape.UNDERLINE,
    lib.GHOSTTY_RENDER_STATE_CURSOR_VISUAL_STYLE_BAR: CursorShape.BAR,
}


def _string(borrowed: CData) -> str:
    return bytes(ffi.buffer(borrowed.ptr, borrowed.len)).decode("utf-8", "replace") if borrowed.len else ""
