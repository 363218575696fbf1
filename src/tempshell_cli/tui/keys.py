"""Textual's key and mouse events in the words of the terminal."""

from __future__ import annotations

import unicodedata

from textual import events
from textual.geometry import Offset
from textual.keys import KEY_NAME_REPLACEMENTS, REPLACED_KEYS, key_to_character

from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.terminal.wire import Key, Modifiers, Mouse, MouseAction

_MODIFIERS = {
    "shift": Modifiers.SHIFT,
    "alt": Modifiers.ALT,
    "ctrl": Modifiers.CTRL,
    "super": Modifiers.SUPER,
}
_FUNCTION_KEYS = {f"f{number}" for number in range(1, 25)}
# Keys that have a name and no character, or whose character is a control.
_NAMED = _FUNCTION_KEYS | {
    "enter", "tab", "escape", "backspace", "space", "delete", "insert", "home", "end", "pageup", "pagedown",
    "up", "down", "left", "right",
}  # fmt: skip
_WHEEL = {events.MouseScrollUp: 4, events.MouseScrollDown: 5}
_ACTIONS = {
    events.MouseDown: MouseAction.PRESS,
    events.MouseUp: MouseAction.RELEASE,
    events.MouseMove: MouseAction.MOVE,
}


def to_key(event: events.Key) -> Key | None:
    """Return the key of an event, or None for one that no program is waiting for (Shift alone, Caps Lock)."""
    *held, name = event.key.split("+")
    modifiers = Modifiers.NONE
    for modifier in held:
        modifiers |= _MODIFIERS.get(modifier, Modifiers.NONE)
    text = event.character if event.character and event.is_printable else ""
    if name in _NAMED:
        return Key(name, text, modifiers)
    character = key_to_character(REPLACED_KEYS.get(name, name))
    if character is None:
        return Key(text, text, modifiers) if len(text) == 1 else None
    if character.isupper():
        modifiers |= Modifiers.SHIFT
    return Key(character.lower() if len(character.lower()) == 1 else character, text, modifiers)


def to_mouse(event: events.MouseEvent, at: Offset) -> Mouse:
    """Return a mouse event at a cell of the terminal."""
    modifiers = Modifiers.NONE
    for held, modifier in (
        (event.shift, Modifiers.SHIFT),
        (event.meta, Modifiers.ALT),
        (event.ctrl, Modifiers.CTRL),
    ):
        modifiers |= modifier if held else Modifiers.NONE
    button = _WHEEL.get(type(event), event.button)
    return Mouse(_ACTIONS.get(type(event), MouseAction.PRESS), button, max(0, at.x), max(0, at.y), modifiers)


def leader_key(leader: str) -> str:
    """Return Textual's name of the leader, typed like ``ctrl+]``.

    Raises UsageProblem where it is neither one key with Ctrl or Alt, nor a function key.
    """
    *held, last = leader.strip().lower().split("+")
    name = last if last in _NAMED else _name_of(last)
    apart = bool(held) and set(held) <= {"ctrl", "alt"}
    if not name or not (apart or name in _FUNCTION_KEYS):
        raise UsageProblem(f"{leader!r} cannot be the leader key", hint="write it like ctrl+] or f12")
    return "+".join((*sorted(held), name))


def leader_label(leader: str) -> str:
    """Return how the leader is shown: ``^]`` for ``ctrl+]``, other keys as they are typed."""
    held, _, last = leader.strip().rpartition("+")
    return f"^{last}" if held == "ctrl" and len(last) == 1 else leader.strip()


def _name_of(character: str) -> str:
    """Return Textual's name of a character; empty for anything longer."""
    if len(character) != 1 or not character.isprintable():
        return ""
    if character.isalnum():
        return character
    name = unicodedata.name(character, "").lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name)
