"""Waiting for something that is going to happen, with a deadline instead of a sleep."""

from __future__ import annotations

import select
import time
from collections.abc import Callable

from tempshell_cli.terminal.emulated import EmulatedProcess
from tempshell_cli.terminal.pty import PtyMaster
from tempshell_cli.terminal.screen import Row, Status, row_text
from tempshell_cli.terminal.wire import Ended, Frame, Shown, Unrecorded

TIMEOUT = 20.0


def read_until(master: PtyMaster, wanted: bytes) -> bytes:
    """Return what comes until ``wanted`` has been seen, or the end."""
    seen = b""
    end = time.monotonic() + TIMEOUT
    while wanted not in seen and time.monotonic() < end:
        if not select.select([master], [], [], 0.1)[0]:
            continue
        data = master.read()
        if not data:
            break
        seen += data
    assert wanted in seen, seen
    return seen


def read_to_end(master: PtyMaster) -> bytes:
    seen = b""
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        if select.select([master], [], [], 0.1)[0]:
            data = master.read()
            if not data:
                return seen
            seen += data
    raise AssertionError(f"no end after {seen!r}")


def until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + TIMEOUT
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)  # the pause of a poll with a deadline


class Watcher:
    """The screen's side of an emulated process: keeps the rows, answers the frames."""

    def __init__(self, emulated: EmulatedProcess) -> None:
        self.emulated = emulated
        self.rows: dict[int, Row] = {}
        self.status = Status()
        self.frames = 0
        self.ended = False
        self.unrecorded = ""

    def text(self) -> str:
        return "\n".join(row_text(self.rows[y]) for y in sorted(self.rows))

    def until(self, happened: Callable[[], bool]) -> None:
        """Take frames until something is so. Raises WorkerLost."""
        end = time.monotonic() + TIMEOUT
        while not happened():
            assert time.monotonic() < end, self.text()
            writing = [self.emulated] if self.emulated.pending else []
            readable, writable, _ = select.select([self.emulated], writing, [], 0.1)
            if writable:
                self.emulated.flush()
            if readable:
                self._take()

    def until_text(self, wanted: str) -> None:
        self.until(lambda: wanted in self.text())

    def _take(self) -> None:
        for message in self.emulated.receive():
            if isinstance(message, Frame):
                self.rows.update(message.rows)
                self.status = message.status
                self.frames += 1
                self.emulated.send(Shown())
            elif isinstance(message, Ended):
                self.ended = True
            elif isinstance(message, Unrecorded):
                self.unrecorded = message.reason
