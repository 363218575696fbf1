"""What every screen of tempshell is as a program: its colours, and how it ends."""

from __future__ import annotations

import asyncio
import signal
from typing import Any, ClassVar, Generic

from textual.app import ReturnType
from textual.worker import WorkerFailed

from tempshell_cli.core.config import ScreenSettings
from tempshell_cli.tui.textual_private import ErrorKeepingApp
from tempshell_cli.tui.theme import DARK, LIGHT, theme_named

# They come when the window is closed, and from `kill`. What the keyboard sends is the program's.
_ENDINGS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


class FullScreenApp(ErrorKeepingApp[ReturnType], Generic[ReturnType], inherit_bindings=False):
    """A screen that leaves in good order on a signal, and hands over an error that ends it."""

    ENABLE_COMMAND_PALETTE = False
    TITLE = "tempshell"
    # Notices come at the top: the prompt of a shell that is being typed at is usually at the bottom.
    CSS = """
    ToastRack { dock: top; align: right top; margin: 2 1 0 0; }
    OptionList, VerticalScroll {
        scrollbar-color: $foreground 25%; scrollbar-color-hover: $foreground 45%; scrollbar-color-active: $primary;
        scrollbar-background: $surface; scrollbar-background-hover: $surface; scrollbar-background-active: $surface;
    }
    """
    ending: ClassVar[Any] = None  # what it returns where a signal ends it

    def __init__(self, look: ScreenSettings) -> None:
        """Raises UsageProblem where ``look`` names an unknown theme."""
        super().__init__()
        self.bug: BaseException | None = None
        self.ended_by: signal.Signals | None = None
        for known in (DARK, LIGHT):
            self.register_theme(known)
        self.theme = theme_named(look.theme).name
        if look.motion == "none":
            self.animation_level = "none"

    async def run_async(self, **options: Any) -> ReturnType | None:  # noqa: ANN401 - Textual's own
        """Run, and leave in good order on a signal: between two callbacks, never in the middle of one."""
        loop = asyncio.get_running_loop()
        for number in _ENDINGS:
            loop.add_signal_handler(number, self._on_ending, number)
        loop.set_exception_handler(_ignore_cancelled)
        return await super().run_async(**options)

    def run_to_the_end(self) -> ReturnType | None:
        """Run, and return what it ends with; raises an error that is a bug."""
        result = self.run()
        if self.bug:
            raise self.bug
        if self.ended_by:
            # The loop has put the default handler back: the sender of the signal sees its effect.
            signal.raise_signal(self.ended_by)
        return result

    def keep_error(self, error: Exception) -> None:
        """Keep an error for the caller."""
        self.bug = error.error if isinstance(error, WorkerFailed) else error

    def _on_ending(self, number: signal.Signals) -> None:
        self.ended_by = number
        self.exit(self.ending)


def _ignore_cancelled(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Print nothing about work that the end of the screen has cancelled: asyncio would, over the terminal."""
    if not isinstance(context.get("exception"), asyncio.CancelledError):
        loop.default_exception_handler(context)
