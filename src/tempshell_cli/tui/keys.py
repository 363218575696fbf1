"""Textual's key and mouse events in the words of the terminal."""

from __future__ import annotations

import unicodedata

from textual import events
from textual.geometry import Offset
from textual.keys import KEY_NAME_REPLACEMENTS, REPLACED_KEYS, Keys, key_to_character

from tempshell_cli.terminal.leader import FUNCTION_KEYS, leader_parts, not_a_leader
from tempshell_cli.terminal.wire import Key, KeyAction, Modifiers, Mouse, MouseAction, Type

_MODIFIERS = {
    "shift": Modifiers.SHIFT,
    "alt": Modifiers.ALT,
    "ctrl": Modifiers.CTRL,
    "super": Modifiers.SUPER,
}
# Keys that have a name and no character, or whose character is a control.
_NAMED = FUNCTION_KEYS | {
    "enter", "tab", "escape", "backspace", "space", "delete", "insert", "home", "end", "pageup", "pagedown",
    "up", "down", "left", "right",
}  # fmt: skip
_WHEEL = {events.MouseScrollUp: 4, events.MouseScrollDown: 5}
_ACTIONS = {
    events.MouseDown: MouseAction.PRESS,
    events.MouseUp: MouseAction.RELEASE,
    events.MouseMove: MouseAction.MOVE,
}
# With these a key types nothing.
_COMMANDING = Modifiers.ALT | Modifiers.CTRL | Modifiers.SUPER


class Stroke(events.Key):
    """A key as widgets know it, and ``exact``: what the terminal sent, for a program."""

    def __init__(self, exact: Key | Type) -> None:
        self.exact = exact
        if isinstance(exact, Type):
            super().__init__(Keys.Ignore.value, None)
        else:
            super().__init__(_event_name(exact), None if exact.modifiers & _COMMANDING else exact.text or None)

    @property
    def released(self) -> bool:
        """Whether the key was let go, which is news for some programs, and for no widget."""
        return isinstance(self.exact, Key) and self.exact.action is KeyAction.RELEASE


# By this name Textual finds the methods that take keys.
Stroke.handler_name = events.Key.handler_name


def to_key(event: events.Key) -> Key | Type | None:
    """Return what a program gets for a key, or None for one that no program is waiting for.

    Only the driver of a terminal has strokes; any other event is all that is known of its key.
    """
    return event.exact if isinstance(event, Stroke) else _key_named(event)


def _key_named(event: events.Key) -> Key | None:
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
    held, last = leader_parts(leader)
    name = last if last in _NAMED else _name_of(last)
    if not name:
        raise not_a_leader(leader)
    return "+".join((*held, name))


def leader_label(leader: str) -> str:
    """Return how the leader is shown: ``^]`` for ``ctrl+]``, other keys as they are typed."""
    held, _, last = leader.strip().rpartition("+")
    return f"^{last}" if held == "ctrl" and len(last) == 1 else leader.strip()


def _event_name(key: Key) -> str:
    """Return Textual's name of a key."""
    character = key.text if len(key.text) == 1 else key.name if len(key.name) == 1 else ""
    shift = key.modifiers & Modifiers.SHIFT
    if key.us_name and key.modifiers & _COMMANDING and not character.isascii():
        character = key.us_name
    if key.modifiers & _COMMANDING and character.isalpha():
        character = character.lower()
    elif key.text and key.name != "space":
        shift = Modifiers.NONE  # has done its work
    name = key.name if key.name == "space" else _name_of(character) or key.name.removeprefix("kp_")
    held = (held for held, bit in sorted(_MODIFIERS.items()) if (key.modifiers & _COMMANDING | shift) & bit)
    return "+".join((*held, name))


def _name_of(character: str) -> str:
    """Return Textual's name of a character; empty for anything longer."""
    if len(character) != 1 or not character.isprintable():
        return ""
    if character.isalnum():
        return character
    name = unicodedata.name(character, "").lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name)
