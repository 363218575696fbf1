"""The practice screen as a person meets it: a program on a terminal, fed with the bytes of a keyboard."""

from __future__ import annotations

import base64
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest

from tempshell_cli.core.process import Command
from tempshell_cli.terminal.screen import palette_index, rgb, unpack_style

from .outer import TIMEOUT, Outer, outer

SETUP = """
import sys
from tests.tui.fakes import FakePractice
from tempshell_cli.core.process import Command
from tempshell_cli.tui.app import run_practice
practice = FakePractice(shell=Command(("bash", "--norc", "-c", sys.argv[1])))
"""
PROGRAM = f"""{SETUP}
print("outcome:", run_practice(practice).ending)
"""
# With the handlers of signals that each command of ours has.
COMMAND = f"""{SETUP}
from tempshell_cli.cli.ending import exit_code_of
sys.exit(exit_code_of(lambda: print("outcome:", run_practice(practice).ending)))
"""
RAW_CAT = "stty raw -echo; echo ready; cat -v"
LEADER = b"\x1d"


def screen_on(script: str, **env: str) -> AbstractContextManager[Outer]:
    return outer(Command((sys.executable, "-c", COMMAND, script), env))


@pytest.fixture
def cat() -> Iterator[Outer]:
    with screen_on(RAW_CAT) as person:
        person.until_sees("ready")
        yield person


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        (b"\x01\x02\x03\x10\x11\x13\x1a", "^A^B^C^P^Q^S^Z"),
        (b"\x1bx\x1b.\x1b\r\x1b\x7f", "^[x^[.^[^M^[^?"),
        (b"\x1b[A\x1b[1;5C\x1b[5~\x1b[15~\x1b[Z", "^[[A^[[1;5C^[[5~^[[15~^[[Z"),
        ("ß漢".encode(), 'M-CM-^_M-fM-<M-"'),
        (b"\x1b[200~two\nlines\x1b[201~", "two^Mlines"),
        (LEADER + LEADER, "^]"),
        (b"1\x1b[200~2\x1b[201~3" + LEADER + LEADER + b"4\x1b[200~5\x1b[201~6", "123^]456"),
    ],
)
def test_what_is_typed_reaches_the_program(cat: Outer, typed: bytes, seen: str) -> None:
    cat.send(typed + b"|")
    cat.until_sees(f"{seen}|")


def test_escape_is_a_key_of_its_own(cat: Outer) -> None:
    cat.send(b"\x1b")
    cat.until_sees("^[")


def test_detaching_leaves_the_terminal_as_it_was(cat: Outer) -> None:
    cat.send(LEADER + b"d")
    cat.until_sees("outcome: detached")
    assert cat.exit_code() == 0
    assert not cat.emulator.status().alternate
    assert not cat.emulator.status().mouse
    assert cat.emulator.status().cursor.visible


def test_detaching_does_not_wait_for_a_check_that_is_under_way() -> None:
    program = PROGRAM.replace("print(", "import time; practice.check = lambda task: time.sleep(600)\nprint(")
    with outer(Command((sys.executable, "-c", program, RAW_CAT))) as person:
        person.until_sees("ready")
        person.send(LEADER + b"c")
        person.until_sees("… 1/5")
        person.send(LEADER + b"d")
        person.until_sees("outcome: detached")
        assert person.exit_code() == 0
        assert b"Traceback" not in person.raw


def test_stopping_ends_with_the_receipt_on_screen(cat: Outer) -> None:
    cat.send(LEADER + b"q")
    cat.until_sees("Stop the session")
    cat.send(b"y")
    cat.until_sees("container ts-brave-otter")
    cat.send(b"\r")
    cat.until_sees("outcome: stopped")


def test_a_terminal_that_is_closed_ends_everything(cat: Outer) -> None:
    cat.process.signal(signal.SIGHUP)
    assert cat.exit_code() == 128 + signal.SIGHUP


# Copies "text K" for each key K.
COPIES = r"""
stty raw -echo; echo ready
while read -rsN1 key; do printf '\e]52;c;%s\a' "$(printf 'text %s' $key | base64)"; done
"""


