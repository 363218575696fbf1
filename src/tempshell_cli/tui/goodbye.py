"""The last screen: how the session ended, what is gone, and what was achieved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tempshell_cli.backends.base import Receipt
from tempshell_cli.core.text import one_line
from tempshell_cli.tui.box import Box
from tempshell_cli.tui.heading import score_rows
from tempshell_cli.tui.port import SessionView, TaskView

_LEAVING = {"enter", "escape", "q", "space"}


class Goodbye(Box[None]):
    """Shows what was done until a key is pressed, then dismisses itself."""

    DEFAULT_CSS = """
    Goodbye {
        align: center middle;
        background: $background;
        Vertical {
            width: auto; max-width: 95%; height: auto; max-height: 95%;
            background: $surface; border: round $primary; padding: 1 3;
            border-title-style: bold; border-title-color: $primary;
        }
        Static { width: auto; max-width: 76; height: auto; }
    }
    """

    def __init__(
        self, session: SessionView, tasks: Sequence[TaskView], receipt: Receipt | None, result: str = ""
    ) -> None:
        """Without a receipt the session ended by its deadline. ``result`` is an exam's."""
        super().__init__()
        self._session = session
        self._tasks = tasks
        self._receipt = receipt
        self._result = result

    def compose(self) -> ComposeResult:
        """Lay out the card."""
        with Vertical() as card:
            card.border_title = Content("Goodbye" if self._receipt else "Time is up")
            yield Static(Content("\n").join(self._lines()))

    def on_key(self, event: events.Key) -> None:
        """Leave."""
        event.stop()
        if event.key in _LEAVING:
            self.answer(None)

    def _lines(self) -> Iterator[Content]:
        yield Content.styled(one_line(self._session.name), "bold")
        if self._result:
            yield Content(one_line(self._result))
        elif self._tasks:
            yield Content("")
            yield from score_rows(self._tasks)
        yield Content("")
        if self._receipt is None:
            yield Content("The session reached its deadline, and its sandbox has ended.")
        else:
            yield from _receipt_lines(self._receipt)
        yield Content("")
        yield Content.assemble(Content.styled("Enter", "bold $accent"), " leaves")


def _receipt_lines(receipt: Receipt) -> Iterator[Content]:
    if receipt.removed:
        yield Content("Removed, and verified to be gone:")
    for name in receipt.removed:
        yield Content.assemble(Content.styled("  ✓ ", "bold $text-success"), one_line(name))
    if receipt.leftover:
        yield Content.styled("Could not be removed:", "bold $text-error")
    for name in receipt.leftover:
        yield Content.assemble(Content.styled("  ✗ ", "bold $text-error"), one_line(name))
