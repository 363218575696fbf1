"""The cursor of the terminal outside shows where the program's is, in the shape that the program wants."""

from __future__ import annotations

import sys
import time
from functools import partial

import pytest

from tempshell_cli.core.process import Command
from tempshell_cli.terminal.screen import Cursor, CursorShape
from tests.tui.outer import Outer, outer
from tests.tui.test_run_practice import LEADER, SETUP

PROGRAM = f"""{SETUP}
from tempshell_cli.core.config import ScreenSettings
print("outcome:", run_practice(practice, look=ScreenSettings(motion=sys.argv[2])).ending)
"""


def screen_on(script: str, motion: str = "full") -> Command:
    return Command((sys.executable, "-c", PROGRAM, script, motion))


def marked(person: Outer, mark: str) -> tuple[int, int]:
    """Return the column and row behind a text on the screen."""
    found = [(line.index(mark) + len(mark), y) for y, line in enumerate(person.text().split("\n")) if mark in line]
    assert len(found) == 1, person.text()
    return found[0]


def shows(person: Outer, shape: CursorShape, *, blinks: bool, mark: str = "<here>") -> bool:
    return mark in person.text() and person.emulator.status().cursor == Cursor(
        *marked(person, mark), True, shape, blinks
    )


def close(person: Outer, dialog: str) -> None:
    """Press Escape until the dialog is gone; one that has only just come drops it, and two at once are another key."""
    while dialog in person.text():
        person.send(b"\x1b")
        again = time.monotonic() + 0.5
        person.until(partial(gone_or_late, person, dialog, again))


def gone_or_late(person: Outer, dialog: str, late: float) -> bool:
    return dialog not in person.text() or time.monotonic() > late


@pytest.mark.parametrize(
    ("asked", "shape", "blinks"),
    [
        ("", CursorShape.DEFAULT, False),
        ("\\e[1 q", CursorShape.BLOCK, True),
        ("\\e[2 q", CursorShape.BLOCK, False),
        ("\\e[3 q", CursorShape.UNDERLINE, True),
        ("\\e[4 q", CursorShape.UNDERLINE, False),
        ("\\e[5 q", CursorShape.BAR, True),
        ("\\e[6 q", CursorShape.BAR, False),
    ],
)
def test_it_has_the_shape_that_the_program_wants(asked: str, shape: CursorShape, *, blinks: bool) -> None:
    with outer(screen_on(f"printf '{asked}\\n\\n  <he''re>'; cat")) as person:
        person.until(lambda: shows(person, shape, blinks=blinks))


def test_nothing_blinks_with_reduced_motion() -> None:
    with outer(screen_on("printf '\\e[5 q\\n\\n  <he''re>'; cat", "none")) as person:
        person.until(lambda: shows(person, CursorShape.BAR, blinks=False))


def test_it_goes_where_the_program_moves_it_and_hides_with_its() -> None:
    script = "printf '<he''re> there'; read -rsn1; printf '\\e[6D'; read -rsn1; printf '\\e[?25l'; read -rsn1; cat"
    with outer(screen_on(script)) as person:
        person.until(lambda: shows(person, CursorShape.DEFAULT, blinks=False, mark="<here> there"))
        person.send(b"x")
        person.until(lambda: shows(person, CursorShape.DEFAULT, blinks=False))
        person.send(b"x")
        person.until(lambda: not person.emulator.status().cursor.visible)


def test_it_is_not_seen_over_a_dialog_and_comes_back() -> None:
    with outer(screen_on("printf '\\e[6 q\\n\\n  <he''re>'; cat")) as person:
        person.until(lambda: shows(person, CursorShape.BAR, blinks=False))
        person.send(LEADER + b"?")
        person.until_sees("─ Keys")
        person.until(lambda: not person.emulator.status().cursor.visible)
        close(person, "─ Keys")
        person.until(lambda: shows(person, CursorShape.BAR, blinks=False))


def test_a_shell_that_is_opened_again_has_it_too() -> None:
    with outer(screen_on("printf '<he''re>'; read -rsn1")) as person:
        for _ in range(2):
            person.until(lambda: shows(person, CursorShape.DEFAULT, blinks=False))
            person.send(b"x")
            person.until_sees("ended")
            person.until(lambda: not person.emulator.status().cursor.visible)
            person.send(b"\r")


def test_it_is_the_terminals_own_again_at_the_end() -> None:
    with outer(screen_on("printf '\\e[6 q\\n\\n  <he''re>'; cat")) as person:
        person.until(lambda: shows(person, CursorShape.BAR, blinks=False))
        person.send(LEADER + b"d")
        assert person.exit_code() == 0
        assert person.emulator.status().cursor.visible
        assert person.emulator.status().cursor.shape is CursorShape.DEFAULT
