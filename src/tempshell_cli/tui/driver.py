"""Reads the keyboard for Textual, and keeps what its own driver loses: Alt with a key, a paste, a quick Escape.

The place for a driver that hands bytes to the terminal pane without a parser between.
"""

from __future__ import annotations

import codecs
import os
import re
import select
from collections.abc import Iterator
from contextlib import suppress

import textual.constants
from textual import events
from textual._parser import ParseError
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

# How long the rest of a sequence may take before Escape counts as a key, in seconds. Textual's own 0.1 is felt
# in vim, whose users have long set less for the same question (ttimeoutlen).
_ESCAPE_DELAY = 0.02
# How often the thread looks whether it is still wanted, in seconds.
_IDLE = 0.2
_CHUNK = 65536
# Escape and one more character are Alt with that character, unless a longer sequence begins so.
_ALT = re.compile("\x1b([^\x1b\\[\\]OP_])")


class PracticeDriver(LinuxDriver):
    """Textual's driver for a terminal, with a reader of its own."""

    def run_input_thread(self) -> None:
        """Read until the driver stops or the terminal is gone."""
        textual.constants.ESCAPE_DELAY = _ESCAPE_DELAY  # type: ignore[misc]  # constant only by its annotation
        reader = KeyReader()
        patience = _IDLE
        while not self.exit_event.is_set():
            ready, _, _ = select.select([self.fileno], [], [], patience)
            data = os.read(self.fileno, _CHUNK) if ready else b""
            if ready and not data:
                break
            for event in reader.feed(data):
                self.process_message(event)
            # Soon after a key, an Escape that nothing followed has to be noticed.
            patience = _ESCAPE_DELAY if data else _IDLE
        reader.close()


class KeyReader:
    """Turns bytes of a keyboard into Textual's events."""

    def __init__(self) -> None:
        self._parser = XTermParser()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._paste: str | None = None

    def feed(self, data: bytes) -> Iterator[Message]:
        """Yield the events of these bytes; of none, those that only waited for something to follow."""
        text = self._decoder.decode(data)
        while text:
            if self._paste is None:
                typed, start, text = text.partition(BRACKETED_PASTE_START)
                yield from self._keys(typed)
                self._paste = "" if start else None
            else:
                # Textual's parser goes through a paste character by character, and loses it at an Escape.
                pasted, end, text = (self._paste + text).partition(BRACKETED_PASTE_END)
                self._paste = None if end else pasted
                if end:
                    yield events.Paste(pasted)
        yield from self._parser.tick()

    def close(self) -> None:
        """Drop what is unfinished."""
        with suppress(EOFError, ParseError):
            list(self._parser.feed(""))

    def _keys(self, text: str) -> Iterator[Message]:
        # Odd pieces are the characters that Alt was held for.
        for number, piece in enumerate(_ALT.split(text)):
            for event in self._parser.feed(piece) if piece else ():
                if number % 2 and isinstance(event, events.Key):
                    yield events.Key(f"alt+{event.key}", event.character)
                else:
                    yield event
