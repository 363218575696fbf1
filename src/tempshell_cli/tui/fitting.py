"""Lines that fit a width without losing what matters."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content
from textual.css.styles import RenderStyles

# Narrower than this, in columns, text is not wrapped but cut by what shows it.
_NARROWEST = 8


def with_end(line: Content, end: Content, width: int) -> Content:
    """Return a line with its end at the right edge; what is too long is shortened before the end.

    A ``width`` of 0, in columns, is not known yet: nothing is shortened then.
    """
    room = max(1, width - end.cell_length) if width else line.cell_length
    return Content.assemble(line.truncate(room, ellipsis=True, pad=True), end)


def on_border(label: Content, styles: RenderStyles) -> Content:
    """Return the label of a border with a blank on both sides, which it has by itself only where there are corners."""
    return label if styles.border_left[0] else Content(" ").join(("", label, ""))


def hanging(lead: Content, text: Content, width: int) -> Iterator[Content]:
    """Yield a text behind its lead, wrapped so that all its lines begin below each other."""
    room = width - lead.cell_length
    for line in text.split() if text else ():
        for part in line.wrap(room) if room >= _NARROWEST else [line]:
            yield Content.assemble(lead, part)
            lead = Content(" " * lead.cell_length)
