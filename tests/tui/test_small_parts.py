"""The parts of the screen that need no screen: keys, strips, the clock's text."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rich.style import Style
from textual import events

from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.terminal.screen import Run
from tempshell_cli.terminal.wire import Key, Modifiers
from tempshell_cli.tui.countdown import clock_text
from tempshell_cli.tui.keys import leader_key, leader_label, to_key
from tempshell_cli.tui.terminal.strips import row_strip
from tempshell_cli.tui.theme import DARK, LIGHT, preferred_theme

CTRL, ALT, SHIFT = Modifiers.CTRL, Modifiers.ALT, Modifiers.SHIFT


@pytest.mark.parametrize(
    ("name", "character", "expected"),
    [
        ("a", "a", Key("a", "a")),
        ("A", "A", Key("a", "A", SHIFT)),
        ("question_mark", "?", Key("?", "?")),
        ("space", " ", Key("space", " ")),
        ("ctrl+right_square_bracket", None, Key("]", "", CTRL)),
        ("alt+x", "x", Key("x", "x", ALT)),
        ("shift+tab", None, Key("tab", "", SHIFT)),
        ("f5", None, Key("f5")),
        ("left_shift", None, None),
    ],
)
def test_a_key_that_is_known_by_name_alone_is_one_too(name: str, character: str | None, expected: Key | None) -> None:
    assert to_key(events.Key(name, character)) == expected


@pytest.mark.parametrize(
    ("typed", "name", "label"),
    [
        ("ctrl+]", "ctrl+right_square_bracket", "^]"),
        ("ctrl+a", "ctrl+a", "^a"),
        ("alt+space", "alt+space", "alt+space"),
        ("ctrl+alt+x", "alt+ctrl+x", "ctrl+alt+x"),
        ("f12", "f12", "f12"),
    ],
)
def test_a_leader_is_typed_like_people_type_keys(typed: str, name: str, label: str) -> None:
    assert leader_key(typed) == name
    assert leader_label(typed) == label


@pytest.mark.parametrize("typed", ["ctrl+ö", "ö", "strg+g", "ctrl+"])
def test_a_leader_that_most_terminals_cannot_send_is_refused(typed: str) -> None:
    with pytest.raises(UsageProblem, match="cannot be the leader key"):
        leader_key(typed)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(3661, "1:01:01"), (601, "10:01"), (599.1, "10:00"), (59.5, "01:00"), (0, "00:00"), (-70, "00:00")],
)
def test_the_clock_counts_a_second_begun(seconds: float, text: str) -> None:
    assert clock_text(timedelta(seconds=seconds)) == text


def test_a_broken_worker_cannot_write_to_the_users_terminal() -> None:
    row = (Run("ok\x1b[31m\x9b\n", 9, 0), Run("\u202e", 3, 0), Run("wide漢", 3, 0))
    strip = row_strip(row, 20, Style(), dark=True)
    assert strip.text.isprintable()
    assert strip.cell_length == 20


def test_the_theme_fits_the_terminal_that_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLORFGBG", "0;15")
    assert preferred_theme() is LIGHT
    monkeypatch.setenv("COLORFGBG", "15;default;0")
    assert preferred_theme() is DARK
    monkeypatch.delenv("COLORFGBG")
    assert preferred_theme() is DARK
