"""What a full-screen program wrote on a terminal, kept step by step, and the screens that it makes elsewhere."""

from __future__ import annotations

import os
import re
import select
import time
import tty
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import groupby, zip_longest
from operator import itemgetter
from typing import NamedTuple

from tempshell_cli.core.process import Command
from tempshell_cli.terminal.emulators.base import TERMINAL_ENV, Emulator
from tempshell_cli.terminal.emulators.choice import open_emulator
from tempshell_cli.terminal.pty import PtyProcess, Size
from tempshell_cli.terminal.screen import (
    Attribute,
    Row,
    pack_style,
    palette_color,
    row_text,
    true_color,
    unpack_style,
)
from tempshell_cli.terminal.wire import Key
from tests.support.tmux import Pane, tmux_pane
from tests.terminal.waiting import TIMEOUT

# A program that has been silent for so long, in seconds, waits for a key. A cut elsewhere is as good a test.
_QUIET = 0.08
# A question that nothing but a healthy terminal answers, and that leaves the screen alone (xterm's ctlseqs, DSR).
_PROBE, _ANSWER = b"\x1b[5n", b"\x1b[0n"


class Step(NamedTuple):
    """What a person does, and what is then seen. ``size``: the terminal gets a new one first."""

    typed: Sequence[str | Key]
    seen: str
    size: Size | None = None


class Written(NamedTuple):
    """What the program wrote after a step, on a terminal of this size."""

    size: Size
    output: bytes


# A row's texts of one style each, with the style.
Pieces = tuple[tuple[str, int], ...]


class Screen(NamedTuple):
    """What a terminal shows: its rows, and the cursor unless it is hidden."""

    rows: tuple[Pieces, ...]
    cursor: tuple[int, int] | None
    alternate: bool


class _Person:
    """Somebody at a terminal whose emulator is ours: it answers what the program asks."""

    def __init__(self, process: PtyProcess, emulator: Emulator) -> None:
        self._process = process
        self._emulator = emulator
        self._rows: dict[int, Row] = {}

    def does(self, step: Step) -> bytes:
        """Return what the program has written when it shows what the step brings, and waits."""
        if step.size:
            self._emulator.resize(step.size)
            self._process.master.resize(step.size)
            self._rows = {y: row for y, row in self._rows.items() if y < step.size.rows}
        for key in step.typed:
            self._process.master.write(key.encode() if isinstance(key, str) else self._emulator.encode_key(key))
        output = b""
        late = time.monotonic() + TIMEOUT
        while (news := self._news()) or not output or step.seen not in self._text():
            assert time.monotonic() < late, f"after {step}:\n{self._text()}"
            output += news
        return output

    def _news(self) -> bytes:
        """Return what comes at once, nothing where the program waits."""
        if not select.select([self._process.master], [], [], _QUIET)[0]:
            return b""
        data = self._process.master.read()
        self._emulator.feed(data)
        self._process.master.write(self._emulator.replies())
        self._rows |= self._emulator.dirty_rows()
        return data

    def _text(self) -> str:
        return "\n".join(row_text(self._rows[y]) for y in sorted(self._rows))


def recorded(command: Command, size: Size, steps: Sequence[Step]) -> list[Written]:
    """Run a program through the steps."""
    with closing(open_emulator(size)) as emulator, PtyProcess.spawn(command, size) as process:
        person = _Person(process, emulator)
        return [Written(size := step.size or size, person.does(step)) for step in steps]


def in_emulator(name: str, recording: Sequence[Written]) -> Iterator[Screen]:
    """Yield the screen of one of our emulators after each step."""
    with closing(open_emulator(recording[0].size, name)) as emulator:
        assert name in type(emulator).__name__.lower()
        rows: dict[int, Row] = {}
        for size, output in recording:
            emulator.resize(size)
            emulator.feed(output + _PROBE)
            rows |= emulator.dirty_rows()
            status = emulator.status()
            cursor = (status.cursor.column, status.cursor.row) if status.cursor.visible else None
            yield Screen(tuple(_pieces(rows.get(y, ())) for y in range(size.rows)), cursor, status.alternate)


def _pieces(row: Row) -> Pieces:
    return _joined((character, run.style) for run in row for character in run.text)


def in_tmux(recording: Sequence[Written], environment: Mapping[str, str]) -> Iterator[Screen]:
    """Yield the screen of a pane of tmux's after each step."""
    with tmux_pane(recording[0].size, ("sleep", "3600"), environment) as pane, _terminal_of(pane) as terminal:
        for size, output in recording:
            pane.resize(size)
            _show(terminal, output)
            yield _seen(pane, size)


@contextmanager
def _terminal_of(pane: Pane) -> Iterator[int]:
    """Open the pane's terminal where its program has it, so that the test is the program."""
    terminal = os.open(pane.run("display", "-p", "#{pane_tty}").strip(), os.O_RDWR | os.O_NOCTTY)
    try:
        tty.setraw(terminal)
        yield terminal
    finally:
        os.close(terminal)


