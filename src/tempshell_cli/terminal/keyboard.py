"""The bytes that the terminal outside sends for keys, taken apart into keys.

Sequences are those of xterm (ctlseqs, "PC-Style Function Keys"), what rxvt and the Linux console send in their place,
and the kitty keyboard protocol (https://sw.kovidgoyal.net/kitty/keyboard-protocol/).
"""

from __future__ import annotations

import re
import sys

from tempshell_cli.terminal.wire import Key, KeyAction, Modifiers, Type

_UTF_8 = rb"(?:[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})"
_BEGUN_UTF_8 = rb"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})"
# CSI of all kinds, SS3, a character, perhaps with Alt; last a byte that is not UTF-8, or an Escape before another one.
_PIECE = re.compile(
    rb"\x1b\[M[ -\xff]{3}|\x1b\[\[[A-E]|\x1b\[\d+\$|\x1b\[[0-?]*[ -/]*[@-~]|\x1bO[A-Za-z]"
    rb"|(?:\x1b(?!\x1b))?%b|[\x00-\xff]" % _UTF_8
)
# What may go on. The first group is of no use by itself; the second is a key, unless more follows at once.
_BEGUN = re.compile(
    rb"(\x1b\[(?:[0-;][0-?]*(?:[ -#%%-/][ -/]*)?|[<-?][ -?]*|M[ -\xff]{0,2}))"
    rb"|(\x1b(?:\[\[?|O|%b)?|%b)" % (_BEGUN_UTF_8, _BEGUN_UTF_8)
)

# How long the rest of a sequence may take before Escape counts as a key, in seconds. Terminals write a sequence at
# once; where a slow line splits it all the same, a program without modes of its own still gets the same bytes.
ESCAPE_DELAY = 0.02

_LETTERS = {
    b"A": "up", b"B": "down", b"C": "right", b"D": "left", b"E": "kp_begin", b"F": "end", b"H": "home",
    b"P": "f1", b"Q": "f2", b"R": "f3", b"S": "f4",
}  # fmt: skip
_NUMBERS = {
    1: "home", 2: "insert", 3: "delete", 4: "end", 5: "pageup", 6: "pagedown", 7: "home", 8: "end",
    11: "f1", 12: "f2", 13: "f3", 14: "f4", 15: "f5", 17: "f6", 18: "f7", 19: "f8", 20: "f9", 21: "f10",
    23: "f11", 24: "f12", 25: "f13", 26: "f14", 28: "f15", 29: "f16", 31: "f17", 32: "f18", 33: "f19", 34: "f20",
    57427: "kp_begin",
}  # fmt: skip
_CODES = {9: "tab", 13: "enter", 27: "escape", 32: "space", 127: "backspace"} | dict(
    enumerate(
        (
            "caps_lock", "scroll_lock", "num_lock", "print_screen", "pause", "menu", *[""] * 12,
            *(f"f{number}" for number in range(13, 36)),
            *(f"kp_{digit}" for digit in range(10)),
            "kp_decimal", "kp_divide", "kp_multiply", "kp_subtract", "kp_add", "kp_enter", "kp_equal", "kp_separator",
            "kp_left", "kp_right", "kp_up", "kp_down", "kp_pageup", "kp_pagedown", "kp_home", "kp_end", "kp_insert",
            "kp_delete", "kp_begin",
            "media_play", "media_pause", "media_play_pause", "media_reverse", "media_stop", "media_fast_forward",
            "media_rewind", "media_track_next", "media_track_previous", "media_record",
            "lower_volume", "raise_volume", "mute_volume",
            *(f"{side}_{key}" for side in ("left", "right")
              for key in ("shift", "control", "alt", "super", "hyper", "meta")),
            "iso_level3_shift", "iso_level5_shift",
        ),
        57358,
    )
)  # fmt: skip
_FIXED = (
    {b"\x1b[Z": Key("tab", "", Modifiers.SHIFT)}
    | {b"\x1bO" + letter: Key(name) for letter, name in _LETTERS.items()}
    | {b"\x1b[[" + b"%c" % (ord("A") + number): Key(f"f{number + 1}") for number in range(5)}
    | {b"\x1b[" + letter.lower(): Key(_LETTERS[letter], "", Modifiers.SHIFT) for letter in (b"A", b"B", b"C", b"D")}
    | {b"\x1bO" + letter.lower(): Key(_LETTERS[letter], "", Modifiers.CTRL) for letter in (b"A", b"B", b"C", b"D")}
)
# Its code, shifted and on a US keyboard; modifiers, what it did; its text.
_SEQUENCE = re.compile(
    rb"\x1b\[(\d{1,7})?(?::(\d{0,7}))?(?::(\d{0,7}))?(?:;(\d{0,3})(?::([123]))?)?(?:;([\d:]{1,99}))?([A-Zu~$^@])"
)
_RXVT = {b"$": Modifiers.SHIFT, b"^": Modifiers.CTRL, b"@": Modifiers.CTRL | Modifiers.SHIFT}
_ACTIONS = {b"2": KeyAction.REPEAT, b"3": KeyAction.RELEASE}
_ALL_HELD = 255


