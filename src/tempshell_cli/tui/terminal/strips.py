"""Rows of a terminal as strips that Textual can paint."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from rich.cells import cell_len, set_cell_size
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.theme import Theme

from tempshell_cli.core.text import strip_controls
from tempshell_cli.terminal.screen import (
    Attribute,
    Cursor,
    CursorShape,
    Row,
    Run,
    palette_index,
    rgb,
    unpack_style,
)
from tempshell_cli.tui.theme import palette

_NAMED_COLORS = 16


def row_strip(row: Row, width: int, base: Style, *, dark: bool, still: bool = False) -> Strip:
    """Return a row as a strip of exactly this width; ``base`` carries the theme's own two colours.

    Where it is to be ``still``, nothing in it blinks.
    """
    segments = [Segment(_text(run), cell_style(run.style, base, dark=dark, still=still)) for run in row]
    used = sum(run.columns for run in row)
    return Strip(segments, used).adjust_cell_length(width, base)


def with_cursor(strip: Strip, cursor: Cursor, *, focused: bool) -> Strip:
    """Return the strip with the cursor drawn on it: a block where the pane has the focus, else a line.

    A bar, between two cells, cannot be drawn in one.
    """
    left, right = cursor.column, strip.cell_length
    if left >= right:
        return strip
    under = strip.crop(left, min(right, left + 2))
    wide = cell_len(under.text[:1]) > 1
    under = under if wide else strip.crop(left, left + 1)
    after = strip.crop(left + under.cell_length, right)
    line = not focused or cursor.shape is CursorShape.UNDERLINE
    return Strip.join([strip.crop(0, left), Strip(_drawn(under, line=line), under.cell_length), after])


def restyled(strip: Strip, left: int, right: int, change: Callable[[Style], Style]) -> Strip:
    """Return the strip with the styles of these columns changed; ``right`` is the first that is not."""
    right = min(right, strip.cell_length)
    if left >= right:
        return strip
    segments = [Segment(text, change(style or Style())) for text, style, _ in strip.crop(left, right)]
    return Strip.join([strip.crop(0, left), Strip(segments), strip.crop(right, strip.cell_length)])


def turned(style: Style) -> Style:
    """Return a style with its two colours exchanged."""
    return style + Style(reverse=not style.reverse)


def found_style(style: Style, *, theme: Theme) -> Style:
    """Return the style of what was found last; it stands out without colours too."""
    marked = Style(color=theme.background, bgcolor=theme.warning, bold=True, underline=True, reverse=False)
    return style + marked


@lru_cache(maxsize=8192)
def cell_style(style: int, base: Style, *, dark: bool, still: bool = False) -> Style:
    """Return a style of the terminal over the theme's."""
    foreground, background, attributes = unpack_style(style)
    colors = Style.from_color(_color(foreground, dark=dark), _color(background, dark=dark))
    return base + (_effects(attributes, still=still) + colors if attributes else colors)


@lru_cache(maxsize=1024)
def _effects(attributes: Attribute, *, still: bool) -> Style:
    return Style(
        bold=_has(attributes, Attribute.BOLD),
        dim=_has(attributes, Attribute.DIM),
        italic=_has(attributes, Attribute.ITALIC),
        underline=_has(attributes, Attribute.UNDERLINE),
        underline2=_has(attributes, Attribute.DOUBLE_UNDERLINE),
        blink=None if still else _has(attributes, Attribute.BLINK),
        reverse=_has(attributes, Attribute.REVERSE),
        conceal=_has(attributes, Attribute.CONCEAL),
        strike=_has(attributes, Attribute.STRIKE),
        overline=_has(attributes, Attribute.OVERLINE),
    )


def _text(run: Run) -> str:
    """Return a run's text, safe to write to a terminal and as wide as its cells.

    The emulator lets no control character into a cell; but it read what strangers print, and may be broken.
    """
    text = run.text
    if not text.isprintable():
        text = "".join(one if one.isprintable() else strip_controls(one).strip() or "\ufffd" for one in text)
    return text if cell_len(text) == run.columns else set_cell_size(text, run.columns)


def _drawn(under: Strip, *, line: bool) -> list[Segment]:
    """Return the cells under the cursor, underlined or with their colours exchanged."""
    underlined = Style(underline=True)
    styled = ((text, style or Style()) for text, style, _ in under)
    return [Segment(text, style + underlined if line else turned(style)) for text, style in styled]


def _has(attributes: Attribute, attribute: Attribute) -> bool | None:
    return True if attributes & attribute else None


@lru_cache(maxsize=1024)
def _color(color: int, *, dark: bool) -> Color | None:
    index = palette_index(color)
    if index is not None:
        named = index < _NAMED_COLORS
        # By its parts, as Textual would put it in place of its number again for each cell.
        return Color.parse(palette(dark=dark)[index] if named else Color.from_ansi(index).get_truecolor().hex)
    parts = rgb(color)
    return Color.from_rgb(*parts) if parts else None
