"""A screen as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from rich.color import Color
from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style
from rich.terminal_theme import TerminalTheme

from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.screen import Row
from tempshell_cli.tui.terminal.strips import row_strip
from tempshell_cli.tui.theme import DARK, palette


def svg(rows: Sequence[Row], size: Size, title: str) -> str:
    """Return the rows as an SVG, in the colours of the dark theme."""
    console = Console(
        width=size.columns, record=True, file=StringIO(), force_terminal=True, color_system="truecolor", markup=False
    )
    base = Style(color=DARK.foreground, bgcolor=DARK.background)
    for row in rows:
        strip = row_strip(row, size.columns, base, dark=True)
        console.print(Segments([*strip, Segment.line()]), end="", soft_wrap=True)
    names = [_parts(name) for name in palette(dark=True)]
    theme = TerminalTheme(_parts(DARK.background), _parts(DARK.foreground), names[:8], names[8:])
    return console.export_svg(title=title, theme=theme)


def _parts(color: str | None) -> tuple[int, int, int]:
    red, green, blue = Color.parse(color or "black").get_truecolor()
    return red, green, blue