def copied(person: Outer, text: str) -> bool:
    """Return whether the terminal outside was given this for its clipboard."""
    return b"\x1b]52;c;" + base64.b64encode(text.encode()) in person.raw


def test_programs_may_copy_once_somebody_has_agreed() -> None:
    with screen_on(COPIES) as person:
        person.until_sees("ready")
        person.send(b"1")
        person.until_sees("Copy to the clipboard")
        person.until_sees("text 1")
        assert not copied(person, "text 1")
        answer(person, b"y", "Copy to the clipboard")
        person.until(lambda: copied(person, "text 1"))
        person.send(b"2")
        person.until(lambda: copied(person, "text 2"))


def test_who_has_refused_is_not_asked_again() -> None:
    with screen_on(COPIES) as person:
        person.until_sees("ready")
        person.send(b"1")
        person.until_sees("Copy to the clipboard")
        answer(person, b"n", "Copy to the clipboard")
        person.send(b"2")
        person.send(LEADER + b"d")
        person.until_sees("outcome: detached")
        assert b"\x1b]52;" not in person.raw


def answer(person: Outer, key: bytes, question: str) -> None:
    """Press a key until the question is gone, with pauses: a dialog drops keys until none has come for a moment."""
    while question in person.text():
        person.send(key)
        again = time.monotonic() + 2
        person.until(lambda: question not in person.text() or time.monotonic() > again)  # noqa: B023 - called here


@pytest.mark.parametrize("attempt", range(4))
def test_a_terminal_that_is_closed_in_a_flood_ends_everything(attempt: int) -> None:
    """Closed at whatever the screen is doing just then: nothing of it waits for somebody to read on."""
    with screen_on("yes a flood") as person:
        person.until_sees("a flood")
        for _ in range(attempt):
            person.until_sees("a flood")
        person.process.master.close()
        assert person.process.wait(TIMEOUT) == 128 + signal.SIGHUP


def test_a_terminated_screen_leaves_the_terminal_as_it_was(cat: Outer) -> None:
    cat.process.signal(signal.SIGTERM)
    assert cat.exit_code() == 128 + signal.SIGTERM
    assert not cat.emulator.status().alternate
    assert cat.emulator.status().cursor.visible


def test_no_color_is_respected() -> None:
    with screen_on("printf '\\e[31mcolored\\e[0m'; cat", NO_COLOR="1") as person:
        person.until_sees("colored")
        person.until_sees("48:00 left")
        colors = {part for part in bytes(person.raw).split(b"\x1b[") if part.startswith((b"38;2;", b"48;2;"))}
        assert colors
        for color in colors:
            red, green, blue = color.partition(b"m")[0].split(b";")[2:5]
            assert red == green == blue


def test_a_bug_is_raised_and_not_printed_over_the_terminal() -> None:
    program = PROGRAM.replace("print(", "practice.now = lambda: 1 / 0\nprint(")
    with outer(Command((sys.executable, "-c", program, "cat"))) as person:
        assert person.exit_code() == 1
        person.until(lambda: b"ZeroDivisionError" in person.raw)
        assert bytes(person.raw).count(b"Traceback") == 1


def test_without_colors_there_are_none_and_the_states_have_symbols() -> None:
    with screen_on(r"printf '\e[31mred\e[0m ready'; cat", NO_COLOR="1") as person:
        person.until_sees("red ready")
        for line in ("○ 1 Make", "✓ 3 Find", "✗ 4 Count", "! 5 Stop", "● 48:00"):
            assert line in person.text()
        for row in person.rows.values():
            for run in row:
                foreground, background, _ = unpack_style(run.style)
                for color in (foreground, background):
                    assert palette_index(color) is None
                    assert len(set(rgb(color) or (0,))) == 1, f"{run.text!r} has a colour"


def test_what_the_screen_is_made_of_is_not_gone_through_for_garbage_again_and_again() -> None:
    program = f"{PROGRAM}import gc\nprint('left alone:', gc.get_freeze_count() > 0)\n"
    with outer(Command((sys.executable, "-c", program, RAW_CAT))) as person:
        person.until_sees("ready")
        person.until_sees("48:00 left")
        person.send(LEADER + b"d")
        person.until_sees("left alone: True")
