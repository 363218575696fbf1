"""A question or a piece of news in front of the screen."""

from __future__ import annotations

from typing import NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static


class Choice(NamedTuple):
    """A key, by Textual's name, what it does, and what the dialog then returns.

    One without a label is not shown at the bottom: the text of the dialog tells of it.
    """

    key: str
    label: str
    answer: str


# How a dialog ends that was only to be read, or was left.
BACK = Choice("escape", "back", "")


class Dialog(ModalScreen[str]):
    """Returns the answer of the key pressed; Escape, and any way out without an answer, returns ""."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background 60%;
        Vertical {
            width: auto; max-width: 90%; height: auto; max-height: 90%;
            background: $surface; border: round $primary; padding: 1 2;
            border-title-style: bold;
        }
        #text { width: auto; max-width: 72; height: auto; }
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

        ``severity`` is ``warning``, ``error`` or empty. Keys within the first ``grace`` seconds are dropped:
        they were meant for what the dialog came in front of.
        """
        super().__init__(classes=f"-{severity}" if severity else None)
        self._title = title
        self._text = text
        self._choices = choices
        self._grace = grace
        self._listening = not grace

    def compose(self) -> ComposeResult:
        """Lay out the box."""
        with Vertical() as box:
            box.border_title = Content(self._title)
            yield Static(self._text, id="text")
            if self._choices:
                yield Static(self._keys(), id="keys")

    def on_mount(self) -> None:
        """Listen after the grace."""
        if self._grace:
            self.set_timer(self._grace, self.listen)

    def listen(self) -> None:
        """Take keys from now on."""
        self._listening = True

    def on_key(self, event: events.Key) -> None:
        """Return the answer of a key; no other key does anything."""
        event.stop()
        event.prevent_default()
        if not (self._listening and self._choices):
            return
        answers = {"escape": "", **{choice.key: choice.answer for choice in self._choices}}
        if event.key in answers:
            self.dismiss(answers[event.key])

    def _keys(self) -> Content:
        return Content("   ").join(
            Content.assemble(Content.styled(_shown(choice.key), "bold $accent"), f" {choice.label}")
            for choice in self._choices
            if choice.label
        )


def _shown(key: str) -> str:
    return {"escape": "Esc", "enter": "Enter"}.get(key, key)
