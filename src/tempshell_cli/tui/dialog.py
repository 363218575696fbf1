"""A question or a piece of news in front of the screen."""

from __future__ import annotations

from typing import NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Static

from tempshell_cli.core.errors import TempshellError
from tempshell_cli.core.text import strip_controls
from tempshell_cli.tui.box import Box


class Choice(NamedTuple):
    """A key, by Textual's name, what it does, and what the dialog then returns.

    One without a label is not shown at the bottom: the text of the dialog mentions it.
    """

    key: str
    label: str
    answer: str


# How a dialog ends that was only to be read, or was left.
BACK = Choice("escape", "back", "")

# Rows of a dialog that are not its text: the border, the blank lines, the keys, and one free above and below.
_FRAME = 8
_WIDEST, _SCROLLBAR = 72, 1  # columns
_SCROLLS = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}


def problem(error: TempshellError) -> str:
    """Return what went wrong and what to do about it."""
    return strip_controls(f"{error}\n{error.hint}".strip())


class Dialog(Box[str], ModalScreen[str]):
    """Returns the answer of the key pressed; Escape, and any way out without an answer, returns ""."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background 60%;
        Vertical {
            width: auto; max-width: 90%; height: auto;
            background: $surface; border: round $primary; padding: 1 2;
            border-title-style: bold;
        }
        VerticalScroll { max-width: 100%; height: auto; scrollbar-size: 0 1; scrollbar-gutter: stable; }
        #text { height: auto; }
        #keys { width: auto; height: 1; margin-top: 1; color: $text-muted; }
        &.-warning Vertical { border: round $warning; border-title-color: $text-warning; }
        &.-error Vertical { border: round $error; border-title-color: $text-error; }
    }
    """

    def __init__(
        self,
        title: str,
        text: Content,
        choices: tuple[Choice, ...] = (BACK,),
        *,
        severity: str = "",
        grace: float = 0.0,
    ) -> None:
        """Without choices it stays until it is dismissed.

        ``severity`` is ``warning``, ``error`` or empty. Keys are dropped until none has come for ``grace`` seconds:
        who is typing means what the dialog came in front of.
        """
        super().__init__(classes=f"-{severity}" if severity else None)
        self._title = title
        self._text = text
        self._choices = choices
        self._grace = grace
        self._listening = not grace
        self._pause: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay out the box."""
        with Vertical() as box:
            box.border_title = Content(self._title)
            with VerticalScroll(can_focus=False) as scroll:
                scroll.styles.width = min(_WIDEST, max(line.cell_length for line in self._text.split())) + _SCROLLBAR
                yield Static(self._text, id="text")
            if self._choices:
                yield Static(id="keys")

    def on_mount(self) -> None:
        """Listen after the grace."""
        if self._grace:
            self._pause = self.set_timer(self._grace, self.listen)

    def on_resize(self, event: events.Resize) -> None:
        """Leave the keys in sight: what of the text has no room is scrolled to."""
        self.query_one(VerticalScroll).styles.max_height = max(1, event.size.height - _FRAME)
        self.call_after_refresh(self._show_keys)

    def listen(self) -> None:
        """Take keys from now on."""
        self._listening = True

    def on_key(self, event: events.Key) -> None:
        """Return the answer of a key; no other key does anything."""
        event.stop()
        event.prevent_default()
        if not self._listening and self._pause:
            self._pause.reset()
        if not (self._listening and self._choices):
            return
        if event.key in _SCROLLS:
            self.query_one(VerticalScroll).scroll_relative(y=_SCROLLS[event.key], animate=False)
        answers = {"escape": "", **{choice.key: choice.answer for choice in self._choices}}
        if event.key in answers:
            self.answer(answers[event.key])

    def _show_keys(self) -> None:
        if self._choices:
            self.query_one("#keys", Static).update(self._keys())

    def _keys(self) -> Content:
        names = {"escape": "Esc", "enter": "Enter"}
        keys = [(names.get(choice.key, choice.key), choice.label) for choice in self._choices if choice.label]
        if self.query_one(VerticalScroll).max_scroll_y:
            keys.append(("↑ ↓", "scroll"))
        return Content("   ").join(
            Content.assemble(Content.styled(key, "bold $accent"), f" {label}") for key, label in keys
        )
