"""The home screen as a program of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual import events
from textual.screen import Screen

from tempshell_cli.core.config import ScreenSettings
from tempshell_cli.tui.full_screen import FullScreenApp
from tempshell_cli.tui.home.port import Home
from tempshell_cli.tui.home.screen import HomeScreen


class Place(NamedTuple):
    """Where somebody was on the home screen: the id of the row that was marked, and what was filtered by."""

    marked: str = ""
    wanted: str = ""


class HomeApp(FullScreenApp[Sequence[str]], inherit_bindings=False):
    """The home screen. It ends with the words of a command to run, or None where one leaves."""

    def __init__(self, home: Home, look: ScreenSettings, *, leader: str, place: Place | None = None) -> None:
        """``leader`` as it is shown. Raises UsageProblem where ``look`` names an unknown theme."""
        super().__init__(look)
        self._is_chosen = False
        marked, wanted = place or Place()
        self._home_screen = HomeScreen(home, leader=leader, marked=marked, wanted=wanted)

    def on_home_screen_chosen(self, event: HomeScreen.Chosen) -> None:
        """End with what was chosen: of keys that come together the first decides."""
        if not self._is_chosen:
            self._is_chosen = True
            self.exit(event.argv)

    @property
    def place(self) -> Place:
        """Where it was left."""
        return Place(*self._home_screen.place)

    def get_default_screen(self) -> Screen[None]:
        """Return the home screen."""
        return self._home_screen

    async def on_event(self, event: events.Event) -> None:
        """Let the home screen see a key before any widget does."""
        taken = (
            isinstance(event, events.Key)
            and not event.is_forwarded
            and self.screen is self._home_screen
            and await self._home_screen.take_key(event.key)
        )
        if not taken:
            await super().on_event(event)
