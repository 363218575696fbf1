"""The practice screen on a machine whose processors are all busy, in a real tmux and a real sandbox."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial

import pytest

from tempshell_cli.terminal.pty import Size
from tests.support.command_line import PROGRAM, Tempshell
from tests.support.tmux import Pane, tmux_pane
from tests.support.waiting import eventually

pytestmark = [pytest.mark.engine("programs"), pytest.mark.engine("local")]

SIZE = Size(120, 40)
TIMEOUT = 60.0


@pytest.fixture
def busy() -> Iterator[None]:
    """Have all processors busy, with what gives way to nearly everything."""
    argv = ("nice", "-n", "19", sys.executable, "-c", "while True: pass")
    loops = [subprocess.Popen(argv) for _ in range(os.cpu_count() or 1)]
    yield
    for loop in loops:
        loop.kill()
        loop.wait()


def attached(tempshell: Tempshell) -> tuple[tuple[str, ...], dict[str, str]]:
    return (*PROGRAM, "attach", "otter"), dict(tempshell.user.environment)


@pytest.mark.usefixtures("busy")
def test_every_line_of_a_flood_is_found(tempshell: Tempshell) -> None:
    tempshell.start("--name", "otter")
    command, environment = attached(tempshell)
    with tmux_pane(SIZE, command, environment, tempshell.directory) as screen:
        screen.until_sees("learner@", TIMEOUT)
        screen.line("seq -f 'row %.0f.' 20000; echo al''l")
        until_line(screen, "all")
        for number in (1, 777, 9999, 19950, 20000):
            screen.keys("C-]", "/")
            screen.type(f"row {number}.")
            # The last rows are seen before anything is searched for.
            until_bottom_line(screen, f"/row {number}.")
            until_line(screen, f"row {number}.")
            screen.keys("Escape")
            # An Escape that is read together with the next key is Alt.
            until_bottom_line(screen, "^] then")
        screen.keys("C-]", "d")
        eventually(lambda: screen.run("display", "-p", "#{pane_dead}") == "1\n", "the screen has ended", TIMEOUT)


@pytest.mark.long
@pytest.mark.usefixtures("busy")
def test_every_single_line_of_a_flood_is_passed_when_its_history_is_paged_through(tempshell: Tempshell) -> None:
    tempshell.start("--name", "otter")
    command, environment = attached(tempshell)
    with tmux_pane(SIZE, command, environment, tempshell.directory) as screen:
        screen.until_sees("learner@", TIMEOUT)
        screen.line("seq -f 'row %.0f.' 20000; echo al''l")
        until_line(screen, "all")
        screen.keys("C-]", "/")
        screen.type("row 1.")
        until_bottom_line(screen, "/row 1.")
        until_line(screen, "row 1.")
        screen.keys("Enter")
        seen: set[int] = set()
        while 20_000 not in seen:
            after = max(seen, default=0)
            seen |= eventually(partial(page_after, screen, after), f"a page with row {after + 1}", TIMEOUT)
            screen.keys("PageDown")
        assert seen == set(range(1, 20_001))


def page_after(screen: Pane, row: int) -> set[int]:
    """Return the rows on the screen where the next one is among them, none is missing between, and all are drawn."""
    found = {int(number) for number in re.findall(r"│row (\d+)\.", screen.text())}
    whole = (
        bool(found)
        and max(found) - min(found) + 1 == len(found)
        and found == {int(number) for number in re.findall(r"│row (\d+)\.", screen.text())}
    )
    return found if whole and row + 1 in found else set()


def until_bottom_line(screen: Pane, text: str) -> None:
    """Wait until the bottom line of the screen begins with the text."""
    eventually(lambda: screen.text().splitlines()[-1].strip().startswith(text), f"{text} is at the bottom", TIMEOUT)


def until_line(screen: Pane, line: str) -> None:
    """Wait until a line of the terminal is this one."""
    eventually(lambda: any(row.strip("│ ") == line for row in screen.text().splitlines()), f"{line} is seen", TIMEOUT)


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("times", [2, pytest.param(8, marks=pytest.mark.long)])
def test_no_answer_to_a_question_of_tmux_is_typed_at_the_prompt(tempshell: Tempshell, times: int) -> None:
    tempshell.start("--name", "otter")
    command, environment = attached(tempshell)
    for time in range(times):
        with tmux_pane(SIZE, command, environment, tempshell.directory) as screen:
            screen.until_sees("learner@", TIMEOUT)
            screen.line(f"echo time{time}.")
            until_line(screen, f"time{time}.")
            screen.keys("C-]", "d")
            eventually(lambda: screen.run("display", "-p", "#{pane_dead}") == "1\n", "the screen has ended", TIMEOUT)
    typed = tempshell("exec", "otter", "--", "tmux", "capture-pane", "-p", "-t", "main", "-S", "-").stdout
    rows = [row.rpartition("$")[2].strip() for row in typed.splitlines() if row.strip()]
    expected = [text for time in range(times) for text in (f"echo time{time}.", f"time{time}.")]
    assert [row for row in rows if row] == expected
