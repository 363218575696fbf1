"""What a terminal emulator has to be able to do."""

from __future__ import annotations

from typing import ClassVar, Protocol

from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.screen import Row, Status, TextRow
from tempshell_cli.terminal.wire import Key, Mouse

# Of what a program wants on the clipboard; what is longer is left alone. In bytes.
MOST_COPIED = 1024**2

# What a program must find in its environment to be shown right; a command's own env goes over it.
TERMINAL_ENV = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


class Emulator(Protocol):
    """A terminal emulator without a window: bytes go in, rows come out, keys are turned into bytes.

    The encoders follow the modes that the program has set, and return nothing for what it did not ask for.
    """

    RESTORES: ClassVar[int]
    """How many bytes of output it takes in a tenth of a second or so, be they never so dense."""

    def keep_all(self) -> None:
        """Keep as much history as any sandbox does, in place of what output that never ends may take of the memory."""
        ...

    def feed(self, data: bytes) -> None:
        """Take what the program wrote; sequences and characters may be split anywhere."""
        ...

    def replies(self) -> bytes:
        """Return, once, what the terminal has to answer the program (device attributes, cursor position)."""
        ...

    def copied(self) -> str:
        """Return, once, what the program wants on the clipboard (OSC 52), the last of it; empty where nothing."""
        ...

    def resize(self, size: Size) -> None:
        """Change the size; the lines of the primary screen are wrapped again."""
        ...

    def set_colors(self, foreground: int, background: int) -> None:
        """Take what the theme's own colours are, in 24 bits: programs ask whether they stand on dark ground."""
        ...

    def scroll(self, rows: int) -> None:
        """Move the view, up into the history where negative; no further than either end."""
        ...

    def scroll_to_bottom(self) -> None:
        """Show the live screen."""
        ...

    def dirty_rows(self) -> dict[int, Row]:
        """Return, once, the rows of the view that changed, by number from its top."""
        ...

    def status(self) -> Status:
        """Return everything but the cells, as of the last ``dirty_rows``."""
        ...

    def text(self, first: int, count: int) -> list[TextRow]:
        """Return the text of rows, counted from the oldest of the history on; fewer where there are no more."""
        ...

    def link(self, column: int, row: int) -> str:
        """Return the address behind a cell of the view (OSC 8), as the program wrote it; "" where there is none."""
        ...

    def encode_key(self, key: Key) -> bytes:
        """Return what a key sends, pressed or let go."""
        ...

    def encode_mouse(self, mouse: Mouse) -> bytes:
        """Return what a mouse event sends."""
        ...

    def encode_paste(self, text: str) -> bytes:
        """Return what a paste sends: in brackets where the program asked, and unable to leave them."""
        ...

    def encode_focus(self, *, gained: bool) -> bytes:
        """Return what a change of focus sends."""
        ...

    def close(self) -> None:
        """Give back what the emulator holds."""
        ...
