"""The screen follows what happens elsewhere, and nothing that goes wrong behind it ends it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

import pytest

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Command
from tempshell_cli.tui.port import TaskState

from .app_user import AppUser, Heard
from .conftest import OpenApp
from .fakes import ROWS, TASKS, FakePractice


async def test_a_bug_in_a_worker_is_said_and_the_screen_goes_on(open_app: OpenApp) -> None:
    async with open_app() as user:
        user.practice.problem = RuntimeError("boom")
        for keys in (("c",), ("e",), ("q", "y")):
            user.app.said.clear()
            for key in keys:
                await (user.lead(key) if key == keys[0] else user.press(key))
            await user.until(lambda: any("This is a bug: RuntimeError: boom" in said for said in user.toasts()))
        assert [str(bug) for bug in user.practice.bugs] == ["boom"] * 3
        user.practice.problem = None
        await user.lead("c")
        await user.until(lambda: user.practice.checked == ["files"])


async def test_a_bug_while_the_terminal_opens_is_said_and_it_opens_later(
    open_app: OpenApp, practice: FakePractice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempshell_cli.tui.retries._PAUSES", (0.01,))
    practice.problem = RuntimeError("boom")
    async with open_app() as user:
        await user.until(lambda: "This is a bug: RuntimeError: boom" in user.terminal.notice)
        practice.problem = None
        await user.until(lambda: user.terminal.attachment is not None)
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
        user = AppUser(app, pilot, practice)
        await user.lead("n")
        await user.until(lambda: user.tasks.current == TASKS[1])
        await user.lead("c")
        await user.until(lambda: practice.checked == ["links"])
        await user.type("ahead")
        practice.answers.set()
        await user.until(lambda: "ahead" in user.terminal.text()[0])


async def test_a_session_that_was_ended_elsewhere_says_so_and_how_to_leave(open_app: OpenApp) -> None:
    async with open_app() as user:
        await user.lead("slash")
        user.practice.view = replace(user.practice.view, ended="vanished")
        await user.tick()
        await user.until_sees("The session has ended: it was removed from outside · ^] d leaves")
        assert user.sees("✕ ended")
        footer = user.shown()[-1]
        assert "d detach" in footer
        assert not any(gone in footer for gone in ("check", "stop", "extend", "send"))
        await user.press("enter")
        await user.lead("c")
        await user.lead("e")
        assert (user.practice.attached, user.practice.checked, user.toasts()) == (1, [], [])
        user.practice.left(seconds=-5)
        await user.tick()
        assert user.sees("✕ ended")
        assert user.dialog is None
        await user.lead("h")
        assert user.practice.noted[-1] == ("hinted", "files", "1")
        await user.lead("d")


async def test_what_another_terminal_does_to_the_tasks_appears(open_app: OpenApp) -> None:
    async with open_app() as user:
        first, *others = user.practice.pack
        changed = replace(first, state=TaskState.FAILING, results=ROWS, hints_shown=1, flagged=True)
        user.practice.pack = (changed, *others)
        await user.tick()
        for seen in ("Others can read it.", "hint 1 of 2", "⚑", "✗ 1 Make a directory"):
            await user.until_sees(seen)
        user.practice.pack = (first, *others)
        await user.tick()
        await user.until(lambda: not user.sees("Others can read it."))


async def test_it_begins_with_the_task_in_hand_as_it_was_left(open_app: OpenApp, practice: FakePractice) -> None:
    practice.in_hand = "links"
    first, second, *others = practice.pack
    hints = ("Think.", "Think again.")
    practice.pack = (first, replace(second, hints=hints, hints_shown=1, results=ROWS), *others)
    async with open_app() as user:
        for seen in ("2/5 Link the log", "symbolic link to", "hint 1 of 2", "Others can read it."):
            await user.until_sees(seen)
        await user.lead("h")
        await user.until_sees("hint 2 of 2")
        assert ("took", "links") in practice.noted


async def test_a_store_that_cannot_be_used_is_reported_and_that_it_can_again(open_app: OpenApp) -> None:
    async with open_app() as user:
        user.practice.view = replace(user.practice.view, trouble="cannot use the store: database is locked")
        await user.tick()
        await user.tick()
        assert ["database is locked\nNothing is lost" in said for said in user.toasts()] == [True]
        assert user.sees("· not recorded")
        user.practice.view = replace(user.practice.view, trouble="")
        await user.tick()
        assert user.toasts()[1:] == ["The store works again: everything is on record."]
        assert not user.sees("not recorded")


# What a sandbox has kept of its terminal.

FLOOD = Command(("bash", "--norc", "-c", "seq 2 2 60; exec cat"))
PAST = "\n".join(map(str, range(1, 61))).encode()


async def test_a_search_and_a_look_back_see_what_the_sandbox_has_kept(
    open_app: OpenApp, practice: FakePractice
) -> None:
    practice.shell, practice.past = FLOOD, PAST
    async with open_app() as user:
        await user.until(lambda: "60" in [row.strip() for row in user.terminal.text()])
        await user.lead("slash")
        await user.type("17")
        await user.until(lambda: "17" in [row.strip() for row in user.terminal.text()])
        await user.press("escape")
        await user.until(lambda: not user.terminal.status.scrolled)
        practice.past = PAST.replace(b"19", b"later")
        await user.press("shift+pageup")
        await user.until_sees("later")
        await user.type("x")
        await user.until(lambda: not user.terminal.status.scrolled)


async def test_where_it_does_not_answer_the_title_says_that_lines_may_be_missing(
    open_app: OpenApp, practice: FakePractice
) -> None:
    practice.shell = FLOOD
    async with open_app(size=(160, 36)) as user:
        await user.until(lambda: "60" in [row.strip() for row in user.terminal.text()])
        practice.problem = EngineUnavailable("no answer")
        await user.press("shift+pageup")
        await user.until_sees("lines may be missing: the sandbox does not answer")
        await user.press("shift+pagedown")
        await user.until(lambda: not user.sees("lines may be missing"))


# Time.


async def test_no_frame_shows_a_time_that_is_not_so(open_app: OpenApp) -> None:
    async with open_app() as user:
        assert user.countdown.left is not None
        user.countdown.left = None
        assert user.countdown.render().plain == ""


@pytest.mark.parametrize(("minutes", "said"), [(8, "8 minutes left."), (4, "4 minutes left.")])
async def test_a_session_that_is_short_from_the_beginning_opens_without_a_dialog(
    open_app: OpenApp, practice: FakePractice, minutes: float, said: str
) -> None:
    practice.left(minutes=minutes)
    async with open_app() as user:
        await user.until(lambda: len(user.toasts()) > 0)
        assert user.toasts()[0].startswith(said)
        assert user.dialog is None
        practice.left(minutes=3)
        await user.tick()
        assert (user.dialog is not None) is (minutes > 5)


async def test_who_types_on_does_not_answer_the_dialog_that_came_up(
    open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It listens after a pause: each key that is dropped puts that off."""
    async with open_app(grace=3600) as user:
        user.practice.left(minutes=4)
        await user.tick()
        dialog = user.dialog
        assert dialog
        assert dialog._pause  # noqa: SLF001 - it has no other sign of it
        put_off: list[None] = []
        monkeypatch.setattr(dialog._pause, "reset", lambda: put_off.append(None))  # noqa: SLF001 - as above
        await user.type("eee")
        assert (user.dialog, len(put_off)) == (dialog, 3)
        dialog.listen()
        await user.press("e")
        await user.until(lambda: not user.practice.view.extendable)
