"""The process that reads a PTY and keeps its screen; a fork of the fork server.

A process of its own, because output from strangers can crash the native emulator, and because parsing a flood
next to the interface starves one of the two. It owns the reading of the PTY, the emulator and what is written;
the screen gets the rows that changed, at most sixty times a second, and never more than it has taken in.
"""

from __future__ import annotations

import select
import signal
import socket
import time
from collections.abc import Callable
from functools import partial

import msgspec

from tempshell_cli.terminal.emulators.base import Emulator
from tempshell_cli.terminal.emulators.choice import open_emulator
from tempshell_cli.terminal.link import Link, worker_link
from tempshell_cli.terminal.pty import CHUNK, PtyMaster, Size
from tempshell_cli.terminal.recording.recorder import Recorder
from tempshell_cli.terminal.screen import Status
from tempshell_cli.terminal.tail import Tail
from tempshell_cli.terminal.view import View
from tempshell_cli.terminal.wire import (
    Colors,
    Copied,
    Ended,
    Find,
    Focus,
    Follow,
    Frame,
    History,
    Hits,
    Hyperlink,
    InsertRefused,
    InsertText,
    Key,
    Marker,
    Mouse,
    MouseAction,
    Paste,
    Record,
    Resize,
    Scroll,
    Shown,
    ToWorker,
    Type,
    Unrecorded,
)

# The pace of frames while output keeps coming, in seconds; the first one after a pause goes at once.
FRAME_INTERVAL = 1 / 60
# For so long after a key it has no pace but the screen's, in seconds: what the key did is seen as soon as can be.
_EAGER = 0.1
# How many times as long as the last frame took to make there is none: dense ones leave the time to the parsing.
_FRAME_PAUSE = 4
# How much is parsed before keys and frames get their turn again, in bytes: a millisecond or a few.
_GULP = 64 * 1024
# A program that reads no answers gets no more of them once so many bytes wait for it.
_MOST_UNREAD = 1024**2
# An emulator that is stuck ends as one that crashed: after so many seconds of computing at one turn, or until its first
# frame, for which it goes through what its predecessor has read.
_STUCK, _STUCK_AT_START = 3.0, 0.3

# A longer address is none, in characters; what VTE takes, and browsers are known to.
_LONGEST_ADDRESS = 2083

_BRACKET = b"\x1b[200~"
# By which shells say that a command has ended (FTCS_COMMAND_FINISHED of iTerm2's shell integration).
_COMMAND_ENDED = b"\x1b]133;D"


