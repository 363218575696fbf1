"""Searching the terminal and its history, with real programs on a real PTY."""

from __future__ import annotations

import os
import signal

import pytest
from textual import events
from textual.geometry import Size

from tempshell_cli.core.process import Command
from tests.tui.conftest import Play
from tests.tui.fakes import FakePractice
from tests.tui.stage import Stage

NUMBERS = Command(("bash", "--norc", "-c", "for n in {1..400}; do echo line $n.; done; stty -echo; cat -v"))


@pytest.fixture
def practice() -> FakePractice:
    return FakePractice(shell=NUMBERS)


def bar(stage: Stage) -> str:
    return stage.shown()[-1].strip()


def current(stage: Stage) -> str:
    """Return the line of what was found last, as it is painted: underlined, so without a colour too."""
    for y in range(stage.terminal.size.height):
        strip = stage.terminal.render_line(y)
        if any(segment.style and segment.style.underline and segment.text.strip() for segment in strip):
            return strip.text.strip()
    return ""


async def until_current(stage: Stage, line: str) -> None:
    await stage.until(lambda: current(stage) == line)


async def test_a_search_goes_up_as_it_is_typed_then_from_place_to_place(play: Play) -> None:
    async with play() as stage:
        await stage.until_sees("line 400.")
        await stage.lead("slash")
        await stage.until(lambda: bar(stage).startswith("/▏"))
        await stage.type("7.")
        await until_current(stage, "line 397.")
        await stage.press("backspace", "backspace")
        await stage.type("e 7")
        await until_current(stage, "line 79.")
        await stage.press("enter", "n")
        await until_current(stage, "line 78.")
        assert "/e 7" in bar(stage)
        assert stage.terminal.status.scrolled
        await stage.press("N")
        await until_current(stage, "line 79.")
        await stage.press("N")
        await stage.until(lambda: "no more there" in bar(stage))
        await stage.press("escape")
        await stage.until(lambda: not stage.terminal.status.scrolled)
        await stage.until(lambda: not current(stage))
        assert "then  c check" in bar(stage)


async def test_what_is_typed_for_a_search_does_not_reach_the_program(play: Play) -> None:
    async with play() as stage:
        await stage.until_sees("line 400.")
        await stage.lead("slash")
        await stage.type("secret")
        await stage.until(lambda: "not found" in bar(stage))
        await stage.press("enter", "n", "x", "ctrl+c", "q")
        await stage.type("typed")
        await stage.press("enter")
        await stage.until(lambda: "typed" in [row.strip() for row in stage.terminal.text()])
        assert not stage.sees("secret")


async def test_all_that_is_found_in_view_is_turned(play: Play) -> None:
    async with play() as stage:
        await stage.until_sees("line 400.")
        await stage.lead("slash")
        await stage.type("line")
        await until_current(stage, "line 400.")
        turned = [
            segment.text
            for y in range(stage.terminal.size.height)
            for segment in stage.terminal.render_line(y)
            if segment.style and segment.style.reverse and segment.text.strip()
        ]
        assert turned.count("line") >= 20


async def test_a_new_search_begins_with_a_slash_and_an_empty_one_is_left_by_enter(play: Play) -> None:
    async with play() as stage:
        await stage.until_sees("line 400.")
        await stage.lead("slash")
        await stage.type("399.")
        await stage.press("enter", "slash")
        await stage.type("388.")
        await until_current(stage, "line 388.")
        await stage.press("enter", "slash", "enter")
        await stage.until(lambda: "then  c check" in bar(stage))


async def test_up_and_down_step_while_typing_and_the_page_keys_scroll(play: Play) -> None:
    async with play() as stage:
        await stage.until_sees("line 400.")
        await stage.lead("slash")
        await stage.type("5.")
        await until_current(stage, "line 395.")
        await stage.press("up")
        await until_current(stage, "line 385.")
        await stage.press("down")
        await until_current(stage, "line 395.")
        await stage.press("pageup")
        await stage.until(lambda: stage.terminal.status.scrolled == stage.terminal.size.height - 1)


async def test_a_paste_goes_into_the_search(play: Play) -> None:
    async with play() as stage:
        await stage.until_sees("line 400.")
        await stage.lead("slash")
        stage.terminal.post_message(events.Paste("line 12."))
        await until_current(stage, "line 12.")


async def test_a_search_survives_a_resize_and_the_end_of_the_program(play: Play) -> None:
    async with play() as stage:
        await stage.until_sees("line 400.")
        await stage.lead("slash")
        await stage.type("200.")
        await until_current(stage, "line 200.")
        await stage.pilot.resize_terminal(90, 24)
        await stage.until(lambda: stage.app.size == Size(90, 24))
        await stage.press("enter", "n", "N")
        await stage.until(lambda: "no more there" in bar(stage))
        stage.terminal.close()
        await stage.until(lambda: "then  c check" in bar(stage))


async def test_a_search_ends_with_its_worker(play: Play) -> None:
    async with play() as stage:
        await stage.until_sees("line 400.")
        await stage.lead("slash")
        await stage.type("399.")
        await until_current(stage, "line 399.")
        assert stage.terminal.attachment
        os.kill(stage.terminal.attachment.worker_pid, signal.SIGKILL)
        await stage.until(lambda: "then  c check" in bar(stage))
        assert not current(stage)
        await stage.lead("slash")
        await stage.type("398.")
        await until_current(stage, "line 398.")


async def test_on_the_smallest_screen_the_search_has_its_line(play: Play) -> None:
    async with play(size=(40, 10)) as stage:
        await stage.until_sees("line 400.")
        await stage.lead("slash")
        await stage.type("399.")
        await stage.until(lambda: bar(stage).startswith("/399."))
        await stage.press("escape")
        await stage.until(lambda: not stage.sees("/399."))
