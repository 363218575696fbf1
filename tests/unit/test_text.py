"""What strangers write is safe on a terminal, and still says what it said."""

from __future__ import annotations

import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tempshell_cli.core.text import escape_json_controls, one_line, strip_controls, visible


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a\x1b[31mred\x1b[0m", "ared"),
        ("a\x1b[2J\x1b[Hb", "ab"),
        ("a\x9b31mb", "ab"),
        ("a\x1b]52;c;aGVsbG8=\x07b", "ab"),
        ("a\x1b]0;title\x1b\\b", "ab"),
        ("a\x9d0;title\x9cb", "ab"),
        ("a\x1bPdevice\x1b\\b", "ab"),
        ("a\x1b_app\x1b\\b\x1b^pm\x1b\\c\x1bXsos\x1b\\d", "abcd"),
        ("a\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\b", "alinkb"),
        ("a\x1bcb", "ab"),
        ("a\x1b(0b", "ab"),
        ("a\x1b\x1b[31mb", "ab"),
        ("a\rb\x08c\x07d\x00e\x7f", "abcde"),
        ("\x1b[?1049h\x1b[?25l", ""),
    ],
)
def test_escapes_and_controls_are_gone(hostile: str, shown: str) -> None:
    assert strip_controls(hostile) == shown


def test_what_is_not_seen_is_written_out() -> None:
    assert visible("ß \u202e\x1b[31m\n\u200b\U000e0041 世界") == "ß \\u202e\\x1b[31m\\n\\u200b\\U000e0041 世界"


def test_an_unfinished_control_string_swallows_the_rest_as_a_terminal_would() -> None:
    assert strip_controls("a\x1b]52;c;aGVsbG8=") == "a"


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u061c", "\u200b", "\u2060", "\ufeff", "\U000e0041", "\u00ad"])
def test_what_reorders_or_hides_is_gone(hidden: str) -> None:
    assert strip_controls(f"user{hidden}name") == "username"


@pytest.mark.parametrize(
    "text",
    ["Grüße, 世界", "line\n\tindented", "👩\u200d💻", "\u0645\u06cc\u200c\u062e", "\u0601123", "e\u0301", "[link=x]"],
)
def test_ordinary_text_stays(text: str) -> None:
    assert strip_controls(text) == text


def test_unicode_line_separators_become_newlines() -> None:
    assert strip_controls("a\u2028b\u2029c") == "a\nb\nc"


def test_a_title_is_one_line() -> None:
    assert one_line("  a\n\tb\x1b[1m \u2028 c\u00a0d ") == "a b c d"


def test_no_character_of_unicode_passes_as_a_control() -> None:
    kept = strip_controls("".join(chr(code) for code in range(0xA0, sys.maxunicode + 1)))
    categories = {unicodedata.category(character) for character in kept.replace("\n", "")}
    assert categories.isdisjoint({"Cc", "Cs", "Zl", "Zp"})


@given(st.text() | st.text(alphabet="\x1b\x9b\x9d\x90[]P;0m\\\x07\x9c\n a"))
def test_nothing_left_can_start_a_sequence_and_a_second_pass_changes_nothing(text: str) -> None:
    shown = strip_controls(text)
    assert strip_controls(shown) == shown
    assert all(character in "\n\t" or unicodedata.category(character) != "Cc" for character in shown)


@given(st.text())
def test_json_shows_no_control_and_means_what_it_meant(text: str) -> None:
    document = json.dumps({text: [text]}, indent=2, ensure_ascii=False)
    shown = escape_json_controls(document)
    assert json.loads(shown) == {text: [text]}
    assert strip_controls(shown) == shown.translate({0x2028: "\n", 0x2029: "\n"})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x9b31m", r"\u009b31m"),
        ("\x9d0;title\x9c", r"\u009d0;title\u009c"),
        ("a\x7fb", r"a\u007fb"),
        ("user\u202ename\U000e0041", r"user\u202ename\udb40\udc41"),
        ("Grüße, 世界 👩\u200d💻", "Grüße, 世界 👩\u200d💻"),
    ],
)
def test_json_stays_readable_but_for_what_a_terminal_would_obey_or_hide(text: str, shown: str) -> None:
    assert escape_json_controls(json.dumps(text, ensure_ascii=False)) == f'"{shown}"'
