"""What a terminal shows while a step lasts."""

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


@pytest.fixture
def lines(columns: int) -> list[str]:
    """What two steps, one within the other, have printed on a terminal, each print by itself."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, columns))
    environment = {**os.environ, "TERM": "xterm", "NO_COLOR": "1", "LANG": "C.UTF-8", "PYTHONUTF8": "1"}
    with subprocess.Popen((sys.executable, "-c", _STEPS), stderr=theirs, env=environment) as process:
        os.close(theirs)
        said = b""
        while chunk := _read(ours):
            said += chunk
    os.close(ours)
    assert process.returncode == 0
    return said.decode().replace("\r\n", "\r").split("\r")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 1024)
    except OSError:  # the other end is closed
        return b""


@pytest.mark.parametrize("columns", [40])
def test_the_innermost_step_counts_its_seconds_on_one_line(lines: list[str]) -> None:
    assert "\x1b[2K… outer" in lines
    running = [line for line in lines if line.startswith("\x1b[2K… inner")]
    assert len(running) >= 2
    assert all(len(line.removeprefix("\x1b[2K")) < 40 for line in running)
    inner = next(place for place, line in enumerate(lines) if line.startswith("\x1b[2K✓ inner"))
    assert not [line for line in lines[1:inner] if "outer" in line]
    assert [line for line in lines[inner:] if line.startswith(("\x1b[2K… outer 1s", "\x1b[2K… outer 2s"))]
    assert lines[-2].startswith("\x1b[2K✓ outer 2.")


@pytest.mark.parametrize("columns", [0])
def test_a_terminal_that_does_not_know_its_size_shows_the_steps(lines: list[str]) -> None:
    assert "\x1b[2K… outer" in lines
    assert "\x1b[2K… inner, whose name is longer than the line of this terminal is wide" in lines
