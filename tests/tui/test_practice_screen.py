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

from .conftest import Play
from .fakes import ROWS, TASKS, FakePractice
from .stage import LEADER

SHELL = Command(("bash", "--norc", "--noprofile", "-i"), {"PS1": "$ ", "HISTFILE": ""})


async def test_everything_is_in_its_place(play: Play) -> None:
    async with play() as stage:
        top = stage.shown()[0]
        assert "brave-otter · Linux basics · docker" in top
        assert "1/5 tasks  5/20 points" in top
        assert "● 48:00 left" in top
        assert stage.sees("○ 1 Make a directory")
        assert stage.sees("by its owner alone")
        assert "^] then  c check" in stage.shown()[-1]
        assert isinstance(stage.focused(), TerminalPane)


# The clock.


@pytest.mark.parametrize(
    ("minutes", "urgency", "symbol"),
    [(10.1, Urgency.CALM, "●"), (10, Urgency.SOON, "▲"), (5, Urgency.LATE, "■"), (1, Urgency.LAST, "◆")],
)
async def test_the_clock_has_a_symbol_and_a_color_for_each_urgency(
    play: Play, practice: FakePractice, minutes: float, urgency: Urgency, symbol: str
) -> None:
    practice.left(minutes=minutes)
    async with play() as stage:
        assert stage.countdown.urgency is urgency
        assert symbol in str(stage.countdown.render())
        assert stage.countdown.has_class(f"-{urgency.name.lower()}")


async def test_the_clock_follows_the_engines_time_and_a_deadline_moved_elsewhere(
    play: Play, practice: FakePractice
) -> None:
    async with play() as stage:
        practice.left(minutes=47, seconds=11.2)
        await stage.tick()
        assert stage.sees("47:12 left")
        practice.view = replace(practice.view, deadline=practice.view.deadline + timedelta(minutes=30))
        await stage.tick()
        assert stage.sees("1:17:12 left")


async def test_ten_minutes_are_announced_once(play: Play, practice: FakePractice) -> None:
    async with play() as stage:
        practice.left(minutes=10)
        await stage.tick()
        await stage.tick()
        assert len(stage.toasts()) == 1
        assert "^] e extends" in stage.toasts()[0]


async def test_what_is_late_at_the_start_is_said_on_the_screen(play: Play, practice: FakePractice) -> None:
    practice.left(minutes=9)
    async with play() as stage:
        await stage.until_sees("9 minutes left")


async def test_five_minutes_bring_a_dialog_that_ignores_what_was_being_typed(
    play: Play, practice: FakePractice
) -> None:
    async with play(grace=3600) as stage:
        practice.left(minutes=5)
        await stage.tick()
        assert stage.dialog is not None
        await stage.press("e", "enter")
        assert stage.dialog is not None
        assert practice.view.extendable
        stage.dialog.listen()
        await stage.press("x")
        assert stage.dialog is not None
        await stage.press("enter")
        assert stage.dialog is None
        assert practice.view.extendable


async def test_the_dialog_extends(play: Play, practice: FakePractice) -> None:
    async with play() as stage:
        practice.left(minutes=5)
        await stage.tick()
        assert stage.dialog is not None
        stage.dialog.listen()
        await stage.press("e")
        await stage.until(lambda: stage.countdown.urgency is Urgency.CALM)
        assert stage.sees("35:00 left")


async def test_a_session_that_cannot_be_extended_is_not_offered_it(play: Play, practice: FakePractice) -> None:
    practice.view = replace(practice.view, extendable=False)
    async with play() as stage:
        practice.left(minutes=5)
        await stage.tick()
        assert stage.dialog is not None
        stage.dialog.listen()
        await stage.press("e")
        assert stage.dialog is not None
        assert not stage.sees("extend   ")


async def test_the_settings_say_when_warnings_come(play: Play, practice: FakePractice) -> None:
    warnings = Warnings(timedelta(minutes=20), timedelta(minutes=20), timedelta(minutes=2))
    practice.view = replace(practice.view, warnings=warnings)
    async with play() as stage:
        practice.left(minutes=20)
        await stage.tick()
        assert stage.sees("20 minutes left")
        assert stage.dialog is not None
        assert stage.countdown.urgency is Urgency.LATE
        stage.dialog.listen()
        await stage.press("enter")
        practice.left(minutes=2)
        await stage.tick()
        assert any("Last call: 2 minutes left" in toast for toast in stage.toasts())


