"""Rows of libghostty-vt as runs of styled cells."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from tempshell_cli.terminal.emulators.ghostty.calls import CData, check, ffi, lib, made, sized
from tempshell_cli.terminal.screen import (
    DEFAULT_COLOR,
    Attribute,
    Row,
    Run,
    pack_style,
    palette_color,
    true_color,
)

# A cell of a hostile screen can be any of 2^64 values; a real screen has hundreds.
_KNOWN_CELLS = 20_000
_CONTROLS = frozenset((*range(0x20), *range(0x7F, 0xA0)))
# What is asked of a cell, and what the answer is written to.
_FIELDS = (
    ("CONTENT_TAG", "GhosttyCellContentTag*"),
    ("CODEPOINT", "uint32_t*"),
    ("STYLE_ID", "uint16_t*"),
    ("WIDE", "GhosttyCellWide*"),
    ("HAS_HYPERLINK", "bool*"),
)
# In a cell's paint, beyond all numbers of styles: there is a link behind it.
_LINKED = 1 << 16
_UNDERLINED = pack_style(DEFAULT_COLOR, DEFAULT_COLOR, Attribute.UNDERLINE)
_ATTRIBUTES = (
    ("bold", Attribute.BOLD),
    ("faint", Attribute.DIM),
    ("italic", Attribute.ITALIC),
    ("blink", Attribute.BLINK),
    ("inverse", Attribute.REVERSE),
    ("invisible", Attribute.CONCEAL),
    ("strikethrough", Attribute.STRIKE),
    ("overline", Attribute.OVERLINE),
)


class _Cell(NamedTuple):
    """What a cell's number says. ``paint``: 0 default, above a style of its row, below minus a background.

    A link is part of the paint.
    """

    paint: int
    text: str
    cluster: bool


_BLANK = _Cell(0, " ", False)
_PAINT, _TEXT, _CLUSTER = itemgetter(0), itemgetter(1), itemgetter(2)


class _Cells(dict[int, _Cell]):
    """What cells' numbers say, asked from the library once each: the layout of the number is its own."""

    def __missing__(self, number: int) -> _Cell:
        if len(self) > _KNOWN_CELLS:
            self.clear()
        self[number] = cell = _decode(number)
        return cell


class RowReader:
    """Reads the rows that changed since it was last asked. Every pointer is the library's and used at once."""

    def __init__(self, terminal: CData) -> None:
        self._terminal = terminal
        self.state = made("GhosttyRenderState", lib.ghostty_render_state_new)
        self._rows = ffi.new("GhosttyRenderStateRowIterator*")
        self._cells = ffi.new("GhosttyRenderStateRowCells*")
        check(lib.ghostty_render_state_row_iterator_new(ffi.NULL, self._rows), "row iterator")
        check(lib.ghostty_render_state_row_cells_new(ffi.NULL, self._cells), "row cells")
        self._view = ffi.new("GhosttyCellsView*")
        self._y = ffi.new("uint16_t*")
        self._style = sized("GhosttyStyle")
        self._known = _Cells()
        self._styles: dict[bytes, int] = {}

    def dirty_rows(self) -> dict[int, Row]:
        """Return, once, the rows that changed."""
        check(lib.ghostty_render_state_update(self.state, self._terminal), "render update")
        check(
            lib.ghostty_render_state_get(self.state, lib.GHOSTTY_RENDER_STATE_DATA_ROW_ITERATOR, self._rows),
            "rows",
        )
        found = {}
        while lib.ghostty_render_state_row_iterator_next_dirty(self._rows[0], self._y):
            found[self._y[0]] = self._row()
        check(lib.ghostty_render_state_clean(self.state), "render clean")
        return found

    def close(self) -> None:
        """Give back what the library made."""
        lib.ghostty_render_state_row_cells_free(self._cells[0])
        lib.ghostty_render_state_row_iterator_free(self._rows[0])
        lib.ghostty_render_state_free(self.state)

    def _row(self) -> Row:
        row = self._rows[0]
        check(lib.ghostty_render_state_row_get(row, lib.GHOSTTY_RENDER_STATE_ROW_DATA_CELLS_RAW, self._view), "row")
        check(lib.ghostty_render_state_row_get(row, lib.GHOSTTY_RENDER_STATE_ROW_DATA_CELLS, self._cells), "cells")
        cells = [self._known[number] for number in ffi.unpack(self._view.ptr, self._view.len)]
        while cells and cells[-1] is _BLANK:
            cells.pop()
        if any(map(_CLUSTER, cells)):
            cells = [self._cluster(x, cell) if cell.cluster else cell for x, cell in enumerate(cells)]
        return self._runs(cells)

    def _runs(self, cells: list[_Cell]) -> Row:
        if not any(map(_PAINT, cells)):  # most rows are in the default style throughout
            return (Run("".join(map(_TEXT, cells)), len(cells), 0),) if cells else ()
        runs = []
        start = 0
        for paint, group in groupby(cells, key=_PAINT):
            texts = [*map(_TEXT, group)]
            runs.append(Run("".join(texts), len(texts), self._style_of(start, paint)))
            start += len(texts)
        return tuple(runs)

    def _style_of(self, x: int, paint: int) -> int:
        if paint <= 0:
            return pack_style(DEFAULT_COLOR, -paint, 0)
        self._read_cell(x, lib.GHOSTTY_RENDER_STATE_ROW_CELLS_DATA_STYLE, self._style)
        key = bytes(ffi.buffer(self._style))
        packed = self._styles.get(key)
        if packed is None:
            if len(self._styles) > _KNOWN_CELLS:
                self._styles.clear()
            packed = self._styles[key] = _pack(self._style)
        return packed | _UNDERLINED if paint & _LINKED else packed

    def _cluster(self, x: int, cell: _Cell) -> _Cell:
        """Read the characters of a cell that holds more than one, as a letter with its accents."""
        length = ffi.new("uint32_t*")
        self._read_cell(x, lib.GHOSTTY_RENDER_STATE_ROW_CELLS_DATA_GRAPHEMES_LEN, length)
        points = ffi.new("uint32_t[]", max(length[0], 1))
        self._read_cell(x, lib.GHOSTTY_RENDER_STATE_ROW_CELLS_DATA_GRAPHEMES_BUF, points)
        return cell._replace(text="".join(map(chr, points[0 : length[0]])))

    def _read_cell(self, x: int, what: int, into: CData) -> None:
        check(lib.ghostty_render_state_row_cells_select(self._cells[0], x), "cell")
        check(lib.ghostty_render_state_row_cells_get(self._cells[0], what, into), "cell data")


