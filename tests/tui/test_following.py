"""The screen follows what happens elsewhere, and nothing that goes wrong behind it ends it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

import pytest

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Command
from tempshell_cli.tui.port import TaskState

from .conftest import Play
from .fakes import ROWS, TASKS, FakePractice
from .stage import Heard, Stage


async def test_a_bug_in_a_worker_is_said_and_the_screen_goes_on(play: Play) -> None:
    async with play() as stage:
        stage.practice.problem = RuntimeError("boom")
        for keys in (("c",), ("e",), ("q", "y")):
            stage.app.said.clear()
            for key in keys:
                await (stage.lead(key) if key == keys[0] else stage.press(key))
            await stage.until(lambda: any("This is a bug: RuntimeError: boom" in said for said in stage.toasts()))
        assert [str(bug) for bug in stage.practice.bugs] == ["boom"] * 3
        stage.practice.problem = None
        await stage.lead("c")
        await stage.until(lambda: stage.practice.checked == ["files"])


async def test_a_bug_while_the_terminal_opens_is_said_and_it_opens_later(
    play: Play, practice: FakePractice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempshell_cli.tui.retries._PAUSES", (0.01,))
    practice.problem = RuntimeError("boom")
    async with play() as stage:
        await stage.until(lambda: "This is a bug: RuntimeError: boom" in stage.terminal.notice)
        practice.problem = None
        await stage.until(lambda: stage.terminal.attachment is not None)
    assert practice.bugs


@dataclass
class Hanging(FakePractice):
    """An engine that does not answer until it is let go."""

    answers: threading.Event = field(default_factory=threading.Event)

    def attach_command(self) -> Command:
        self.answers.wait(20)
        return super().attach_command()

    def history(self) -> bytes | None:
        self.answers.wait(20)
        return super().history()


async def test_an_engine_that_hangs_blocks_no_key() -> None:
    practice = Hanging()
    app = Heard(practice)
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        stage = Stage(practice, app, pilot)
        await stage.lead("n")
        await stage.until(lambda: stage.tasks.current == TASKS[1])
        await stage.lead("c")
        await stage.until(lambda: practice.checked == ["links"])
        await stage.type("ahead")
        practice.answers.set()
        await stage.until(lambda: "ahead" in stage.terminal.text()[0])


async def test_a_session_that_was_ended_elsewhere_says_so_and_how_to_leave(play: Play) -> None:
    async with play() as stage:
        await stage.lead("slash")
        stage.practice.view = replace(stage.practice.view, ended="vanished")
        await stage.tick()
        await stage.until_sees("The session has ended: it was removed from outside · ^] d leaves")
        assert stage.sees("✕ ended")
        footer = stage.shown()[-1]
        assert "d detach" in footer
        assert not any(gone in footer for gone in ("check", "stop", "extend", "send"))
        await stage.press("enter")
        await stage.lead("c")
        await stage.lead("e")
        assert (stage.practice.attached, stage.practice.checked, stage.toasts()) == (1, [], [])
        stage.practice.left(seconds=-5)
        await stage.tick()
        assert stage.sees("✕ ended")
        assert stage.dialog is None
        await stage.lead("h")
        assert stage.practice.noted[-1] == ("hinted", "files", "1")
        await stage.lead("d")


async def test_what_another_terminal_does_to_the_tasks_appears(play: Play) -> None:
    async with play() as stage:
        first, *others = stage.practice.pack
        changed = replace(first, state=TaskState.FAILING, results=ROWS, hints_shown=1, flagged=True)
        stage.practice.pack = (changed, *others)
        await stage.tick()
        for seen in ("Others can read it.", "hint 1 of 2", "⚑", "✗ 1 Make a directory"):
            await stage.until_sees(seen)
        stage.practice.pack = (first, *others)
        await stage.tick()
        await stage.until(lambda: not stage.sees("Others can read it."))


async def test_it_begins_with_the_task_in_hand_as_it_was_left(play: Play, practice: FakePractice) -> None:
    practice.in_hand = "links"
    first, second, *others = practice.pack
    hints = ("Think.", "Think again.")
    practice.pack = (first, replace(second, hints=hints, hints_shown=1, results=ROWS), *others)
    async with play() as stage:
        for seen in ("2/5 Link the log", "symbolic link to", "hint 1 of 2", "Others can read it."):
            await stage.until_sees(seen)
        await stage.lead("h")
        await stage.until_sees("hint 2 of 2")
        assert ("took", "links") in practice.noted


async def test_a_store_that_cannot_be_used_is_reported_and_that_it_can_again(play: Play) -> None:
    async with play() as stage:
        stage.practice.view = replace(stage.practice.view, trouble="cannot use the store: database is locked")
        await stage.tick()
        await stage.tick()
        assert ["database is locked\nNothing is lost" in said for said in stage.toasts()] == [True]
        assert stage.sees("· not recorded")
        stage.practice.view = replace(stage.practice.view, trouble="")
        await stage.tick()
        assert stage.toasts()[1:] == ["The store works again: everything is on record."]
        assert not stage.sees("not recorded")


# What a sandbox has kept of its terminal.

FLOOD = Command(("bash", "--norc", "-c", "seq 2 2 60; exec cat"))
PAST = "\n".join(map(str, range(1, 61))).encode()


async def test_a_search_and_a_look_back_see_what_the_sandbox_has_kept(play: Play, practice: FakePractice) -> None:
    practice.shell, practice.past = FLOOD, PAST
    async with play() as stage:
        await stage.until(lambda: "60" in [row.strip() for row in stage.terminal.text()])
        await stage.lead("slash")
        await stage.type("17")
        await stage.until(lambda: "17" in [row.strip() for row in stage.terminal.text()])
        await stage.press("escape")
        await stage.until(lambda: not stage.terminal.status.scrolled)
        practice.past = PAST.replace(b"19", b"later")
        await stage.press("shift+pageup")
        await stage.until_sees("later")
        await stage.type("x")
        await stage.until(lambda: not stage.terminal.status.scrolled)


async def test_where_it_does_not_answer_the_title_says_that_lines_may_be_missing(
    play: Play, practice: FakePractice
) -> None:
    practice.shell = FLOOD
    async with play(size=(160, 36)) as stage:
        await stage.until(lambda: "60" in [row.strip() for row in stage.terminal.text()])
        practice.problem = EngineUnavailable("no answer")
        await stage.press("shift+pageup")
        await stage.until_sees("lines may be missing: the sandbox does not answer")
        await stage.press("shift+pagedown")
        await stage.until(lambda: not stage.sees("lines may be missing"))


# Time.


async def test_no_frame_shows_a_time_that_is_not_so(play: Play) -> None:
    async with play() as stage:
        assert stage.countdown.left is not None
        stage.countdown.left = None
        assert stage.countdown.render().plain == ""


@pytest.mark.parametrize(("minutes", "said"), [(8, "8 minutes left."), (4, "4 minutes left.")])
async def test_a_session_that_is_short_from_the_beginning_opens_without_a_dialog(
    play: Play, practice: FakePractice, minutes: float, said: str
) -> None:
    practice.left(minutes=minutes)
    async with play() as stage:
        await stage.until(lambda: len(stage.toasts()) > 0)
        assert stage.toasts()[0].startswith(said)
        assert stage.dialog is None
        practice.left(minutes=3)
        await stage.tick()
        assert (stage.dialog is not None) is (minutes > 5)


async def test_who_types_on_does_not_answer_the_dialog_that_came_up(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It listens after a pause: each key that is dropped puts that off."""
    async with play(grace=3600) as stage:
        stage.practice.left(minutes=4)
        await stage.tick()
        dialog = stage.dialog
        assert dialog
        assert dialog._pause  # noqa: SLF001 - it has no other sign of it
        put_off: list[None] = []
        monkeypatch.setattr(dialog._pause, "reset", lambda: put_off.append(None))  # noqa: SLF001 - as above
        await stage.type("eee")
        assert (stage.dialog, len(put_off)) == (dialog, 3)
        dialog.listen()
        await stage.press("e")
        await stage.until(lambda: not stage.practice.view.extendable)
