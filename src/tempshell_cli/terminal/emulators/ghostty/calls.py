"""The raw C interface of libghostty-vt, and the two ways in which its calls are made.

pyghostty ships no types; only the ghostty modules import this one.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from pyghostty._ffi import check, ffi, lib, union_fn  # type: ignore[import-untyped]  # see above
from pyghostty.core import read_buf  # type: ignore[import-untyped]  # see above

from tempshell_cli.terminal.screen import TextRow

# A function, a pointer or a struct of the library.
CData = Any

__all__ = [
    "CData",
    "change",
    "check",
    "ffi",
    "get",
    "lib",
    "link_at",
    "made",
    "rows_text",
    "scroll_by",
    "set_title",
    "sized",
    "title",
]

# A tagged union by value, which cffi cannot pass: a struct of the same layout can (see pyghostty._ffi).
ffi.cdef("typedef struct { int tag; intptr_t delta; uint64_t padding; } TempshellScroll;")
if ffi.sizeof("TempshellScroll") != ffi.sizeof("GhosttyTerminalScrollViewport"):  # pragma: no cover
    raise ImportError("this libghostty-vt has another layout")


def made(kind: str, create: CData, *arguments: int) -> CData:
    """Return a new object of the library's, from one of its ``…_new`` functions."""
    fresh = ffi.new(f"{kind}*")
    check(create(ffi.NULL, fresh, *arguments), kind)
    return fresh[0]


def sized(kind: str) -> CData:
    """Return a pointer to a zeroed struct of the kind that begins with its own size."""
    fresh = ffi.new(f"{kind}*")
    fresh.size = ffi.sizeof(kind)
    return fresh


def get(terminal: CData, what: str, kind: str) -> CData:
    """Return what the library knows of a terminal, as the value of a pointer of this kind."""
    into = ffi.new(kind)
    check(lib.ghostty_terminal_get(terminal, getattr(lib, f"GHOSTTY_TERMINAL_DATA_{what}"), into), what)
    return into[0]


def change(terminal: CData, option: str, value: CData) -> None:
    """Give an option of a terminal another value."""
    check(lib.ghostty_terminal_set(terminal, getattr(lib, f"GHOSTTY_TERMINAL_OPT_{option}"), value), option)


def title(terminal: CData) -> str:
    """Return the title that the program has set."""
    return string(get(terminal, "TITLE", "GhosttyString*"))


def string(borrowed: CData) -> str:
    """Return a copy of a string of the library's."""
    return bytes(ffi.buffer(borrowed.ptr, borrowed.len)).decode("utf-8", "replace") if borrowed.len else ""


def set_title(terminal: CData, text: str) -> None:
    """Set the title as the program would; the library takes a copy."""
    data = ffi.from_buffer(text.encode())
    change(terminal, "TITLE", ffi.new("GhosttyString*", {"ptr": ffi.cast("uint8_t*", data), "len": len(data)}))


def scroll_by(terminal: CData, tag: int, rows: int = 0) -> None:
    """Move the view: to the top, to the bottom, or by rows, as the tag says."""
    scroll = union_fn("ghostty_terminal_scroll_viewport", "void(*)(GhosttyTerminal, TempshellScroll)")
    scroll(terminal, ffi.new("TempshellScroll*", {"tag": tag, "delta": rows})[0])


def rows_text(terminal: CData, rows: range, columns: int) -> list[TextRow]:
    """Return the text of at least one row, by its number from the oldest of the history on."""
    refs = [_grid_ref(terminal, 0, row) for row in rows]
    chosen = sized("GhosttySelection")
    chosen.start, chosen.end = refs[0][0], _grid_ref(terminal, columns - 1, rows[-1])[0]
    options = sized("GhosttyTerminalSelectionFormatOptions")
    options.emit, options.selection = lib.GHOSTTY_FORMATTER_FORMAT_PLAIN, chosen
    lines = read_buf(partial(lib.ghostty_terminal_selection_format_buf, terminal, options[0])).split("\n")
    # Of blank rows at the end nothing is said.
    lines += [""] * (len(rows) - len(lines))
    return [TextRow(line, _wraps(ref)) for line, ref in zip(lines, refs, strict=True)]


def link_at(terminal: CData, column: int, row: int) -> str:
    """Return the address behind a cell of the view; "" where there is none."""
    ref = _grid_ref(terminal, column, row, lib.GHOSTTY_POINT_TAG_VIEWPORT)
    length = ffi.new("size_t*")
    # Without room for it, it only says how long it is.
    lib.ghostty_grid_ref_hyperlink_uri(ref, ffi.NULL, 0, length)
    if not length[0]:
        return ""
    address = ffi.new("uint8_t[]", length[0])
    check(lib.ghostty_grid_ref_hyperlink_uri(ref, address, len(address), length), "hyperlink")
    return bytes(ffi.buffer(address)).decode("utf-8", "replace")


def _grid_ref(terminal: CData, column: int, row: int, among: int = lib.GHOSTTY_POINT_TAG_SCREEN) -> CData:
    find = union_fn("ghostty_terminal_grid_ref", "GhosttyResult(*)(GhosttyTerminal, GhosttyPointS, GhosttyGridRef*)")
    point = ffi.new("GhosttyPointS*", {"tag": among, "value": {"x": column, "y": row}})
    found = sized("GhosttyGridRef")
    check(find(terminal, point[0], found), "grid reference")
    return found


def _wraps(ref: CData) -> bool:
    row, wraps = ffi.new("GhosttyRow*"), ffi.new("bool*")
    check(lib.ghostty_grid_ref_row(ref, row), "row")
    check(lib.ghostty_row_get(row[0], lib.GHOSTTY_ROW_DATA_WRAP, wraps), "wrap")
    return bool(wraps[0])
