"""What libghostty-vt leaves undone, done in front of it, in terms that it knows.

Programs count on some of it: the title of before comes back when vim ends, ``reset`` and ``tput init`` begin with a
soft reset. And a program that asks for a report waits for it.

Source: xterm's ctlseqs, and DEC's VT220 and VT420 manuals for the reports.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from tempshell_cli.terminal.emulators.ghostty.calls import CData, get, lib, set_title, title

# Looked for in all output, so it has to fail early: each alternative begins with a character of its own, no group is
# kept, and some that come along are handed on as they are.
_COMMON = rb"!p|g|2[23](?:;\d?){,2}t|\?[1-8]?[356]n"
_SEQUENCE = re.compile(rb"\x1b\[(?:%b)" % _COMMON)
# These begin as most others do. Their ends are rare, and show whether to look for them, too.
_MODE_END, _COLUMNS_END = re.compile(rb"\$p(?<=\d\$p)"), re.compile(rb"'[}~](?<=[\d\[]'.)")
_ANY_SEQUENCE = re.compile(rb"\x1b\[(?:%b|[157][013-9]?\$p|\d{,3}'[}~])" % _COMMON)
_NUMBERS = b"0123456789;"
# The beginning of one, at the end of what was read. A longer one is not for us.
_BEGUN = re.compile(rb"\x1b(?:\[(?:!|\??[\d;]*[$']?))?\Z")
_LONGEST = 12

# The cursor shown; characters replace, rows count from the top, lines wrap, forwards alone; keys, margins, look, and
# character sets of the beginning; nothing protected.
_SOFT_RESET = (
    b"\x1b[?25h\x1b[4l\x1b[?6l\x1b[?7h\x1b[?45l\x1b[?1045l\x1b[?1l\x1b>\x1b[?69l\x1b[r\x1b[0m\x1b(B\x1b)B\x1b*B\x1b+B\x0f"
    b'\x1b[0"q'
)
_SAVE_AT_HOME = b"\x1b[H\x1b7"

# No printer; keys unlocked; a North American keyboard; no locator, of no type; no errors; one session.
_STATUS = {
    b"15": b"13",
    b"25": b"20",
    b"26": b"27;1",
    b"53": b"50",
    b"55": b"50",
    b"56": b"57;0",
    b"75": b"70",
    b"85": b"83",
}

_CURSOR = b"6"

# Modes that ECMA-48 has for block terminals.
_NEVER_SET = frozenset(b"1 5 7 10 11 13 14 15 16 17 18 19".split())

_MARGINS = re.compile(rb"(\d+);(\d+)r")

_PUSH, _ICON = b"22", b"1"
_TITLES = 10  # as many as xterm keeps


class GapFiller:
    """Feeds one terminal, and fills what is missing on the way."""

    def __init__(self, terminal: CData, replies: bytearray) -> None:
        """``replies`` is where the terminal's answers to the program arrive; ours go there too."""
        self._terminal = terminal
        self._replies = replies
        self._begun = b""
        self._titles: list[str] = []
        self._fillings: dict[bytes, Callable[[bytes], None]] = {
            b"!p": self._reset_softly,
            b"g": self._clear_tab,
            b"t": self._stack_title,
            b"n": self._report_status,
            b"$p": self._report_mode,
            b"'}": partial(self._edit_columns, b"@"),
            b"'~": partial(self._edit_columns, b"P"),
        }

    def feed(self, data: bytes) -> None:
        """Take what the program wrote, cut anywhere."""
        if self._begun:
            data, self._begun = self._begun + data, b""
        if b"\x7f" in data:  # DEL, which the library takes for a character
            data = data.replace(b"\x7f", b"")
        last = data.rfind(b"\x1b", -_LONGEST)
        if last >= 0 and _BEGUN.match(data, last):
            data, self._begun = data[:last], data[last:]
        fed = 0
        rare = (b"$" in data and _MODE_END.search(data)) or (b"'" in data and _COLUMNS_END.search(data))
        for found in (_ANY_SEQUENCE if rare else _SEQUENCE).finditer(data):
            self._write(data[fed : found.start()])
            numbers_and_end = found[0].lstrip(b"\x1b[?")
            end = numbers_and_end.lstrip(_NUMBERS)
            self._fillings[end](numbers_and_end.removesuffix(end))
            fed = found.end()
        self._write(data[fed:])

    def _write(self, data: bytes) -> None:
        lib.ghostty_terminal_vt_write(self._terminal, data, len(data))

    def _reset_softly(self, _numbers: bytes) -> None:
        """DECSTR: the cursor stays, and forgets where it was saved."""
        column, row = (get(self._terminal, f"CURSOR_{axis}", "uint16_t*") for axis in "XY")
        self._write(_SOFT_RESET + _SAVE_AT_HOME + b"\x1b[%d;%dH" % (row + 1, column + 1))

    def _clear_tab(self, _numbers: bytes) -> None:
        """TBC of the tab stop at the cursor; the library wants a number."""
        self._write(b"\x1b[0g")

    def _stack_title(self, numbers: bytes) -> None:
        """XTPUSHTITLE and XTPOPTITLE; there is no title of an icon here."""
        operation, which = [*numbers.split(b";"), b""][:2]
        if which == _ICON:
            return
        if operation == _PUSH:
            self._titles = [*self._titles[1 - _TITLES :], title(self._terminal)]
        elif self._titles:
            set_title(self._terminal, self._titles.pop())

    def _report_status(self, which: bytes) -> None:
        """DSR of DEC's: where the cursor is, and what hangs on a terminal that is none."""
        if which == _CURSOR:
            self._replies += self._ask(b"\x1b[6n").replace(b"[", b"[?")
        elif which in _STATUS:
            self._replies += b"\x1b[?%bn" % _STATUS[which]
        else:
            self._write(b"\x1b[?%bn" % which)

    def _report_mode(self, which: bytes) -> None:
        """DECRQM of a mode that there is, but is always reset."""
        if which in _NEVER_SET:
            self._replies += b"\x1b[%b;4$y" % which
        else:
            self._write(b"\x1b[%b$p" % which)

    def _edit_columns(self, edit: bytes, count: bytes) -> None:
        """DECIC and DECDC: within the margins, what ICH and DCH do in one row happens in each."""
        margins = _MARGINS.search(self._ask(b"\x1bP$qr\x1b\\"))
        row = get(self._terminal, "CURSOR_Y", "uint16_t*") + 1
        if margins and int(margins[1]) <= row <= int(margins[2]):
            above, below = row - int(margins[1]), int(margins[2]) - row
            one = b"\x1b[%b%b" % (count, edit)
            self._write(_up(above) + (one + b"\x1b[B") * (above + below) + one + _up(below))

    def _ask(self, question: bytes) -> bytes:
        """Return what the terminal answers to a question of ours."""
        before = len(self._replies)
        self._write(question)
        answer = bytes(self._replies[before:])
        del self._replies[before:]
        return answer


def _up(rows: int) -> bytes:
    return b"\x1b[%dA" % rows if rows else b""
