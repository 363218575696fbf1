"""The practice screen: what it shows, and what its keys do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from textual import events

from tempshell_cli.backends.base import Receipt
from tempshell_cli.core.errors import EngineUnavailable, UsageProblem
from tempshell_cli.core.process import Command
from tempshell_cli.sessions.lease import Urgency, Warnings
from tempshell_cli.terminal.emulated import Emulation
from tempshell_cli.terminal.recording.cast import read_events
from tempshell_cli.terminal.wire import Record
from tempshell_cli.tui.app import PracticeApp
from tempshell_cli.tui.goodbye import Goodbye
from tempshell_cli.tui.outcome import Ending, Outcome
from tempshell_cli.tui.practice_screen import PracticeScreen
from tempshell_cli.tui.terminal.pane import TerminalPane

from .app_user import LEADER
from .conftest import OpenApp
from .fakes import ROWS, TASKS, FakePractice

SHELL = Command(("bash", "--norc", "--noprofile", "-i"), {"PS1": "$ ", "HISTFILE": ""})


async def test_everything_is_in_its_place(open_app: OpenApp) -> None:
    async with open_app() as user:
        top = user.shown()[0]
        assert "brave-otter · Linux basics · docker" in top
        assert "1/5 tasks  5/20 points" in top
        assert "● 48:00 left" in top
        assert user.sees("○ 1 Make a directory")
        assert user.sees("by its owner alone")
        assert "^] then  c check" in user.shown()[-1]
        assert isinstance(user.focused(), TerminalPane)


# The clock.


@pytest.mark.parametrize(
    ("minutes", "urgency", "symbol"),
    [(10.1, Urgency.CALM, "●"), (10, Urgency.SOON, "▲"), (5, Urgency.LATE, "■"), (1, Urgency.LAST, "◆")],
)
async def test_the_clock_has_a_symbol_and_a_color_for_each_urgency(
    open_app: OpenApp, practice: FakePractice, minutes: float, urgency: Urgency, symbol: str
) -> None:
    practice.left(minutes=minutes)
    async with open_app() as user:
        assert user.countdown.urgency is urgency
        assert symbol in str(user.countdown.render())
        assert user.countdown.has_class(f"-{urgency.name.lower()}")


async def test_the_clock_follows_the_engines_time_and_a_deadline_moved_elsewhere(
    open_app: OpenApp, practice: FakePractice
) -> None:
    async with open_app() as user:
        practice.left(minutes=47, seconds=11.2)
        await user.tick()
        assert user.sees("47:12 left")
        practice.view = replace(practice.view, deadline=practice.view.deadline + timedelta(minutes=30))
        await user.tick()
        assert user.sees("1:17:12 left")


async def test_ten_minutes_are_announced_once(open_app: OpenApp, practice: FakePractice) -> None:
    async with open_app() as user:
        practice.left(minutes=10)
        await user.tick()
        await user.tick()
        assert len(user.toasts()) == 1
        assert "^] e extends" in user.toasts()[0]


async def test_what_is_late_at_the_start_is_said_on_the_screen(open_app: OpenApp, practice: FakePractice) -> None:
    practice.left(minutes=9)
    async with open_app() as user:
        await user.until_sees("9 minutes left")


async def test_five_minutes_bring_a_dialog_that_ignores_what_was_being_typed(
    open_app: OpenApp, practice: FakePractice
) -> None:
    async with open_app(grace=3600) as user:
        practice.left(minutes=5)
        await user.tick()
        assert user.dialog is not None
        await user.press("e", "enter")
        assert user.dialog is not None
        assert practice.view.extendable
        user.dialog.listen()
        await user.press("x")
        assert user.dialog is not None
        await user.press("enter")
        assert user.dialog is None
        assert practice.view.extendable


async def test_the_dialog_extends(open_app: OpenApp, practice: FakePractice) -> None:
    async with open_app() as user:
        practice.left(minutes=5)
        await user.tick()
        assert user.dialog is not None
        user.dialog.listen()
        await user.press("e")
        await user.until(lambda: user.countdown.urgency is Urgency.CALM)
        assert user.sees("35:00 left")


async def test_a_session_that_cannot_be_extended_is_not_offered_it(open_app: OpenApp, practice: FakePractice) -> None:
    practice.view = replace(practice.view, extendable=False)
    async with open_app() as user:
        practice.left(minutes=5)
        await user.tick()
        assert user.dialog is not None
        user.dialog.listen()
        await user.press("e")
        assert user.dialog is not None
        assert not user.sees("extend   ")


async def test_the_settings_say_when_warnings_come(open_app: OpenApp, practice: FakePractice) -> None:
    warnings = Warnings(timedelta(minutes=20), timedelta(minutes=20), timedelta(minutes=2))
    practice.view = replace(practice.view, warnings=warnings)
    async with open_app() as user:
        practice.left(minutes=20)
        await user.tick()
        assert user.sees("20 minutes left")
        assert user.dialog is not None
        assert user.countdown.urgency is Urgency.LATE
        user.dialog.listen()
        await user.press("enter")
        practice.left(minutes=2)
        await user.tick()
        assert any("Last call: 2 minutes left" in toast for toast in user.toasts())


async def test_the_last_minute_is_called(open_app: OpenApp, practice: FakePractice) -> None:
    async with open_app() as user:
        practice.left(seconds=59)
        await user.tick()
        assert any("Last call" in toast for toast in user.toasts())


async def test_the_deadline_ends_the_screen_with_a_goodbye(open_app: OpenApp, practice: FakePractice) -> None:
    async with open_app() as user:
        practice.left(seconds=0)
        await user.tick()
        assert isinstance(user.app.screen, Goodbye)
        assert user.sees("Time is up")
        assert user.terminal.attachment is None
        await user.press("x")
        assert user.app.is_running
        await user.press("enter")
    assert user.app.return_value == Outcome(Ending.EXPIRED)
    assert practice.stopped == 0


async def test_the_deadline_passes_over_an_open_dialog(open_app: OpenApp, practice: FakePractice) -> None:
    async with open_app() as user:
        practice.left(minutes=4)
        await user.tick()
        assert user.dialog is not None
        practice.left(seconds=-5)
        await user.tick()
        await user.press("enter")
    assert user.app.return_value == Outcome(Ending.EXPIRED)


# Tasks and checks.


async def test_a_check_shows_what_was_expected_and_found(open_app: OpenApp, practice: FakePractice) -> None:
    async with open_app() as user:
        await user.lead("c")
        await user.until_sees("✗ fail  mode  2 p")
        assert practice.checked == ["files"]
        assert user.sees("✓ pass  exists  1 p")
        assert user.sees("expected 0700")
        assert user.sees("found    0755")
        assert user.sees("Others can read it.")
        assert user.sees("! could not run  owner")
        assert user.sees("✗ 1 Make a directory")


async def test_a_passed_task_counts(open_app: OpenApp, practice: FakePractice) -> None:
    practice.rows = practice.rows[:1]
    async with open_app() as user:
        await user.lead("c")
        await user.until_sees("✓ 1 Make a directory")
        assert user.sees("2/5 tasks  9/20 points")


async def test_a_check_while_the_tasks_are_hidden_says_how_it_went(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.lead("z")
        await user.lead("c")
        await user.until(lambda: user.toasts() == ["1 of 3 checks passed, 1 could not run: the task is incomplete."])


async def test_a_recording_is_marked_with_what_a_check_found(
    open_app: OpenApp, practice: FakePractice, tmp_path: Path
) -> None:
    file = tmp_path / "one.cast"
    with file.open("ab", buffering=0) as into:
        recording = Record(into.fileno())
        async with open_app(emulation=Emulation(recording=recording)) as user:
            await user.until(lambda: file.stat().st_size > 0)  # who is not there yet records nothing
            await user.lead("c")
            await user.until_sees("✗ fail  mode")
            practice.rows = practice.rows[:1]
            await user.lead("c")
            await user.until_sees("✓ 1 Make a directory")
            practice.rows = ROWS[:2]
            await user.lead("c")
            await user.until_sees("✗ 1 Make a directory")
    markers = [event.data for event in read_events(file) if event.kind == "m"]
    assert markers == [
        "! Make a directory: incomplete",
        "✓ Make a directory: passed",
        "✗ Make a directory: 1 of 2 checks passed.",
    ]


async def test_a_check_that_cannot_run_says_why(open_app: OpenApp, practice: FakePractice) -> None:
    async with open_app() as user:
        practice.problem = EngineUnavailable("docker [bold]does not answer", hint="start it")
        await user.lead("c")
        await user.until(lambda: user.toasts() == ["docker [bold]does not answer\nstart it"])
        practice.problem = None
        await user.lead("c")
        await user.until_sees("✗ fail  mode")


async def test_tasks_are_switched_around_the_ends(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.lead("n")
        assert user.tasks.current == TASKS[1]
        await user.until_sees("symbolic link")
        await user.lead("p")
        await user.lead("left")
        assert user.tasks.current == TASKS[4]
        await user.lead("down")
        assert user.tasks.current == TASKS[0]


async def test_several_steps_at_once_end_where_they_should(open_app: OpenApp) -> None:
    async with open_app() as user:
        for _ in range(3):
            user.tasks.step(1)
        await user.pilot.pause()
        await user.until_sees("How many lines")
        assert user.tasks.current == TASKS[3]


LONG = replace(TASKS[0], prompt="\n\n".join(f"paragraph {number}" for number in range(50)))


async def test_a_long_prompt_is_paged(open_app: OpenApp, practice: FakePractice) -> None:
    practice.pack = (LONG,)
    async with open_app((80, 24)) as user:
        await user.until_sees("paragraph 0")
        await user.lead("pagedown")
        await user.until(lambda: not user.sees("paragraph 0"))
        await user.lead("pageup")
        await user.until_sees("paragraph 0")


async def test_what_a_check_found_is_seen_to_its_last_line_below_a_long_prompt(
    open_app: OpenApp, practice: FakePractice
) -> None:
    practice.pack = (LONG,)
    async with open_app() as user:
        await user.lead("c")
        await user.until_sees("stat did not answer")
        assert user.sees("✓ pass  exists")
        assert user.sees("✗ fail  mode")


async def test_results_that_are_higher_than_the_pane_are_seen_from_their_first_line(
    open_app: OpenApp, practice: FakePractice
) -> None:
    practice.pack = (LONG,)
    practice.rows = ROWS[1:] * 5
    async with open_app((80, 24)) as user:
        await user.lead("c")
        await user.until(lambda: user.sees("✗ fail  mode") and user.sees("! could not run  owner"))


async def test_a_hint_is_seen_below_a_long_prompt(open_app: OpenApp, practice: FakePractice) -> None:
    practice.pack = (LONG,)
    async with open_app() as user:
        for number in (1, 2):
            await user.lead("h")
            await user.until_sees(f"hint {number} of 2")


async def test_results_and_hints_stay_with_their_task(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.lead("h")
        await user.lead("c")
        await user.until_sees("✗ fail  mode")
        await user.lead("n")
        assert not user.sees("✗ fail  mode")
        assert not user.sees("hint 1 of 2")
        await user.lead("p")
        assert user.sees("✗ fail  mode")
        assert user.sees("hint 1 of 2")


async def test_hints_come_one_at_a_time(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.lead("h")
        assert user.sees("hint 1 of 2")
        assert not user.sees("hint 2 of 2")
        await user.lead("h")
        assert user.sees("hint 2 of 2")
        await user.lead("h")
        assert user.toasts() == ["This task has no further hint."]


async def test_the_solution_is_shown_after_a_pass(open_app: OpenApp, practice: FakePractice) -> None:
    practice.rows = ROWS[:1]
    async with open_app() as user:
        await user.lead("c")
        await user.until_sees("✓ 1 Make a directory")
        await user.lead("a")
        await user.until_sees("install -d -m 0700")
        await user.lead("n")
        assert not user.sees("install -d -m 0700")
        await user.lead("a")
        assert user.toasts() == ["This task has no solution to show."]


async def test_before_a_pass_the_solution_is_for_who_gives_up(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.lead("a")
        assert user.sees("Give up on this task?")
        await user.press("escape")
        assert not user.sees("install -d -m 0700")
        assert ("solution", "files") not in user.practice.noted
        await user.lead("a")
        await user.press("y")
        await user.until_sees("install -d -m 0700")
        assert ("solution", "files") in user.practice.noted


async def test_a_task_is_reset_after_a_question_and_named_by_its_id(open_app: OpenApp) -> None:
    async with open_app() as user:
        assert user.sees("─ files ─")
        await user.lead("c")
        await user.until_sees("✗ fail")
        await user.lead("r")
        await user.press("escape")
        assert ("reset", "files") not in user.practice.noted
        await user.lead("r")
        await user.press("y")
        await user.until(lambda: "Reset: Make a directory" in user.toasts())
        assert ("reset", "files") in user.practice.noted
        assert not user.sees("✗ fail")


@pytest.mark.parametrize(
    ("command", "keys"),
    [("a", "yy"), ("a", "ny"), ("?", ["escape", "escape"]), (":", ["enter", "enter"]), ("q", ["escape", "escape"])],
)
async def test_two_answers_that_come_at_once_are_one(open_app: OpenApp, command: str, keys: Sequence[str]) -> None:
    """A key that is held down, or a slow line: both are there before the box is gone."""
    async with open_app() as user:
        await user.lead(command)
        assert len(user.app.screen_stack) == 2
        for key in keys:
            user.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await user.until(lambda: len(user.app.screen_stack) == 1)
        await user.until_sees(TASKS[0].title)


async def test_two_keys_at_the_end_leave_once(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.lead("q")
        for key in ("y", "y"):
            user.app.post_message(events.Key(key, key))
        await user.until(lambda: isinstance(user.app.screen, Goodbye))
        user.app.post_message(events.Key("enter", None))
        await user.press("enter")
    assert user.app.return_value
    assert user.app.return_value.ending is Ending.STOPPED


async def test_a_code_block_is_put_at_the_prompt_and_not_run(open_app: OpenApp, practice: FakePractice) -> None:
    practice.shell = SHELL
    practice.pack = (replace(TASKS[0], prompt="Do:\n\n```bash\necho one$((1+1))\necho three\n```\n"),)
    async with open_app() as user:
        await user.until(lambda: "$" in user.terminal.text()[0])
        await user.lead("s")
        await user.until(lambda: "echo three" in "".join(user.terminal.text()))
        assert not any(row.startswith("one2") for row in user.terminal.text())
        await user.press("enter")
        await user.until(lambda: any(row.startswith("one2") for row in user.terminal.text()))


async def test_several_lines_are_not_put_where_each_would_run(open_app: OpenApp, practice: FakePractice) -> None:
    practice.shell = Command(("bash", "--norc", "-c", "echo ready; cat"))
    practice.pack = (replace(TASKS[0], prompt="```\nrm -r one\nrm -r two\n```\n"),)
    async with open_app() as user:
        await user.until(lambda: "ready" in user.terminal.text()[0])
        await user.lead("s")
        await user.until(lambda: any("one by one" in toast for toast in user.toasts()))
        assert "rm" not in "".join(user.terminal.text())


async def test_of_several_code_blocks_one_is_chosen(open_app: OpenApp, practice: FakePractice) -> None:
    practice.pack = (replace(TASKS[0], prompt="```\nfirst\n```\n\n```console\n$ second\nwhat it says\n```\n"), TASKS[1])
    async with open_app() as user:
        await user.lead("s")
        assert user.sees("1  first")
        await user.press("2")
        await user.until(lambda: "second" in "".join(user.terminal.text()))
        assert "says" not in "".join(user.terminal.text())
        await user.lead("n")
        await user.lead("s")
        assert user.toasts() == ["This task has no code block."]


async def test_everything_is_found_by_a_word_of_it(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.lead("colon")
        assert user.sees("leave the screen; the sandbox stays")
        await user.type("text page")
        await user.until(lambda: not user.sees("leave the screen; the sandbox stays"))
        assert user.sees("PgUp")
        await user.press("escape")
        await user.until(lambda: isinstance(user.app.screen, PracticeScreen))
        await user.lead("colon")
        await user.type("task")
        await user.press("down", "enter")
        await user.until(lambda: user.tasks.current == TASKS[1])
        assert isinstance(user.focused(), TerminalPane)


async def test_ctrl_h_is_a_backspace_where_words_are_typed(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.lead("colon")
        await user.type("detachx")
        await user.until(lambda: not user.sees("leave the screen; the sandbox stays"))
        await user.press("ctrl+h")
        await user.until_sees("leave the screen; the sandbox stays")


async def test_what_is_not_found_is_not_done(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.lead("colon")
        await user.type("xyz")
        await user.press("enter")
        assert not isinstance(user.app.screen, PracticeScreen)


async def test_the_list_can_be_walked_and_left(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.press(LEADER, "t", "down", "down")
        assert user.tasks.current == TASKS[2]
        await user.press("enter")
        assert isinstance(user.focused(), TerminalPane)
        for key in ("escape", "tab"):
            await user.lead("t")
            assert not isinstance(user.focused(), TerminalPane)
            await user.press(key)
            assert isinstance(user.focused(), TerminalPane)


# The other shortcuts.


async def test_zoom_gives_the_terminal_the_screen_and_takes_it_back(open_app: OpenApp) -> None:
    async with open_app() as user:
        narrow = user.terminal.size.width
        await user.lead("z")
        assert user.terminal.size.width == 118
        assert not user.tasks.display
        await user.lead("z")
        assert user.terminal.size.width == narrow


async def test_extending_shows_the_new_deadline_or_the_reason(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.lead("e")
        await user.until_sees("1:18:00 left")
        assert "Extended" in user.toasts()[0]
        await user.lead("e")
        await user.until(lambda: len(user.toasts()) == 2)
        assert "extended once\nstart another" in user.toasts()[1]


async def test_detaching_leaves_the_session_alone(open_app: OpenApp, practice: FakePractice) -> None:
    async with open_app() as user:
        await user.lead("d")
    assert user.app.return_value == Outcome(Ending.DETACHED)
    assert practice.stopped == 0


async def test_stopping_asks_and_shows_the_receipt(open_app: OpenApp, practice: FakePractice) -> None:
    practice.receipt = Receipt("brave-otter", ("container ts-1",), ("network ts-1",))
    async with open_app() as user:
        await user.lead("q")
        assert user.dialog is not None
        await user.press("enter")
        assert user.dialog is not None
        await user.press("y")
        await user.until(lambda: isinstance(user.app.screen, Goodbye))
        assert user.sees("✓ container ts-1")
        assert user.sees("✗ network ts-1")
        assert user.sees("Could not be removed")
        await user.press("q")
    assert user.app.return_value == Outcome(Ending.STOPPED, practice.receipt)


async def test_what_the_end_of_a_session_breaks_is_no_news(open_app: OpenApp, practice: FakePractice) -> None:
    async with open_app() as user:
        await user.lead("q")
        await user.press("y")
        await user.until(lambda: isinstance(user.app.screen, Goodbye))
        practice.view = replace(practice.view, news=("no port is forwarded at the moment",))
        await user.tick()
        assert not user.toasts()


async def test_a_long_receipt_leaves_the_way_out_in_sight(open_app: OpenApp, practice: FakePractice) -> None:
    practice.receipt = Receipt("brave-otter", tuple(f"control group {number}" for number in range(30)), ())
    async with open_app(size=(80, 24)) as user:
        await user.lead("q")
        await user.press("y")
        await user.until(lambda: isinstance(user.app.screen, Goodbye))
        assert user.sees("Enter leaves")
        assert not user.sees("control group 29")
        await user.press("pagedown", "pagedown", "pagedown")
        await user.until(lambda: user.sees("control group 29"))
        await user.press("enter")
    assert user.app.return_value == Outcome(Ending.STOPPED, practice.receipt)
    assert practice.stopped == 1


async def test_a_stop_can_be_thought_better_of(open_app: OpenApp, practice: FakePractice) -> None:
    async with open_app() as user:
        await user.lead("q")
        await user.press("escape")
        assert user.dialog is None
        assert isinstance(user.focused(), TerminalPane)
    assert practice.stopped == 0


async def test_a_stop_that_fails_leaves_the_screen_open(open_app: OpenApp, practice: FakePractice) -> None:
    async with open_app() as user:
        practice.problem = EngineUnavailable("docker does not answer")
        await user.lead("q")
        await user.press("y")
        await user.until(lambda: user.toasts() == ["docker does not answer"])
        assert user.dialog is None
        assert user.app.screen is user.screen


async def test_help_lists_every_key(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.lead("question_mark")
        for words in ("check the current task", "previous task", "extend the session", "the sandbox stays"):
            assert user.sees(words)
        await user.press("escape")
        assert user.dialog is None


async def test_an_unknown_key_after_the_leader_does_nothing(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.press(LEADER)
        assert "press a key" in user.shown()[-1]
        await user.press("left_shift")
        assert "press a key" in user.shown()[-1]
        await user.press("y")
        assert "^] then" in user.shown()[-1]


async def test_the_leader_can_be_another_key(open_app: OpenApp) -> None:
    async with open_app(leader="f12") as user:
        assert "f12 then" in user.shown()[-1]
        await user.press("f12", "z")
        assert not user.tasks.display


@pytest.mark.parametrize("leader", ["a", "shift+a", "ctrl+", "", "ctrl+enterr", "hyper+x"])
def test_a_leader_that_could_not_be_typed_around_is_refused(leader: str, practice: FakePractice) -> None:
    with pytest.raises(UsageProblem, match="leader"):
        PracticeApp(practice, leader=leader)


async def test_without_tasks_there_is_a_terminal_and_a_clock(open_app: OpenApp, practice: FakePractice) -> None:
    practice.pack = ()
    async with open_app() as user:
        assert user.terminal.size.width == 118
        assert "check" not in user.shown()[-1]
        await user.lead("c")
        await user.lead("n")
        assert practice.checked == []


# Sizes.


@pytest.mark.parametrize("size", [(200, 60), (120, 36), (100, 30), (80, 24), (60, 16)])
async def test_the_clock_and_both_panes_are_there(open_app: OpenApp, size: tuple[int, int]) -> None:
    async with open_app(size) as user:
        assert "48:00 left" in user.shown()[0]
        assert "^] then" in user.shown()[-1]
        assert user.sees("1/5 Make a directory")
        assert user.terminal.size.width >= min(size[0], 72)
        assert user.terminal.size.height >= 8


@pytest.mark.parametrize("size", [(20, 8), (20, 24), (59, 40), (100, 12), (10, 3)])
async def test_a_tiny_screen_is_a_terminal_with_one_line(open_app: OpenApp, size: tuple[int, int]) -> None:
    async with open_app(size) as user:
        assert user.terminal.size == (size[0], size[1] - 1)
        assert size[0] < 20 or "48:00 left" in user.shown()[0]
        await user.press(LEADER)
        assert user.shown()[-1].startswith(" press a"[: size[0]].rstrip() or " ")
        await user.press("escape")


async def test_a_screen_too_small_for_anything_survives(open_app: OpenApp) -> None:
    async with open_app() as user:
        for size in ((3, 2), (1, 1), (120, 36)):
            await user.pilot.resize_terminal(*size)
            await user.press(LEADER, "x")
        assert user.sees("48:00 left")


async def test_the_layout_follows_the_size(open_app: OpenApp) -> None:
    async with open_app() as user:
        for size in ((80, 24), (20, 6), (150, 50)):
            await user.pilot.resize_terminal(*size)
            await user.pilot.pause()
            assert user.sees("48:00 left")
        assert user.tasks.display


async def test_a_low_screen_has_room_for_the_list_while_it_is_used(open_app: OpenApp) -> None:
    async with open_app((80, 24)) as user:
        assert not user.sees("2 Link the log")
        await user.lead("t")
        assert user.sees("2 Link the log")
        await user.press("enter")
        assert not user.sees("2 Link the log")


# Strangers.

HOSTILE = "\x1b]52;c;aGk=\x07\x1b[2J[bold]x[/][@click=app.quit]y\u202ez\x9b31m"


async def test_text_from_strangers_is_shown_as_text(open_app: OpenApp, practice: FakePractice) -> None:
    task = replace(TASKS[0], title=HOSTILE, prompt=HOSTILE, domain=HOSTILE, hints=(HOSTILE,))
    practice.pack = (task,)
    practice.view = replace(practice.view, name=HOSTILE, pack=HOSTILE, backend=HOSTILE)
    row = practice.rows[1]
    practice.rows = [type(row)(check=HOSTILE, verdict=row.verdict, gate=True, points=0, earned=0, found=HOSTILE)]
    practice.receipt = Receipt(HOSTILE, (HOSTILE,), (HOSTILE,))
    async with open_app((160, 40)) as user:
        await user.lead("h")
        await user.lead("c")
        await user.until_sees("✗ fail  [bold]x[/]")
        assert_harmless(user.shown())
        practice.problem = EngineUnavailable(HOSTILE, hint=HOSTILE)
        await user.lead("e")
        await user.until(lambda: len(user.toasts()) > 0)
        assert_harmless(user.shown())
        practice.problem = None
        await user.lead("q")
        assert_harmless(user.shown())
        await user.press("y")
        await user.until(lambda: isinstance(user.app.screen, Goodbye))
        assert_harmless(user.shown())


def assert_harmless(lines: list[str]) -> None:
    text = "".join(lines)
    assert text.isprintable()
    assert "[bold]x[/]" in text


async def test_an_attach_that_fails_says_why_and_can_be_tried_again(open_app: OpenApp, practice: FakePractice) -> None:
    practice.shell = Command(("no-such-program-anywhere",))
    async with open_app() as user:
        assert user.sees("no-such-program-anywhere")
        practice.shell = Command(("cat",))
        await user.press("enter")
        await user.until(lambda: user.terminal.attachment is not None)
        assert user.terminal.notice == ""


async def test_a_bug_in_a_worker_thread_does_not_end_the_screen(open_app: OpenApp, practice: FakePractice) -> None:
    practice.rows = None  # type: ignore[assignment]  # what a broken port would give
    async with open_app() as user:
        await user.lead("c")
        await user.until(lambda: bool(practice.bugs))
        assert isinstance(practice.bugs[0], TypeError)
        await user.until(lambda: any("This is a bug" in said for said in user.toasts()))
        assert user.app.bug is None
