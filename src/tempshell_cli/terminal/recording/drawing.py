"""Lets through of a program's output what draws, and nothing that a terminal would answer to or be changed by.

A state machine after Paul Williams' parser for DEC terminals (https://vt100.net/emu/dec_ansi_parser). What passes is
written again, whole and in its plain form: a terminal that parses it gets to see no sequence that was not looked at,
regardless of control characters in the middle of it.
"""

from __future__ import annotations

import re
from enum import Enum, auto

_ESC, _BEL = "\x1b", "\x07"
_ABORTS = "\x18\x1a"  # CAN, SUB
_CONTROLS = "\x07\x08\t\n\x0b\x0c\r\x0e\x0f"
# A longer sequence is none, in characters; a link is longer than any other.
_LONGEST, _LONGEST_LINK = 256, 4096
# DECSC, DECRC, IND, NEL, HTS, RI, RIS, keypad; character sets, and the height and width of lines.
_ESCAPES = re.compile(r"[78DEHMc=>]|[()*+][0-9A-Z]|#[34568]")
# Moving, erasing, inserting, deleting, scrolling, repeating, colours, margins; the cursor's shape, a soft reset, and
# protected characters.
_SEQUENCES = re.compile(
    r"[0-9;]*[@-GHIJKLMPSXZ`abdefgrsu]|[0-9;:]*m|[0-9]*T|\?[0-9;]*[JK]|4[hl]|[0-9]? q|!p|[012]?\"q|[0-9]* [@A]"
)
# Origin, wrapping, the cursor's blinking and being there, the alternate screens, and updates at once.
_MODES = frozenset({"6", "7", "12", "25", "47", "1047", "1048", "1049", "2026"})
_MODE = re.compile(r"\?([0-9;]*)([hl])")
_LINK = re.compile(r"8;[^;\0]*;[^\0]*")


class _State(Enum):
    GROUND = auto()
    ESCAPE = auto()
    SEQUENCE = auto()
    LINK = auto()  # or another OSC
    STRING = auto()  # DCS, SOS, PM, APC


_BEGINS = {"[": _State.SEQUENCE, "]": _State.LINK, **dict.fromkeys("PX^_", _State.STRING)}


class Drawing:
    """Filters a stream that may be cut anywhere."""

    def __init__(self) -> None:
        self._state = _State.GROUND
        self._held = ""  # of the sequence that has begun, without what it begins with
        self._link: str | None = None  # one that the next character may end

    def passed(self, text: str) -> str:
        """Return what of this draws; a sequence passes when it is whole."""
        return "".join(map(self._take, text))

    def _take(self, character: str) -> str:
        if character == _ESC:
            self._link = self._held if self._state is _State.LINK else None
            return self._go(_State.ESCAPE)
        if character in _ABORTS:
            return self._go(_State.GROUND)
        if character < " ":
            return self._control(character)
        return "" if "\x7f" <= character <= "\x9f" else self._graphic(character)

    def _graphic(self, character: str) -> str:
        match self._state:
            case _State.GROUND:
                return character
            case _State.ESCAPE:
                return self._escape(character)
            case _State.SEQUENCE:
                return self._sequence(character)
            case _State.LINK:
                self._hold(character, _LONGEST_LINK)
        return ""

    def _control(self, character: str) -> str:
        """In the middle of a sequence a terminal does what a control character says, and goes on with the sequence."""
        if self._state is _State.LINK and character == _BEL:
            return self._ended(self._held)
        if self._state in {_State.LINK, _State.STRING} or character not in _CONTROLS:
            return ""
        return character

    def _escape(self, character: str) -> str:
        link, self._link = self._link, None
        if link is not None and character == "\\":
            return self._ended(link)
        if not self._held and character in _BEGINS:
            return self._go(_BEGINS[character])
        self._hold(character, _LONGEST)
        if character < "0":  # an intermediate
            return ""
        found = self._held if _ESCAPES.fullmatch(self._held) else ""
        self._go(_State.GROUND)
        return found and _ESC + found

    def _sequence(self, character: str) -> str:
        self._hold(character, _LONGEST)
        if character < "@":
            return ""
        found = self._held
        self._go(_State.GROUND)
        if mode := _MODE.fullmatch(found):
            modes = ";".join(one for one in mode[1].split(";") if one in _MODES)
            return f"{_ESC}[?{modes}{mode[2]}" if modes else ""
        return f"{_ESC}[{found}" if _SEQUENCES.fullmatch(found) else ""

    def _ended(self, held: str) -> str:
        self._go(_State.GROUND)
        return f"{_ESC}]{held}{_ESC}\\" if _LINK.fullmatch(held) else ""

    def _hold(self, character: str, longest: int) -> None:
        # One that is too long stays so, and is none; it ends where it would.
        if len(self._held) <= longest:
            self._held += character if len(self._held) < longest else "\0"

    def _go(self, state: _State) -> str:
        self._state, self._held = state, ""
        return ""
