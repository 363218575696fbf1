"""The practice screen of an exam: no checks and no help, flags, and one grading at the end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.tui.goodbye import Goodbye
from tempshell_cli.tui.outcome import Ending, Outcome

from .conftest import Play
from .fakes import TASKS, FakePractice
from .stage import LEADER


@pytest.fixture
def practice() -> FakePractice:
    """An exam; its view has no hints and solutions left away, so that a key that gets through would show them."""
    exam = FakePractice()
    exam.view = replace(exam.view, exam=True, extendable=False)
    return exam


async def test_nothing_checks_helps_or_extends(play: Play, practice: FakePractice) -> None:
    deadline = practice.view.deadline
    async with play() as stage:
        bar = stage.shown()[-1]
        assert "f flag" in bar
        assert "q end" in bar
        assert not [word for word in ("check", "hint", "answer", "extend", "stop") if word in bar]
        for key in "chae":
            await stage.lead(key)
        await stage.lead("n")
        assert stage.dialog is None
        assert stage.toasts() == []
        assert not stage.sees("hint 1")
    assert practice.checked == []
    assert practice.view.deadline == deadline
    assert ("hinted", "files", "1") not in practice.noted


async def test_the_score_so_far_is_not_shown(play: Play) -> None:
    async with play() as stage:
        assert "points" not in stage.shown()[0]


async def test_the_help_lists_the_keys_of_an_exam_alone(play: Play) -> None:
    async with play() as stage:
        await stage.lead("question_mark")
        assert stage.dialog
        assert stage.sees("end the exam: it is graded, once")
        assert not stage.sees("show the next hint")


async def test_a_flag_marks_a_task_and_goes_again(play: Play) -> None:
    async with play() as stage:
        await stage.lead("n")
        await stage.lead("f")
        assert [line for line in stage.shown() if "⚑" in line and "Link the log" in line]
        await stage.lead("f")
        assert not stage.sees("⚑")


async def test_the_end_asks_grades_and_shows_the_result(play: Play, practice: FakePractice) -> None:
    async with play() as stage:
        await stage.lead("q")
        await stage.press("escape")
        assert practice.finished == 0
        await stage.lead("q")
        await stage.press("y")
        await stage.until(lambda: isinstance(stage.app.screen, Goodbye))
        assert stage.sees("50 % (not passed, the pass mark is 66 %)")
        await stage.press("enter")
    assert (practice.finished, practice.stopped) == (1, 0)
    assert stage.app.return_value is not None
    assert stage.app.return_value.ending is Ending.GRADED


async def test_the_deadline_grades_whatever_is_open(play: Play, practice: FakePractice) -> None:
    async with play() as stage:
        await stage.lead("question_mark")
        practice.left(seconds=0)
        await stage.tick()
        await stage.until(lambda: isinstance(stage.app.screen, Goodbye))
        await stage.tick()
    assert practice.finished == 1


async def test_a_grading_that_fails_is_tried_again_with_the_terminal_closed(play: Play, practice: FakePractice) -> None:
    async with play() as stage:
        await stage.until(lambda: stage.terminal.attachment is not None)
        practice.problem = EngineUnavailable("no engine answers", hint="start it")
        practice.left(seconds=0)
        await stage.tick()
        await stage.until_sees("The grading is tried again in 1 s.")
        assert stage.sees("no engine answers")
        assert stage.terminal.attachment is None
        await stage.until(lambda: practice.tried == 3)  # by itself, after one second and two
        practice.problem = None
        await stage.until(lambda: stage.dialog is not None)
        await stage.press("enter")
        await stage.until(lambda: isinstance(stage.app.screen, Goodbye))
        assert stage.terminal.attachment is None
    assert (practice.tried, practice.finished) == (4, 1)


async def test_a_grading_that_fails_can_be_left_to_later(play: Play, practice: FakePractice) -> None:
    async with play() as stage:
        practice.problem = EngineUnavailable("no engine answers")
        await stage.press(LEADER, "q", "y")
        await stage.until_sees("d leave")
        await stage.press("d")
    assert stage.app.return_value == Outcome(Ending.DETACHED)


async def test_an_exam_that_was_handed_in_is_graded_at_once(play: Play, practice: FakePractice) -> None:
    practice.view = replace(practice.view, handed_in=True)
    practice.problem = EngineUnavailable("no engine answers")
    async with play() as stage:
        await stage.until_sees("The grading is tried again")
        practice.problem = None
        await stage.until(lambda: isinstance(stage.app.screen, Goodbye))
    assert practice.finished == 1


async def test_which_task_is_in_hand_is_reported_once_each_time(play: Play, practice: FakePractice) -> None:
    async with play() as stage:
        await stage.tick()
        await stage.tick()
        await stage.lead("n")
        await stage.tick()
    assert practice.noted == [("took", TASKS[0].id), ("took", TASKS[1].id)]


async def test_in_practice_a_hint_is_reported(play: Play, practice: FakePractice) -> None:
    practice.view = replace(practice.view, exam=False)
    async with play() as stage:
        await stage.lead("h")
        await stage.lead("h")
        await stage.lead("h")
    assert [noted for noted in practice.noted if noted[0] == "hinted"] == [
        ("hinted", "files", "1"),
        ("hinted", "files", "2"),
    ]