async def test_the_last_minute_is_called(play: Play, practice: FakePractice) -> None:
    async with play() as stage:
        practice.left(seconds=59)
        await stage.tick()
        assert any("Last call" in toast for toast in stage.toasts())


async def test_the_deadline_ends_the_screen_with_a_goodbye(play: Play, practice: FakePractice) -> None:
    async with play() as stage:
        practice.left(seconds=0)
        await stage.tick()
        assert isinstance(stage.app.screen, Goodbye)
        assert stage.sees("Time is up")
        assert stage.terminal.attachment is None
        await stage.press("x")
        assert stage.app.is_running
        await stage.press("enter")
    assert stage.app.return_value == Outcome(Ending.EXPIRED)
    assert practice.stopped == 0


async def test_the_deadline_passes_over_an_open_dialog(play: Play, practice: FakePractice) -> None:
    async with play() as stage:
        practice.left(minutes=4)
        await stage.tick()
        assert stage.dialog is not None
        practice.left(seconds=-5)
        await stage.tick()
        await stage.press("enter")
    assert stage.app.return_value == Outcome(Ending.EXPIRED)


# Tasks and checks.


async def test_a_check_shows_what_was_expected_and_found(play: Play, practice: FakePractice) -> None:
    async with play() as stage:
        await stage.lead("c")
        await stage.until_sees("✗ fail  mode  2 p")
        assert practice.checked == ["files"]
        assert stage.sees("✓ pass  exists  1 p")
        assert stage.sees("expected 0700")
        assert stage.sees("found    0755")
        assert stage.sees("Others can read it.")
        assert stage.sees("! could not run  owner")
        assert stage.sees("✗ 1 Make a directory")


async def test_a_passed_task_counts(play: Play, practice: FakePractice) -> None:
    practice.rows = practice.rows[:1]
    async with play() as stage:
        await stage.lead("c")
        await stage.until_sees("✓ 1 Make a directory")
        assert stage.sees("2/5 tasks  9/20 points")


async def test_a_check_while_the_tasks_are_hidden_says_how_it_went(play: Play) -> None:
    async with play() as stage:
        await stage.lead("z")
        await stage.lead("c")
        await stage.until(lambda: stage.toasts() == ["1 of 3 checks passed, 1 could not run: the task is incomplete."])


async def test_a_recording_is_marked_with_what_a_check_found(
    play: Play, practice: FakePractice, tmp_path: Path
) -> None:
    file = tmp_path / "one.cast"
    with file.open("ab", buffering=0) as into:
        recording = Record(into.fileno())
        async with play(emulation=Emulation(recording=recording)) as stage:
            await stage.until(lambda: file.stat().st_size > 0)  # who is not there yet records nothing
            await stage.lead("c")
            await stage.until_sees("✗ fail  mode")
            practice.rows = practice.rows[:1]
            await stage.lead("c")
            await stage.until_sees("✓ 1 Make a directory")
            practice.rows = ROWS[:2]
            await stage.lead("c")
            await stage.until_sees("✗ 1 Make a directory")
    markers = [event.data for event in read_events(file) if event.kind == "m"]
    assert markers == [
        "! Make a directory: incomplete",
        "✓ Make a directory: passed",
        "✗ Make a directory: 1 of 2 checks passed.",
    ]


async def test_a_check_that_cannot_run_says_why(play: Play, practice: FakePractice) -> None:
    async with play() as stage:
        practice.problem = EngineUnavailable("docker [bold]does not answer", hint="start it")
        await stage.lead("c")
        await stage.until(lambda: stage.toasts() == ["docker [bold]does not answer\nstart it"])
        practice.problem = None
        await stage.lead("c")
        await stage.until_sees("✗ fail  mode")


async def test_tasks_are_switched_around_the_ends(play: Play) -> None:
    async with play() as stage:
        await stage.lead("n")
        assert stage.tasks.current == TASKS[1]
        await stage.until_sees("symbolic link")
        await stage.lead("p")
        await stage.lead("left")
        assert stage.tasks.current == TASKS[4]
        await stage.lead("down")
        assert stage.tasks.current == TASKS[0]


