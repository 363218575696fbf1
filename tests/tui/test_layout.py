"""Where the panes stand, and how the screen looks."""

from __future__ import annotations

import pytest
from rich.style import Style
from textual.geometry import Offset
from textual.widgets import Input

from tempshell_cli.core.config import ScreenSettings
from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.core.process import Command
from tempshell_cli.tui.app import PracticeApp
from tempshell_cli.tui.palette import Palette

from .app_user import AppUser
from .conftest import OpenApp
from .fakes import FakePractice

BLINKING = Command(("bash", "--norc", "-c", r"printf '\e[5;31mblinking\e[0m'; cat"))


def beside(user: AppUser) -> bool:
    """Return whether the terminal stands right of the tasks, or below them."""
    tasks, terminal = user.tasks.region, user.terminal.region
    if tasks.right == terminal.x:
        assert tasks.y == terminal.y
        return True
    assert tasks.bottom == terminal.y
    return False


@pytest.mark.parametrize(
    ("split", "columns", "expected"),
    [
        ("auto", 116, True), ("auto", 115, False), ("auto", 80, False),
        ("right", 80, True), ("right", 160, True), ("bottom", 160, False),
    ],
)  # fmt: skip
async def test_the_terminal_stands_where_there_is_room_or_it_is_reported_to(
    open_app: OpenApp, split: str, columns: int, *, expected: bool
) -> None:
    async with open_app(size=(columns, 36), look=ScreenSettings(split=split)) as user:
        assert beside(user) is expected
        assert "48:00 left" in user.shown()[0]


async def test_a_key_puts_the_terminal_elsewhere_and_a_resize_leaves_it_there(open_app: OpenApp) -> None:
    async with open_app(size=(140, 36)) as user:
        await user.lead("l")
        assert not beside(user)
        await user.pilot.resize_terminal(150, 36)
        await user.until(lambda: user.app.size.width == 150)
        assert not beside(user)
        await user.lead("l")
        assert beside(user)


@pytest.mark.parametrize(("size", "split"), [((80, 24), "auto"), ((80, 24), "right"), ((60, 16), "bottom")])
async def test_a_small_screen_has_the_clock_the_task_and_the_terminal(
    open_app: OpenApp, size: tuple[int, int], split: str
) -> None:
    async with open_app(size=size, look=ScreenSettings(split=split)) as user:
        assert "48:00 left" in user.shown()[0]
        assert user.sees("Make a directory")
        assert user.terminal.size.height >= 5
        assert user.terminal.size.width >= 38


@pytest.mark.parametrize("size", [(59, 24), (80, 15), (20, 6)])
async def test_below_that_the_terminal_is_alone_under_the_clock(open_app: OpenApp, size: tuple[int, int]) -> None:
    async with open_app(size=size) as user:
        assert "48:00 left" in user.shown()[0]
        assert not user.tasks.display
        assert user.terminal.region.height == size[1] - 1


async def drag(user: AppUser, start: Offset, to: Offset) -> None:
    await user.pilot.mouse_down(offset=start)
    await user.pilot.hover(offset=to)
    await user.pilot.mouse_up(offset=to)
    await user.pilot.pause()


async def test_the_border_between_the_panes_is_dragged(open_app: OpenApp) -> None:
    async with open_app(size=(140, 36)) as user:
        at = user.terminal.region.offset + Offset(0, 5)
        await drag(user, at, Offset(80, 9))
        assert user.terminal.region.x == 80
        await drag(user, Offset(80, 9), Offset(2, 9))
        assert user.terminal.region.x == 20
        await drag(user, Offset(20, 9), Offset(139, 9))
        assert user.terminal.region.x == 120


async def test_the_border_below_the_tasks_is_dragged(open_app: OpenApp) -> None:
    async with open_app(size=(100, 40)) as user:
        at = user.terminal.region.offset + Offset(20, 0)
        await drag(user, at, Offset(20, 25))
        assert user.terminal.region.y == 25
        await drag(user, Offset(20, 25), Offset(20, 0))
        assert user.tasks.region.height == 4
        await user.lead("l")
        assert beside(user)
        assert user.tasks.region.height == user.terminal.region.height


async def test_another_border_than_that_between_the_panes_stays(open_app: OpenApp) -> None:
    async with open_app(size=(140, 36)) as user:
        before = user.terminal.region
        await drag(user, before.offset + Offset(30, 0), Offset(90, 20))
        assert user.terminal.region == before


# Themes and motion.


@pytest.mark.parametrize(
    ("name", "dark"), [("dark", True), ("light", False), ("nord", True), ("tempshell-light", False)]
)
async def test_a_theme_is_chosen_by_its_name(open_app: OpenApp, name: str, *, dark: bool) -> None:
    async with open_app(look=ScreenSettings(theme=name)) as user:
        assert user.app.current_theme.dark is dark


def test_a_theme_that_is_none_is_refused_with_those_that_are(practice: FakePractice) -> None:
    with pytest.raises(UsageProblem, match="no theme 'drak'") as refused:
        PracticeApp(practice, look=ScreenSettings(theme="drak"))
    assert "dark" in refused.value.hint
    assert "nord" in refused.value.hint


def style_of(user: AppUser, text: str) -> Style:
    strip = user.terminal.render_line(0)
    style = next(segment.style for segment in strip if text in segment.text)
    assert style is not None
    return style


@pytest.mark.parametrize(("motion", "blinks"), [("full", True), ("none", None)])
async def test_without_motion_nothing_blinks(
    open_app: OpenApp,
    practice: FakePractice,
    motion: str,
    blinks: bool | None,  # noqa: FBT001 - a case
) -> None:
    practice.shell = BLINKING
    async with open_app(look=ScreenSettings(motion=motion)) as user:
        await user.until_sees("blinking")
        assert style_of(user, "blinking").blink is blinks
        await user.lead("colon")
        assert isinstance(user.app.screen, Palette)
        assert user.app.screen.query_one(Input).cursor_blink is bool(blinks)
