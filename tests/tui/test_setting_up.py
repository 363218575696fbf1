"""Tasks that are set up while their screen is open."""

from __future__ import annotations

from dataclasses import replace

from tempshell_cli.tui.port import TaskState

from .conftest import OpenApp
from .fakes import TASKS, FakePractice


async def test_a_task_that_is_not_set_up_yet_is_marked_until_it_is(open_app: OpenApp, practice: FakePractice) -> None:
    practice.pack = (TASKS[0], replace(TASKS[1], state=TaskState.WAITING))
    practice.view = replace(practice.view, setup="1/2 set up")
    async with open_app() as user:
        await user.until_sees("1/2 set up")
        assert user.sees("… 2 Link the log")
        practice.pack = TASKS[:2]
        practice.view = replace(practice.view, setup="")
        await user.tick()
        await user.until_sees("○ 2 Link the log")
        assert not user.sees("set up")


async def test_what_there_is_to_say_of_the_setup_is_said_once(open_app: OpenApp, practice: FakePractice) -> None:
    async with open_app() as user:
        for news in (("first",), ("first", "second"), ("first", "second")):
            practice.view = replace(practice.view, news=news)
            await user.tick()
        assert user.toasts() == ["first", "second"]