def _show(terminal: int, output: bytes) -> None:
    """Write, and return when tmux has shown it all; what it answers to the program's questions is dropped."""
    assert _PROBE not in output
    left, answers = output + _PROBE, b""
    while not answers.endswith(_ANSWER):
        readable, writable, _ = select.select([terminal], [terminal] if left else [], [], TIMEOUT)
        assert readable or writable, answers
        if readable:
            answers += os.read(terminal, 4096)
        elif writable:
            left = left[os.write(terminal, left[:1024]) :]


def _seen(pane: Pane, size: Size) -> Screen:
    facts = "#{cursor_x} #{cursor_y} #{cursor_flag} #{alternate_on}"
    printed, *lines = pane.run("display", "-p", facts, ";", "capture-pane", "-p", "-e", "-N").split("\n")[:-1]
    column, row, visible, alternate = map(int, printed.split())
    # After the last column tmux counts on, and a terminal stays there until the next character.
    cursor = (min(column, size.columns - 1), row) if visible else None
    style = _Style()
    return Screen(tuple(_joined(style.characters(line)) for line in lines), cursor, bool(alternate))


def _joined(characters: Iterator[tuple[str, int]]) -> Pieces:
    """Return the pieces of one style each, without a blank end that has nothing but a background.

    tmux does not tell of what was erased to the end of a row, in whatever colour (``cellused`` in its ``grid.c``).
    """
    pieces = [("".join(map(itemgetter(0), group)), style) for style, group in groupby(characters, key=itemgetter(1))]
    while pieces and unpack_style(pieces[-1][1])[::2] == (0, 0):
        text, style = pieces.pop()
        if text.rstrip(" "):
            return (*pieces, (text.rstrip(" "), style))
    return tuple(pieces)


_ATTRIBUTES = {
    "1": Attribute.BOLD, "2": Attribute.DIM, "3": Attribute.ITALIC, "4": Attribute.UNDERLINE,
    "5": Attribute.BLINK, "7": Attribute.REVERSE, "8": Attribute.CONCEAL, "9": Attribute.STRIKE,
    "4:2": Attribute.DOUBLE_UNDERLINE, "53": Attribute.OVERLINE,
    # Curly, dotted and dashed, which we show as a line; and what tmux 3.3 makes of 53.
    "4:3": Attribute.UNDERLINE, "4:4": Attribute.UNDERLINE, "4:5": Attribute.UNDERLINE, "5:3": Attribute.OVERLINE,
}  # fmt: skip
# The characters of the DEC special set (VT100 User Guide, table 3-9).
_LINES = dict(zip("`afgijklmnopqrstuvwxyz{|}~", "◆▒°±␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·", strict=True))
_PARTS = re.compile("\x1b\\[([0-9:;]*)m|([\x0e\x0f])|(.)")


class _Style:
    """What tmux writes between characters (its ``grid_string_cells_code``): it lasts over the end of a line."""

    def __init__(self) -> None:
        self._foreground = self._background = 0
        self._attributes = Attribute(0)
        self._lines = False

    def characters(self, line: str) -> Iterator[tuple[str, int]]:
        for sgr, shift, character in _PARTS.findall(line):
            if character:
                shown = _LINES.get(character, character) if self._lines else character
                yield shown, pack_style(self._foreground, self._background, self._attributes)
            elif shift:
                self._lines = shift == "\x0e"
            else:
                self._take(sgr.split(";"))

    def _take(self, numbers: list[str]) -> None:
        while numbers:
            number = numbers.pop(0)
            if number in {"", "0"}:
                self._foreground = self._background = 0
                self._attributes = Attribute(0)
            elif number in _ATTRIBUTES:
                self._attributes |= _ATTRIBUTES[number]
            else:
                self._paint(int(number), numbers)

    def _paint(self, number: int, numbers: list[str]) -> None:
        color = self._color(number, numbers)
        if number // 10 in {3, 9}:
            self._foreground = color
        else:
            assert number // 10 in {4, 10}, number
            self._background = color

    @staticmethod
    def _color(number: int, numbers: list[str]) -> int:
        if number >= 90:
            return palette_color(number % 10 + 8)
        if number % 10 == 9:
            return 0
        if number % 10 < 8:
            return palette_color(number % 10)
        if numbers.pop(0) == "5":
            return palette_color(int(numbers.pop(0)))
        return true_color(*(int(numbers.pop(0)) for _ in range(3)))


def differences(ours: Screen, theirs: Screen) -> list[str]:
    """Say where two screens are not the same."""
    rows = enumerate(zip_longest(ours.rows, theirs.rows))
    printed = [f"row {y}:\n  ours: {_shown(one)}\n  tmux: {_shown(other)}" for y, (one, other) in rows if one != other]
    if ours.cursor != theirs.cursor:
        printed.append(f"cursor: ours {ours.cursor}, tmux's {theirs.cursor}")
    if ours.alternate != theirs.alternate:
        printed.append(f"alternate screen: ours {ours.alternate}, tmux's {theirs.alternate}")
    return printed


def _shown(row: Pieces | None) -> list[tuple[str, object]]:
    return [(text, unpack_style(style) if style else "") for text, style in row or ()]


def environment_of(home: str) -> dict[str, str]:
    """Return an environment in which a program has no settings of the user who runs the tests."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        **TERMINAL_ENV,
        "HOME": home,
        "LANG": "C.UTF-8",
        "SHELL": "/bin/sh",
    }
