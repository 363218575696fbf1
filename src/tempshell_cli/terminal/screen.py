"""What a terminal shows: rows of styled runs, a cursor, and what the program asked for."""

from __future__ import annotations

from enum import IntEnum, IntFlag
from typing import NamedTuple

import msgspec

# A colour is one number: 0 the theme's own, 1 to 256 an entry of the palette, from 2^24 on red, green, blue.
DEFAULT_COLOR = 0
_TRUE_COLOR = 1 << 24
_COLOR_BITS = 25
_COLOR_MASK = (1 << _COLOR_BITS) - 1

# The cells of a pane have no size in pixels that we could know; this one is what reports assume.
CELL_WIDTH, CELL_HEIGHT = 8, 16


class Attribute(IntFlag):
    """How a cell is drawn besides its colours."""

    BOLD = 1
    DIM = 2
    ITALIC = 4
    UNDERLINE = 8
    DOUBLE_UNDERLINE = 16
    BLINK = 32
    REVERSE = 64
    CONCEAL = 128
    STRIKE = 256
    OVERLINE = 512


class CursorShape(IntEnum):
    """What the cursor looks like."""

    DEFAULT = 0  # the terminal's own
    BLOCK = 1
    UNDERLINE = 2
    BAR = 3


class Run(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Neighbouring cells of one style. ``columns`` counts cells; a wide character fills two."""

    text: str
    columns: int
    style: int


# A row holds no trailing cells that are blank in the default style.
Row = tuple[Run, ...]


class TextRow(NamedTuple):
    """A row's text alone. ``wraps``: it was too long, and goes on in the next row."""

    text: str
    wraps: bool


class Cursor(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where the cursor stands, from 0; not visible where the program hid it or the view is scrolled away."""

    column: int = 0
    row: int = 0
    visible: bool = True
    shape: CursorShape = CursorShape.DEFAULT
    blinks: bool = False


class Status(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Everything but the cells.

    ``mouse``: the program wants mouse events. ``alternate``: a full-screen program is on. ``bells`` counts.
    ``commands`` grows when a shell, or a program that pretends to be one, says that a command has ended (OSC 133 ; D).
    ``history`` is how many rows there are above the screen, ``scrolled`` how far up the view stands.
    """

    cursor: Cursor = Cursor()
    mouse: bool = False
    alternate: bool = False
    title: str = ""
    bells: int = 0
    history: int = 0
    scrolled: int = 0
    commands: int = 0


def palette_color(index: int) -> int:
    """Return the number of an entry (0 to 255) of the 256-colour palette."""
    return index + 1


def true_color(red: int, green: int, blue: int) -> int:
    """Return the number of a 24-bit colour."""
    return _TRUE_COLOR | red << 16 | green << 8 | blue


def palette_index(color: int) -> int | None:
    """Return which entry of the palette a colour is, or None where it is none."""
    return color - 1 if DEFAULT_COLOR < color < _TRUE_COLOR else None


def rgb(color: int) -> tuple[int, int, int] | None:
    """Return the parts of a 24-bit colour, or None where it is none."""
    if color < _TRUE_COLOR:
        return None
    return (color >> 16) & 255, (color >> 8) & 255, color & 255


def pack_style(foreground: int, background: int, attributes: int) -> int:
    """Return a style as one number below 2^60; 0 is the default style."""
    return foreground | background << _COLOR_BITS | attributes << 2 * _COLOR_BITS


def unpack_style(style: int) -> tuple[int, int, Attribute]:
    """Return the foreground, the background and the attributes of a style."""
    return (
        style & _COLOR_MASK,
        style >> _COLOR_BITS & _COLOR_MASK,
        Attribute(style >> 2 * _COLOR_BITS),
    )


def row_text(row: Row) -> str:
    """Return a row's text without its styles."""
    return "".join(run.text for run in row)
