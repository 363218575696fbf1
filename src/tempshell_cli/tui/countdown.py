"""The clock: how much time is left, in a colour, a symbol and words."""

from __future__ import annotations

from datetime import timedelta

from textual.content import Content
from textual.widget import Widget

from tempshell_cli.sessions.lease import Urgency

# Each level has a symbol besides its colour: either of them is enough.
_SYMBOLS = {Urgency.CALM: "●", Urgency.SOON: "▲", Urgency.LATE: "■", Urgency.LAST: "◆", Urgency.OVER: "✕"}
_PAUSED = "‖"


def clock_text(left: timedelta) -> str:
    """Return the time left as ``47:12`` or ``1:02:03``; a second begun counts as one."""
    seconds = max(0, -int(-left.total_seconds() // 1))
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


class Countdown(Widget):
    """Shows the time that was last set; it has no clock of its own."""

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
    urgency: Urgency = Urgency.CALM
    paused: bool = False

    def show(self, left: timedelta | None, urgency: Urgency = Urgency.OVER, *, paused: bool = False) -> None:
        """Show how much time is left, and whether it stands; None where the session has ended before its time."""
        before = self._content(), self.urgency
        self.left, self.urgency, self.paused = left, urgency, paused
        if (self._content(), urgency) != before:
            for level in Urgency:
                self.set_class(level is urgency, f"-{level.name.lower()}")
            self.set_class(paused, "-paused")
            self.refresh()

    def render(self) -> Content:
        """Return the symbol, the time and what it means."""
        return Content(self._content())

    def _content(self) -> str:
        symbol = _SYMBOLS[self.urgency]
        if self.left is None:
            return f"{symbol} ended" if self.urgency is Urgency.OVER else ""  # nothing before it is known
        if self.paused:
            return f"{_PAUSED} {clock_text(self.left)} paused"
        return f"{symbol} {clock_text(self.left)} {'last call' if self.urgency is Urgency.LAST else 'left'}"
