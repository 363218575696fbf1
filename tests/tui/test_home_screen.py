"""The home screen: what it shows, and what comes of a key on each kind of thing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual import events

from tempshell_cli.core.config import ScreenSettings
from tempshell_cli.core.errors import LimitReached
from tempshell_cli.core.units import size_text
from tempshell_cli.tui.home import words
from tempshell_cli.tui.home.app import HomeApp
from tempshell_cli.tui.home.port import HomeView
from tempshell_cli.tui.home.rows import Kind, parts_of
from tempshell_cli.tui.palette import NOTHING_FITS, Palette

from .app_user import using_home
from .fake_home import VIEW, FakeHome
from .fakes import START


async def test_a_key_on_a_thing_chooses_the_command_for_it() -> None:
    async with using_home(FakeHome()) as user:
        for row, key, command in (
            ("SESSION:1f2e3d4c", "enter", ("attach", "1f2e3d4c")),
            ("SESSION:2a2b2c2d", "w", ("attach", "--read-only", "2a2b2c2d")),
            ("SESSION:2a2b2c2d", "n", ("start",)),
            ("PACK:linux-basics", "enter", ("start", "linux-basics")),
            ("PACK:ckad-core", "t", ("pack", "show", "ckad-core")),
            ("PACK:", "enter", ("start",)),
            ("DRILL:ckad-core", "enter", ("drill", "ckad-core")),
            ("PAST:5a5b5c5d", "enter", ("report", "5a5b5c5d")),
            ("RECORDING:calm-heron-20260228-1859", "enter", ("recordings", "play", "calm-heron-20260228-1859")),
            (f"PROBLEM:{VIEW.problems[0]}", "enter", ("doctor",)),
            ("PACK:mine", "q", None),
            ("PACK:mine", "ctrl+c", None),
        ):
            await user.mark(row)
            await user.press(key)
            assert user.app.chosen[-1:] == [command], row


async def test_an_exam_begins_after_a_question() -> None:
    async with using_home(FakeHome()) as user:
        await user.mark("PACK:ckad-core")
        await user.press("x", "escape", "x")
        assert user.app.chosen == []
        await user.press("y")
        await user.until(lambda: user.app.chosen == [("exam", "ckad-core")])


async def test_of_two_keys_that_come_together_the_first_decides() -> None:
    app = HomeApp(FakeHome(), ScreenSettings(), leader="Ctrl+]")
    async with app.run_test():
        for key in ("enter", "n", "q"):
            app.post_message(events.Key(key, None))
    assert app.return_value == ("attach", "1f2e3d4c")


async def test_a_filter_takes_words_in_any_order_and_keeps_what_has_them_all() -> None:
    async with using_home(FakeHome()) as user:
        await user.press("slash")
        await user.type("local he")
        assert user.sees("calm-heron")
        assert not user.sees("brave-otter")
        await user.press("enter", "enter")
        assert user.app.chosen == [("attach", "2a2b2c2d")]


async def test_a_session_is_extended_paused_and_stopped_from_here() -> None:
    async with using_home(FakeHome()) as user:
        await user.press("e")
        await user.until_sees("brave-otter now ends at")
        await user.press("p")
        await user.until(lambda: ("pause", "1f2e3d4c") in user.home.done)
        await user.press("s", "escape", "s", "n")
        assert not any(what == "stop" for what, _ in user.home.done)
        await user.press("escape", "s")
        assert user.sees("with all that is in it")
        await user.press("y", "y")  # two keys in one read
        await user.until_sees("removed container")
        await user.until_sees("Sessions (3)")
        assert [one for one in user.home.done if one[0] == "stop"] == [("stop", "1f2e3d4c")]


async def test_what_goes_wrong_is_said_and_the_screen_stays() -> None:
    async with using_home(FakeHome(problem=LimitReached("extended once", hint="start another"))) as user:
        await user.press("e")
        await user.until_sees("start another")
        user.home.problem = bug = ValueError("a bug")
        await user.press("e")
        await user.until(lambda: user.home.bugs == [bug])
        assert user.app.is_running


async def test_the_mark_stays_on_its_thing_while_others_come_and_go() -> None:
    async with using_home(FakeHome()) as user:
        await user.press("j", "j")
        user.home.shown = replace(VIEW, sessions=(VIEW.sessions or ())[1:])
        await user.until_sees("Sessions (3)")
        await user.press("enter")
        assert user.app.chosen == [("attach", "3a3b3c3d")]


async def test_tab_goes_from_heading_to_heading() -> None:
    async with using_home(FakeHome()) as user:
        await user.press("tab", "tab", "shift+tab", "enter")
        assert user.app.chosen == [("start", "ckad-core")]


async def test_the_palette_finds_what_can_be_done_and_says_where_nothing_fits() -> None:
    async with using_home(FakeHome()) as user:
        await user.press("colon")
        await user.type("zzz")
        assert user.sees(NOTHING_FITS)
        await user.press("enter")
        assert isinstance(user.app.screen, Palette)
        await user.press("backspace", "backspace", "backspace")
        await user.type("freeze")
        await user.press("enter")
        await user.until(lambda: ("pause", "1f2e3d4c") in user.home.done)


async def test_a_filter_that_fits_nothing_says_how_to_see_everything_again() -> None:
    async with using_home(FakeHome()) as user:
        await user.press("slash")
        await user.type("zzz")
        assert user.sees(words.NOTHING_FITS)
        await user.press("escape")
        assert user.sees("brave-otter")


def test_texts_of_strangers_cannot_move_the_cursor_or_change_a_colour() -> None:
    packs = [replace((VIEW.packs or ())[0], title="a\x1b[2Jb", domains=("c\x9b1md",))]
    for part in parts_of(replace(VIEW, packs=packs, problems=("e\x1b]0;f\x07g",)), START):
        for row in part.rows:
            assert all(text.isprintable() for text in (row.line.plain, *(text for _, text in row.details)))


def test_what_is_still_being_read_is_not_said_to_be_missing() -> None:
    notes = {part.kind: part.note for part in parts_of(HomeView(), START)}
    assert notes == {Kind.SESSION: "looking …", Kind.PACK: "looking …"}


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 kB"), (38 * 1024**2, "38 MB"), (1640 * 1024**2, "1.6 GB")],
)
def test_sizes_read_as_people_write_them(size: int, text: str) -> None:
    assert size_text(size) == text
