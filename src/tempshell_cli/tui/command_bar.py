"""The bottom line: which keys there are."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widget import Widget

from tempshell_cli.tui.shortcuts import HELP, Shortcut


class CommandBar(Widget):
    """Shows the shortcuts, and whether one is being waited for."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    CommandBar {
        height: 1;
        padding: 0 1;
        background: $panel;
        color: $text-muted;
        &.-waiting { background: $primary; color: $background; }
    }
    """

    def __init__(self, leader: str, shortcuts: Sequence[Shortcut]) -> None:
        """``leader`` as it is shown; "" where keys need none."""
        super().__init__()
        self._leader = leader
        self._shortcuts = shortcuts
        self._waiting = False
        self._line = ""

    def wait(self, *, waiting: bool) -> None:
        """Show that the next key is a shortcut, or no longer."""
        self._waiting = waiting
        self.set_class(waiting, "-waiting")
        self.refresh()

    def offer(self, shortcuts: Sequence[Shortcut]) -> None:
        """Show these shortcuts from now on."""
        self._shortcuts = shortcuts
        self.refresh()

    def say(self, line: str) -> None:
        """Show this line, or the shortcuts again where it is empty."""
        self._line = line
        self.refresh()

    def render(self) -> Content:
        """Return the line to be shown, else as many shortcuts as fit, and always the help."""
        if self._line and not self._waiting:
            return Content(self._line)
        room = self.size.width
        first = "press a key" if self._waiting else f"{self._leader} then" if self._leader else ""
        parts = [Content.styled(first, "bold")] if first else []
        last = self._item(HELP)
        room -= sum(part.cell_length + 2 for part in parts) + last.cell_length
        for shortcut in (one for one in self._shortcuts if one.shown):
            item = self._item(shortcut)
            room -= item.cell_length + 2
            if room >= 0:
                parts.append(item)
        return Content("  ").join([*parts, last])

    def _item(self, shortcut: Shortcut) -> Content:
        key = Content.styled(shortcut.shown, "bold" if self._waiting else "bold $accent")
        return Content.assemble(key, " ", shortcut.label)