def split(data: bytes, *, paused: bool) -> tuple[list[bytes], bytes]:
    """Return the whole sequences and characters of what was read, and the end of it that may yet go on.

    Once the terminal has ``paused``, an Escape that nothing followed is a key. The beginning of a sequence that is
    of no use alone waits even then: the next byte, whenever it comes, completes it or shows that it is none.
    """
    pieces, at = [], 0
    while piece := _PIECE.match(data, at):
        begun = _BEGUN.fullmatch(data, at)
        if begun and (begun[1] or not paused):
            break
        pieces.append(piece[0])
        at = piece.end()
    return pieces, data[at:]


def keys_of(piece: bytes) -> list[Key | Type]:
    """Return the keys of one sequence or character; as its bytes, where the key is unknown here."""
    if fixed := _FIXED.get(piece):
        return [fixed]
    if sequence := _SEQUENCE.fullmatch(piece):
        return _sequence_keys(sequence) or [Type(piece)]
    held = Modifiers.ALT if piece[:1] == b"\x1b" and piece[1:] else Modifiers.NONE
    text = piece.decode("utf-8", "surrogateescape")[bool(held) :]
    if len(text) != 1 or "\udc80" <= text <= "\udcff":
        return [Type(piece)]
    return [_typed(text, held)]


def _typed(character: str, held: Modifiers = Modifiers.NONE) -> Key:
    code = ord(character)
    if code in _CODES:
        return Key(_CODES[code], character if character == " " else "", held)
    if code < ord(" "):
        return Key(chr(code | 0x40).lower() if code else "space", "", held | Modifiers.CTRL)
    if character.isupper() and len(character.lower()) == 1:
        return Key(character.lower(), character, held | Modifiers.SHIFT)
    return Key(character, character, held)


def _sequence_keys(sequence: re.Match[bytes]) -> list[Key | Type]:
    code, shifted, base, held, action, typed, final = sequence.groups()
    text = "".join(_character(int(part)) for part in (typed or b"").split(b":") if part)
    if final == b"u" and code == b"0":
        return [_typed(character) for character in text]  # of an input method, of no key in particular
    name = _name(code, final)
    modifiers = int(held or 1) - 1
    if not name or not 0 <= modifiers <= _ALL_HELD:
        return []
    if shifted and modifiers & Modifiers.SHIFT:
        text = text or _character(int(shifted))
    modifiers |= _RXVT.get(final, Modifiers.NONE)
    us_name = _character(int(base)) if base else ""
    return [Key(name, text, Modifiers(modifiers), us_name, _ACTIONS.get(action, KeyAction.PRESS))]


def _name(code: bytes | None, final: bytes) -> str:
    """Return the name of the key of a sequence; empty where it is of none."""
    if final == b"u":
        return _CODES.get(int(code), "") or _character(int(code)) if code else ""
    if final in _LETTERS:
        return _LETTERS[final] if code in {None, b"1"} else ""
    return _NUMBERS.get(int(code), "") if code else ""


def _character(code: int) -> str:
    """Return the character of a code point; empty for one that shows nothing."""
    character = chr(code) if code <= sys.maxunicode else ""
    return character if character.isprintable() else ""
