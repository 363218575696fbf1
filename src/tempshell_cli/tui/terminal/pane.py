"""The terminal of the practice screen: a command's screen, painted, and its keys."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from functools import partial
from itertools import groupby

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.content import Content
from textual.geometry import Offset, Region
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget
from textual.worker import Worker

from tempshell_cli.core.errors import EngineUnavailable, TempshellError
from tempshell_cli.core.text import one_line
from tempshell_cli.terminal.emulated import PLAIN, EmulatedProcess, Emulation
from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.screen import Row, Status, row_text, true_color
from tempshell_cli.terminal.wire import (
    Colors,
    Copied,
    Find,
    Focus,
    Follow,
    Frame,
    FromWorker,
    History,
    Hits,
    Hyperlink,
    InsertRefused,
    InsertText,
    Key,
    Mouse,
    Paste,
    Resize,
    Scroll,
    Shown,
    ToWorker,
    Type,
    Unrecorded,
)
from tempshell_cli.tui import words
from tempshell_cli.tui.abandon import abandonable
from tempshell_cli.tui.auto_check import AutoCheck
from tempshell_cli.tui.fitting import on_border
from tempshell_cli.tui.keys import to_key, to_mouse
from tempshell_cli.tui.port import Practice
from tempshell_cli.tui.retries import Retries
from tempshell_cli.tui.terminal.attachment import Attachment
from tempshell_cli.tui.terminal.outer_cursor import OuterCursor
from tempshell_cli.tui.terminal.painting import paint_now
from tempshell_cli.tui.terminal.searching import Searching
from tempshell_cli.tui.terminal.selection import Selection
from tempshell_cli.tui.terminal.strips import found_style, restyled, row_strip, turned, with_cursor

_WHEEL_ROWS = 3
_LEFT = 1
_PAGES = {"shift+pageup": -1, "shift+pagedown": 1}
# A program that rings all the time is heard once a second.
_BELL_INTERVAL = 1.0
# Output that emulators crash on may crash one after the other: it is reported once in so many seconds.
_RESTART_NOTICE_INTERVAL = 10.0
# What the program would get to read.
_INPUT = (Key, Mouse, Paste, InsertText, Focus, Type)
# What of that brings the view to its end.
_TYPED = (Key, Paste, InsertText, Type)
# Emulators have been seen to crash when a screen of one column is written to.
_SMALLEST = Size(4, 2)
_UNHEARD = AutoCheck(lambda: None)


class TerminalPane(Widget, can_focus=True):
    """Runs a command and shows it. While it has the focus, all keys that come to it are the program's."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    TerminalPane {
        background: $background;
        color: $foreground;
        border: round $foreground 25%;
        border-title-color: $text-muted;
        &:focus { border: round $primary; border-title-color: $foreground; }
    }
    """

    class Searched(Message):
        """The search has something new to say in the bottom line; it is empty when the search is over."""

        def __init__(self, line: str) -> None:
            super().__init__()
            self.line = line

    class CopyWanted(Message):
        """A program wants this on the clipboard."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Dragged(Message):
        """The border was taken hold of at ``start``, of the pane, and is now at ``at``, of the screen."""

        def __init__(self, start: Offset, at: Offset) -> None:
            super().__init__()
            self.start = start
            self.at = at

    class Followed(Message):
        """A link was clicked with Ctrl; the address is as the program in the terminal wrote it."""

        def __init__(self, address: str) -> None:
            super().__init__()
            self.address = address

    def __init__(
        self,
        practice: Practice,
        emulation: Emulation = PLAIN,
        *,
        read_only: bool = False,
        auto_check: AutoCheck = _UNHEARD,
    ) -> None:
        """``practice`` has the command, each time one is started, and what its terminal has shown.

        Where it is ``read_only`` nothing that is typed, pasted or clicked reaches the command. ``auto_check`` hears
        what does, and what comes back.
        """
        super().__init__()
        self._auto_check = auto_check
        self._read_only = read_only
        self._practice = practice
        self._emulation = emulation
        self._attachment: Attachment | None = None
        self._opening: Worker[None] | None = None
        self._ahead: list[ToWorker] = []
        self._over = False
        self._fetching: Worker[None] | None = None  # until the view is at its end again
        self._history = ""
        self._back = 0
        self._rows: dict[int, Row] = {}
        self._strips: dict[int, Strip] = {}
        self._row_strip: Callable[[Row, int], Strip] | None = None
        self._status = Status()
        self._selection: Selection | None = None
        self._selecting = False
        self._following = False
        self._grip: Offset | None = None
        self._searching: Searching | None = None
        self._hits = Hits()
        self._notice = ""
        self._retries = Retries()
        self._retry: Timer | None = None
        self._outer_cursor = OuterCursor(self)
        self._rang = 0.0
        self._restart_noticed = -_RESTART_NOTICE_INTERVAL

    @property
    def attachment(self) -> Attachment | None:
        """The running command, or None."""
        return self._attachment

    @property
    def status(self) -> Status:
        """The cursor, the title and what the program asked for."""
        return self._status

    @property
    def notice(self) -> str:
        """Why no command runs, as the bottom line says it; empty while one does."""
        return self._notice

    def text(self) -> list[str]:
        """Return the text of the rows shown."""
        return [row_text(self._rows.get(y, ())) for y in range(self.size.height)]

    def send(self, message: ToWorker) -> None:
        """Send a message to the terminal; nothing happens while no command runs, or where it would be typed read-only.

        What is typed while the command is being started is its first input.
        """
        if self._read_only and isinstance(message, _INPUT):
            return
        if not self._attachment:
            if self._opening and isinstance(message, _TYPED):
                self._ahead.append(message)
            return
        if isinstance(message, Scroll):
            self._back = max(0, self._back - message.rows)
            if not (self._back or self._status.scrolled or self._searching):
                self._look_ahead()
        elif isinstance(message, _TYPED):
            self._look_ahead()
        self._attachment.send(message)
        self._auto_check.typed(message)
        if self._back or (isinstance(message, Find) and message.text):
            self._look_back()

    def search(self) -> None:
        """Have the keys look for text from now on, until the search is left."""
        if self._attachment:
            self._searching = Searching()
            self._show_search()

    def settle_cursor(self) -> None:
        """Show the cursor the way it is shown by now: by that of the terminal outside, or drawn."""
        self._show_cursor()
        self._repaint_rows([self._status.cursor.row])

    def start(self) -> None:
        """Start the command, on a screen wiped clean; where its engine does not answer, again a little later."""
        self.close()
        self._rows.clear()
        self._status = Status()
        self._notice = ""
        self._opening = self.run_worker(self._open())
        self._show_title()
        self._show_cursor()
        self._repaint()

    async def _open(self) -> None:
        """Have the command started, which may take its time."""
        size, colors = self._cells(), self._colors()

        def start() -> EmulatedProcess:
            return EmulatedProcess(self._practice.attach_command(), size, self._emulation, colors)

        try:
            emulated = await abandonable(start, EmulatedProcess.close)
        except EngineUnavailable as problem:
            self._try_again(str(problem))
        except TempshellError as problem:
            self._say(one_line(f"{problem} · {problem.hint}"))
        except Exception as bug:  # noqa: BLE001 - no reason to end the screen
            self._practice.unexpected(bug)
            self._try_again(words.bug(bug))
        else:
            self._attachment = Attachment(emulated, heard=self._hear_worker, lost=self._on_lost_worker)
            self._retries.began()
            if self._cells() != self._attachment.size:
                self.send(Resize(self._cells()))
            if self._colors() != colors:
                self._send_colors()
            self._show_cursor()
            for typed in self._ahead:
                self.send(typed)
        self._opening = None
        self._ahead.clear()

    def end(self, notice: str) -> None:
        """End the command for good, and say why."""
        self._over = True
        self.close()
        self._show_title()
        self._show_cursor()
        self._say(notice)

    def close(self) -> None:
        """End the command, and start none any more. Idempotent."""
        if self._retry:
            self._retry.stop()
            self._retry = None
        if self._opening:
            self._opening.cancel()
            self._opening = None
            self._ahead.clear()
        if self._attachment:
            self._end_search()
            self._look_ahead()
            self._attachment.close()
            self._attachment = None

    def _look_back(self) -> None:
        """Fetch what the sandbox has kept of the terminal, once until the view is at its end again."""
        if not self._fetching:
            self._fetching = self.run_worker(self._fetch())

    async def _fetch(self) -> None:
        """Have the view on what the sandbox has kept, which has no holes; say so where it cannot be had."""
        self._history = words.FETCHING
        try:
            content = await abandonable(self._practice.history)
            if content is not None:
                self.send(History(content, self._back))
            self._history = ""
        except Exception as problem:  # noqa: BLE001 - what the terminal itself has is still there
            self._history = words.HISTORY_FAILED
            if not isinstance(problem, TempshellError):
                self._practice.unexpected(problem)
        self._show_title()

    def _look_ahead(self) -> None:
        """Have the next look back fetch the history again: there is more of it by then."""
        if self._fetching:
            self._fetching.cancel()
        self._fetching, self._back = None, 0
        if self._history:
            self._history = ""
            self._show_title()

    def render_line(self, y: int) -> Strip:
        """Return a line, painted once until it changes."""
        if self._notice and y == self.size.height - 1:
            return self._notice_strip()
        strip = self._strips.get(y)
        if strip is None:
            strip = self._strips[y] = self._painted(y)
        return strip

    def notify_style_update(self) -> None:
        """Paint everything again, in the new colours."""
        super().notify_style_update()
        self._strips.clear()
        self._row_strip = None
        self._send_colors()

    def on_unmount(self) -> None:
        """End the command with the pane."""
        self.close()

    def on_resize(self) -> None:
        """Start the command as soon as its size is known; from then on, pass the size on."""
        if self._attachment:
            self.send(Resize(self._cells()))
        elif not (self._notice or self._opening or self._over) and self.size.area:
            self.start()
        self._show_title()
        self._repaint()
        self.call_later(self._show_cursor)

    def on_focus(self) -> None:
        """Report the focus to the program, and show its cursor."""
        self.send(Focus(gained=True))
        self.call_later(self.settle_cursor)

    def on_blur(self) -> None:
        """Report the loss of focus to the program, and draw its cursor as a line."""
        self.send(Focus(gained=False))
        self.call_later(self.settle_cursor)

    def on_key(self, event: events.Key) -> None:
        """Pass a key on; no binding of the interface gets to see it."""
        event.stop()
        event.prevent_default()
        self._following = False  # what is typed meanwhile is not for a dialog that comes up late
        if not self._attachment and not self._opening:
            if event.key == "enter" and not self._over:
                self.start()
        elif self._searching:
            self._look(self._searching.key(event, self._page()))
        elif event.key in _PAGES and not self._status.alternate:
            self.send(Scroll(_PAGES[event.key] * self._page()))
        elif key := to_key(event):
            self.send(key)

    def on_paste(self, event: events.Paste) -> None:
        """Pass a paste on, as one."""
        event.stop()
        if self._searching:
            self._look(self._searching.paste(event.text))
        else:
            self.send(Paste(event.text))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll the program, or else the history."""
        self._on_wheel(event, -_WHEEL_ROWS)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll the program, or else the history."""
        self._on_wheel(event, _WHEEL_ROWS)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Pass it on where the program asked for the mouse, else begin to select; follow a drag beyond the pane.

        On the border it is the border that is dragged. With Ctrl a link comes before both.
        """
        self.capture_mouse()
        if event.get_content_offset(self) is None:
            event.stop()
            self._grip = event.offset
        elif event.ctrl and event.button == _LEFT:
            event.stop()
            self._follow(event)
        elif self._takes_mouse and not event.shift:
            self._on_mouse(event)
        elif event.button == _LEFT:
            event.stop()
            at = self._cell(event)
            self._select(Selection(at, at))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Pass it on, or copy what has been selected."""
        self.release_mouse()
        if self._grip is not None:
            event.stop()
            self._grip = None
        elif self._selecting:
            event.stop()
            self._copy()
        else:
            self._on_mouse(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Pass it on, or select as far as here."""
        if self._grip is not None:
            event.stop()
            self.post_message(self.Dragged(self._grip, event.screen_offset))
        elif self._selecting and self._selection:
            event.stop()
            self._select(self._selection._replace(head=self._cell(event)))
        else:
            self._on_mouse(event)

    def _follow(self, event: events.MouseDown) -> None:
        self._following = True
        at = self._cell(event)
        if self._takes_mouse and not event.shift:
            self.send(Follow(at.x, at.y, to_mouse(event, at)))
        else:
            self.send(Follow(at.x, at.y))
            self._select(Selection(at, at))

    def _ask_about(self, address: str) -> None:
        """Have the screen show where a link leads, where somebody still waits for that."""
        if self._following:
            self._following = False
            self.release_mouse()
            self._select(None)
            self.post_message(self.Followed(address))

    def _page(self) -> int:
        return max(1, self.size.height - 1)

    def _look(self, message: Find | Scroll | None) -> None:
        if message:
            self.send(message)
        if self._searching and self._searching.over:
            self._end_search()
        else:
            self._show_search()

    def _show_search(self) -> None:
        self.post_message(self.Searched(self._searching.line(self._hits) if self._searching else ""))

    def _end_search(self) -> None:
        if self._searching:
            self._searching = None
            self._look_ahead()
            self._show_hits(Hits())

    def _show_hits(self, hits: Hits) -> None:
        changed = {hit.row for shown in (self._hits, hits) for hit in (*shown.hits, *shown.current)}
        self._hits = hits
        self._repaint_rows(changed)
        self._show_search()

    def _cell(self, event: events.MouseEvent) -> Offset:
        at = event.get_content_offset_capture(self)
        return Offset(min(max(0, at.x), self.size.width - 1), min(max(0, at.y), self.size.height - 1))

    def _select(self, selection: Selection | None) -> None:
        changed = {y for one in (self._selection, selection) if one for y in one.rows()}
        self._selection = selection
        self._selecting = selection is not None
        self._repaint_rows(changed)

    def _copy(self) -> None:
        """Hand what is selected to the outer terminal's clipboard (OSC 52); it stays marked."""
        self._selecting = False
        if self._selection is None or self._selection.is_empty:
            self._select(None)
            return
        text = self._selection.text(self._unmarked)
        self.app.copy_to_clipboard(text)
        self.notify(words.copied(text), markup=False)

    @property
    def _takes_mouse(self) -> bool:
        return self._status.mouse and not self._read_only

    def _on_mouse(self, event: events.MouseEvent) -> None:
        event.stop()
        if self._takes_mouse:
            self.send(to_mouse(event, event.get_content_offset_capture(self)))

    def _on_wheel(self, event: events.MouseEvent, rows: int) -> None:
        if self._takes_mouse and not event.shift:
            self._on_mouse(event)
        else:
            event.stop()
            self.send(Scroll(rows))

    def _hear_worker(self, message: FromWorker) -> None:
        self._hear(message)
        self._auto_check.heard(message)

    def _hear(self, message: FromWorker) -> None:
        if isinstance(message, Frame):
            self._show(message)
            self.send(Shown())
        elif isinstance(message, Hits):
            self._show_hits(message if self._searching else Hits())
        elif isinstance(message, Copied):
            self.post_message(self.CopyWanted(message.text))
        elif isinstance(message, Hyperlink):
            self._ask_about(message.address)
        elif isinstance(message, InsertRefused):
            self.notify(words.UNLAID, severity="warning", markup=False)
        elif isinstance(message, Unrecorded):
            self.notify(words.unrecorded(message.reason), severity="error", markup=False)
        elif self._attachment:
            code = self._attachment.exit_code()
            self.close()
            self._show_cursor()
            if code == 0:
                self._say(words.WATCHED_ENDED if self._read_only else words.SHELL_ENDED)
            else:
                self._try_again(words.connection_ended(code))

    def _try_again(self, why: str) -> None:
        pause = self._retries.pause()
        self._retry = self.set_timer(pause, self.start)
        self._say(one_line(words.again(why, pause)))

    def _on_lost_worker(self) -> None:
        self._end_search()  # what had been found went with the worker
        self._look_ahead()
        self._send_colors()
        if time.monotonic() - self._restart_noticed > _RESTART_NOTICE_INTERVAL:
            self._restart_noticed = time.monotonic()
            self.notify(words.RESTARTED, severity="warning", markup=False)

    def _send_colors(self) -> None:
        for colors in self._colors():
            self.send(colors)

    def _colors(self) -> list[Colors]:
        """Return what the theme's own colours are, where it has some."""
        pair = self.rich_style.color, self.rich_style.bgcolor
        found = [true_color(*color.get_truecolor()) for color in pair if color]
        return [Colors(*found)] if len(found) == len(pair) else []

    def _show(self, frame: Frame) -> None:
        before, self._status = self._status, frame.status
        self._rows.update(frame.rows)
        if self._selection and not self._selecting and not frame.rows.keys().isdisjoint(self._selection.rows()):
            self._select(None)
        changed = set(frame.rows)
        moved = frame.status.cursor != before.cursor
        if moved:
            self._show_cursor()
            if not self._outer_cursor.is_lent:
                changed |= {before.cursor.row, frame.status.cursor.row}
        self._show_status(before)
        if changed or moved:
            paint_now(self, *self._stale(changed))

    def _show_cursor(self) -> None:
        cursor = self._status.cursor
        if self._attachment and cursor.visible and self._outer_cursor.is_lent:
            self._outer_cursor.show(self.content_region.offset + Offset(cursor.column, cursor.row), cursor)
        else:
            self._outer_cursor.hide()

    def _show_title(self) -> None:
        title = Content(one_line(self._status.title) or "terminal")
        scrolled = f" · ↑ {self._status.scrolled} lines back" if self._status.scrolled else ""
        back = "".join((scrolled, f" · {self._history}" if self._history else ""))
        self.border_title = on_border(title + Content.styled(back, "$text-warning"), self.styles)

    def _show_status(self, before: Status) -> None:
        now = self._status
        if before.scrolled and not now.scrolled and not self._searching:
            self._look_ahead()
        if (now.title, now.scrolled) != (before.title, before.scrolled):
            self._show_title()
        if now.bells > before.bells and time.monotonic() - self._rang > _BELL_INTERVAL:
            self._rang = time.monotonic()
            self.app.bell()

    def _say(self, notice: str) -> None:
        self._notice = notice
        self._repaint()

    def _repaint(self) -> None:
        self._strips.clear()
        self.refresh()

    def _repaint_rows(self, rows: Collection[int]) -> None:
        if rows:
            self.refresh(*self._stale(rows))

    def _stale(self, rows: Collection[int]) -> Iterator[Region]:
        """Forget how rows are painted; yield where they are, neighbours together."""
        for y in rows:
            self._strips.pop(y, None)
        for _, neighbours in groupby(enumerate(sorted(rows)), key=lambda numbered: numbered[1] - numbered[0]):
            stretch = [y for _, y in neighbours]
            yield Region(0, stretch[0], self.size.width, len(stretch))

    def _painted(self, y: int) -> Strip:
        strip = self._with_hits(y)
        if self._selection:
            strip = self._selection.drawn(strip, y)
        cursor = self._status.cursor
        if self._attachment and cursor.visible and cursor.row == y and not self._outer_cursor.is_lent:
            return with_cursor(strip, cursor, focused=self.has_focus)
        return strip

    def _with_hits(self, y: int) -> Strip:
        strip, text = self._unmarked(y), row_text(self._rows.get(y, ()))
        standing_out = partial(found_style, theme=self.app.current_theme)
        for hits, change in ((self._hits.hits, turned), (self._hits.current, standing_out)):
            for hit in hits:
                if hit.row == y:
                    strip = restyled(strip, cell_len(text[: hit.start]), cell_len(text[: hit.end]), change)
        return strip

    def _unmarked(self, y: int) -> Strip:
        if self._row_strip is None:  # what the colours are takes as long to find out as to paint a row
            dark, still = self.app.current_theme.dark, self.app.animation_level == "none"
            self._row_strip = partial(row_strip, base=self.rich_style, dark=dark, still=still)
        return self._row_strip(self._rows.get(y, ()), self.size.width)

    def _notice_strip(self) -> Strip:
        style = self.rich_style + Style(reverse=True, bold=True)
        return Strip([Segment(f" {self._notice} ", style)]).adjust_cell_length(self.size.width, style)

    def _cells(self) -> Size:
        return Size(max(_SMALLEST.columns, self.size.width), max(_SMALLEST.rows, self.size.height))