class _Fields:
    """The fields of a cell, asked for in one call: into memory that is used again for the next cell."""

    def __init__(self) -> None:
        self._kinds = ffi.new("GhosttyCellData[]", [getattr(lib, f"GHOSTTY_CELL_DATA_{kind}") for kind, _ in _FIELDS])
        self._values = [ffi.new(pointer) for _, pointer in _FIELDS]
        self._places = ffi.new("void*[]", self._values)

    def of(self, cell: int) -> list[int]:
        """Return its content's kind, its first character, its style, what of a wide character, whether of a link."""
        check(lib.ghostty_cell_get_multi(cell, len(_FIELDS), self._kinds, self._places, ffi.NULL), "cell fields")
        return [value[0] for value in self._values]


_fields = _Fields()


def _decode(cell: int) -> _Cell:
    content, point, style, width, linked = _fields.of(cell)
    if content == lib.GHOSTTY_CELL_CONTENT_BG_COLOR_PALETTE:
        return _Cell(-palette_color(_color_of(cell, "PALETTE", "uint8_t*")), " ", False)
    if content == lib.GHOSTTY_CELL_CONTENT_BG_COLOR_RGB:
        color = _color_of(cell, "RGB", "GhosttyColorRgb*")
        return _Cell(-true_color(color.r, color.g, color.b), " ", False)
    second_half = width == lib.GHOSTTY_CELL_WIDE_SPACER_TAIL
    # C1 controls that come as UTF-8 get into cells; written out again, they would begin a sequence.
    text = "" if second_half else "\ufffd" if point and point in _CONTROLS else chr(point or 0x20)
    found = _Cell(style | _LINKED if linked else style, text, content == lib.GHOSTTY_CELL_CONTENT_CODEPOINT_GRAPHEME)
    return _BLANK if found == _BLANK else found


def _color_of(cell: int, kind: str, pointer: str) -> CData:
    into = ffi.new(pointer)
    check(lib.ghostty_cell_get(cell, getattr(lib, f"GHOSTTY_CELL_DATA_COLOR_{kind}"), into), "cell colour")
    return into[0]


def _pack(style: CData) -> int:
    attributes = Attribute(0)
    for name, attribute in _ATTRIBUTES:
        if getattr(style, name):
            attributes |= attribute
    if style.underline:
        double = style.underline == lib.GHOSTTY_SGR_UNDERLINE_DOUBLE
        attributes |= Attribute.DOUBLE_UNDERLINE if double else Attribute.UNDERLINE
    return pack_style(_color(style.fg_color), _color(style.bg_color), attributes)


def _color(color: CData) -> int:
    if color.tag == lib.GHOSTTY_STYLE_COLOR_PALETTE:
        return palette_color(color.value.palette)
    if color.tag == lib.GHOSTTY_STYLE_COLOR_RGB:
        return true_color(color.value.rgb.r, color.value.rgb.g, color.value.rgb.b)
    return DEFAULT_COLOR
