"""The last screen: how the session ended, what is gone, and what was achieved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from tempshell_cli.backends.base import Receipt
from tempshell_cli.core.text import one_line
from tempshell_cli.tui.dialog import Choice, Dialog
from tempshell_cli.tui.heading import score_rows
from tempshell_cli.tui.port import SessionView, TaskView

_LEAVING = (Choice("enter", "leaves", ""), Choice("q", "", ""), Choice("space", "", ""))


class Goodbye(Dialog):
    """Shows what was done until a key is pressed, then dismisses itself; a receipt that has no room is scrolled."""

    DEFAULT_CSS = """
    Goodbye {
        background: $background;
        Vertical { border-title-color: $primary; }
    }
    """

    def __init__(
        self, session: SessionView, tasks: Sequence[TaskView], receipt: Receipt | None, result: str = ""
    ) -> None:
        """Without a receipt the session ended by its deadline. ``result`` is an exam's."""
        lines = _lines(session, tasks, receipt, result)
        super().__init__("Goodbye" if receipt else "Time is up", Content("\n").join(lines), _LEAVING)


def _lines(session: SessionView, tasks: Sequence[TaskView], receipt: Receipt | None, result: str) -> Iterator[Content]:
    yield Content.styled(one_line(session.name), "bold")
    if result:
        yield Content(one_line(result))
    elif tasks:
        yield Content("")
        yield from score_rows(tasks)
    yield Content("")
    if receipt is None:
        yield Content("The session reached its deadline, and its sandbox has ended.")
    else:
        yield from _receipt_lines(receipt)


def _receipt_lines(receipt: Receipt) -> Iterator[Content]:
    if receipt.removed:
        yield Content("Removed, and verified to be gone:")
    for name in receipt.removed:
        yield Content.assemble(Content.styled("  ✓ ", "bold $text-success"), one_line(name))
    if receipt.leftover:
        yield Content.styled("Could not be removed:", "bold $text-error")
    for name in receipt.leftover:
        yield Content.assemble(Content.styled("  ✗ ", "bold $text-error"), one_line(name))
