"""What every emulator has to be able to do: one body, run for each."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from tempshell_cli.terminal.emulators.base import MOST_COPIED, Emulator
from tempshell_cli.terminal.emulators.choice import EMULATORS, open_emulator
from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.screen import (
    Attribute,
    Cursor,
    CursorShape,
    Row,
    Run,
    pack_style,
    palette_color,
    row_text,
    true_color,
    unpack_style,
)
from tempshell_cli.terminal.wire import Key, KeyAction, Modifiers, Mouse, MouseAction

SIZE = Size(40, 6)
PRESS, RELEASE, MOVE = MouseAction.PRESS, MouseAction.RELEASE, MouseAction.MOVE


@pytest.fixture(params=EMULATORS)
def emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    made = open_emulator(SIZE, request.param)
    assert request.param in type(made).__name__.lower()
    yield made
    made.close()


def shown(emulator: Emulator, data: str) -> dict[int, Row]:
    emulator.feed(data.encode())
    return emulator.dirty_rows()


def only_run(row: Row) -> Run:
    assert len(row) == 1, row
    return row[0]


def test_text_appears_where_it_was_written(emulator: Emulator) -> None:
    rows = shown(emulator, "one\r\ntwo\x1b[4;10Hthree")
    assert [row_text(rows[y]) for y in range(4)] == ["one", "two", "", " " * 9 + "three"]
    assert emulator.status().cursor == Cursor(14, 3)


def test_only_rows_that_changed_are_reported_and_only_once(emulator: Emulator) -> None:
    shown(emulator, "one\r\ntwo\r\nthree")
    assert set(shown(emulator, "\x1b[2;1Hnew")) <= {1, 2}
    assert emulator.dirty_rows() == {}


def test_a_row_has_no_blank_end(emulator: Emulator) -> None:
    assert row_text(shown(emulator, "end   ")[0]).rstrip() == "end"
    assert shown(emulator, "\x1b[2J\x1b[H")[0] == ()


@pytest.mark.parametrize(
    ("codes", "style"),
    [
        ("1", pack_style(0, 0, Attribute.BOLD)),
        ("2;3", pack_style(0, 0, Attribute.DIM | Attribute.ITALIC)),
        ("4;9", pack_style(0, 0, Attribute.UNDERLINE | Attribute.STRIKE)),
        ("21", pack_style(0, 0, Attribute.DOUBLE_UNDERLINE)),
        ("4:2", pack_style(0, 0, Attribute.DOUBLE_UNDERLINE)),
        ("4:3", pack_style(0, 0, Attribute.UNDERLINE)),
        ("21;4", pack_style(0, 0, Attribute.UNDERLINE)),
        ("7;8", pack_style(0, 0, Attribute.REVERSE | Attribute.CONCEAL)),
        ("31;42", pack_style(palette_color(1), palette_color(2), 0)),
        ("90;107", pack_style(palette_color(8), palette_color(15), 0)),
        ("38;5;200;48;5;16", pack_style(palette_color(200), palette_color(16), 0)),
        ("38;2;1;2;3;48;2;250;251;252", pack_style(true_color(1, 2, 3), true_color(250, 251, 252), 0)),
    ],
)
def test_a_style_is_kept(emulator: Emulator, codes: str, style: int) -> None:
    run = only_run(shown(emulator, f"\x1b[{codes}mword\x1b[0m")[0])
    assert unpack_style(run.style) == unpack_style(style)
    assert (run.text, run.columns) == ("word", 4)


def test_a_line_is_erased_in_the_background_color(emulator: Emulator) -> None:
    row = shown(emulator, "\x1b[44m\x1b[K")[0]
    assert sum(run.columns for run in row) == SIZE.columns
    assert {unpack_style(run.style)[1] for run in row} == {palette_color(4)}


@pytest.mark.parametrize("erasing", ["\x1b[3X", "\x1b[3@", "\x1b[3P", "\x1b[K"])
def test_what_is_erased_has_no_attributes_but_its_background(emulator: Emulator, erasing: str) -> None:
    row = shown(emulator, f"{'x' * SIZE.columns}\r\x1b[1;4;7;31;44m{erasing}")[0]
    blank = next(run for run in row if not run.text.strip())
    assert unpack_style(blank.style) == (0, palette_color(4), Attribute(0))


@pytest.mark.parametrize(("text", "columns"), [("漢字", 4), ("e\u0301x", 2), ("🍎", 2), ("äß", 2)])
def test_characters_take_their_columns(emulator: Emulator, text: str, columns: int) -> None:
    run = only_run(shown(emulator, text)[0])
    assert (run.text, run.columns) == (text, columns)
    assert emulator.status().cursor.column == columns


def test_a_character_may_come_in_parts(emulator: Emulator) -> None:
    for byte in "漢\x1b[1mb".encode():
        emulator.feed(bytes([byte]))
    assert row_text(emulator.dirty_rows()[0]) == "漢b"


@pytest.mark.parametrize("shape", [CursorShape.BLOCK, CursorShape.UNDERLINE, CursorShape.BAR])
@pytest.mark.parametrize("blinks", [True, False])
def test_the_cursor_has_a_shape_and_can_be_hidden(emulator: Emulator, shape: CursorShape, *, blinks: bool) -> None:
    shown(emulator, "")
    assert emulator.status().cursor == Cursor(0, 0, True, CursorShape.DEFAULT, blinks=False)
    shown(emulator, f"\x1b[{2 * shape - blinks} q")
    assert emulator.status().cursor == Cursor(0, 0, True, shape, blinks)
    shown(emulator, "\x1b[0 q")
    assert emulator.status().cursor == Cursor(0, 0, True, CursorShape.DEFAULT, blinks=False)
    shown(emulator, "\x1b[?25l")
    assert not emulator.status().cursor.visible


def test_titles_and_bells_are_reported(emulator: Emulator) -> None:
    shown(emulator, "\x1b]2;a title\x07\x07\x07")
    status = emulator.status()
    assert (status.title, status.bells) == ("a title", 2)


@pytest.mark.parametrize(
    ("written", "copied"),
    [
        ("\x1b]52;c;bmHDr3Zl\x07", "naïve"),
        ("\x1b]52;;aGVsbG8=\x1b\\", "hello"),
        ("\x1b]52;c;YQ==\x07\x1b]52;c;Yg==\x07", "b"),
        ("\x1b]52;c;?\x07", ""),
        ("\x1b]52;c;no base64!\x07", ""),
        ("\x1b]52;c;\x07", ""),
        (f"\x1b]52;c;{base64.b64encode(bytes(MOST_COPIED + 1)).decode()}\x07", ""),
    ],
)
def test_what_a_program_copies_is_reported_once(emulator: Emulator, written: str, copied: str) -> None:
    emulator.feed(written.encode())
    assert (emulator.copied(), emulator.copied(), emulator.replies()) == (copied, "", b"")


@pytest.mark.parametrize(
    ("question", "start"),
    [
        ("\x1b[c", b"\x1b[?6"),
        ("ab\x1b[?6n", b"\x1b[?1;3"),
        ("\x1b[5n", b"\x1b[0n"),
        ("ab\x1b[6n", b"\x1b[1;3R"),
        ("\x1b[18t", b"\x1b[8;6;40t"),
    ],
)
def test_a_program_gets_its_answers_once(emulator: Emulator, question: str, start: bytes) -> None:
    emulator.feed(question.encode())
    assert emulator.replies().startswith(start)
    assert emulator.replies() == b""


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("\x1b]10;?\x07", b"\x1b]10;rgb:d5d5/dbdb/e5e5\x07"),
        ("\x1b]11;?\x07", b"\x1b]11;rgb:1010/1313/1a1a\x07"),
        ("\x1b]12;?\x07", b"\x1b]12;rgb:d5d5/dbdb/e5e5\x07"),
    ],
)
def test_a_program_learns_what_the_themes_colors_are(emulator: Emulator, question: str, answer: bytes) -> None:
    emulator.set_colors(true_color(0xD5, 0xDB, 0xE5), true_color(0x10, 0x13, 0x1A))
    emulator.feed(question.encode())
    assert emulator.replies() == answer


def test_the_alternate_screen_comes_and_goes(emulator: Emulator) -> None:
    shown(emulator, "before")
    assert row_text(shown(emulator, "\x1b[?1049h\x1b[Hfull screen")[0]) == "full screen"
    assert emulator.status().alternate
    assert row_text(shown(emulator, "\x1b[?1049l")[0]) == "before"
    assert not emulator.status().alternate


def test_the_view_scrolls_back_and_stays_there(emulator: Emulator) -> None:
    shown(emulator, "".join(f"line {number}\r\n" for number in range(20)))
    emulator.scroll(-3)
    assert row_text(emulator.dirty_rows()[0]) == "line 12"
    assert (emulator.status().scrolled, emulator.status().cursor.visible) == (3, False)
    shown(emulator, "more\r\n")
    assert emulator.status().scrolled == 4
    emulator.scroll_to_bottom()
    assert row_text(emulator.dirty_rows()[4]) == "more"
    assert emulator.status().scrolled == 0


def test_the_history_is_long_and_has_ends(emulator: Emulator) -> None:
    for number in range(11_000):
        emulator.feed(b"line %d\r\n" % number)
    emulator.dirty_rows()
    assert emulator.status().history > 10_000
    emulator.scroll(-1_000_000)
    assert row_text(emulator.dirty_rows()[0]).startswith("line ")
    emulator.scroll(1_000_000)
    emulator.dirty_rows()
    assert emulator.status().scrolled == 0


def test_lines_are_wrapped_again_in_a_new_width(emulator: Emulator) -> None:
    shown(emulator, "0123456789" * 3)
    emulator.resize(Size(20, 6))
    rows = emulator.dirty_rows()
    assert [row_text(rows[y]) for y in (0, 1)] == ["01234567890123456789", "0123456789"]


@pytest.mark.parametrize("full_screen", [False, True])
def test_a_lower_and_then_higher_screen_loses_nothing(emulator: Emulator, *, full_screen: bool) -> None:
    wide = "漢" * SIZE.columns  # two rows
    shown(emulator, f"{wide}\r\n" + "\r\n".join(f"line {number}" for number in range(20)) + "\r\nprompt")
    before = emulator.text(0, 1000)
    if full_screen:
        emulator.feed(b"\x1b[?1049h\x1b[2Jfull screen")
    for size in (Size(40, 2), Size(40, 5), Size(30, 3), Size(40, 30), SIZE):
        emulator.resize(size)
    emulator.feed(b"\x1b[?1049l" if full_screen else b"")
    assert emulator.text(0, 1000) == before
    assert emulator.status().cursor == Cursor(6, SIZE.rows - 1)
    assert row_text(shown(emulator, "!")[SIZE.rows - 1]) == "prompt!"


CTRL, ALT, SHIFT = Modifiers.CTRL, Modifiers.ALT, Modifiers.SHIFT


@pytest.mark.parametrize(
    ("key", "sent"),
    [
        (Key("a", "a"), b"a"),
        (Key("a", "A", SHIFT), b"A"),
        (Key("ß", "ß"), "ß".encode()),
        (Key("c", "", CTRL), b"\x03"),
        (Key("q", "", CTRL), b"\x11"),
        (Key("]", "", CTRL), b"\x1d"),
        (Key("space", "", CTRL), b"\x00"),
        (Key("x", "x", ALT), b"\x1bx"),
        (Key(".", ".", ALT), b"\x1b."),
        (Key("enter", "\r"), b"\r"),
        (Key("enter", "\r", ALT), b"\x1b\r"),
        (Key("enter", "\r", SHIFT), b"\r"),
        (Key("tab", "\t"), b"\t"),
        (Key("tab", "", SHIFT), b"\x1b[Z"),
        (Key("escape", "\x1b"), b"\x1b"),
        (Key("backspace", "\x7f"), b"\x7f"),
        (Key("up"), b"\x1b[A"),
        (Key("left", "", CTRL), b"\x1b[1;5D"),
        (Key("home"), b"\x1b[H"),
        (Key("pageup"), b"\x1b[5~"),
        (Key("delete"), b"\x1b[3~"),
        (Key("f1"), b"\x1bOP"),
        (Key("f5"), b"\x1b[15~"),
        (Key("f12", "", SHIFT), b"\x1b[24;2~"),
        (Key("f3", "", CTRL), b"\x1b[1;5R"),
        (Key("enter", "", CTRL), b"\r"),
        (Key("tab", "", CTRL), b"\t"),
        (Key("tab", "", CTRL | SHIFT), b"\x1b[Z"),
        (Key("escape", "", CTRL), b"\x1b"),
        (Key("space", " ", SHIFT), b" "),
        (Key(".", "", CTRL), b"."),
        (Key("-", "_", CTRL | SHIFT), b"\x1f"),
        (Key("2", "@", CTRL | SHIFT), b"\x00"),
        (Key("a", "A", CTRL | SHIFT), b"\x01"),
        (Key("a", "A", ALT | SHIFT), b"\x1bA"),
        (Key("ц", "", CTRL, "w"), b"\x17"),
        (Key("ц", "", CTRL | ALT, "w"), b"\x1b\x17"),
        (Key("up", "", Modifiers.NUM_LOCK), b"\x1b[A"),
        (Key("kp_7", "7", Modifiers.NUM_LOCK), b"7"),
        (Key("kp_left"), b"\x1b[D"),
        (Key("kp_enter"), b"\r"),
        (Key("left_shift"), b""),
        (Key("a", "a", action=KeyAction.REPEAT), b"a"),
        (Key("a", "", action=KeyAction.RELEASE), b""),
    ],
)
def test_a_key_sends_what_xterm_sends(emulator: Emulator, key: Key, sent: bytes) -> None:
    assert emulator.encode_key(key) == sent


def test_cursor_keys_follow_their_mode(emulator: Emulator) -> None:
    emulator.feed(b"\x1b[?1h")
    assert emulator.encode_key(Key("up")) == b"\x1bOA"
    emulator.feed(b"\x1b[?1l")
    assert emulator.encode_key(Key("up")) == b"\x1b[A"


@pytest.mark.parametrize(
    ("key", "sent"),
    [
        (Key("c", "", CTRL), b"\x1b[99;5u"),
        (Key("space", "", CTRL), b"\x1b[32;5u"),
        (Key("enter", "", SHIFT), b"\x1b[13;2u"),
        (Key("f3", "", CTRL), b"\x1b[13;5~"),
        (Key("a", "a"), b"a"),
        (Key("kp_enter"), b"\x1b[57414u"),
    ],
)
def test_a_program_may_ask_for_the_kitty_protocol(emulator: Emulator, key: Key, sent: bytes) -> None:
    emulator.feed(b"\x1b[>1u")
    assert emulator.encode_key(key) == sent


def test_a_program_may_ask_for_all_of_the_kitty_protocol(emulator: Emulator) -> None:
    emulator.feed(b"\x1b[>31u")
    assert emulator.encode_key(Key("a", "A", SHIFT)) == b"\x1b[97:65;2;65u"
    assert emulator.encode_key(Key("a", "", action=KeyAction.RELEASE)) == b"\x1b[97;1:3u"
    assert emulator.encode_key(Key("up", action=KeyAction.REPEAT)) == b"\x1b[1;1:2A"
    assert emulator.encode_key(Key("ж", "", CTRL, us_name=";")) == b"\x1b[1078::59;5u"
    assert emulator.encode_key(Key("left_shift")) == b"\x1b[57441u"


def test_a_program_may_ask_that_other_keys_be_modified(emulator: Emulator) -> None:
    emulator.feed(b"\x1b[>4;2m")
    assert emulator.encode_key(Key("enter", "", CTRL)) == b"\x1b[27;5;13~"
    assert emulator.encode_key(Key(".", "", CTRL)) == b"\x1b[27;5;46~"
    assert emulator.encode_key(Key("f3", "", CTRL)) == b"\x1b[1;5R"


def test_a_key_nobody_knows_sends_nothing(emulator: Emulator) -> None:
    assert emulator.encode_key(Key("no_such_key")) == b""


def test_a_paste_cannot_leave_its_brackets(emulator: Emulator) -> None:
    emulator.feed(b"\x1b[?2004h")
    sent = emulator.encode_paste("rm\x1b[201~\nls")
    assert sent.startswith(b"\x1b[200~")
    assert sent.endswith(b"\x1b[201~")
    assert sent.count(b"\x1b") == 2


def test_a_paste_without_brackets_types_returns(emulator: Emulator) -> None:
    assert emulator.encode_paste("one\ntwo") == b"one\rtwo"


def test_the_mouse_is_silent_until_asked_for(emulator: Emulator) -> None:
    assert not emulator.status().mouse
    assert emulator.encode_mouse(Mouse(PRESS, 1, 3, 4)) == b""


def test_mouse_events_follow_the_mode(emulator: Emulator) -> None:
    emulator.feed(b"\x1b[?1002h\x1b[?1006h")
    assert emulator.status().mouse
    events = (Mouse(PRESS, 1, 3, 4), Mouse(MOVE, 1, 4, 4), Mouse(RELEASE, 1, 4, 4), Mouse(MOVE, 0, 9, 4))
    sent = [b"\x1b[<0;4;5M", b"\x1b[<32;5;5M", b"\x1b[<0;5;5m", b""]
    assert [emulator.encode_mouse(event) for event in events] == sent
    assert emulator.encode_mouse(Mouse(PRESS, 4, 0, 0, CTRL)) == b"\x1b[<80;1;1M"


def test_the_wheel_moves_the_cursor_in_full_screen_programs(emulator: Emulator) -> None:
    emulator.feed(b"\x1b[?1049h")
    assert emulator.status().mouse
    assert emulator.encode_mouse(Mouse(PRESS, 5, 0, 0)).startswith(b"\x1b[B")


def test_a_link_is_behind_its_cells_and_underlined(emulator: Emulator) -> None:
    row = shown(emulator, "a \x1b]8;id=1;https://x.test/y\x1b\\te漢\x1b[1;31mxt\x1b]8;;\x1b\\ b\x1b[0m")[0]
    addresses = [emulator.link(column, 0) for column in range(SIZE.columns)]
    assert addresses == ["", "", *["https://x.test/y"] * 6, *[""] * (SIZE.columns - 8)]
    underlined = [run.text for run in row if unpack_style(run.style)[2] & Attribute.UNDERLINE]
    assert "".join(underlined) == "te漢xt"
    assert unpack_style(row[2].style) == (palette_color(1), 0, Attribute.BOLD | Attribute.UNDERLINE)


def test_a_link_is_found_where_the_view_shows_it(emulator: Emulator) -> None:
    link = "\x1b]8;;https://x.test\x07link\x1b]8;;\x07"
    shown(emulator, link + "\r\n" * 20 + "end")
    assert emulator.link(0, 0) == ""
    emulator.scroll(-100)
    assert emulator.link(3, 0) == "https://x.test"
    assert emulator.link(4, 0) == ""


def test_what_is_no_cell_and_what_is_no_text_is_no_trouble(emulator: Emulator) -> None:
    emulator.feed(b"\x1b]8;;https://x.test/\xff\xe2\x80\xae\x1b\\" + b"x" * 200)
    assert emulator.link(0, 0).startswith("https://x.test/")
    assert emulator.link(SIZE.columns, 0) == emulator.link(0, SIZE.rows) == ""
    emulator.feed(b"\x1b[?40h\x1b[?3h")
    assert emulator.link(131, 0) == ""


def test_focus_is_reported_where_asked_for(emulator: Emulator) -> None:
    assert emulator.encode_focus(gained=True) == b""
    emulator.feed(b"\x1b[?1004h")
    assert emulator.encode_focus(gained=False) == b"\x1b[O"
    assert emulator.encode_focus(gained=True) == b"\x1b[I"


def test_no_control_character_gets_into_a_cell(emulator: Emulator) -> None:
    rows = shown(emulator, "a\x01\x02\x7f\x1b[31\x18b\x9b1mc\x00d")
    assert row_text(rows[0]).isprintable()
