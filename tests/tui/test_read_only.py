"""The practice screen of somebody who only looks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual import events
from textual.geometry import Offset

from tempshell_cli.core.process import Command
from tempshell_cli.tui.outcome import Ending, Outcome
from tempshell_cli.tui.shortcuts import SHORTCUTS

from .conftest import Play
from .fakes import FakePractice
from .stage import LEADER, Stage

# Says what it reads, and rings each second so that one can wait for what was not read.
READER = Command(("bash", "--norc", "-c", "echo ready; stty raw -echo; cat -v & while sleep 0.1; do printf .; done"))


@pytest.fixture
def practice() -> FakePractice:
    practice = FakePractice(shell=READER)
    practice.view = replace(practice.view, read_only=True, extendable=False)
    return practice


def output(stage: Stage) -> str:
    return "".join(row.strip() for row in stage.terminal.text())


async def until_more_output(stage: Stage) -> None:
    """Wait for what the program writes after it had the time to read what was sent to it."""
    dots = output(stage).count(".")
    await stage.until(lambda: output(stage).count(".") > dots + 5)


async def test_nothing_typed_pasted_or_clicked_reaches_the_program(play: Play) -> None:
    async with play() as stage:
        await stage.until_sees("ready")
        await stage.type("typed")
        await stage.press("enter", "ctrl+c", "up", LEADER, LEADER)
        stage.terminal.post_message(events.Paste("pasted"))
        await stage.pilot.click(stage.terminal, offset=Offset(5, 5))
        await stage.press("tab", "escape")
        await until_more_output(stage)
        assert set(output(stage).removeprefix("ready")) == {"."}


async def test_the_screen_says_so_in_its_first_line_and_in_a_notice(play: Play) -> None:
    async with play() as stage:
        assert "docker · read-only" in stage.shown()[0]
        await stage.until(lambda: any("nothing that you type reaches it" in said for said in stage.toasts()))


@pytest.mark.parametrize("shortcut", [one for one in SHORTCUTS if one.acts], ids=lambda one: one.label)
@pytest.mark.parametrize("exam", [False, True])
async def test_what_changes_the_session_is_neither_offered_nor_done(
    play: Play, practice: FakePractice, shortcut: object, *, exam: bool
) -> None:
    key = next(one.keys[0] for one in SHORTCUTS if one is shortcut)
    practice.view = replace(practice.view, exam=exam)
    async with play() as stage:
        await stage.until_sees("ready")
        before = practice.pack
        await stage.lead(key)
        await until_more_output(stage)
        assert stage.dialog is None
        assert (practice.checked, practice.stopped, practice.pack) == ([], 0, before)
        assert set(output(stage).removeprefix("ready")) == {"."}


def test_what_changes_a_session_is_known_by_its_action() -> None:
    assert {one.action for one in SHORTCUTS if one.acts} == {"check", "extend", "stop", "send_code", "flag"}


async def test_the_tasks_and_the_search_are_there_to_be_looked_at(play: Play) -> None:
    async with play() as stage:
        await stage.until_sees("ready")
        await stage.lead("n")
        await stage.until_sees("a symbolic link")
        await stage.lead("slash")
        await stage.type("read")
        await stage.until(lambda: "/read" in stage.shown()[-1])
        await stage.press("escape")
        await stage.lead("question_mark")
        assert stage.sees("the next hint")
        assert not stage.sees("check the current task")


async def test_five_minutes_before_the_end_no_extension_is_offered(play: Play, practice: FakePractice) -> None:
    async with play() as stage:
        practice.left(minutes=4)
        await stage.tick()
        assert stage.dialog is not None
        assert not stage.sees("extend   ")


async def test_an_exam_that_is_over_is_left_and_not_graded(play: Play, practice: FakePractice) -> None:
    practice.view = replace(practice.view, exam=True)
    async with play() as stage:
        practice.left(seconds=0)
        await stage.tick()
        await stage.press("enter")
    assert stage.app.return_value == Outcome(Ending.EXPIRED)


async def test_a_shell_that_has_ended_is_looked_for_again(play: Play, practice: FakePractice) -> None:
    practice.shell = Command(("true",))
    async with play() as stage:
        await stage.until_sees("Enter looks for a new one")
        await stage.press("enter")
        await stage.until(lambda: practice.attached == 2)
