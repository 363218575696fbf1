"""The parts of the screen that need no screen: keys, strips, the clock's text."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rich.style import Style
from textual import events
from textual.message import Message

from tempshell_cli.terminal.screen import Run
from tempshell_cli.terminal.wire import Key, Modifiers
from tempshell_cli.tui.countdown import Phase, clock_text, phase_of
from tempshell_cli.tui.driver import KeyReader
from tempshell_cli.tui.keys import leader_key, leader_label, to_key
from tempshell_cli.tui.strips import row_strip
from tempshell_cli.tui.theme import DARK, LIGHT, preferred_theme

CTRL, ALT, SHIFT = Modifiers.CTRL, Modifiers.ALT, Modifiers.SHIFT


def keys(*reads: bytes) -> list[Key]:
    """Return the keys of what a terminal sends, read by read, and of the pause after it."""
    reader = KeyReader()
    found: list[Message] = [event for data in (*reads, b"") for event in reader.feed(data)]
    reader.close()
    pressed = [to_key(event) for event in found if isinstance(event, events.Key)]
    return [key for key in pressed if key is not None]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"a", [Key("a", "a")]),
        (b"A", [Key("a", "A", SHIFT)]),
        ("ß漢".encode(), [Key("ß", "ß"), Key("漢", "漢")]),
        (b"?", [Key("?", "?")]),
        (b" ", [Key("space", " ")]),
        (b"\r", [Key("enter")]),
        (b"\x7f", [Key("backspace")]),
        (b"\x03\x11\x10", [Key("c", "", CTRL), Key("q", "", CTRL), Key("p", "", CTRL)]),
        (b"\x1d", [Key("]", "", CTRL)]),
        (b"\x1c", [Key("\\", "", CTRL)]),
        (b"\x1b[A", [Key("up")]),
        (b"\x1b[1;5C", [Key("right", "", CTRL)]),
        (b"\x1b[Z", [Key("tab", "", SHIFT)]),
        (b"\x1b[15~", [Key("f5")]),
        (b"\x1bx\x1b.", [Key("x", "x", ALT), Key(".", ".", ALT)]),
        (b"\x1bX", [Key("x", "X", ALT | SHIFT)]),
        (b"\x1b\r", [Key("enter", "", ALT)]),
        (b"\x1b\x7f", [Key("backspace", "", ALT)]),
        (b"\x1b\x01", [Key("a", "", ALT | CTRL)]),
        (b"\x1b[97;5u", [Key("a", "", CTRL)]),
        (b"\x1b[57441u", []),
    ],
)
def test_bytes_of_a_keyboard_become_keys(sent: bytes, expected: list[Key]) -> None:
    assert keys(sent) == expected


def test_a_sequence_may_come_in_parts() -> None:
    assert keys(b"\x1b[1", b";5C") == [Key("right", "", CTRL)]
    assert keys("漢".encode()[:1], "漢".encode()[1:]) == [Key("漢", "漢")]


def test_what_looks_like_alt_in_a_paste_is_text() -> None:
    reader = KeyReader()
    reads = (b"\x1b[200~one \x1bx", b"\x1by two\x1b[201~", b"")
    found = [event for data in reads for event in reader.feed(data)]
    assert [event.text for event in found if isinstance(event, events.Paste)] == ["one \x1bx\x1by two"]
    assert not [event for event in found if isinstance(event, events.Key)]


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


@pytest.mark.parametrize(
    ("seconds", "text", "phase"),
    [
        (3661, "1:01:01", Phase.CALM),
        (601, "10:01", Phase.CALM),
        (599.1, "10:00", Phase.SOON),
        (300, "05:00", Phase.LATE),
        (59.5, "01:00", Phase.LAST),
        (0, "00:00", Phase.OVER),
        (-70, "00:00", Phase.OVER),
    ],
)
def test_the_clock_counts_a_second_begun(seconds: float, text: str, phase: Phase) -> None:
    left = timedelta(seconds=seconds)
    assert clock_text(left) == text
    assert phase_of(left) is phase


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
