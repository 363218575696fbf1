"""The practice screen as a program of its own."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from typing import Any

from textual import events
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.screen import Screen
from textual.worker import WorkerFailed

from tempshell_cli.core.config import ScreenSettings
from tempshell_cli.terminal.emulated import PLAIN, Emulation
from tempshell_cli.terminal.wire import Record
from tempshell_cli.tui.desktop import desktop_notice
from tempshell_cli.tui.driver import PracticeDriver
from tempshell_cli.tui.keys import Stroke
from tempshell_cli.tui.outcome import Ending, Outcome
from tempshell_cli.tui.port import Practice
from tempshell_cli.tui.practice_screen import GRACE, PracticeScreen
from tempshell_cli.tui.terminal.pane import TerminalPane
from tempshell_cli.tui.textual_private import ErrorKeepingApp, write_to_terminal
from tempshell_cli.tui.theme import DARK, LIGHT, theme_named

__all__ = ["Ending", "Outcome", "PracticeApp", "run_practice"]


_LOOK = ScreenSettings()
# They come when the window is closed, and from `kill`. What the keyboard sends is the program's.
_ENDINGS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


class PracticeApp(ErrorKeepingApp[Outcome], inherit_bindings=False):
    """One practice screen. No key is the app's own: ctrl+q and ctrl+c are the terminal's."""

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

    def __init__(
        self,
        practice: Practice,
        *,
        leader: str = "ctrl+]",
        look: ScreenSettings = _LOOK,
        emulation: Emulation = PLAIN,
        grace: float = GRACE,
    ) -> None:
        """``grace`` as for ``PracticeScreen``.

        Raises UsageProblem where ``leader`` cannot be a leader key, or ``look`` names an unknown theme;
        TempshellError as the port does.
        """
        super().__init__()
        self.bug: BaseException | None = None
        self.ended_by: signal.Signals | None = None
        self._takes_input = False
        self._notify = look.notify
        self._practice_screen = PracticeScreen(
            practice, leader=leader, emulation=emulation, split=look.split, grace=grace
        )
        for known in (DARK, LIGHT):
            self.register_theme(known)
        self.theme = theme_named(look.theme).name
        if look.motion == "none":
            self.animation_level = "none"

    async def run_async(self, **options: Any) -> Outcome | None:  # noqa: ANN401 - Textual's own
        """Run, and leave in good order on a signal: between two callbacks, never in the middle of one."""
        loop = asyncio.get_running_loop()
        for number in _ENDINGS:
            loop.add_signal_handler(number, self._on_ending, number)
        loop.set_exception_handler(_ignore_cancelled)
        return await super().run_async(**options)

    def on_mount(self) -> None:
        """Be quick from now on."""
        if not self.is_headless:
            # What stands by then stays. To look through it again and again holds up the terminal for 60 ms each time.
            self.call_after_refresh(gc.freeze)

    def get_default_screen(self) -> Screen[None]:
        """Return the practice screen."""
        return self._practice_screen

    def get_driver_class(self) -> type[Driver]:
        """Return our own driver for a terminal, where Textual would take its."""
        found = super().get_driver_class()
        return PracticeDriver if found is LinuxDriver else found

    def on_practice_screen_warned(self, event: PracticeScreen.Warned) -> None:
        """Have the terminal outside show a warning on the desktop, past the window that may not be looked at."""
        notice = desktop_notice(event.text, self._notify, os.environ)
        if notice:
            write_to_terminal(self, notice)

    def _on_ending(self, number: signal.Signals) -> None:
        self.ended_by = number
        self.exit(Outcome(Ending.DETACHED))

    def post_message(self, message: Message) -> bool:
        """Queue a message. A key for the program in the terminal does without, where nothing has come before it.

        From one queue to the next it would take longer than from there to the program and back.
        """
        if isinstance(message, Stroke) and (pane := self._terminal_typed_at(message)):
            pane.on_key(message)
            return True
        return super().post_message(message)

    def _terminal_typed_at(self, key: Stroke) -> TerminalPane | None:
        waits = self._takes_input or self.message_queue_size
        if waits or not self.app_focus or self.screen is not self._practice_screen:
            return None
        return self._practice_screen.terminal_typed_at(key)

    async def on_event(self, event: events.Event) -> None:
        """Let the practice screen see a key before any widget does."""
        self._takes_input = isinstance(event, events.InputEvent)
        try:
            if isinstance(event, Stroke) and event.released:
                self._practice_screen.let_go(event)
            elif not (isinstance(event, events.Key) and not event.is_forwarded and await self._is_taken(event)):
                await super().on_event(event)
        finally:
            self._takes_input = False

    async def _is_taken(self, event: events.Key) -> bool:
        return self.screen is self._practice_screen and await self._practice_screen.take_key(event)

    def keep_error(self, error: Exception) -> None:
        """Keep an error for the caller."""
        self.bug = error.error if isinstance(error, WorkerFailed) else error


def _ignore_cancelled(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Print nothing about work that the end of the screen has cancelled: asyncio would, over the terminal."""
    if not isinstance(context.get("exception"), asyncio.CancelledError):
        loop.default_exception_handler(context)


def run_practice(
    practice: Practice, *, leader: str = "ctrl+]", look: ScreenSettings = _LOOK, recording: Record | None = None
) -> Outcome:
    """Show the practice screen until the user leaves or the session ends; return how.

    Raises what ``PracticeApp`` does, and any error
    that is a bug.
    """
    app = PracticeApp(practice, leader=leader, look=look, emulation=Emulation(recording=recording))
    outcome = app.run()
    if app.bug:
        raise app.bug
    if app.ended_by:
        # The loop has put the default handler back: the sender of the signal sees its effect.
        signal.raise_signal(app.ended_by)
    return outcome or Outcome(Ending.DETACHED)