async def test_several_steps_at_once_end_where_they_should(play: Play) -> None:
    async with play() as stage:
        for _ in range(3):
            stage.tasks.step(1)
        await stage.pilot.pause()
        await stage.until_sees("How many lines")
        assert stage.tasks.current == TASKS[3]


LONG = replace(TASKS[0], prompt="\n\n".join(f"paragraph {number}" for number in range(50)))


async def test_a_long_prompt_is_paged(play: Play, practice: FakePractice) -> None:
    practice.pack = (LONG,)
    async with play((80, 24)) as stage:
        await stage.until_sees("paragraph 0")
        await stage.lead("pagedown")
        await stage.until(lambda: not stage.sees("paragraph 0"))
        await stage.lead("pageup")
        await stage.until_sees("paragraph 0")


async def test_what_a_check_found_is_seen_to_its_last_line_below_a_long_prompt(
    play: Play, practice: FakePractice
) -> None:
    practice.pack = (LONG,)
    async with play() as stage:
        await stage.lead("c")
        await stage.until_sees("stat did not answer")
        assert stage.sees("✓ pass  exists")
        assert stage.sees("✗ fail  mode")


async def test_results_that_are_higher_than_the_pane_are_seen_from_their_first_line(
    play: Play, practice: FakePractice
) -> None:
    practice.pack = (LONG,)
    practice.rows = ROWS[1:] * 5
    async with play((80, 24)) as stage:
        await stage.lead("c")
        await stage.until(lambda: stage.sees("✗ fail  mode") and stage.sees("! could not run  owner"))


async def test_a_hint_is_seen_below_a_long_prompt(play: Play, practice: FakePractice) -> None:
    practice.pack = (LONG,)
    async with play() as stage:
        for number in (1, 2):
            await stage.lead("h")
            await stage.until_sees(f"hint {number} of 2")


async def test_results_and_hints_stay_with_their_task(play: Play) -> None:
    async with play() as stage:
        await stage.lead("h")
        await stage.lead("c")
        await stage.until_sees("✗ fail  mode")
        await stage.lead("n")
        assert not stage.sees("✗ fail  mode")
        assert not stage.sees("hint 1 of 2")
        await stage.lead("p")
        assert stage.sees("✗ fail  mode")
        assert stage.sees("hint 1 of 2")


async def test_hints_come_one_at_a_time(play: Play) -> None:
    async with play() as stage:
        await stage.lead("h")
        assert stage.sees("hint 1 of 2")
        assert not stage.sees("hint 2 of 2")
        await stage.lead("h")
        assert stage.sees("hint 2 of 2")
        await stage.lead("h")
        assert stage.toasts() == ["This task has no further hint."]


async def test_the_solution_is_shown_after_a_pass(play: Play, practice: FakePractice) -> None:
    practice.rows = ROWS[:1]
    async with play() as stage:
        await stage.lead("c")
        await stage.until_sees("✓ 1 Make a directory")
        await stage.lead("a")
        await stage.until_sees("install -d -m 0700")
        await stage.lead("n")
        assert not stage.sees("install -d -m 0700")
        await stage.lead("a")
        assert stage.toasts() == ["This task has no solution to show."]


async def test_before_a_pass_the_solution_is_for_who_gives_up(play: Play) -> None:
    async with play() as stage:
        await stage.lead("a")
        assert stage.sees("Give up on Make a directory?")
        await stage.press("escape")
        assert not stage.sees("install -d -m 0700")
        await stage.lead("a")
        await stage.press("y")
        await stage.until_sees("install -d -m 0700")


@pytest.mark.parametrize(
    ("command", "keys"),
    [("a", "yy"), ("a", "ny"), ("?", ["escape", "escape"]), (":", ["enter", "enter"]), ("q", ["escape", "escape"])],
)
async def test_two_answers_that_come_at_once_are_one(play: Play, command: str, keys: Sequence[str]) -> None:
    """A key that is held down, or a slow line: both are there before the box is gone."""
    async with play() as stage:
        await stage.lead(command)
        assert len(stage.app.screen_stack) == 2
        for key in keys:
            stage.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await stage.until(lambda: len(stage.app.screen_stack) == 1)
        await stage.until_sees(TASKS[0].title)


