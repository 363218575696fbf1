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

from .conftest import Play
from .fakes import FakePractice
from .stage import Stage

BLINKING = Command(("bash", "--norc", "-c", r"printf '\e[5;31mblinking\e[0m'; cat"))


def beside(stage: Stage) -> bool:
    """Return whether the terminal stands right of the tasks, or below them."""
    tasks, terminal = stage.tasks.region, stage.terminal.region
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
    play: Play, split: str, columns: int, *, expected: bool
) -> None:
    async with play(size=(columns, 36), look=ScreenSettings(split=split)) as stage:
        assert beside(stage) is expected
        assert "48:00 left" in stage.shown()[0]


async def test_a_key_puts_the_terminal_elsewhere_and_a_resize_leaves_it_there(play: Play) -> None:
    async with play(size=(140, 36)) as stage:
        await stage.lead("l")
        assert not beside(stage)
        await stage.pilot.resize_terminal(150, 36)
        await stage.until(lambda: stage.app.size.width == 150)
        assert not beside(stage)
        await stage.lead("l")
        assert beside(stage)


@pytest.mark.parametrize(("size", "split"), [((80, 24), "auto"), ((80, 24), "right"), ((60, 16), "bottom")])
async def test_a_small_screen_has_the_clock_the_task_and_the_terminal(
    play: Play, size: tuple[int, int], split: str
) -> None:
    async with play(size=size, look=ScreenSettings(split=split)) as stage:
        assert "48:00 left" in stage.shown()[0]
        assert stage.sees("Make a directory")
        assert stage.terminal.size.height >= 5
        assert stage.terminal.size.width >= 38


@pytest.mark.parametrize("size", [(59, 24), (80, 15), (20, 6)])
async def test_below_that_the_terminal_is_alone_under_the_clock(play: Play, size: tuple[int, int]) -> None:
    async with play(size=size) as stage:
        assert "48:00 left" in stage.shown()[0]
        assert not stage.tasks.display
        assert stage.terminal.region.height == size[1] - 1


async def drag(stage: Stage, start: Offset, to: Offset) -> None:
    await stage.pilot.mouse_down(offset=start)
    await stage.pilot.hover(offset=to)
    await stage.pilot.mouse_up(offset=to)
    await stage.pilot.pause()


async def test_the_border_between_the_panes_is_dragged(play: Play) -> None:
    async with play(size=(140, 36)) as stage:
        at = stage.terminal.region.offset + Offset(0, 5)
        await drag(stage, at, Offset(80, 9))
        assert stage.terminal.region.x == 80
        await drag(stage, Offset(80, 9), Offset(2, 9))
        assert stage.terminal.region.x == 20
        await drag(stage, Offset(20, 9), Offset(139, 9))
        assert stage.terminal.region.x == 120


async def test_the_border_below_the_tasks_is_dragged(play: Play) -> None:
    async with play(size=(100, 40)) as stage:
        at = stage.terminal.region.offset + Offset(20, 0)
        await drag(stage, at, Offset(20, 25))
        assert stage.terminal.region.y == 25
        await drag(stage, Offset(20, 25), Offset(20, 0))
        assert stage.tasks.region.height == 4
        await stage.lead("l")
        assert beside(stage)
        assert stage.tasks.region.height == stage.terminal.region.height


async def test_another_border_than_that_between_the_panes_stays(play: Play) -> None:
    async with play(size=(140, 36)) as stage:
        before = stage.terminal.region
        await drag(stage, before.offset + Offset(30, 0), Offset(90, 20))
        assert stage.terminal.region == before


# Themes and motion.


@pytest.mark.parametrize(
    ("name", "dark"), [("dark", True), ("light", False), ("nord", True), ("tempshell-light", False)]
)
async def test_a_theme_is_chosen_by_its_name(play: Play, name: str, *, dark: bool) -> None:
    async with play(look=ScreenSettings(theme=name)) as stage:
        assert stage.app.current_theme.dark is dark


def test_a_theme_that_is_none_is_refused_with_those_that_are(practice: FakePractice) -> None:
    with pytest.raises(UsageProblem, match="no theme 'drak'") as refused:
        PracticeApp(practice, look=ScreenSettings(theme="drak"))
    assert "dark" in refused.value.hint
    assert "nord" in refused.value.hint


def style_of(stage: Stage, text: str) -> Style:
    strip = stage.terminal.render_line(0)
    style = next(segment.style for segment in strip if text in segment.text)
    assert style is not None
    return style


@pytest.mark.parametrize(("motion", "blinks"), [("full", True), ("none", None)])
async def test_without_motion_nothing_blinks(
    play: Play,
    practice: FakePractice,
    motion: str,
    blinks: bool | None,  # noqa: FBT001 - a case
) -> None:
    practice.shell = BLINKING
    async with play(look=ScreenSettings(motion=motion)) as stage:
        await stage.until_sees("blinking")
        assert style_of(stage, "blinking").blink is blinks
        await stage.lead("colon")
        assert isinstance(stage.app.screen, Palette)
        assert stage.app.screen.query_one(Input).cursor_blink is bool(blinks)
