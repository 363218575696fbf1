"""Two keys in one read, on everything that can stand in front of the screens: one answers, and nothing crashes."""

from __future__ import annotations

import importlib
import pkgutil
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from inspect import getmembers, isclass, isfunction, signature
from typing import Any

import pytest
from textual import events
from textual.screen import Screen

from tempshell_cli import tui
from tempshell_cli.backends.base import Receipt
from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.tui import practice_screen
from tempshell_cli.tui.box import Box
from tempshell_cli.tui.dialog import Dialog
from tempshell_cli.tui.goodbye import Goodbye
from tempshell_cli.tui.home.screen import HomeScreen
from tempshell_cli.tui.palette import Palette
from tempshell_cli.tui.port import Finished
from tempshell_cli.tui.practice_screen import PracticeScreen
from tempshell_cli.tui.terminal.pane import TerminalPane

from .app_user import AppUser, HomeUser, ScreenUser, using_app, using_home
from .fake_home import FakeHome
from .fakes import TASKS, FakePractice

Open = Callable[[Any], Awaitable[None]]  # of an AppUser or a HomeUser

PAIRS = [("enter", "escape"), ("enter", "enter"), ("y", "y"), ("q", "q"), ("ctrl+right_square_bracket", "q")]
_KEYS = ("enter", "escape", "y", "q", "d", "ctrl+c", "ctrl+q", "ctrl+right_square_bracket")
ALL_PAIRS = [(first, second) for first in _KEYS for second in _KEYS]
of_both = pytest.mark.parametrize(
    "pairs", [PAIRS, pytest.param(ALL_PAIRS, marks=pytest.mark.long)], ids=["some", "all"]
)
_DEPTH = 4  # boxes that may stand before one another
BLOCKS = "```\necho one\n```\n\n```\necho two\n```\n"


@dataclass
class BlockedPractice(FakePractice):
    """One whose end takes until the test lets it go on."""

    may_end: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> Receipt:
        self.may_end.wait()
        return super().stop()

    def finish(self) -> Finished:
        self.may_end.wait()
        return super().finish()


def _led(key: str) -> Open:
    async def opened(user: AppUser) -> None:
        await user.lead(key)

    return opened


def _pressed(key: str, row: str = "") -> Open:
    async def opened(user: HomeUser) -> None:
        if row:
            await user.mark(row)
        await user.press(key)

    return opened


async def _late(user: AppUser) -> None:
    user.practice.left(minutes=4)
    await user.tick()
    _listening(user)


async def _copying(user: AppUser) -> None:
    user.terminal.post_message(TerminalPane.CopyWanted("a secret"))
    await user.until(lambda: user.dialog is not None)
    _listening(user)


async def _code(user: AppUser) -> None:
    user.practice.pack = (replace(TASKS[0], prompt=BLOCKS), *TASKS[1:])
    user.screen._show_tasks()  # noqa: SLF001 - as after a check
    await user.lead("s")


async def _link(user: AppUser) -> None:
    user.terminal.post_message(TerminalPane.Followed("https://example.com/"))
    await user.until(lambda: user.dialog is not None)


async def _exam(user: AppUser) -> None:
    user.practice.view = replace(user.practice.view, exam=True, extendable=False)
    user.screen._session = user.practice.view  # noqa: SLF001 - as if it had begun as one


async def _finishing(user: AppUser) -> None:
    await _exam(user)
    await user.lead("q")


async def _ending(user: AppUser) -> None:
    await user.lead("q")
    await user.press("y")
    assert user.app.screen is not user.screen


async def _grading(user: AppUser) -> None:
    await _exam(user)
    await _ending(user)


async def _ungraded(user: AppUser) -> None:
    await _exam(user)
    user.practice.problem = EngineUnavailable("nobody answers", hint="wait")
    await user.lead("q")
    await user.press("y")
    await user.until_sees("The grading is tried again")
    user.practice.problem = None


async def _goodbye(user: AppUser) -> None:
    await user.lead("q")
    await user.press("y")
    await user.until(lambda: isinstance(user.app.screen, Goodbye))


