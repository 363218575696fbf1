"""Every key, as bytes of a terminal outside, and the bytes that the program inside gets for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import pytest
from textual import events
from textual.message import Message

from tempshell_cli.core.process import Command
from tempshell_cli.terminal.wire import Key, KeyAction, Modifiers, Type
from tempshell_cli.tui.driver import KeyReader
from tempshell_cli.tui.keys import Stroke, leader_key

from .outer import Outer, outer
from .test_run_practice import LEADER, screen_on

CTRL, ALT, SHIFT = Modifiers.CTRL, Modifiers.ALT, Modifiers.SHIFT

# What xterm sends: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html, "PC-Style Function Keys".
CHARACTERS = [bytes([code]) for code in range(128)] + [character.encode() for character in "ßÄñÉжЖ漢字🙂"]
COMPOSED = ["é".encode(), "e\u0301".encode(), "👩‍🚀".encode()]
CURSOR = [b"\x1b[" + letter for letter in (b"A", b"B", b"C", b"D", b"E", b"F", b"H")]
FUNCTION = [b"\x1bO" + letter for letter in (b"P", b"Q", b"R", b"S")]
EDITING = [b"\x1b[%d~" % number for number in (2, 3, 5, 6)]
HIGHER_FUNCTION = [b"\x1b[%d~" % number for number in (15, 17, 18, 19, 20, 21, 23, 24, 25, 26, 28, 29, 31, 32, 33, 34)]
MODIFIED = [
    *(b"\x1b[1;%d%c" % (held, letter) for held in range(2, 9) for letter in b"ABCDEFHPQRS"),
    *(b"%b;%d~" % (plain[:-1], held) for held in range(2, 9) for plain in EDITING + HIGHER_FUNCTION),
]
# With Shift the page keys move through the history, except in a full-screen program.
IN_FULL_SCREEN = [b"\x1b[5;2~", b"\x1b[6;2~"]
KEYPAD = [b"\x1bO%c" % letter for letter in b"MXjklmnopqrstuvwxy"]
UNKNOWN = [
    b"\x1b[99~", b"\x1b[27;5;105~", b"\x1b[1;5x", b"\x1b[1;300A", b"\x1b[9999999u", b"\x1b[12;40R", b"\x1b[1 q",
    b"\xff", b"\xe9|", b"\xc3|", b"\x80",
]  # fmt: skip
ALT_HELD = [b"\x1b" + character for character in CHARACTERS if character != b"\x1b"]
KEYS = [
    *CHARACTERS, *COMPOSED, *CURSOR, *FUNCTION, *EDITING, *HIGHER_FUNCTION, *KEYPAD, *UNKNOWN,
    *(key for key in MODIFIED if key not in IN_FULL_SCREEN), b"\x1b[Z", b"\x1b\x1b", b"\x1b\x1b[A",
]  # fmt: skip
# Not sent at once with others: what follows would make another key of them.
AMBIGUOUS = [b"\x1b", b"\x1b\x1b", b"\x1b[", b"\x1bO"]

# What a terminal with the kitty protocol sends, and what the same key is without it.
FROM_KITTY = {
    b"\x1b[97;;97u": b"a",
    b"\x1b[97:65;2;65u": b"A",
    b"\x1b[49:33;2;33u": b"!",
    b"\x1b[228;;228u": "ä".encode(),
    b"\x1b[0;;28450:23383u": "漢字".encode(),
    b"\x1b[101;;101:769u": "e\u0301".encode(),
    b"\x1b[97;1:2;97u": b"a",
    b"\x1b[97;1:3u": b"",
    b"\x1b[97;129;97u": b"a",
    b"\x1b[99;5u": b"\x03",
    b"\x1b[97:65;6u": b"\x01",
    b"\x1b[45:95;6u": b"\x1f",
    b"\x1b[50:64;6u": b"\x00",
    b"\x1b[32;5u": b"\x00",
    b"\x1b[1089::99;5u": b"\x03",
    b"\x1b[93;5u" * 2: LEADER,
    b"\x1b[98;3u": b"\x1bb",
    b"\x1b[98:66;4u": b"\x1bB",
    b"\x1b[27u": b"\x1b",
    b"\x1b[27;3u": b"\x1b\x1b",
    b"\x1b[13u": b"\r",
    b"\x1b[13;2u": b"\r",
    b"\x1b[13;3u": b"\x1b\r",
    b"\x1b[13;5u": b"\r",
    b"\x1b[9;5u": b"\t",
    b"\x1b[9;2u": b"\x1b[Z",
    b"\x1b[127u": b"\x7f",
    b"\x1b[127;5u": b"\x08",
    b"\x1b[46;5u": b".",
    b"\x1b[57399;129;48u": b"0",
    b"\x1b[57414u": b"\r",
    b"\x1b[57417;5u": b"\x1b[1;5D",
    b"\x1b[A": b"\x1b[A",
    b"\x1b[1;5:1A": b"\x1b[1;5A",
    b"\x1b[1;1:3A": b"",
    b"\x1b[P": b"\x1bOP",
    b"\x1b[13~": b"\x1bOR",
    b"\x1b[13;5~": b"\x1b[1;5R",
    b"\x1b[57376u": b"\x1b[25~",
    b"\x1b[57441;2u": b"",
    b"\x1b[57441;1:3u": b"",
}
# Both ends speak it.
BETWEEN_KITTIES = [
    b"\x1b[97;;97u", b"\x1b[97:65;2;65u", b"\x1b[97;1:3u", b"\x1b[97;5u", b"\x1b[97;5:2u", b"\x1b[97;5:3u",
    b"\x1b[32;5u", b"\x1b[45:95;6u", b"\x1b[1089::99;5u", b"\x1b[57441;2u", b"\x1b[57414u", b"\x1b[57399;129;48u",
    b"\x1b[57376u",
]  # fmt: skip
# Which other terminals send for keys that xterm sends otherwise.
FROM_OTHERS = {
    b"\x1b[1~": b"\x1b[H",
    b"\x1b[4~": b"\x1b[F",
    b"\x1b[7~": b"\x1b[H",
    b"\x1b[8~": b"\x1b[F",
    b"\x1b[11~": b"\x1bOP",
    b"\x1b[[B": b"\x1bOQ",
    b"\x1b[[E": b"\x1b[15~",
    b"\x1b[a": b"\x1b[1;2A",
    b"\x1bOd": b"\x1b[1;5D",
    b"\x1b[3^": b"\x1b[3;5~",
    b"\x1b[3$": b"\x1b[3;2~",
    b"\x1b[3@": b"\x1b[3;6~",
    b"\x1bOA": b"\x1b[A",
}
# What is said to the screen, and is no key.
NO_KEYS = [
    b"\x1b[<35;50;30M", b"\x1b[<0;1;1m", b"\x1b[M !!", b"\x1b[35;50;30M", b"\x1b[I", b"\x1b[?2026;2$y",
    b"\x1b[?2048;0$y", b"\x1b[?62;22c", b"\x1b[>41;380;0c", b"\x1b[?31u", b"\x1b[?997;1n", b"\x1b[201~",
]  # fmt: skip


class Inside:
    """A program on the practice screen that keeps what it reads."""

    def __init__(self, person: Outer, file: Path) -> None:
        self.terminal = person.emulator
        self._person = person
        self._file = file
        self._known = 0

    def gets(self, typed: bytes) -> bytes:
        """Return what it reads for what is typed; a mark, typed after it, tells where that ends."""
        mark = b"<%d>" % self._known
        self._person.send(typed)
        self._person.send(mark)
        self._person.until(lambda: mark in self._news())
        got, _, _ = self._news().partition(mark)
        self._known = len(self._file.read_bytes())
        return got

    def gets_at_last(self, typed: bytes, expected: bytes) -> None:
        """Wait until it has read this for what is typed, with nothing typed after it."""
        self._person.send(typed)
        self._person.until(lambda: self._news() == expected)
        self._known += len(expected)

    def _news(self) -> bytes:
        return self._file.read_bytes()[self._known :]


def keeping(file: Path, first: str = "") -> str:
    """Return a script that sets the terminal and then keeps all it reads."""
    return f"stty raw -echo; printf '{first}'; echo ready; exec cat >{file}"


@contextmanager
def inside(tmp_path: Path, first: str = "") -> Iterator[Inside]:
    file = tmp_path / "read"
    with screen_on(keeping(file, first)) as person:
        person.until_sees("ready")
        person.until(file.exists)
        yield Inside(person, file)


@contextmanager
def on_a_pty(tmp_path: Path) -> Iterator[Inside]:
    """The same without a practice screen between."""
    file = tmp_path / "read on a pty"
    with outer(Command(("bash", "--norc", "-c", keeping(Path(f"'{file}'"))))) as person:
        person.until_sees("ready")
        person.until(file.exists)
        yield Inside(person, file)


def typed_through(keys: list[bytes]) -> bytes:
    """Return what is typed for the program to get these; the leader that it gets is typed twice."""
    return b"|".join(LEADER * 2 if key == LEADER else key for key in keys)


def test_a_program_gets_each_key_as_it_would_without_the_screen(tmp_path: Path) -> None:
    with inside(tmp_path) as screen, on_a_pty(tmp_path) as pty:
        for keys in (KEYS, ALT_HELD):
            bare = pty.gets(b"|".join(keys))
            assert bare == b"|".join(keys)
            assert screen.gets(typed_through(keys)).split(b"|") == bare.split(b"|")
        for key in AMBIGUOUS:
            screen.gets_at_last(key, key)
        for sent, expected in FROM_OTHERS.items():
            assert screen.gets(sent) == expected, sent
        assert screen.gets(b"".join(NO_KEYS)) == b""


def test_keys_follow_the_modes_of_the_program(tmp_path: Path) -> None:
    with inside(tmp_path, r"\033[?1049h\033[?1h\033=") as screen:
        assert screen.gets(b"\x1b[A\x1b[H\x1b[1;5C\x1bOB0") == b"\x1bOA\x1bOH\x1b[1;5C\x1bOB0"
        assert screen.gets(b"".join(IN_FULL_SCREEN)) == b"".join(IN_FULL_SCREEN)


def test_a_terminal_with_the_kitty_protocol_is_one_without_for_a_program_without(tmp_path: Path) -> None:
    with inside(tmp_path) as screen:
        assert {sent: screen.gets(sent) for sent in FROM_KITTY} == FROM_KITTY


def test_the_kitty_protocol_goes_through_where_both_ends_speak_it(tmp_path: Path) -> None:
    with inside(tmp_path, r"\033[>31u") as screen:
        mark = b"\x1b[46;;46u"
        for sent in BETWEEN_KITTIES:
            screen.gets_at_last(sent + mark, sent + mark)
        # Which a terminal without it cannot tell apart, is what it mostly is.
        screen.gets_at_last(b"\t\x03", b"\x1b[9u\x1b[99;5u")


def test_a_terminal_that_speaks_all_of_the_kitty_protocol_is_understood(tmp_path: Path) -> None:
    """What is typed is what a real emulator sends once the screen has asked for what it wants."""
    with inside(tmp_path, r"\033[>31u") as screen:
        for key in (
            Key("a", "a"),
            Key("a", action=KeyAction.RELEASE),
            Key("a", "A", SHIFT),
            Key("c", "", CTRL, action=KeyAction.REPEAT),
            Key("ж", "", CTRL, ";"),
            Key("f5", "", SHIFT | Modifiers.NUM_LOCK),
            Key("kp_left"),
            Key("left_shift", "", SHIFT),
        ):
            sent = screen.terminal.encode_key(key)
            assert sent.startswith(b"\x1b[")
            screen.gets_at_last(sent, sent)


def test_the_terminal_is_asked_for_the_kitty_protocol_and_gets_its_own_back(tmp_path: Path) -> None:
    with screen_on(keeping(tmp_path / "read")) as person:
        person.until_sees("ready")
        person.until(lambda: b"\x1b[=6;2u" in person.raw)
        assert person.raw.index(b"\x1b[>25u") < person.raw.index(b"\x1b[=6;2u")
        # Ctrl goes down, the leader and up again; then d. Only presses of keys that are not modifiers count.
        person.send(b"\x1b[57442;5u\x1b[93;5u\x1b[93;5:3u\x1b[57442;1:3u\x1b[100;;100u")
        assert person.exit_code() == 0
        assert person.raw.count(b"\x1b[<u") == 1


@pytest.mark.parametrize("brackets", [True, False])
def test_a_paste_of_100_kb_arrives_whole(tmp_path: Path, *, brackets: bool) -> None:
    text = "".join(f"line {number}: naïve 漢字 🙂{' ' if brackets else chr(13)}\t" for number in range(3600)).encode()
    assert len(text) > 100_000
    paste = b"\x1b[200~" + text + b"\x1b[201~"
    with inside(tmp_path, r"\033[?2004h" if brackets else "") as screen:
        assert screen.gets(paste) == (paste if brackets else text)


# The reader alone.


def strokes(*reads: bytes) -> list[Key | Type]:
    """Return the keys of what a terminal sends, read by read, and of the pause after it."""
    reader = KeyReader()
    found: list[Message] = [event for data in (*reads, b"") for event in reader.feed(data)]
    return [event.exact for event in found if isinstance(event, Stroke)]


def test_a_sequence_may_be_split_anywhere() -> None:
    for sent in chain(KEYS, FROM_KITTY, FROM_OTHERS, NO_KEYS):
        whole = strokes(sent)
        for at in range(1, len(sent)):
            assert strokes(sent[:at], sent[at:]) == whole, sent


def test_a_paste_may_be_split_anywhere() -> None:
    sent = "a\x1b[200~ü \x1b[200 \x1bx\x1b[201~b".encode()
    for at in range(1, len(sent)):
        reader = KeyReader()
        found = [*reader.feed(sent[:at]), *reader.feed(sent[at:])]
        names = [event.text if isinstance(event, events.Paste) else getattr(event, "key", "") for event in found]
        assert names == ["a", "ü \x1b[200 \x1bx", "b"]


def test_the_beginning_of_a_sequence_waits_for_its_end_however_late() -> None:
    assert strokes(b"\x1b[<35;50", b"", b";30M") == []
    assert strokes(b"\x1b[1;5", b"", b"A") == [Key("up", "", CTRL)]
    assert strokes(b"\x1b", b"", b"[A") == [Key("escape"), Key("[", "["), Key("a", "A", SHIFT)]


def test_reports_are_textuals() -> None:
    reader = KeyReader()
    sent = b"\x1b[<0;5;3M\x1b[I\x1b[O\x1b[?2026;2$y\x1b[48;24;80;480;800t"
    names = [type(event).__name__ for event in reader.feed(sent)]
    assert names == ["MouseDown", "AppFocus", "AppBlur", "TerminalSupportsSynchronizedOutput", "Resize"]


def test_what_nobody_asked_for_is_no_key() -> None:
    reader = KeyReader()
    assert list(reader.feed(b"\x1b[?62;22c\x1b[M !!\x1b[201~")) == []
    assert [getattr(event, "key", "") for event in reader.feed(b"x")] == ["x"]


@pytest.mark.parametrize(
    ("sent", "name", "character"),
    [
        (b"a", "a", "a"),
        (b"A", "A", "A"),
        (b"?", "question_mark", "?"),
        (b" ", "space", " "),
        (b"\r", "enter", None),
        (b"\x1b[Z", "shift+tab", None),
        (b"\x1b[5;2~", "shift+pageup", None),
        (b"\x08", "ctrl+h", None),
        (b"\x1d", leader_key("ctrl+]"), None),
        (b"\x00", leader_key("ctrl+space"), None),
        (b"\x1f", leader_key("ctrl+_"), None),
        (b"\x1b\x18", leader_key("ctrl+alt+x"), None),
        (b"\x1bx", leader_key("alt+x"), None),
        (b"\x1b[24~", leader_key("f12"), None),
        (b"\x1b[93;5u", leader_key("ctrl+]"), None),
        (b"\x1b[1098::93;5u", leader_key("ctrl+]"), None),
        (b"\x1b[45:95;6u", leader_key("ctrl+_"), None),
        (b"\x1b[120;197u", leader_key("ctrl+x"), None),
        (b"\x1b[97:65;2;65u", "A", "A"),
        (b"\x1b[97:65;6u", "ctrl+shift+a", None),
        (b"\x1b[57441;2u", "shift+left_shift", None),
        (b"\x1b[57414u", "enter", None),
        (b"\x1b[57406;129;55u", "7", "7"),
        (b"\x1b[99~", "<ignore>", None),
    ],
)
def test_widgets_know_a_key_by_textuals_name(sent: bytes, name: str, character: str | None) -> None:
    (event,) = KeyReader().feed(sent)
    assert isinstance(event, events.Key)
    assert (event.key, event.character) == (name, character)


def test_a_key_that_is_let_go_is_no_key_for_widgets() -> None:
    pressed, released = KeyReader().feed(b"\x1b[97;;97u\x1b[97;1:3u")
    assert isinstance(pressed, Stroke)
    assert isinstance(released, Stroke)
    assert not pressed.released
    assert released.released
    assert released.exact == Key("a", action=KeyAction.RELEASE)
