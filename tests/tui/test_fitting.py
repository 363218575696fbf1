"""What is told of tasks fits the room there is, and no number is lost."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from textual.content import Content

from tempshell_cli.tui.fitting import hanging, with_end
from tempshell_cli.tui.heading import score_rows

from .conftest import OpenApp
from .fakes import ROWS, TASKS, FakePractice

LONG = "A title that goes on for much longer than any pane is wide " * 3


@pytest.mark.parametrize("size", [(140, 40), (116, 36), (80, 40), (60, 36)])
async def test_a_long_title_is_shortened_and_its_points_are_not(
    open_app: OpenApp, practice: FakePractice, size: tuple[int, int]
) -> None:
    practice.pack = (replace(TASKS[0], title=LONG, points=137), *TASKS[1:])
    async with open_app(size=size) as user:
        (in_list,) = [line for line in user.shown() if "○ 1 A title" in line]
        (in_border,) = [line for line in user.shown() if "1/5 A title" in line]
        for line in (in_list, in_border):
            assert "…" in line
            assert "137 p" in line


async def test_the_points_follow_the_width(open_app: OpenApp, practice: FakePractice) -> None:
    practice.pack = (replace(TASKS[0], title=LONG), *TASKS[1:])
    async with open_app(size=(160, 40)) as user:
        await user.pilot.resize_terminal(62, 40)
        await user.until(lambda: user.app.size.width == 62)
        (line,) = [line for line in user.shown() if "○ 1 A title" in line]
        assert line.rstrip().endswith("… 4 p")


@pytest.mark.parametrize("size", [(140, 40), (80, 24), (60, 36)])
async def test_what_is_least_needed_of_the_session_goes_first(
    open_app: OpenApp, practice: FakePractice, size: tuple[int, int]
) -> None:
    practice.view = replace(practice.view, pack="A pack with a rather long title", read_only=True)
    async with open_app(size=size) as user:
        top = user.shown()[0]
        assert "brave-otter" in top
        assert "read-only" in top
        assert ("docker" in top) is (size[0] == 140)
        assert "do…" not in top


async def test_the_last_line_of_the_help_can_be_scrolled_to_on_a_small_screen(open_app: OpenApp) -> None:
    async with open_app((80, 24)) as user:
        await user.lead("question_mark")
        await user.until_sees("Esc back   ↑ ↓ scroll")
        assert not user.sees("A drag with the mouse")
        await user.press("pagedown", "pagedown", "down")
        await user.until_sees("A drag with the mouse copies")
        await user.press("escape")
        assert user.dialog is None


async def test_what_has_room_is_not_scrolled(open_app: OpenApp) -> None:
    async with open_app((120, 40)) as user:
        await user.lead("question_mark")
        await user.until_sees("A drag with the mouse")
        assert not user.sees("scroll  ")


async def test_what_was_found_hangs_below_its_beginning(open_app: OpenApp, practice: FakePractice) -> None:
    practice.rows = [msgspec.structs.replace(ROWS[1], found="word " * 30, message="")]
    async with open_app() as user:
        await user.lead("c")
        await user.until_sees("found    word word")
        lines = [line for line in user.shown() if "word word" in line]
        assert len(lines) > 2
        assert len({line.index("word word") for line in lines}) == 1


def test_a_line_keeps_its_end_and_its_width() -> None:
    end = Content(" 12 p")
    assert str(with_end(Content("short"), end, 20)) == "short           12 p"
    assert str(with_end(Content("much too long for it"), end, 12)) == "much t… 12 p"
    assert str(with_end(Content("日本語日本語"), end, 12)).endswith(" 12 p")
    assert with_end(Content("日本語日本語"), end, 12).cell_length == 12
    assert str(with_end(Content("any"), end, 0)) == "any 12 p"


def test_lines_hang_below_each_other_also_where_a_word_is_too_long() -> None:
    lines = [str(line) for line in hanging(Content("found  "), Content("one two three\nfour " + "x" * 12), 16)]
    assert lines == ["found  one two", "       three", "       four", "       xxxxxxxxx", "       xxx"]
    assert [str(line) for line in hanging(Content("found  "), Content("one two"), 10)] == ["found  one two"]


def test_points_are_reported_by_domain_in_the_tasks_order() -> None:
    lines = [str(line) for line in score_rows([*TASKS, replace(TASKS[0], domain="")])]
    assert lines[0] == "all        1/6 tasks  5/24 points  ━━──────────"
    assert lines[1] == "files      0/2 tasks  0/7 points   ────────────"
    assert lines[2] == "search     1/1 tasks  5/5 points   ━━━━━━━━━━━━"
    assert lines[-1] == "other      0/1 tasks  0/4 points   ────────────"
    assert [str(line) for line in score_rows(TASKS[:2])] == ["0/2 tasks  0/7 points  ────────────"]


async def test_a_key_shows_the_points_by_domain(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.lead("o")
        assert user.sees("1/5 tasks  5/20 points")
        assert user.sees("search     1/1 tasks  5/5 points")
        await user.press("escape")
        assert user.dialog is None


async def test_the_last_screen_has_them_too(open_app: OpenApp, practice: FakePractice) -> None:
    async with open_app() as user:
        practice.left(seconds=0)
        await user.tick()
        assert user.sees("search     1/1 tasks  5/5 points")
