"""A step that passes has the next ones set up, and what goes wrong in that is shown."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from tempshell_cli.packs.grading.results import Verdict

from .conftest import OpenApp
from .fakes import ROWS, TASKS, FakePractice


async def test_a_pass_sets_up_the_next_steps_and_shows_problems(open_app: OpenApp, practice: FakePractice) -> None:
    practice.rows = [msgspec.structs.replace(ROWS[0], verdict=Verdict.PASS)]
    practice.problems = "the setup of step2: its background script ended with exit code 1"
    async with open_app((120, 40)) as user:
        await user.lead("c")
        await user.until_sees("the setup of step2")
    assert practice.advanced == [TASKS[0].id]


async def test_a_fail_sets_up_nothing(open_app: OpenApp, practice: FakePractice) -> None:
    async with open_app((120, 40)) as user:
        await user.lead("c")
        await user.until_sees("stat did not answer")
    assert practice.checked == [TASKS[0].id]
    assert practice.advanced == []


async def test_a_hint_offers_its_code_once_it_is_shown(open_app: OpenApp, practice: FakePractice) -> None:
    practice.pack = (replace(TASKS[0], prompt="Do it.", hints=("Type\n\n```\necho from-the-hint\n```",)),)
    async with open_app((120, 40)) as user:
        await user.lead("s")
        assert user.toasts() == ["This task has no code block."]
        await user.lead("h")
        await user.until_sees("hint 1 of 1")
        await user.lead("s")
        await user.until(lambda: "echo from-the-hint" in "".join(user.terminal.text()))
