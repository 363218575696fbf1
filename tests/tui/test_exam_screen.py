"""The practice screen of an exam: no checks and no help, flags, and one grading at the end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.tui.goodbye import Goodbye
from tempshell_cli.tui.outcome import Ending, Outcome

from .app_user import LEADER
from .conftest import OpenApp
from .fakes import TASKS, FakePractice


@pytest.fixture
def practice() -> FakePractice:
    """An exam; its view has no hints and solutions left away, so that a key that gets through would show them."""
    exam = FakePractice()
    exam.view = replace(exam.view, exam=True, extendable=False)
    return exam


async def test_nothing_checks_helps_or_extends(open_app: OpenApp, practice: FakePractice) -> None:
    deadline = practice.view.deadline
    async with open_app() as user:
        bar = user.shown()[-1]
        assert "f flag" in bar
        assert "q end" in bar
        assert not [word for word in ("check", "hint", "answer", "extend", "stop") if word in bar]
        for key in "chae":
            await user.lead(key)
        await user.lead("n")
        assert user.dialog is None
        assert user.toasts() == []
        assert not user.sees("hint 1")
    assert practice.checked == []
    assert practice.view.deadline == deadline
    assert ("hinted", "files", "1") not in practice.noted


async def test_the_score_so_far_is_not_shown(open_app: OpenApp) -> None:
    async with open_app() as user:
        assert "points" not in user.shown()[0]


async def test_the_help_lists_the_keys_of_an_exam_alone(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.lead("question_mark")
        assert user.dialog
        assert user.sees("end the exam: it is graded, once")
        assert not user.sees("show the next hint")


async def test_a_flag_marks_a_task_and_goes_again(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.lead("n")
        await user.lead("f")
        assert [line for line in user.shown() if "⚑" in line and "Link the log" in line]
        await user.lead("f")
        assert not user.sees("⚑")


async def test_the_end_asks_grades_and_shows_the_result(open_app: OpenApp, practice: FakePractice) -> None:
    async with open_app() as user:
        await user.lead("q")
        await user.press("escape")
        assert practice.finished == 0
        await user.lead("q")
        await user.press("y")
        await user.until(lambda: isinstance(user.app.screen, Goodbye))
        assert user.sees("50 % (not passed, the pass mark is 66 %)")
        await user.press("enter")
    assert (practice.finished, practice.stopped) == (1, 0)
    assert user.app.return_value is not None
    assert user.app.return_value.ending is Ending.GRADED


async def test_the_deadline_grades_whatever_is_open(open_app: OpenApp, practice: FakePractice) -> None:
    async with open_app() as user:
        await user.lead("question_mark")
        practice.left(seconds=0)
        await user.tick()
        await user.until(lambda: isinstance(user.app.screen, Goodbye))
        await user.tick()
    assert practice.finished == 1


async def test_a_grading_that_fails_is_tried_again_with_the_terminal_closed(
    open_app: OpenApp, practice: FakePractice
) -> None:
    async with open_app() as user:
        await user.until(lambda: user.terminal.attachment is not None)
        practice.problem = EngineUnavailable("no engine answers", hint="start it")
        practice.left(seconds=0)
        await user.tick()
        await user.until_sees("The grading is tried again in 1 s.")
        assert user.sees("no engine answers")
        assert user.terminal.attachment is None
        await user.until(lambda: practice.tried == 3)  # by itself, after one second and two
        practice.problem = None
        await user.until(lambda: user.dialog is not None)
        await user.press("enter")
        await user.until(lambda: isinstance(user.app.screen, Goodbye))
        assert user.terminal.attachment is None
    assert (practice.tried, practice.finished) == (4, 1)


async def test_a_grading_that_fails_can_be_left_to_later(open_app: OpenApp, practice: FakePractice) -> None:
    async with open_app() as user:
        practice.problem = EngineUnavailable("no engine answers")
        await user.press(LEADER, "q", "y")
        await user.until_sees("d leave")
        await user.press("d")
    assert user.app.return_value == Outcome(Ending.DETACHED)


async def test_an_exam_that_was_handed_in_is_graded_at_once(open_app: OpenApp, practice: FakePractice) -> None:
    practice.view = replace(practice.view, handed_in=True)
    practice.problem = EngineUnavailable("no engine answers")
    async with open_app() as user:
        await user.until_sees("The grading is tried again")
        practice.problem = None
        await user.until(lambda: isinstance(user.app.screen, Goodbye))
    assert practice.finished == 1


async def test_which_task_is_in_hand_is_reported_once_each_time(open_app: OpenApp, practice: FakePractice) -> None:
    async with open_app() as user:
        await user.tick()
        await user.tick()
        await user.lead("n")
        await user.tick()
    assert practice.noted == [("took", TASKS[0].id), ("took", TASKS[1].id)]


async def test_in_practice_a_hint_is_reported(open_app: OpenApp, practice: FakePractice) -> None:
    practice.view = replace(practice.view, exam=False)
    async with open_app() as user:
        await user.lead("h")
        await user.lead("h")
        await user.lead("h")
    assert [noted for noted in practice.noted if noted[0] == "hinted"] == [
        ("hinted", "files", "1"),
        ("hinted", "files", "2"),
    ]
