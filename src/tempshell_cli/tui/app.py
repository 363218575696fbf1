"""The practice screen as a program of its own."""

from __future__ import annotations

import gc
import os

from textual import events
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.screen import Screen

from tempshell_cli.core.config import ScreenSettings
from tempshell_cli.terminal.emulated import PLAIN, Emulation
from tempshell_cli.terminal.wire import Record
from tempshell_cli.tui.desktop import desktop_notice
from tempshell_cli.tui.driver import PracticeDriver
from tempshell_cli.tui.full_screen import FullScreenApp
from tempshell_cli.tui.keys import Stroke
from tempshell_cli.tui.outcome import Ending, Outcome
from tempshell_cli.tui.port import Practice
from tempshell_cli.tui.practice_screen import GRACE, PracticeScreen
from tempshell_cli.tui.terminal.pane import TerminalPane
from tempshell_cli.tui.textual_private import write_to_terminal

__all__ = ["Ending", "Outcome", "PracticeApp", "run_practice"]


_LOOK = ScreenSettings()


class PracticeApp(FullScreenApp[Outcome], inherit_bindings=False):
    """One practice screen. No key is the app's own: ctrl+q and ctrl+c are the terminal's."""

    ending = Outcome(Ending.DETACHED)

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
        super().__init__(look)
        self._takes_input = False
        self._notify = look.notify
        self._practice_screen = PracticeScreen(
            practice, leader=leader, emulation=emulation, split=look.split, grace=grace
        )

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


def run_practice(
    practice: Practice, *, leader: str = "ctrl+]", look: ScreenSettings = _LOOK, recording: Record | None = None
) -> Outcome:
    """Show the practice screen until the user leaves or the session ends; return how.

    Raises what ``PracticeApp`` does, and any error
    that is a bug.
    """
    app = PracticeApp(practice, leader=leader, look=look, emulation=Emulation(recording=recording))
    return app.run_to_the_end() or Outcome(Ending.DETACHED)