class Worker:
    """Moves bytes between a PTY and an emulator, and frames between the emulator and a screen."""

    def __init__(
        self, link: Link[ToWorker], master: PtyMaster, fresh: Callable[[Size], Emulator], size: Size, tail: Tail
    ) -> None:
        """``fresh`` returns an emulator; ``tail`` holds what a worker before this one has read.

        The screen begins as that left it.
        """
        self._link = link
        self._tail = tail
        self._size = size
        self._master = master
        self._emulator = emulator = fresh(size)
        self._to_program = bytearray()
        self._status: Status | None = None
        self._view = View(emulator, size, fresh)
        self._hits = Hits()
        self._changed = True
        self._may_send = True
        self._next_frame = 0.0
        self._eager_until = 0.0
        self._followed = False
        self._ended = False
        self._recorder: Recorder | None = None
        self._last_bytes = b""
        self._commands = 0

        _expect_within(_STUCK_AT_START)
        tail.mark_unverified()
        emulator.feed(tail.content(emulator.RESTORES))
        emulator.replies()  # the program has had them
        emulator.copied()

    def run(self) -> None:
        """Work until the screen closes its end; raises EOFError then."""
        try:
            while True:
                self._turn()
        finally:
            if self._recorder:
                self._recorder.close()

    def _turn(self) -> None:
        if self._status:
            _expect_within(_STUCK)
        self._wait()
        # Before what it has to say is read, which may be the end of us: Ctrl+C gets to what floods us with such.
        if self._to_program:
            del self._to_program[: self._master.write(bytes(self._to_program[:CHUNK]))]
        self._read_program()
        if self._view.pending:
            self._view.step()
            self._changed = True
        if self._changed and self._may_send and time.monotonic() >= self._next_frame:
            self._send_frame()
        if self._recorder and self._recorder.failure:
            self._link.send(Unrecorded(self._recorder.failure))
            self._recorder = None

    def _wait(self) -> None:
        link, master = self._link.fileno(), self._master.fileno()
        reading = [link] if self._ended else [link, master]
        writing = [fd for fd, waits in ((link, self._link.pending), (master, self._to_program)) if waits]
        readable, writable, _ = select.select(reading, writing, [], self._timeout())
        if link in writable:
            self._link.flush()
        if link in readable:
            for message in self._link.receive():
                self._obey(message)

    def _timeout(self) -> float | None:
        """Return how long to wait for something to happen, in seconds."""
        if self._view.pending:
            return 0.0
        if not (self._changed and self._may_send):
            return None
        return max(0.0, self._next_frame - time.monotonic())

    def _obey(self, message: ToWorker) -> None:
        match message:
            case Shown():
                self._may_send = True
            case Resize(size):
                self._resize(size)
            case Colors(foreground, background):
                self._emulator.set_colors(foreground, background)
            case Scroll(rows):
                self._view.scroll(rows)
                self._changed = True
            case Find():
                self._view.find(message)
                self._changed = True
            case History():
                self._view.look_back(message)
            case Focus(gained):
                self._to_program += self._emulator.encode_focus(gained=gained)
            case Record() | Marker():
                self._record(message)
            case InsertText(text):
                self._insert(text)
            case _:
                self._input(message)

    def _record(self, message: Record | Marker) -> None:
        if isinstance(message, Record):
            self._recorder = Recorder(message, self._size)
        elif self._recorder:
            self._recorder.mark(message.label)

    def _insert(self, text: str) -> None:
        # In brackets an end of line is a character; without, it is the Enter key.
        if "\n" in text and not self._emulator.encode_paste("x").startswith(_BRACKET):
            self._link.send(InsertRefused())
        else:
            self._input(Paste(text))

    def _resize(self, size: Size) -> None:
        self._size = size
        self._view.resize(size)
        self._master.resize(size)
        if self._recorder:
            self._recorder.resize(size)
        self._changed = True

    def _input(self, message: Key | Mouse | Follow | Paste | Type) -> None:
        match message:
            case Key():
                data = self._emulator.encode_key(message)
            case Mouse():
                data = self._mouse(message)
            case Follow():
                data = self._follow(message)
            case Paste(text):
                data = self._emulator.encode_paste(text)
            case Type(data):
                pass
        self._to_program += data
        if data and not isinstance(message, Mouse | Follow):
            self._view.to_end()
            self._changed = True
            self._eager_until = time.monotonic() + _EAGER
            self._next_frame = 0.0

    def _mouse(self, mouse: Mouse) -> bytes:
        # A program that got no press gets no release.
        untold = self._followed and mouse.action is MouseAction.RELEASE
        if mouse.action is not MouseAction.MOVE:
            self._followed = False
        return b"" if untold else self._emulator.encode_mouse(mouse)

    def _follow(self, click: Follow) -> bytes:
        """Send the screen the address of a link; return what the program gets where there is none."""
        address = self._view.link(click.column, click.row)
        self._followed = 0 < len(address) <= _LONGEST_ADDRESS
        if self._followed:
            self._link.send(Hyperlink(address))
            return b""
        return self._emulator.encode_mouse(click.press) if click.press else b""

    def _read_program(self) -> None:
        """Parse what there is, but no more than a gulp."""
        taken = 0
        while taken < _GULP and not self._ended:
            try:
                data = self._master.read()
            except BlockingIOError:
                return
            if not data:
                self._ended = True
                self._send_frame()
                self._link.send(Ended())
                return
            # Before it is parsed: should that be the end of us, the next worker begins with the same bytes.
            self._tail.append(data)
            self._emulator.feed(data)
            read = self._last_bytes + data
            self._commands += _COMMAND_ENDED in read
            self._last_bytes = read[1 - len(_COMMAND_ENDED) :]
            if self._recorder:
                self._recorder.output(data)
            replies = self._emulator.replies()
            if len(self._to_program) < _MOST_UNREAD:
                self._to_program += replies
            self._changed = True
            taken += len(data)

    def _send_frame(self) -> None:
        began = time.monotonic()
        rows, status = self._view.seen()
        status = msgspec.structs.replace(status, commands=self._commands) if self._commands else status
        self._tail.commit()
        self._changed = False
        copied = self._emulator.copied()
        if copied:
            self._link.send(Copied(copied))
        if rows or copied or status != self._status:
            self._status = status
            self._link.send(Frame(rows, status))
            self._may_send = False
            now = time.monotonic()
            if now > self._eager_until:
                self._next_frame = max(began + FRAME_INTERVAL, now + _FRAME_PAUSE * (now - began))
        hits = self._view.hits()
        if hits != self._hits:
            self._hits = hits
            self._link.send(hits)


def serve(link: socket.socket, master: PtyMaster, tail: Tail, size: Size, emulator: str) -> None:
    """Work until the screen closes its end of the link."""
    try:
        Worker(worker_link(link), master, partial(open_emulator, name=emulator), size, tail).run()
    except (EOFError, OSError, msgspec.DecodeError):
        # The screen is gone, and with it all there was to do.
        return


def _expect_within(seconds: float) -> None:
    """Have the kernel end this process once it has computed for so long; native code too, which nothing else can."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
