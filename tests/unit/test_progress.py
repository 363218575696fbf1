"""What a terminal shows: steps while they last, and tables."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import termios

import pytest

_STEPS = """
import time
from tempshell_cli.cli.output.console import note, progress
with progress("outer"):
    with progress("inner, whose name is longer than the line of this terminal is wide"):
        time.sleep(1.3)
    time.sleep(1.2)
"""

_HEADINGS = ("TASK", "STATE", "TITLE")
_ROW = ("which-program-runs", "-", "Which program runs, and with which settings?")
_TABLE = f"from tempshell_cli.cli.output.console import table; table({_HEADINGS}, [{_ROW}])"


@pytest.fixture
def lines(columns: int) -> list[str]:
    """What two steps, one within the other, have printed on a terminal, each print by itself."""
    shown = [line.rstrip() for line in _said(_STEPS, columns).replace("\r\n", "\r").split("\r")]
    return [line for line in shown if line]  # blanks take away what was there before


def _said(code: str, columns: int) -> str:
    """Return what Python code prints on a terminal."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, columns))
    environment = {**os.environ, "TERM": "xterm", "NO_COLOR": "1", "LANG": "C.UTF-8", "PYTHONUTF8": "1"}
    argv = (sys.executable, "-c", code)
    with subprocess.Popen(argv, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        said = b""
        while chunk := _read(ours):
            said += chunk
    os.close(ours)
    assert process.returncode == 0
    return said.decode()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 1024)
    except OSError:  # the other end is closed
        return b""


@pytest.mark.parametrize("columns", [40])
def test_the_innermost_step_counts_its_seconds_on_one_line(lines: list[str]) -> None:
    assert "… outer" in lines
    running = [line for line in lines if line.startswith("… inner")]
    assert len(running) >= 2
    assert all(len(line) < 40 for line in running)
    inner = next(place for place, line in enumerate(lines) if line.startswith("✓ inner"))
    assert not [line for line in lines[1:inner] if "outer" in line]
    assert [line for line in lines[inner:] if line.startswith(("… outer 1s", "… outer 2s"))]
    assert lines[-1].startswith("✓ outer 2.")


@pytest.mark.parametrize("columns", [0])
def test_a_terminal_that_does_not_know_its_size_shows_the_steps(lines: list[str]) -> None:
    assert "… outer" in lines
    assert "… inner, whose name is longer than the line of this terminal is wide" in lines


def test_a_table_fits_the_terminal_and_breaks_no_word() -> None:
    assert _said(_TABLE, 60).splitlines() == [
        "TASK                 STATE   TITLE",
        "which-program-runs   -       Which program runs, and with",
        "                             which settings?",
    ]
    assert len(_said(_TABLE, 80).splitlines()) == 2
    assert "which-program-runs" in _said(_TABLE, 20)


def test_a_table_that_no_person_reads_has_a_line_for_each_row() -> None:
    done = subprocess.run((sys.executable, "-c", _TABLE), capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == 2
    assert "runs, and with which settings?" in done.stdout