async def test_two_keys_at_the_end_leave_once(play: Play) -> None:
    async with play() as stage:
        await stage.lead("q")
        for key in ("y", "y"):
            stage.app.post_message(events.Key(key, key))
        await stage.until(lambda: isinstance(stage.app.screen, Goodbye))
        stage.app.post_message(events.Key("enter", None))
        await stage.press("enter")
    assert stage.app.return_value
    assert stage.app.return_value.ending is Ending.STOPPED


async def test_a_code_block_is_put_at_the_prompt_and_not_run(play: Play, practice: FakePractice) -> None:
    practice.shell = SHELL
    practice.pack = (replace(TASKS[0], prompt="Do:\n\n```bash\necho one$((1+1))\necho three\n```\n"),)
    async with play() as stage:
        await stage.until(lambda: "$" in stage.terminal.text()[0])
        await stage.lead("s")
        await stage.until(lambda: "echo three" in "".join(stage.terminal.text()))
        assert not any(row.startswith("one2") for row in stage.terminal.text())
        await stage.press("enter")
        await stage.until(lambda: any(row.startswith("one2") for row in stage.terminal.text()))


async def test_several_lines_are_not_put_where_each_would_run(play: Play, practice: FakePractice) -> None:
    practice.shell = Command(("bash", "--norc", "-c", "echo ready; cat"))
    practice.pack = (replace(TASKS[0], prompt="```\nrm -r one\nrm -r two\n```\n"),)
    async with play() as stage:
        await stage.until(lambda: "ready" in stage.terminal.text()[0])
        await stage.lead("s")
        await stage.until(lambda: any("one by one" in toast for toast in stage.toasts()))
        assert "rm" not in "".join(stage.terminal.text())


async def test_of_several_code_blocks_one_is_chosen(play: Play, practice: FakePractice) -> None:
    practice.pack = (replace(TASKS[0], prompt="```\nfirst\n```\n\n```console\n$ second\nwhat it says\n```\n"), TASKS[1])
    async with play() as stage:
        await stage.lead("s")
        assert stage.sees("1  first")
        await stage.press("2")
        await stage.until(lambda: "second" in "".join(stage.terminal.text()))
        assert "says" not in "".join(stage.terminal.text())
        await stage.lead("n")
        await stage.lead("s")
        assert stage.toasts() == ["This task has no code block."]


async def test_everything_is_found_by_a_word_of_it(play: Play) -> None:
    async with play() as stage:
        await stage.lead("colon")
        assert stage.sees("leave the screen; the sandbox stays")
        await stage.type("text page")
        await stage.until(lambda: not stage.sees("leave the screen; the sandbox stays"))
        assert stage.sees("PgUp")
        await stage.press("escape")
        await stage.until(lambda: isinstance(stage.app.screen, PracticeScreen))
        await stage.lead("colon")
        await stage.type("task")
        await stage.press("down", "enter")
        await stage.until(lambda: stage.tasks.current == TASKS[1])
        assert isinstance(stage.focused(), TerminalPane)


async def test_ctrl_h_is_a_backspace_where_words_are_typed(play: Play) -> None:
    async with play() as stage:
        await stage.lead("colon")
        await stage.type("detachx")
        await stage.until(lambda: not stage.sees("leave the screen; the sandbox stays"))
        await stage.press("ctrl+h")
        await stage.until_sees("leave the screen; the sandbox stays")


async def test_what_is_not_found_is_not_done(play: Play) -> None:
    async with play() as stage:
        await stage.lead("colon")
        await stage.type("xyz")
        await stage.press("enter")
        assert not isinstance(stage.app.screen, PracticeScreen)


async def test_the_list_can_be_walked_and_left(play: Play) -> None:
    async with play() as stage:
        await stage.press(LEADER, "t", "down", "down")
        assert stage.tasks.current == TASKS[2]
        await stage.press("enter")
        assert isinstance(stage.focused(), TerminalPane)
        for key in ("escape", "tab"):
            await stage.lead("t")
            assert not isinstance(stage.focused(), TerminalPane)
            await stage.press(key)
            assert isinstance(stage.focused(), TerminalPane)


# The other shortcuts.


