"""What a test sees and does on the screen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from textual.pilot import Pilot
from textual.widget import Widget

from tempshell_cli.tui.app import PracticeApp
from tempshell_cli.tui.countdown import Countdown
from tempshell_cli.tui.dialog import Dialog
from tempshell_cli.tui.outcome import Outcome
from tempshell_cli.tui.practice_screen import PracticeScreen
from tempshell_cli.tui.task_pane import TaskPane
from tempshell_cli.tui.terminal.pane import TerminalPane

from .fakes import FakePractice

TIMEOUT = 20.0
_AS_LONG_AS_A_TEST = 3600.0  # seconds
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
class AppUser:
    """The app, driven as a person would."""

    practice: FakePractice
    app: Heard
    pilot: Pilot[Outcome]

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

    def toasts(self) -> list[str]:
        """Return all that was said, also what is no longer shown."""
        return self.app.said

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

    async def lead(self, key: str) -> None:
        await self.press(LEADER, key)

    async def tick(self) -> None:
        """Let a second pass that the test's clock has already counted."""
        self.screen.tick()
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        await self.press(*("space" if character == " " else character for character in text))

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
        user = AppUser(practice, app, pilot)
        await user.until(lambda: user.terminal.attachment is not None or bool(user.terminal.notice))
        yield user
