"""Cells of bittty's as rows of ours: the text, the runs of one style, the colours."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any

from tempshell_cli.terminal.screen import (
    DEFAULT_COLOR,
    Attribute,
    Row,
    Run,
    pack_style,
    palette_color,
    true_color,
)

# An object of bittty's.
Foreign = Any

_ATTRIBUTES = (
    ("bold", Attribute.BOLD),
    ("dim", Attribute.DIM),
    ("italic", Attribute.ITALIC),
    ("underline", Attribute.UNDERLINE),
    ("blink", Attribute.BLINK),
    ("reverse", Attribute.REVERSE),
    ("conceal", Attribute.CONCEAL),
    ("strike", Attribute.STRIKE),
    ("overline", Attribute.OVERLINE),
)


def cells_text(cells: Iterable[tuple[Foreign, str]]) -> str:
    """Return the text of a row without the blanks at its end."""
    return "".join(character for _, character in cells).rstrip(" ")


def row_of(cells: Iterable[tuple[Foreign, str]]) -> Row:
    """Return a row as runs of one style each, without a blank end."""
    runs = []
    for style, group in groupby(cells, key=itemgetter(0)):
        characters = [character for _, character in group]
        runs.append(Run("".join(characters), len(characters), _style(style)))
    return _trimmed(runs)


def _trimmed(runs: list[Run]) -> Row:
    """Leave away the blank end of a row."""
    if runs and runs[-1].style == 0:
        last = runs.pop()
        text = last.text.rstrip(" ")
        if text:
            runs.append(Run(text, last.columns - len(last.text) + len(text), 0))
    return tuple(runs)


def _style(style: Foreign) -> int:
    attributes = Attribute(0)
    for name, attribute in _ATTRIBUTES:
        if getattr(style, name):
            attributes |= attribute
    if style.hyperlink:
        attributes |= Attribute.UNDERLINE
    if style.underline_style == "double":
        attributes ^= Attribute.UNDERLINE | Attribute.DOUBLE_UNDERLINE
    return pack_style(_color(style.fg), _color(style.bg), attributes)


def _color(color: Foreign) -> int:
    if color is None or color.mode == "default":
        return DEFAULT_COLOR
    if color.mode == "indexed":
        return palette_color(color.value)
    return true_color(*color.value)