# By the function that makes it, or by its class.
PRACTICE: Mapping[str, Open] = {
    "late_dialog": _late,
    "copy_dialog": _copying,
    "stop_dialog": _led("q"),
    "finish_dialog": _finishing,
    "code_dialog": _code,
    "give_up_dialog": _led("a"),
    "reset_dialog": _led("r"),
    "link_dialog": _link,
    "stopping_dialog": _ending,
    "grading_dialog": _grading,
    "ungraded_dialog": _ungraded,
    "score_dialog": _led("o"),
    "help_dialog": _led("question_mark"),
    "Palette": _led("colon"),
    "Goodbye": _goodbye,
}
HOME: Mapping[str, Open] = {
    "stop_dialog": _pressed("s"),
    "exam_dialog": _pressed("x", "PACK:ckad-core"),
    "help_dialog": _pressed("question_mark"),
    "Palette": _pressed("colon"),
}


def _modules() -> Iterator[Any]:
    for module in pkgutil.walk_packages(tui.__path__, f"{tui.__name__}."):
        yield importlib.import_module(module.name)


def test_everything_that_can_stand_in_front_is_tried_here() -> None:
    """A new dialog, and a new kind of screen, wants a line in a table above."""
    made, screens = set(), set()
    for module in _modules():
        made |= {
            (module.__name__, name)
            for name, function in getmembers(module, isfunction)
            if function.__module__ == module.__name__ and signature(function).return_annotation == "Dialog"
        }
        screens |= {kind for _, kind in getmembers(module, isclass) if issubclass(kind, Screen)}
    ours = {kind for kind in screens if kind.__module__.startswith(tui.__name__)}
    assert ours == {PracticeScreen, HomeScreen, Box, Dialog, Palette, Goodbye}
    of_practice = {(f"{tui.__name__}.words", name) for name in PRACTICE if name.endswith("_dialog")}
    of_home = {(f"{tui.__name__}.home.words", name) for name in HOME if name.endswith("_dialog")}
    assert made == of_practice | of_home


@pytest.fixture(autouse=True)
def _no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(practice_screen, "open_page", lambda _: True)


@of_both
@pytest.mark.parametrize("name", PRACTICE)
async def test_two_keys_in_one_read_before_the_practice_screen(name: str, pairs: list[tuple[str, str]]) -> None:
    for keys in pairs:
        practice = BlockedPractice() if name in {"stopping_dialog", "grading_dialog"} else FakePractice()
        async with using_app(practice) as user:
            await _press_both(user, PRACTICE[name], keys)
            if isinstance(practice, BlockedPractice):
                assert not user.app.return_value, keys
                practice.may_end.set()
            await _is_in_use(user, _led("question_mark"))
        assert practice.stopped + practice.finished <= 1, keys
        assert not practice.bugs, keys


@of_both
@pytest.mark.parametrize("name", HOME)
async def test_two_keys_in_one_read_before_the_home_screen(name: str, pairs: list[tuple[str, str]]) -> None:
    for keys in pairs:
        home = FakeHome()
        async with using_home(home) as user:
            await _press_both(user, HOME[name], keys)
            await _is_in_use(user, _pressed("question_mark"))
        assert len(user.app.chosen) <= 1, keys
        assert not home.bugs, keys
        assert len(home.done) <= 1, keys


def _listening(user: ScreenUser) -> None:
    """Let the time pass in which a dialog takes no key."""
    assert user.dialog
    user.dialog.listen()


async def _press_both(user: ScreenUser, opened: Open, keys: tuple[str, str]) -> None:
    """Open what is meant, and have both keys there before the first has been handled: it answers once."""
    await opened(user)
    box = user.app.screen
    assert isinstance(box, Box)
    dismissals: list[object] = []
    dismiss = box.dismiss

    def counted(*answer: Any) -> Any:  # noqa: ANN401 - as Textual has it
        dismissals.append(answer)
        return dismiss(*answer)

    box.dismiss = counted  # type: ignore[assignment, method-assign]
    for key in keys:
        user.app.post_message(events.Key(key, key if len(key) == 1 else None))
    await user.pilot.pause()
    assert len(dismissals) <= 1, keys


async def _is_in_use(user: ScreenUser, asking_for_help: Open) -> None:
    """See that the screen has ended as one leaves it, or that a key still does what it says, past what is open."""
    for _ in range(_DEPTH):
        await user.pilot.pause()
        if user.app.return_value is not None:
            return
        if len(user.app.screen_stack) > 1:
            await user.press("escape")
    if len(user.app.screen_stack) > 1:  # the goodbye, or what comes before it
        await user.until(lambda: isinstance(user.app.screen, Goodbye) or len(user.app.screen_stack) == 1)
        await user.press("enter")
        return
    await asking_for_help(user)
    assert user.dialog
    assert user.sees("─ Keys")
