"""Searching the terminal and its history, with real programs on a real PTY."""

from __future__ import annotations

import os
import signal

import pytest
from textual import events
from textual.geometry import Size

from tempshell_cli.core.process import Command
from tests.tui.app_user import AppUser
from tests.tui.conftest import OpenApp
from tests.tui.fakes import FakePractice

NUMBERS = Command(("bash", "--norc", "-c", "for n in {1..400}; do echo line $n.; done; stty -echo; cat -v"))


@pytest.fixture
def practice() -> FakePractice:
    return FakePractice(shell=NUMBERS)


def bar(user: AppUser) -> str:
    return user.shown()[-1].strip()


def current(user: AppUser) -> str:
    """Return the line of what was found last, as it is painted: underlined, so without a colour too."""
    for y in range(user.terminal.size.height):
        strip = user.terminal.render_line(y)
        if any(segment.style and segment.style.underline and segment.text.strip() for segment in strip):
            return strip.text.strip()
    return ""


async def until_current(user: AppUser, line: str) -> None:
    await user.until(lambda: current(user) == line)


async def test_a_search_goes_up_as_it_is_typed_then_from_place_to_place(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.until_sees("line 400.")
        await user.lead("slash")
        await user.until(lambda: bar(user).startswith("/▏"))
        await user.type("7.")
        await until_current(user, "line 397.")
        await user.press("backspace", "backspace")
        await user.type("e 7")
        await until_current(user, "line 79.")
        await user.press("enter", "n")
        await until_current(user, "line 78.")
        assert "/e 7" in bar(user)
        assert user.terminal.status.scrolled
        await user.press("N")
        await until_current(user, "line 79.")
        await user.press("N")
        await user.until(lambda: "no more there" in bar(user))
        await user.press("escape")
        await user.until(lambda: not user.terminal.status.scrolled)
        await user.until(lambda: not current(user))
        assert "then  c check" in bar(user)


async def test_what_is_typed_for_a_search_does_not_reach_the_program(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.until_sees("line 400.")
        await user.lead("slash")
        await user.type("secret")
        await user.until(lambda: "not found" in bar(user))
        await user.press("enter", "n", "x", "ctrl+c", "q")
        await user.type("typed")
        await user.press("enter")
        await user.until(lambda: "typed" in [row.strip() for row in user.terminal.text()])
        assert not user.sees("secret")


async def test_all_that_is_found_in_view_is_turned(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.until_sees("line 400.")
        await user.lead("slash")
        await user.type("line")
        await until_current(user, "line 400.")
        turned = [
            segment.text
            for y in range(user.terminal.size.height)
            for segment in user.terminal.render_line(y)
            if segment.style and segment.style.reverse and segment.text.strip()
        ]
        assert turned.count("line") >= 20


async def test_a_new_search_begins_with_a_slash_and_an_empty_one_is_left_by_enter(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.until_sees("line 400.")
        await user.lead("slash")
        await user.type("399.")
        await user.press("enter", "slash")
        await user.type("388.")
        await until_current(user, "line 388.")
        await user.press("enter", "slash", "enter")
        await user.until(lambda: "then  c check" in bar(user))


async def test_up_and_down_step_while_typing_and_the_page_keys_scroll(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.until_sees("line 400.")
        await user.lead("slash")
        await user.type("5.")
        await until_current(user, "line 395.")
        await user.press("up")
        await until_current(user, "line 385.")
        await user.press("down")
        await until_current(user, "line 395.")
        await user.press("pageup")
        await user.until(lambda: user.terminal.status.scrolled == user.terminal.size.height - 1)


async def test_a_paste_goes_into_the_search(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.until_sees("line 400.")
        await user.lead("slash")
        user.terminal.post_message(events.Paste("line 12."))
        await until_current(user, "line 12.")


async def test_a_search_survives_a_resize_and_the_end_of_the_program(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.until_sees("line 400.")
        await user.lead("slash")
        await user.type("200.")
        await until_current(user, "line 200.")
        await user.pilot.resize_terminal(90, 24)
        await user.until(lambda: user.app.size == Size(90, 24))
        await user.press("enter", "n", "N")
        await user.until(lambda: "no more there" in bar(user))
        user.terminal.close()
        await user.until(lambda: "then  c check" in bar(user))


async def test_a_search_ends_with_its_worker(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.until_sees("line 400.")
        await user.lead("slash")
        await user.type("399.")
        await until_current(user, "line 399.")
        assert user.terminal.attachment
        os.kill(user.terminal.attachment.worker_pid, signal.SIGKILL)
        await user.until(lambda: "then  c check" in bar(user))
        assert not current(user)
        await user.lead("slash")
        await user.type("398.")
        await until_current(user, "line 398.")


async def test_on_the_smallest_screen_the_search_has_its_line(open_app: OpenApp) -> None:
    async with open_app(size=(40, 10)) as user:
        await user.until_sees("line 400.")
        await user.lead("slash")
        await user.type("399.")
        await user.until(lambda: bar(user).startswith("/399."))
        await user.press("escape")
        await user.until(lambda: not user.sees("/399."))
