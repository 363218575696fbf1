"""What a test sees and does on the screen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import OptionList

from tempshell_cli.core.config import ScreenSettings
from tempshell_cli.tui.app import PracticeApp
from tempshell_cli.tui.countdown import Countdown
from tempshell_cli.tui.dialog import Dialog
from tempshell_cli.tui.home.app import HomeApp
from tempshell_cli.tui.home.screen import HomeScreen
from tempshell_cli.tui.practice_screen import PracticeScreen
from tempshell_cli.tui.task_pane import TaskPane
from tempshell_cli.tui.terminal.pane import TerminalPane

from .fake_home import FakeHome
from .fakes import FakePractice

TIMEOUT = 20.0
_AS_LONG_AS_A_TEST = 3600.0  # seconds
_STILL = ScreenSettings(theme="dark", motion="none")
LEADER = "ctrl+right_square_bracket"


class Heard(PracticeApp):
    """An app whose notices are remembered and stay: a test may look later."""

    def __init__(self, practice: FakePractice, **options: Any) -> None:  # noqa: ANN401 - of a PracticeApp
        super().__init__(practice, **options)
        self.said: list[str] = []

    def notify(self, message: str, **options: Any) -> None:  # noqa: ANN401 - passed on
        self.said.append(message)
        super().notify(message, **{**options, "timeout": _AS_LONG_AS_A_TEST})


@dataclass
class ScreenUser:
    """An app, driven as a person would."""

    app: App[Any]
    pilot: Pilot[Any]

    @property
    def dialog(self) -> Dialog | None:
        top = self.app.screen
        return top if isinstance(top, Dialog) else None

    def shown(self) -> list[str]:
        """Return the lines of the whole screen, as they are painted."""
        width, height = self.app.size
        lines = self.app.screen._compositor.render_strips()  # noqa: SLF001 - the only way to see what is painted
        assert len(lines) == height
        return [strip.text.ljust(width) for strip in lines]

    def sees(self, text: str) -> bool:
        return any(text in line for line in self.shown())

    async def until(self, happened: Callable[[], bool]) -> None:
        end = time.monotonic() + TIMEOUT
        while not happened():
            assert time.monotonic() < end, "\n".join(self.shown())
            await asyncio.sleep(0.01)  # the pause of a poll with a deadline
        await self.pilot.pause()

    async def until_sees(self, text: str) -> None:
        await self.until(lambda: self.sees(text))

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        await self.press(*("space" if character == " " else character for character in text))


class Staying(HomeApp):
    """A home screen that stays where it would make room for a command, which is remembered."""

    def __init__(self, home: FakeHome, look: ScreenSettings) -> None:
        super().__init__(home, look, leader="Ctrl+]")
        self.chosen: list[Sequence[str] | None] = []

    def on_home_screen_chosen(self, event: HomeScreen.Chosen) -> None:
        event.prevent_default()  # Textual would call the method of the base class, too
        self.chosen.append(event.argv)


@dataclass
class HomeUser(ScreenUser):
    """The home screen's."""

    app: Staying
    home: FakeHome

    async def mark(self, row: str) -> None:
        """Mark a row by its id, wherever it is in the list."""
        listing = self.app.screen.query_one(OptionList)
        listing.highlighted = listing.get_option_index(row)
        await self.pilot.pause()


@asynccontextmanager
async def using_home(
    home: FakeHome, size: tuple[int, int] = (100, 40), look: ScreenSettings = _STILL
) -> AsyncIterator[HomeUser]:
    app = Staying(home, look)
    async with app.run_test(size=size, notifications=True) as pilot:
        yield HomeUser(app, pilot, home)


@dataclass
class AppUser(ScreenUser):
    """The practice screen's."""

    app: Heard
    practice: FakePractice

    @property
    def screen(self) -> PracticeScreen:
        base = self.app.screen_stack[0]
        assert isinstance(base, PracticeScreen)
        return base

    @property
    def terminal(self) -> TerminalPane:
        return self.screen.query_one(TerminalPane)

    @property
    def tasks(self) -> TaskPane:
        return self.screen.query_one(TaskPane)

    @property
    def countdown(self) -> Countdown:
        return self.screen.query_one(Countdown)

    def toasts(self) -> list[str]:
        """Return all that was said, also what is no longer shown."""
        return self.app.said

    async def lead(self, key: str) -> None:
        await self.press(LEADER, key)

    async def tick(self) -> None:
        """Let a second pass that the test's clock has already counted."""
        self.screen.tick()
        await self.pilot.pause()

    def focused(self) -> Widget | None:
        return self.screen.focused


@asynccontextmanager
async def using_app(
    practice: FakePractice,
    size: tuple[int, int] = (120, 36),
    **options: Any,  # noqa: ANN401 - of a PracticeApp
) -> AsyncIterator[AppUser]:
    app = Heard(practice, **options)
    async with app.run_test(size=size, notifications=True) as pilot:
        user = AppUser(app, pilot, practice)
        await user.until(lambda: user.terminal.attachment is not None or bool(user.terminal.notice))
        yield user
