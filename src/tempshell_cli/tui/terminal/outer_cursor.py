"""The cursor of the terminal outside, lent to the program in the pane: with its shape, and blinking as it wants."""

from __future__ import annotations

from textual.geometry import Offset
from textual.widget import Widget

from tempshell_cli.terminal.screen import Cursor, CursorShape
from tempshell_cli.tui.textual_private import write_to_terminal

# What DECSCUSR calls the shapes that blink; one more, and they do not.
_BLINKING = {CursorShape.BLOCK: 1, CursorShape.UNDERLINE: 3, CursorShape.BAR: 5}
DEFAULT_SHAPE = "\x1b[0 q"
_SHOW, _HIDE = "\x1b[?25h", "\x1b[?25l"


class OuterCursor:
    """Shows the cursor of the terminal outside, which Textual hides, and hides it again."""

    def __init__(self, pane: Widget) -> None:
        """``pane`` is whose program it shows."""
        self._pane = pane
        self._style = DEFAULT_SHAPE
        self._shown = False

    @property
    def is_lent(self) -> bool:
        """Whether there is a terminal outside, and nothing else on it takes what is typed."""
        app = self._pane.app
        return not app.is_headless and self._pane.has_focus and app.screen is self._pane.screen

    def show(self, at: Offset, cursor: Cursor) -> None:
        """Show it at a cell of the screen; with the next that is painted it gets there."""
        app = self._pane.app
        app.cursor_position = at
        before, self._style = self._style, _style(cursor, still=app.animation_level == "none")
        # Terminals that know no shapes are spared them where no program asks for one.
        if self._style != before:
            write_to_terminal(app, self._style)
        if not self._shown:
            self._shown = True
            write_to_terminal(app, _SHOW)

    def hide(self) -> None:
        """Show none."""
        if self._shown:
            self._shown = False
            write_to_terminal(self._pane.app, _HIDE)


def _style(cursor: Cursor, *, still: bool) -> str:
    if cursor.shape is CursorShape.DEFAULT:
        return DEFAULT_SHAPE
    return f"\x1b[{_BLINKING[cursor.shape] + (still or not cursor.blinks)} q"
