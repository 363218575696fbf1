"""The raw C interface of libghostty-vt, and the two ways in which its calls are made.

pyghostty ships no types; only the ghostty modules import this one.
"""

from __future__ import annotations

from typing import Any

from pyghostty._ffi import check, ffi, lib, union_fn  # type: ignore[import-untyped]  # see above

# A function, a pointer or a struct of the library.
CData = Any

__all__ = ["CELL_HEIGHT", "CELL_WIDTH", "CData", "check", "ffi", "lib", "made", "scroll_by", "sized"]

# The cells of a pane have no size in pixels that we could know; this one is what reports assume.
CELL_WIDTH, CELL_HEIGHT = 8, 16

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


def scroll_by(terminal: CData, tag: int, rows: int = 0) -> None:
    """Move the view: to the top, to the bottom, or by rows, as the tag says."""
    scroll = union_fn("ghostty_terminal_scroll_viewport", "void(*)(GhosttyTerminal, TempshellScroll)")
    scroll(terminal, ffi.new("TempshellScroll*", {"tag": tag, "delta": rows})[0])
