"""Every private name of Textual that the screen uses, with what it is for. No other module uses any.

All were read in Textual 8.2, the only minor release that pyproject.toml allows, because it promises nothing about them.
``tests/tui/test_textual_private.py`` fails where one is missing and where another module uses one. To take a new minor
release: go through this file with its source, then run ``nox -s latest``.
"""

# ruff: noqa: SLF001 - see above

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TextIO

from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._compositor import CompositorUpdate
from textual._xterm_parser import XTermParser
from textual.app import App, ReturnType
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget

__all__ = [
    "SYNC_END",  # 8.2: the driver writes these two around each update, and no public name says where one ends
    "SYNC_START",
    "CompositorUpdate",  # 8.2: what ``display`` takes; only Textual's compositor makes them
    "ErrorKeepingApp",
    "OpenDriver",
    "XTermParser",  # 8.2: reads the reports that Textual asks the terminal for; its driver has no other way to them
    "display",
    "forget_lines",
    "is_settled",
    "paint_with_all",
    "visible_widgets",
    "write_to_terminal",
]


class ErrorKeepingApp(App[ReturnType], Generic[ReturnType]):
    """An app that hands an error over, where Textual would print its traceback over the terminal.

    8.2 has no public hook for it: ``App._handle_exception``, ``App._exit_renderables``.
    """

    def keep_error(self, error: Exception) -> None:
        """Take an error that ends the app."""

    def _handle_exception(self, error: Exception) -> None:
        self.keep_error(error)
        super()._handle_exception(error)
        self._exit_renderables.clear()


class OpenDriver(LinuxDriver):
    """Textual's driver, with what one that reads the keyboard itself needs.

    8.2 keeps all of it private: ``LinuxDriver._file``, ``Driver._loop``, ``Driver._app``.
    """

    def wrap_file(self, wrap: Callable[[TextIO | None], Any]) -> None:
        """Write to something around the file."""
        self._file: Any = wrap(self._file)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop that the app runs in."""
        return self._loop

    @property
    def app(self) -> App[Any]:
        """The app that gets what is read."""
        return self._app


def write_to_terminal(app: App[Any], data: str) -> None:
    """Write a sequence that Textual knows nothing of, unless the terminal is being left and has its own state back.

    8.2 lends no driver to an app's own code: ``App._driver``, ``App._exit``.
    """
    if app._driver and not app._exit:
        app._driver.write(data)


def is_settled(app: App[Any], screen: Screen[Any]) -> bool:
    """Return whether neither a batch of updates, nor a layout, nor the painting of a widget is due.

    8.2: ``App._batch_count``, ``Screen._layout_required``, ``Screen._dirty_widgets``.
    """
    return not (app._batch_count or screen._layout_required or screen._dirty_widgets)


def visible_widgets(screen: Screen[Any]) -> Mapping[Widget, tuple[Region, Region]]:
    """Return the widgets in sight, each with its place and the region that it is clipped to.

    8.2 returns it for one widget at a time, slowly: ``Screen._compositor``.
    """
    return screen._compositor.visible_widgets


def forget_lines(widget: Widget, region: Region) -> None:
    """Have lines of a widget rendered again the next time that Textual paints it: ``Widget._styles_cache`` in 8.2."""
    widget._styles_cache.set_dirty(region)


def display(widget: Widget, update: CompositorUpdate) -> None:
    """Write an update to the terminal at once, within what the terminal shows as one: ``App._display`` in 8.2."""
    widget.app._display(widget.screen, update)  # type: ignore[arg-type]  # Textual passes updates itself


def paint_with_all(widget: Widget, regions: Iterable[Region]) -> None:
    """Have Textual paint all that is due, and these regions with it, without waiting for its timer.

    8.2: ``Widget._set_dirty``, ``Screen._dirty_widgets``, ``Screen._on_timer_update``.
    """
    widget._set_dirty(*regions)
    widget.screen._dirty_widgets.add(widget)
    widget.screen._on_timer_update()
