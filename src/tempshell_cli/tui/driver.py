"""Reads the keyboard for Textual, and keeps for the terminal pane what each key was, exactly."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import Any, TextIO

import textual.constants
from textual import events
from textual.app import App
from textual.message import Message

from tempshell_cli.terminal.keyboard import ESCAPE_DELAY, keys_of, split
from tempshell_cli.tui.keys import Stroke
from tempshell_cli.tui.terminal.outer_cursor import DEFAULT_SHAPE
from tempshell_cli.tui.textual_private import SYNC_END, SYNC_START, OpenDriver, XTermParser

_CHUNK = 65536
# How long the thread that writes what is painted waits while the loop computes, in seconds. Python's own 0.005 are felt
# at a key.
_SWITCH = 0.0005
_PASTE_START, _PASTE_END = b"\x1b[200~", b"\x1b[201~"
# What Textual asks for: where the mouse is (SGR), the focus, whether a mode is set (DECRPM), a new size (mode 2048).
_REPORT = re.compile(rb"\x1b\[(?:<\d+;-?\d+;-?\d+[Mm]|[IO]|\?\d+;\d\$y|48;\d+[\d:]*;\d+[\d:]*;\d+[\d:]*;\d+[\d:]*t)")
# What it cannot read: the mouse of old terminals, other answers, the end of a paste that had no beginning.
_UNASKED = re.compile(rb"\x1b\[(?:[<-?].*|M.{3}|\d+;\d+;\d+M|201~)", re.DOTALL)
# Besides what Textual asks of the kitty protocol: to distinguish keys that are held and let go, and which
# ones they would be on a US keyboard. To be added to what is set (2).
_MORE_OF_KITTY = "\x1b[=6;2u"


class PracticeDriver(OpenDriver):
    """Textual's driver for a terminal, with a reader of its own."""

    def __init__(self, app: App[Any], **options: Any) -> None:  # noqa: ANN401 - Textual's own
        super().__init__(app, **options)
        self.wrap_file(_MayBeGone)
        self._keys = KeyReader()
        self._update = ""
        self._pause: asyncio.TimerHandle | None = None

    def start_application_mode(self) -> None:
        """Begin as Textual does; a terminal that speaks the kitty protocol is asked for all of it."""
        sys.setswitchinterval(_SWITCH)
        super().start_application_mode()  # type: ignore[no-untyped-call]  # so it is in Textual
        if not textual.constants.DISABLE_KITTY_KEY:
            self.write(_MORE_OF_KITTY)
            self.flush()
        self.loop.add_reader(self.fileno, self._on_readable)

    def stop_application_mode(self) -> None:
        """End as Textual does; the cursor has the terminal's own shape again."""
        self.write(DEFAULT_SHAPE)
        super().stop_application_mode()

    def write(self, data: str) -> None:
        """Have the other thread write. An update goes to it as one: each time it wakes it holds up the loop."""
        self._update += data
        if not self._update.startswith(SYNC_START) or data == SYNC_END:
            update, self._update = self._update, ""
            super().write(update)

    def disable_input(self) -> None:
        """Stop reading."""
        self._stop_reading()
        super().disable_input()

    def run_input_thread(self) -> None:
        """Do nothing: the loop reads. From another thread a key would take longer to the loop than from there on."""

    def send_message(self, message: Message) -> None:
        """Hand a message on; we are in the loop's own thread."""
        self.app.post_message(message)

    def _on_readable(self) -> None:
        if self._pause:
            self._pause.cancel()
        try:
            data = os.read(self.fileno, _CHUNK)
        except OSError:  # the terminal is gone
            data = b""
        if data:
            self._take(data)
        else:
            self._stop_reading()
        if self._keys.waits:
            self._pause = self.loop.call_later(ESCAPE_DELAY, self._take, b"")

    def _take(self, data: bytes) -> None:
        for event in self._keys.feed(data):
            self.process_message(event)

    def _stop_reading(self) -> None:
        self.loop.remove_reader(self.fileno)
        if self._pause:
            self._pause.cancel()


class _MayBeGone:
    """A terminal to write to. What is written to one that was closed is dropped.

    An error would end Textual's thread that writes, and the next to fill its queue would wait for ever.
    """

    def __init__(self, file: TextIO | None) -> None:
        self._file = file or sys.stderr

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._file.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()


class KeyReader:
    """Turns the bytes of a terminal into Textual's events."""

    def __init__(self) -> None:
        self._reports = XTermParser()
        self._rest = b""
        self._paste: bytearray | None = None

    @property
    def waits(self) -> bool:
        """Whether something has begun that may be a key already, or the beginning of more."""
        return bool(self._rest)

    def feed(self, data: bytes) -> Iterator[Message]:
        """Yield the events of these bytes; of none, those that only waited for something to follow."""
        paused = not data
        data, self._rest = self._rest + data, b""
        while data:
            if self._paste is not None:
                data = yield from self._pasted(self._paste, data)
                continue
            typed, start, data = data.partition(_PASTE_START)
            pieces, self._rest = split(typed, paused=paused or bool(start))
            for piece in pieces:
                yield from self._events(piece)
            if start:
                self._rest, self._paste = b"", bytearray()

    def _pasted(self, paste: bytearray, data: bytes) -> Generator[Message, None, bytes]:
        """Take in more of a paste, and yield it when its end is there; return what came after that."""
        known = max(0, len(paste) - len(_PASTE_END))
        paste += data
        end = paste.find(_PASTE_END, known)
        if end < 0:
            return b""
        self._paste = None
        yield events.Paste(paste[:end].decode("utf-8", "replace"))
        return bytes(paste[end + len(_PASTE_END) :])

    def _events(self, piece: bytes) -> Iterator[Message]:
        if _REPORT.fullmatch(piece):
            yield from self._reports.feed(piece.decode())
        elif not _UNASKED.fullmatch(piece):
            yield from map(Stroke, keys_of(piece))
