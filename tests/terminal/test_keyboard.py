"""The bytes of a keyboard, taken apart into keys."""

from __future__ import annotations

import pytest

from tempshell_cli.terminal.keyboard import keys_of, split
from tempshell_cli.terminal.wire import Key, KeyAction, Modifiers, Type

CTRL, ALT, SHIFT, NUM_LOCK = Modifiers.CTRL, Modifiers.ALT, Modifiers.SHIFT, Modifiers.NUM_LOCK


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"a", [Key("a", "a")]),
        (b"A", [Key("a", "A", SHIFT)]),
        ("ß漢".encode(), [Key("ß", "ß"), Key("漢", "漢")]),
        (b"?", [Key("?", "?")]),
        (b" ", [Key("space", " ")]),
        (b"\r\t", [Key("enter"), Key("tab")]),
        (b"\x7f\x08", [Key("backspace"), Key("h", "", CTRL)]),
        (b"\x00\x03\x1d\x1f", [Key("space", "", CTRL), Key("c", "", CTRL), Key("]", "", CTRL), Key("_", "", CTRL)]),
        (b"\x1b[A\x1bOB", [Key("up"), Key("down")]),
        (b"\x1b[1;5C", [Key("right", "", CTRL)]),
        (b"\x1b[Z", [Key("tab", "", SHIFT)]),
        (b"\x1b[15~\x1b[34;2~", [Key("f5"), Key("f20", "", SHIFT)]),
        (b"\x1bx\x1b.", [Key("x", "x", ALT), Key(".", ".", ALT)]),
        (b"\x1bX", [Key("x", "X", ALT | SHIFT)]),
        (b"\x1b\r", [Key("enter", "", ALT)]),
        (b"\x1b\x01", [Key("a", "", ALT | CTRL)]),
        ("\x1bß".encode(), [Key("ß", "ß", ALT)]),
        (b"\x1b\x1b[A", [Key("escape"), Key("up")]),
        (b"\x1b[97;5u", [Key("a", "", CTRL)]),
        (b"\x1b[97:65;2;65u", [Key("a", "A", SHIFT)]),
        (b"\x1b[45:95;6u", [Key("-", "_", CTRL | SHIFT)]),
        (b"\x1b[1089::99;5u", [Key("с", "", CTRL, "c")]),  # noqa: RUF001 - the Cyrillic letter
        (b"\x1b[97;1:2;97u", [Key("a", "a", action=KeyAction.REPEAT)]),
        (b"\x1b[1;1:3A", [Key("up", action=KeyAction.RELEASE)]),
        (b"\x1b[57400;129;49u", [Key("kp_1", "1", NUM_LOCK)]),
        (b"\x1b[57417u\x1b[57376u\x1b[57454u", [Key("kp_left"), Key("f13"), Key("iso_level5_shift")]),
        (b"\x1b[0;;228:246u", [Key("ä", "ä"), Key("ö", "ö")]),
        (b"\x1b[99~", [Type(b"\x1b[99~")]),
        (b"\x1b[1;300A", [Type(b"\x1b[1;300A")]),
        (b"\x1b[1;0A", [Type(b"\x1b[1;0A")]),
        (b"\x1b[u", [Type(b"\x1b[u")]),
        (b"\x1b[1114112u", [Type(b"\x1b[1114112u")]),
        (b"\xff\xc3a", [Type(b"\xff"), Type(b"\xc3"), Key("a", "a")]),
    ],
)
def test_bytes_become_keys(sent: bytes, expected: list[Key | Type]) -> None:
    pieces, rest = split(sent, paused=True)
    assert [key for piece in pieces for key in keys_of(piece)] == expected
    assert rest == b""


@pytest.mark.parametrize(
    ("sent", "at_once", "after_a_pause"),
    [
        (b"\x1b", [], [b"\x1b"]),
        (b"\x1b\x1b", [b"\x1b"], [b"\x1b"]),
        (b"\x1b[", [], [b"\x1b["]),
        (b"\x1bO", [], [b"\x1bO"]),
        (b"\x1b]", [b"\x1b]"], []),
        (b"a\xe6\xbc", [b"a"], [b"\xe6", b"\xbc"]),
        (b"\x1b\xc3", [], [b"\x1b", b"\xc3"]),
        (b"\x1b[1;5", [], []),
        (b"\x1b[<0;1", [], []),
        (b"\x1b[?2026;2$", [], []),
        (b"\x1b[M !", [], []),
        (b"\x1b[3$", [b"\x1b[3$"], []),
    ],
)
def test_what_may_go_on_waits(sent: bytes, at_once: list[bytes], after_a_pause: list[bytes]) -> None:
    pieces, rest = split(sent, paused=False)
    assert pieces == at_once
    assert b"".join(pieces) + rest == sent
    pieces, rest = split(rest, paused=True)
    assert pieces == after_a_pause
    assert b"".join(at_once + pieces) + rest == sent
