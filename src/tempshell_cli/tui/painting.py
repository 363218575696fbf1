"""Painting without waiting for a beat."""

from __future__ import annotations

from textual.geometry import Region
from textual.widget import Widget


def paint_now(widget: Widget, *regions: Region) -> None:
    """Paint parts of a widget's content at once, with all else that is due.

    ``Widget.refresh`` leaves it to a timer of Textual's that beats sixty times a second: what has just been painted is
    followed by the next only on the beat after, 16 to 33 ms later. The echo of a key need not wait for that. Textual
    offers no other way, so these are its private names, for all that pyproject.toml allows of it.
    """
    screen = widget.screen
    widget._set_dirty(*regions)  # noqa: SLF001 - see above
    screen._dirty_widgets.add(widget)  # noqa: SLF001 - see above
    screen._on_timer_update()  # noqa: SLF001 - see above
