"""What the screen and its worker say to each other; ``link.py`` carries it."""

from __future__ import annotations

import struct
from enum import IntFlag, StrEnum

import msgspec

from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.screen import Row, Status


class Modifiers(IntFlag):
    """Keys held down, and locks; the numbers of the kitty keyboard protocol."""

    NONE = 0
    SHIFT = 1
    ALT = 2
    CTRL = 4
    SUPER = 8
    HYPER = 16
    META = 32
    CAPS_LOCK = 64
    NUM_LOCK = 128


class KeyAction(StrEnum):
    """What a key did. Only a terminal with the kitty protocol reports more than presses."""

    PRESS = "press"
    REPEAT = "repeat"
    RELEASE = "release"


class MouseAction(StrEnum):
    """What a mouse did."""

    PRESS = "press"
    RELEASE = "release"
    MOVE = "move"


class _Message(msgspec.Struct, frozen=True, array_like=True, tag=True, gc=False):
    """A message: its kind, then its fields."""


class Key(_Message, frozen=True):
    """A key. ``name``: the unshifted character, or ``up``, ``f1``, ``pageup``; ``text``: what it types.

    ``us_name``: the character of that key on a US keyboard, where the layout is another one if the terminal reports it.
    """

    name: str
    text: str = ""
    modifiers: Modifiers = Modifiers.NONE
    us_name: str = ""
    action: KeyAction = KeyAction.PRESS


class Mouse(_Message, frozen=True):
    """A mouse event at a cell, from 0. Buttons: 0 none, 1 left, 2 middle, 3 right, 4 wheel up, 5 wheel down."""

    action: MouseAction
    button: int
    column: int
    row: int
    modifiers: Modifiers = Modifiers.NONE


class Paste(_Message, frozen=True):
    """Text from the clipboard."""

    text: str


class InsertText(_Message, frozen=True):
    """Text to lay at a prompt, where nothing of it may run by itself."""

    text: str


class Focus(_Message, frozen=True):
    """The pane got or lost the focus."""

    gained: bool


class Type(_Message, frozen=True):
    """Bytes for the program as they are."""

    data: bytes


class Resize(_Message, frozen=True):
    """The pane has a new size."""

    size: Size


class Colors(_Message, frozen=True):
    """What text in the theme's own colours looks like, in 24 bits each, as ``true_color`` has it."""

    foreground: int
    background: int


class Scroll(_Message, frozen=True):
    """Move the view by rows, up into the history where negative. Any input moves it back down."""

    rows: int


class Find(_Message, frozen=True):
    """Look for text, in the history and on the screen, and show it; empty ends that, at the live screen.

    From where the view stood upwards; with ``step`` from the last one found: -1 the next older, 1 the next newer.
    Text without capitals is found in capitals too.
    """

    text: str
    step: int = 0


class History(_Message, frozen=True):
    """What the program's terminal has shown, as a terminal takes it: to be looked back at in place of our own.

    ``back``: so many rows up from its end.
    """

    content: bytes
    back: int


class Shown(_Message, frozen=True):
    """The last frame has been taken in; the worker may send the next."""


class Record(_Message, frozen=True):
    """Record from now on into an open file, without these secrets. Here and not in the arguments, which all see."""

    descriptor: int
    title: str = ""
    tags: list[str] = []
    secrets: list[str] = []


class Marker(_Message, frozen=True):
    """Put a marker into the recording, if there is one."""

    label: str


class Follow(_Message, frozen=True):
    """A cell of the view was clicked with Ctrl: the link behind it is wanted.

    ``press`` is for the program, where there is no link, and the mouse is the program's.
    """

    column: int
    row: int
    press: Mouse | None = None


class Frame(_Message, frozen=True):
    """The rows that changed, by number from the top of the view, and the status."""

    rows: dict[int, Row]
    status: Status


class Ended(_Message, frozen=True):
    """The command's end of the PTY is closed: nothing more will come."""


class Unrecorded(_Message, frozen=True):
    """The recording has stopped, and why."""

    reason: str


class Copied(_Message, frozen=True):
    """The program wants this on the clipboard."""

    text: str


class InsertRefused(_Message, frozen=True):
    """Text of several lines was not laid: the program does not take a paste as one, and would run them."""


class Hit(_Message, frozen=True, order=True):
    """Characters of a row of the view that were looked for, from ``start`` up to, without, ``end``."""

    row: int
    start: int
    end: int


class Hits(_Message, frozen=True):
    """What was looked for, as far as it is in view. ``current``: the one last found; it may fill several rows.

    ``more`` is false where there was none in the direction asked for.
    """

    hits: list[Hit] = []
    current: list[Hit] = []
    more: bool = True


class Hyperlink(_Message, frozen=True):
    """The address behind the cell that was asked about, as the program in the terminal wrote it."""

    address: str


class Start(msgspec.Struct, frozen=True):
    """Ask the fork server for a worker in place of the last one; the worker's end of the link comes with it.

    ``pause``: in so many seconds. ``empty``: without what the last one has read.
    """

    size: Size
    emulator: str
    pause: float = 0.0
    empty: bool = False


# What the fork server answers: the process id of the worker.
STARTED = struct.Struct("<q")

_Input = Key | Mouse | Paste | InsertText | Focus | Type | Follow
ToWorker = _Input | Resize | Colors | Scroll | Find | History | Shown | Record | Marker
FromWorker = Frame | Hits | Copied | Ended | Unrecorded | InsertRefused | Hyperlink
