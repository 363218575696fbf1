"""The practice screen of somebody who only looks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual import events
from textual.geometry import Offset

from tempshell_cli.core.process import Command
from tempshell_cli.tui.outcome import Ending, Outcome
from tempshell_cli.tui.shortcuts import SHORTCUTS

from .app_user import LEADER, AppUser
from .conftest import OpenApp
from .fakes import FakePractice

# Says what it reads, and rings each second so that one can wait for what was not read.
READER = Command(("bash", "--norc", "-c", "echo ready; stty raw -echo; cat -v & while sleep 0.1; do printf .; done"))


@pytest.fixture
def practice() -> FakePractice:
    practice = FakePractice(shell=READER)
    practice.view = replace(practice.view, read_only=True, extendable=False)
    return practice


def output(user: AppUser) -> str:
    return "".join(row.strip() for row in user.terminal.text())


async def until_more_output(user: AppUser) -> None:
    """Wait for what the program writes after it had the time to read what was sent to it."""
    dots = output(user).count(".")
    await user.until(lambda: output(user).count(".") > dots + 5)


async def test_nothing_typed_pasted_or_clicked_reaches_the_program(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.until_sees("ready")
        await user.type("typed")
        await user.press("enter", "ctrl+c", "up", LEADER, LEADER)
        user.terminal.post_message(events.Paste("pasted"))
        await user.pilot.click(user.terminal, offset=Offset(5, 5))
        await user.press("tab", "escape")
        await until_more_output(user)
        assert set(output(user).removeprefix("ready")) == {"."}


async def test_the_screen_says_so_in_its_first_line_and_in_a_notice(open_app: OpenApp) -> None:
    async with open_app() as user:
        assert "docker · read-only" in user.shown()[0]
        await user.until(lambda: any("nothing that you type reaches it" in said for said in user.toasts()))


@pytest.mark.parametrize("shortcut", [one for one in SHORTCUTS if one.acts], ids=lambda one: one.label)
@pytest.mark.parametrize("exam", [False, True])
async def test_what_changes_the_session_is_neither_offered_nor_done(
    open_app: OpenApp, practice: FakePractice, shortcut: object, *, exam: bool
) -> None:
    key = next(one.keys[0] for one in SHORTCUTS if one is shortcut)
    practice.view = replace(practice.view, exam=exam)
    async with open_app() as user:
        await user.until_sees("ready")
        before = practice.pack
        await user.lead(key)
        await until_more_output(user)
        assert user.dialog is None
        assert (practice.checked, practice.stopped, practice.pack) == ([], 0, before)
        assert set(output(user).removeprefix("ready")) == {"."}


def test_what_changes_a_session_is_known_by_its_action() -> None:
    assert {one.action for one in SHORTCUTS if one.acts} == {"check", "extend", "reset", "stop", "send_code", "flag"}


async def test_the_tasks_and_the_search_are_there_to_be_looked_at(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.until_sees("ready")
        await user.lead("n")
        await user.until_sees("a symbolic link")
        await user.lead("slash")
        await user.type("read")
        await user.until(lambda: "/read" in user.shown()[-1])
        await user.press("escape")
        await user.lead("question_mark")
        assert user.sees("the next hint")
        assert not user.sees("check the current task")


async def test_five_minutes_before_the_end_no_extension_is_offered(open_app: OpenApp, practice: FakePractice) -> None:
    async with open_app() as user:
        practice.left(minutes=4)
        await user.tick()
        assert user.dialog is not None
        assert not user.sees("extend   ")


async def test_an_exam_that_is_over_is_left_and_not_graded(open_app: OpenApp, practice: FakePractice) -> None:
    practice.view = replace(practice.view, exam=True)
    async with open_app() as user:
        practice.left(seconds=0)
        await user.tick()
        await user.press("enter")
    assert user.app.return_value == Outcome(Ending.EXPIRED)


async def test_a_shell_that_has_ended_is_looked_for_again(open_app: OpenApp, practice: FakePractice) -> None:
    practice.shell = Command(("true",))
    async with open_app() as user:
        await user.until_sees("Enter looks for a new one")
        await user.press("enter")
        await user.until(lambda: practice.attached == 2)
