"""All that can be done, found by its name."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from tempshell_cli.tui.box import Box
from tempshell_cli.tui.shortcuts import Shortcut, key_name
from tempshell_cli.tui.theme import MUTED

NOTHING_FITS = "no match: try another word, or press Esc"
_MOVES = {"up": "cursor_up", "down": "cursor_down"}


class Palette(Box[str], ModalScreen[str]):
    """Returns the action that was chosen; empty where none was."""

    DEFAULT_CSS = """
    Palette {
        align: center top;
        background: $background 60%;
        Vertical {
            width: 72; max-width: 90%; height: auto; max-height: 80%; margin-top: 3;
            background: $surface; border: round $primary; padding: 0 1; border-title-style: bold;
        }
        Input, Input:focus {
            border: none; height: 1; padding: 0; background: $surface; background-tint: $foreground 0%;
        }
        OptionList, OptionList:focus {
            border: none; height: auto; padding: 0; margin-top: 1; background: $surface; scrollbar-size-vertical: 1;
            text-wrap: nowrap; text-overflow: ellipsis;
            & > .option-list--option-highlighted { background: $primary 28%; color: $foreground; text-style: bold; }
        }
    }
    """

    def __init__(self, shortcuts: Sequence[Shortcut]) -> None:
        super().__init__()
        self._shortcuts = shortcuts

    def compose(self) -> ComposeResult:
        """Lay out the box."""
        with Vertical() as box:
            box.border_title = Content("What to do")
            entry = Input(placeholder="type to search")
            entry.cursor_blink = self.app.animation_level != "none"
            yield entry
            listing = OptionList(markup=False)
            listing.can_focus = False
            yield listing

    def on_mount(self) -> None:
        """Offer everything."""
        self._offer("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Offer what has all these words in it."""
        self._offer(event.value)

    async def on_key(self, event: events.Key) -> None:
        """Move in the list, or leave."""
        if event.key == "escape":
            event.stop()
            self.answer("")
        elif event.key == "ctrl+h":
            # What some terminals send for Backspace.
            event.stop()
            self.query_one(Input).action_delete_left()
        elif event.key in _MOVES:
            event.stop()
            await self.query_one(OptionList).run_action(_MOVES[event.key])

    def on_input_submitted(self) -> None:
        """Take what is marked."""
        listing = self.query_one(OptionList)
        if listing.highlighted is not None:
            self.answer(listing.get_option_at_index(listing.highlighted).id or "")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take what was clicked."""
        self.answer(event.option_id or "")

    def _offer(self, typed: str) -> None:
        words = typed.lower().split()
        listing = self.query_one(OptionList)
        found = [one for one in self._shortcuts if all(word in f"{one.label} {one.help}".lower() for word in words)]
        nothing = Option(Content.styled(NOTHING_FITS, MUTED), disabled=True)
        listing.set_options([Option(_line(one), id=one.action) for one in found] or [nothing])
        listing.highlighted = 0 if found else None


def _line(shortcut: Shortcut) -> Content:
    return Content.assemble(Content.styled(f"{key_name(shortcut.keys[0]):<9}", "bold $accent"), shortcut.help)
