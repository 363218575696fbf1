"""What a player of recordings lets through."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tempshell_cli.terminal.emulators.choice import BITTTY, open_emulator
from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.recording.drawing import Drawing

# What is dangerous, what it is made of, and what a terminal does in the middle of it.
_PIECES = [
    "\x1b[c", "\x1b[>c", "\x1b[6n", "\x1b[?6n", "\x1b[18t", "\x1b[>q", "\x1bZ", "\x1b[x", "\x1b[?2026$p", "\x1b[?u",
    "\x1b]52;c;ZXZpbA==", "\x1b]0;title", "\x1b]11;?", "\x1b]8;;https://example.org", "\x1bP+q544e", "\x1bP$qm",
    "\x1b_", "\x1b^", "\x1bX", "\x1b[?1000h", "\x1b[?1049;2004h", "\x1b[>4;2m", "\x1b[=5u", "\x1b[21t",
    "\x1b[2;3;4;5;6*y",
    "\x1b\\", "\x07", "\x1b", "\x1b[", "\x1b]", "\x1b[3", ";", "5", "?", "$", "c", "n", "m", "R", "\0", "\n", "\x7f",
    "\x18", "\x05", "\x9b", "\x9d", "\x90", "\x9c", "é", "漢", "text", "\x1b[31m", "\x1b[2J", "\x1b(0",
    "\x1b%@", "\x1b c",
]  # fmt: skip
# All that may come out: text, controls that move, and whole sequences.
_HARMLESS = re.compile(
    r"(?:[\x07-\x0f]|[ -~]|[^\x00-\x9f]"
    r"|\x1b(?:[78DEHMc=>]|[()*+][0-9A-Z]|#[34568])"
    r"|\x1b\[(?:\??[0-9;:]*[@-GHIJKLMPSTXZ`abdefghlmrsu]|[0-9]* [q@A]|!p|[012]?\"q)"
    r"|\x1b\]8;[^\x00-\x1f]*\x1b\\)*"
)


def passed(*parts: str) -> str:
    drawing = Drawing()
    return "".join(map(drawing.passed, parts))


@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=3), max_size=12).map("".join))
def test_whatever_comes_a_terminal_that_shows_the_rest_answers_nothing(output: str) -> None:
    text = passed(output)
    assert _HARMLESS.fullmatch(text), repr(text)
    emulator = open_emulator(Size(40, 5), BITTTY)
    emulator.feed(text.encode())
    assert (emulator.replies(), emulator.copied(), emulator.status().title) == (b"", "", "")
    assert emulator.status().mouse == emulator.status().alternate
    emulator.close()


@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=3), max_size=12), st.integers(0, 40))
def test_where_it_is_cut_makes_no_difference(pieces: list[str], place: int) -> None:
    output = "".join(pieces)
    whole = passed(output)
    assert passed(output[:place], output[place:]) == whole
    assert passed(whole) == whole


@pytest.mark.parametrize("inside", ["\0", "\n", "\x7f", "\r", "\x08", "\0\0\x7f"])
@pytest.mark.parametrize("asking", ["\x1b[6n", "\x1b[>c", "\x1b]52;c;ZXZpbA==\x07", "\x1bP+q544e\x1b\\", "\x1bZ"])
def test_a_control_character_inside_hides_no_question(asking: str, inside: str) -> None:
    for place in range(1, len(asking)):
        text = passed(asking[:place] + inside + asking[place:])
        assert "\x1b" not in text


def test_a_control_character_inside_is_done_and_the_sequence_too() -> None:
    assert passed("\x1b[3\n1mred\x1b[\0m") == "\n\x1b[31mred\x1b[m"


def test_of_several_modes_those_that_draw_pass() -> None:
    assert passed("\x1b[?1049;1000;25h\x1b[?1003h") == "\x1b[?1049;25h"


def test_what_is_too_long_is_none_and_ends_where_it_would() -> None:
    assert passed(f"a\x1b[{'1;' * 300}mb\x1b]8;;{'x' * 5000}\x07c") == "abc"