async def test_zoom_gives_the_terminal_the_screen_and_takes_it_back(play: Play) -> None:
    async with play() as stage:
        narrow = stage.terminal.size.width
        await stage.lead("z")
        assert stage.terminal.size.width == 118
        assert not stage.tasks.display
        await stage.lead("z")
        assert stage.terminal.size.width == narrow


async def test_extending_shows_the_new_deadline_or_the_reason(play: Play) -> None:
    async with play() as stage:
        await stage.lead("e")
        await stage.until_sees("1:18:00 left")
        assert "Extended" in stage.toasts()[0]
        await stage.lead("e")
        await stage.until(lambda: len(stage.toasts()) == 2)
        assert "extended once\nstart another" in stage.toasts()[1]


async def test_detaching_leaves_the_session_alone(play: Play, practice: FakePractice) -> None:
    async with play() as stage:
        await stage.lead("d")
    assert stage.app.return_value == Outcome(Ending.DETACHED)
    assert practice.stopped == 0


async def test_stopping_asks_and_shows_the_receipt(play: Play, practice: FakePractice) -> None:
    practice.receipt = Receipt("brave-otter", ("container ts-1",), ("network ts-1",))
    async with play() as stage:
        await stage.lead("q")
        assert stage.dialog is not None
        await stage.press("enter")
        assert stage.dialog is not None
        await stage.press("y")
        await stage.until(lambda: isinstance(stage.app.screen, Goodbye))
        assert stage.sees("✓ container ts-1")
        assert stage.sees("✗ network ts-1")
        assert stage.sees("Could not be removed")
        await stage.press("q")
    assert stage.app.return_value == Outcome(Ending.STOPPED, practice.receipt)
    assert practice.stopped == 1


async def test_a_stop_can_be_thought_better_of(play: Play, practice: FakePractice) -> None:
    async with play() as stage:
        await stage.lead("q")
        await stage.press("escape")
        assert stage.dialog is None
        assert isinstance(stage.focused(), TerminalPane)
    assert practice.stopped == 0


async def test_a_stop_that_fails_leaves_the_screen_open(play: Play, practice: FakePractice) -> None:
    async with play() as stage:
        practice.problem = EngineUnavailable("docker does not answer")
        await stage.lead("q")
        await stage.press("y")
        await stage.until(lambda: stage.toasts() == ["docker does not answer"])
        assert stage.dialog is None
        assert stage.app.screen is stage.screen


async def test_help_lists_every_key(play: Play) -> None:
    async with play() as stage:
        await stage.lead("question_mark")
        for words in ("check the current task", "previous task", "extend the session", "the sandbox stays"):
            assert stage.sees(words)
        await stage.press("escape")
        assert stage.dialog is None


async def test_an_unknown_key_after_the_leader_does_nothing(play: Play) -> None:
    async with play() as stage:
        await stage.press(LEADER)
        assert "press a key" in stage.shown()[-1]
        await stage.press("left_shift")
        assert "press a key" in stage.shown()[-1]
        await stage.press("y")
        assert "^] then" in stage.shown()[-1]


async def test_the_leader_can_be_another_key(play: Play) -> None:
    async with play(leader="f12") as stage:
        assert "f12 then" in stage.shown()[-1]
        await stage.press("f12", "z")
        assert not stage.tasks.display


@pytest.mark.parametrize("leader", ["a", "shift+a", "ctrl+", "", "ctrl+enterr", "hyper+x"])
def test_a_leader_that_could_not_be_typed_around_is_refused(leader: str, practice: FakePractice) -> None:
    with pytest.raises(UsageProblem, match="leader"):
        PracticeApp(practice, leader=leader)


async def test_without_tasks_there_is_a_terminal_and_a_clock(play: Play, practice: FakePractice) -> None:
    practice.pack = ()
    async with play() as stage:
        assert stage.terminal.size.width == 118
        assert "check" not in stage.shown()[-1]
        await stage.lead("c")
        await stage.lead("n")
        assert practice.checked == []


# Sizes.


@pytest.mark.parametrize("size", [(200, 60), (120, 36), (100, 30), (80, 24), (60, 16)])
async def test_the_clock_and_both_panes_are_there(play: Play, size: tuple[int, int]) -> None:
    async with play(size) as stage:
        assert "48:00 left" in stage.shown()[0]
        assert "^] then" in stage.shown()[-1]
        assert stage.sees("1/5 Make a directory")
        assert stage.terminal.size.width >= min(size[0], 72)
        assert stage.terminal.size.height >= 8


