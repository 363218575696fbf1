"""Painting without waiting for a beat, and without what it takes to put widgets together.

Textual offers no way to do so: this goes by its private names.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rich.console import Console
from rich.control import Control
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tempshell_cli.tui.textual_private import (
    CompositorUpdate,
    display,
    forget_lines,
    is_settled,
    paint_with_all,
    visible_widgets,
)


def paint_now(widget: Widget, *regions: Region) -> None:
    """Paint rows of a widget's content, all of their columns, at once.

    ``Widget.refresh`` leaves it to a timer of Textual's that beats sixty times a second: what has just been painted is
    followed by the next only on the beat after, 16 to 33 ms later. The echo of a key need not wait for that.
    Where there are none only the cursor gets to its place.
    """
    if not regions or _is_by_itself(widget):
        _paint_alone(widget, regions)
    else:
        paint_with_all(widget, regions)


def _is_by_itself(widget: Widget) -> bool:
    """Return whether the widget is in sight throughout, and nothing else is due."""
    app, screen = widget.app, widget.screen
    if app.screen is not screen or not is_settled(app, screen):
        return False
    visible = visible_widgets(screen)
    if widget not in visible:
        return False
    place, clip = visible[widget]
    below = {widget, *widget.ancestors}
    others = (region for other, (region, _) in visible.items() if other not in below)
    return clip.contains_region(place) and not any(region.overlaps(place) for region in others)


def _paint_alone(widget: Widget, regions: Iterable[Region]) -> None:
    """Write rows to where they are: to have Textual put the lines of all widgets together takes three times as long."""
    where, content = widget.content_region.offset, widget.content_offset
    for region in regions:
        forget_lines(widget, region.translate(content))
    background = widget.background_colors[1]
    filters = [one for one in widget.get_line_filters() if one.enabled]
    lines = []
    for y in (y for region in regions for y in region.line_range):
        strip = widget.render_line(y)
        for one in filters:
            strip = strip.apply_filter(one, background)
        lines.append(_Line(where.x, where.y + y, strip))
    display(widget, _Lines(lines))


class _Line(NamedTuple):
    """A strip, and where it is on the screen."""

    x: int
    y: int
    strip: Strip


class _Lines(CompositorUpdate):
    """Lines that are painted as they are."""

    def __init__(self, lines: Iterable[_Line]) -> None:
        self._lines = lines

    def render_segments(self, console: Console) -> str:
        """Return what paints them."""
        return "".join(f"{Control.move_to(x, y)}{strip.render(console)}" for x, y, strip in self._lines)
