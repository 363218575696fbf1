"""What stands in front of the practice screen until it is answered."""

from __future__ import annotations

from typing import TypeVar

from textual.screen import Screen

_Answer = TypeVar("_Answer")


class Box(Screen[_Answer]):
    """A screen that gives one answer.

    Keys that arrive together are all handled before it is gone. Only the first answer counts, and none once it has been
    taken away: Textual would take the screen below away for a second one.
    """

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._answered = False

    def answer(self, answer: _Answer) -> None:
        """Give the answer and go, unless that is done."""
        if not self._answered and self.is_current:
            self._answered = True
            self.dismiss(answer)
