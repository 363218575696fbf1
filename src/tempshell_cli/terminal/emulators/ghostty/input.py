"""Keys, mouse events and pastes as the bytes that libghostty-vt says a program expects."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tempshell_cli.terminal.emulators.ghostty.calls import CData, check, ffi, lib, made, sized
from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.screen import CELL_HEIGHT, CELL_WIDTH
from tempshell_cli.terminal.wire import Key, Modifiers, Mouse, MouseAction

# Longer than any encoded key or mouse event.
_ROOM = 256
_KEYPAD = (
    "decimal", "divide", "multiply", "subtract", "add", "enter", "equal", "separator",
    "left", "right", "up", "down", "home", "end", "insert", "delete", "begin",
)  # fmt: skip
_NAMED_KEYS = {
    "enter": "ENTER",
    "tab": "TAB",
    "escape": "ESCAPE",
    "backspace": "BACKSPACE",
    "space": "SPACE",
    "up": "ARROW_UP",
    "down": "ARROW_DOWN",
    "left": "ARROW_LEFT",
    "right": "ARROW_RIGHT",
    "home": "HOME",
    "end": "END",
    "insert": "INSERT",
    "delete": "DELETE",
    "pageup": "PAGE_UP",
    "pagedown": "PAGE_DOWN",
    "caps_lock": "CAPS_LOCK",
    "scroll_lock": "SCROLL_LOCK",
    "num_lock": "NUM_LOCK",
    "print_screen": "PRINT_SCREEN",
    "pause": "PAUSE",
    "menu": "CONTEXT_MENU",
    **{f"f{number}": f"F{number}" for number in range(1, 26)},
    **{
        f"{side}_{key}": f"{ghostty_key}_{side.upper()}"
        for side in ("left", "right")
        for key, ghostty_key in (("shift", "SHIFT"), ("control", "CONTROL"), ("alt", "ALT"), ("super", "META"))
    },
    **{f"kp_{key}": f"NUMPAD_{key.upper()}" for key in (*"0123456789", *_KEYPAD)},
    "kp_pageup": "NUMPAD_PAGE_UP",
    "kp_pagedown": "NUMPAD_PAGE_DOWN",
}
# Where a key is on a US keyboard.
_PLACES = {
    "`": "BACKQUOTE",
    "\\": "BACKSLASH",
    "[": "BRACKET_LEFT",
    "]": "BRACKET_RIGHT",
    ",": "COMMA",
    "=": "EQUAL",
    "-": "MINUS",
    ".": "PERIOD",
    "'": "QUOTE",
    ";": "SEMICOLON",
    "/": "SLASH",
    **{str(digit): f"DIGIT_{digit}" for digit in range(10)},
    **{letter: letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"},
}
_BUTTONS = ("UNKNOWN", "LEFT", "MIDDLE", "RIGHT", "FOUR", "FIVE")
_MODIFIERS = (
    (Modifiers.SHIFT, 1),
    (Modifiers.CTRL, 2),
    (Modifiers.ALT, 4),
    (Modifiers.SUPER, 8),
    (Modifiers.CAPS_LOCK, 16),
    (Modifiers.NUM_LOCK, 32),
)
_SHIFT_BIT = 1
# How modifyOtherKeys and the kitty protocol write what has no sequence of its own.
_LONG_FORM = re.compile(rb"\x1b\[(?:27;\d+;\d+~|\d+(?:;\d+)?u)")
# A key with such a form in both of them, and without either not.
_PROBE = Key("a", "", Modifiers.CTRL | Modifiers.SHIFT)
_KITTY_F3 = re.compile(rb"\x1b\[13;(\d+)~")


class InputEncoder:
    """Encodes input by the modes of one terminal."""

    def __init__(self, terminal: CData) -> None:
        self._terminal = terminal
        self._keys = made("GhosttyKeyEncoder", lib.ghostty_key_encoder_new)
        self._key = made("GhosttyKeyEvent", lib.ghostty_key_event_new)
        self._mice = made("GhosttyMouseEncoder", lib.ghostty_mouse_encoder_new)
        self._mouse = made("GhosttyMouseEvent", lib.ghostty_mouse_event_new)
        self._held = False

    def resize(self, size: Size) -> None:
        """Set how many pixels the cells make, for the mouse encoder."""
        geometry = sized("GhosttyMouseEncoderSize")
        geometry.cell_width, geometry.cell_height = CELL_WIDTH, CELL_HEIGHT
        geometry.screen_width = size.columns * CELL_WIDTH
        geometry.screen_height = size.rows * CELL_HEIGHT
        lib.ghostty_mouse_encoder_setopt(self._mice, lib.GHOSTTY_MOUSE_ENCODER_OPT_SIZE, geometry)

    def key(self, key: Key) -> bytes:
        """Return what a key sends; nothing for a key that libghostty-vt does not know.

        libghostty-vt has a long form for keys that xterm has none for, whether the program asked for it or not. To
        one that did not it would be garbage: it gets the key without what xterm leaves away, Shift or Ctrl.
        """
        lib.ghostty_key_encoder_setopt_from_terminal(self._keys, self._terminal)
        sent = self._encode_key(key)
        if _LONG_FORM.fullmatch(sent) and not _LONG_FORM.fullmatch(self._encode_key(_PROBE)):
            plainer = map(self._encode_key, _plainer(key))
            return next((plain for plain in plainer if plain and not _LONG_FORM.fullmatch(plain)), b"")
        if key.name == "f3" and not self._encode_key(_PROBE).endswith(b"u"):
            # The kitty protocol avoids xterm's form, which is a cursor report too.
            return _KITTY_F3.sub(b"\x1b[1;\\1R", sent)
        return sent

    def _encode_key(self, key: Key) -> bytes:
        name = _NAMED_KEYS.get(key.name)
        if name is None and len(key.name) != 1:
            return b""
        text = ffi.from_buffer(_typed(key).encode())
        event = self._key
        lib.ghostty_key_event_set_action(event, getattr(lib, f"GHOSTTY_KEY_ACTION_{key.action.name}"))
        place = name or _PLACES.get(key.us_name, "UNIDENTIFIED")
        lib.ghostty_key_event_set_key(event, getattr(lib, f"GHOSTTY_KEY_{place}"))
        lib.ghostty_key_event_set_mods(event, _bits(key.modifiers))
        # Shift that made an "A" of an "a" has done its work.
        lib.ghostty_key_event_set_consumed_mods(event, _SHIFT_BIT if len(text) else 0)
        lib.ghostty_key_event_set_utf8(event, text, len(text))
        codepoint = ord(" ") if key.name == "space" else 0 if name else ord(key.name)
        lib.ghostty_key_event_set_unshifted_codepoint(event, codepoint)
        return _encoded(lib.ghostty_key_encoder_encode, self._keys, event)

    def mouse(self, mouse: Mouse) -> bytes:
        """Return what a mouse event sends."""
        moved = mouse.action is MouseAction.MOVE
        if not moved and mouse.button <= len(("left", "middle", "right")):
            self._held = mouse.action is MouseAction.PRESS
        held = ffi.new("bool*", self._held)
        lib.ghostty_mouse_encoder_setopt(self._mice, lib.GHOSTTY_MOUSE_ENCODER_OPT_ANY_BUTTON_PRESSED, held)
        event = self._mouse
        action = "MOTION" if moved else mouse.action.name
        lib.ghostty_mouse_event_set_action(event, getattr(lib, f"GHOSTTY_MOUSE_ACTION_{action}"))
        if mouse.button:
            lib.ghostty_mouse_event_set_button(event, getattr(lib, f"GHOSTTY_MOUSE_BUTTON_{_BUTTONS[mouse.button]}"))
        else:
            lib.ghostty_mouse_event_clear_button(event)
        lib.ghostty_mouse_event_set_mods(event, _bits(mouse.modifiers))
        middle = {"x": (mouse.column + 0.5) * CELL_WIDTH, "y": (mouse.row + 0.5) * CELL_HEIGHT}
        lib.ghostty_mouse_event_set_position(event, ffi.new("GhosttyMousePosition*", middle)[0])
        lib.ghostty_mouse_encoder_setopt_from_terminal(self._mice, self._terminal)
        return _encoded(lib.ghostty_mouse_encoder_encode, self._mice, event)

    def close(self) -> None:
        """Give back what the library made."""
        lib.ghostty_mouse_event_free(self._mouse)
        lib.ghostty_mouse_encoder_free(self._mice)
        lib.ghostty_key_event_free(self._key)
        lib.ghostty_key_encoder_free(self._keys)


def encode_paste(text: str, *, bracketed: bool) -> bytes:
    """Return what a paste sends: control characters that could act as keys or end the brackets are blanks."""
    data = ffi.new("char[]", text.encode("utf-8", "replace"))
    length = len(data) - 1  # without the NUL that cffi adds
    room = ffi.new("char[]", length + _ROOM)
    written = ffi.new("size_t*")
    check(lib.ghostty_paste_encode(data, length, bracketed, room, len(room), written), "paste")
    return bytes(ffi.buffer(room, written[0]))


def _typed(key: Key) -> str:
    """Return the text of a key as the encoder wants it: what it types without Ctrl, and no control characters."""
    if key.text.isprintable() and key.text:
        return key.text
    return key.name if len(key.name) == 1 else " " if key.name == "space" else ""


def _plainer(key: Key) -> Iterator[Key]:
    """Yield a key with less and less held down."""
    shift, ctrl = Modifiers.SHIFT, Modifiers.CTRL
    yield Key(key.name, "", key.modifiers & ~shift, key.us_name, key.action)
    yield Key(key.name, key.text, key.modifiers & ~ctrl, key.us_name, key.action)
    yield Key(key.name, key.text, key.modifiers & ~(shift | ctrl), key.us_name, key.action)


def _bits(modifiers: Modifiers) -> int:
    return sum(bit for modifier, bit in _MODIFIERS if modifier & modifiers)


def _encoded(encode: CData, encoder: CData, event: CData) -> bytes:
    room = ffi.new("char[]", _ROOM)
    written = ffi.new("size_t*")
    check(encode(encoder, event, room, _ROOM, written), "encode")
    return bytes(ffi.buffer(room, written[0]))