@pytest.mark.parametrize("size", [(20, 8), (20, 24), (59, 40), (100, 12), (10, 3)])
async def test_a_tiny_screen_is_a_terminal_with_one_line(play: Play, size: tuple[int, int]) -> None:
    async with play(size) as stage:
        assert stage.terminal.size == (size[0], size[1] - 1)
        assert size[0] < 20 or "48:00 left" in stage.shown()[0]
        await stage.press(LEADER)
        assert stage.shown()[-1].startswith(" press a"[: size[0]].rstrip() or " ")
        await stage.press("escape")


async def test_a_screen_too_small_for_anything_survives(play: Play) -> None:
    async with play() as stage:
        for size in ((3, 2), (1, 1), (120, 36)):
            await stage.pilot.resize_terminal(*size)
            await stage.press(LEADER, "x")
        assert stage.sees("48:00 left")


async def test_the_layout_follows_the_size(play: Play) -> None:
    async with play() as stage:
        for size in ((80, 24), (20, 6), (150, 50)):
            await stage.pilot.resize_terminal(*size)
            await stage.pilot.pause()
            assert stage.sees("48:00 left")
        assert stage.tasks.display


async def test_a_low_screen_has_room_for_the_list_while_it_is_used(play: Play) -> None:
    async with play((80, 24)) as stage:
        assert not stage.sees("2 Link the log")
        await stage.lead("t")
        assert stage.sees("2 Link the log")
        await stage.press("enter")
        assert not stage.sees("2 Link the log")


# Strangers.

HOSTILE = "\x1b]52;c;aGk=\x07\x1b[2J[bold]x[/][@click=app.quit]y\u202ez\x9b31m"


async def test_text_from_strangers_is_shown_as_text(play: Play, practice: FakePractice) -> None:
    task = replace(TASKS[0], title=HOSTILE, prompt=HOSTILE, domain=HOSTILE, hints=(HOSTILE,))
    practice.pack = (task,)
    practice.view = replace(practice.view, name=HOSTILE, pack=HOSTILE, backend=HOSTILE)
    row = practice.rows[1]
    practice.rows = [type(row)(check=HOSTILE, verdict=row.verdict, gate=True, points=0, earned=0, found=HOSTILE)]
    practice.receipt = Receipt(HOSTILE, (HOSTILE,), (HOSTILE,))
    async with play((160, 40)) as stage:
        await stage.lead("h")
        await stage.lead("c")
        await stage.until_sees("✗ fail  [bold]x[/]")
        assert_harmless(stage.shown())
        practice.problem = EngineUnavailable(HOSTILE, hint=HOSTILE)
        await stage.lead("e")
        await stage.until(lambda: len(stage.toasts()) > 0)
        assert_harmless(stage.shown())
        practice.problem = None
        await stage.lead("q")
        assert_harmless(stage.shown())
        await stage.press("y")
        await stage.until(lambda: isinstance(stage.app.screen, Goodbye))
        assert_harmless(stage.shown())


def assert_harmless(lines: list[str]) -> None:
    text = "".join(lines)
    assert text.isprintable()
    assert "[bold]x[/]" in text


async def test_an_attach_that_fails_says_why_and_can_be_tried_again(play: Play, practice: FakePractice) -> None:
    practice.shell = Command(("no-such-program-anywhere",))
    async with play() as stage:
        assert stage.sees("no-such-program-anywhere")
        practice.shell = Command(("cat",))
        await stage.press("enter")
        await stage.until(lambda: stage.terminal.attachment is not None)
        assert stage.terminal.notice == ""


async def test_a_bug_in_a_worker_thread_does_not_end_the_screen(play: Play, practice: FakePractice) -> None:
    practice.rows = None  # type: ignore[assignment]  # what a broken port would give
    async with play() as stage:
        await stage.lead("c")
        await stage.until(lambda: bool(practice.bugs))
        assert isinstance(practice.bugs[0], TypeError)
        await stage.until(lambda: any("This is a bug" in said for said in stage.toasts()))
        assert stage.app.bug is None
