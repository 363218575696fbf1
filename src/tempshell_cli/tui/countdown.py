"""The clock: how much time is left, in a colour, a symbol and words."""

from __future__ import annotations

from datetime import timedelta
from enum import IntEnum

from textual.content import Content
from textual.widget import Widget


class Phase(IntEnum):
    """How late it is. Each has a colour and a symbol of its own, so that neither is needed."""

    CALM = 0
    SOON = 1
    LATE = 2
    LAST = 3
    OVER = 4


# What is left when a phase begins. The seeds' warnings: yellow at 10 minutes, red at 5, the last call at 1.
_BEGINS = (
    (Phase.OVER, timedelta(0)),
    (Phase.LAST, timedelta(minutes=1)),
    (Phase.LATE, timedelta(minutes=5)),
    (Phase.SOON, timedelta(minutes=10)),
)
_SYMBOLS = {Phase.CALM: "●", Phase.SOON: "▲", Phase.LATE: "■", Phase.LAST: "◆", Phase.OVER: "✕"}

_PAUSED = "‖"


def phase_of(left: timedelta) -> Phase:
    """Return the phase with this much time left."""
    return next((phase for phase, begins in _BEGINS if left <= begins), Phase.CALM)


def clock_text(left: timedelta) -> str:
    """Return the time left as ``47:12`` or ``1:02:03``; a second begun counts as one."""
    seconds = max(0, -int(-left.total_seconds() // 1))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


class Countdown(Widget):
    """Shows what it was last told; it has no clock of its own."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    Countdown {
        width: 20;
        height: 1;
        text-align: center;
        text-style: bold;
        background: $success-muted;
        color: $text-success;
        &.-soon { background: $warning; color: $background; }
        &.-late { background: $error; color: $background; }
        &.-last, &.-over { background: $error; color: $background; text-style: bold underline; }
        &.-paused { background: $primary-muted; color: $text-primary; text-style: bold; }
    }
    """

    left: timedelta | None = None
    phase: Phase = Phase.CALM
    paused: bool = False

    def tell(self, left: timedelta | None, *, paused: bool = False) -> None:
        """Show how much time is left, and whether it stands; None where the session has ended before its time."""
        before = self._content()
        self.left, self.phase, self.paused = left, Phase.OVER if left is None else phase_of(left), paused
        if self._content() != before:
            for phase in Phase:
                self.set_class(phase is self.phase, f"-{phase.name.lower()}")
            self.set_class(paused, "-paused")
            self.refresh()

    def render(self) -> Content:
        """Return the symbol, the time and what it means."""
        return Content(self._content())

    def _content(self) -> str:
        symbol = _SYMBOLS[self.phase]
        if self.left is None:
            return f"{symbol} ended" if self.phase is Phase.OVER else ""  # nothing before it is known
        if self.paused:
            return f"{_PAUSED} {clock_text(self.left)} paused"
        return f"{symbol} {clock_text(self.left)} {'last call' if self.phase is Phase.LAST else 'left'}"
