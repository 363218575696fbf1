"""esctest2 cannot be had everywhere: that it finds a window, and what it may find failing, is tested without it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tempshell_cli.core.process import Command
from tempshell_cli.terminal.emulators.base import Emulator
from tempshell_cli.terminal.emulators.choice import EMULATORS, open_emulator
from tempshell_cli.terminal.pty import Size

from .esctest.__main__ import kept
from .esctest.window import Window

SIZE = Size(40, 6)
CASES, LEAST = 568, 380
# Writes what its first argument says, and into the file of its second what comes back, up to an answer to DSR.
ASKING = """
import os, sys, tty
tty.setraw(0)
os.write(1, sys.argv[1].encode() + b"\\x1b[5n")
answers = b""
while not answers.endswith(b"\\x1b[0n"):
    answers += os.read(0, 1)
open(sys.argv[2], "wb").write(answers.removesuffix(b"\\x1b[0n") + b"%d %d" % os.get_terminal_size())
"""


@pytest.fixture(params=EMULATORS)
def emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    made = open_emulator(SIZE, request.param)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("ab\x1b[7;0;1;1;1;2*y", b"\x1bP7!~00C3\x1b\\40 6"),  # the sum of a and b
        ("\x1b[1;0;2;2;2;2*y", b"\x1bP1!~0020\x1b\\40 6"),
        ("\x1b[18t\x1b[14t", b"\x1b[8;6;40t\x1b[4;96;320t40 6"),
        ("\x1b[8;10;20t\x1b[18t", b"\x1b[8;10;20t20 10"),
        ("\x1b[8;;20t\x1b[6n", b"\x1b[1;1R20 6"),
        ("\x1b[8;0;20t\x1b[18t", b"\x1b[8;100;20t20 100"),
        ("\x1b[4;320t\x1b[18t", b"\x1b[8;20;40t40 20"),
        ("\x1b[30t\x1b[18t", b"\x1b[8;30;40t40 30"),
        ("\x1b]2;one\x07\x1b[21t", b"\x1b]lone\x1b\\40 6"),
        ("\x1b[22;2t\x1b[19t", b"\x1b[9;100;240t40 6"),
    ],
)
def test_the_window_around_an_emulator_answers(emulator: Emulator, tmp_path: Path, asked: str, answer: bytes) -> None:
    answers = tmp_path / "answers"
    assert Window(emulator, SIZE).run(Command((sys.executable, "-c", ASKING, asked, str(answers)))) == 0
    assert answers.read_bytes() == answer


@pytest.mark.parametrize("name", EMULATORS)
def test_no_more_cases_fail_than_may(name: str) -> None:
    failing = kept(name).read_text(encoding="utf-8").splitlines()
    assert failing == sorted(set(failing))
    assert len(failing) <= CASES - LEAST
