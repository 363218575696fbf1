"""A command on a PTY whose screen a worker process keeps."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import NamedTuple, Self

import msgspec

from tempshell_cli.core.process import Command
from tempshell_cli.terminal.emulators.base import TERMINAL_ENV
from tempshell_cli.terminal.emulators.choice import BITTTY, GHOSTTY
from tempshell_cli.terminal.link import Link, screen_link
from tempshell_cli.terminal.pty import PtyMaster, PtyProcess, Size
from tempshell_cli.terminal.tail import new_tail
from tempshell_cli.terminal.wire import FromWorker, Record, Resize, Start, ToWorker
from tempshell_cli.terminal.workers import RateWindow, Workers

# What a worker crashed on is not given to the next in any case. Should that not help: from the second in a spell on it
# is the turn of the emulator that cannot crash, from the third on all output so far is dropped, and from the fourth on
# there is a pause, in seconds, so that the machine is not kept busy.
_HAND_OVER, _EMPTY, _SLOW = 2, 3, 4
_PAUSE = 0.25

# How long a worker that records may take to write the rest, in seconds.
_LAST_WORDS = 2.0


class Emulation(NamedTuple):
    """How a terminal is emulated: which emulator is taken, and what is recorded."""

    emulator: str = GHOSTTY
    recording: Record | None = None


# As it is unless somebody wants it otherwise.
PLAIN = Emulation()


class WorkerLost(Exception):
    """The worker died. The command lives on; ``restart`` gives it a new worker."""


class EmulatedProcess:
    """A command on a PTY, seen through a worker. The PTY is ours, so the command survives its worker.

    Watch ``fileno()`` and call ``receive()`` when it is readable; answer every Frame with a Shown.
    """

    def __init__(
        self, command: Command, size: Size, emulation: Emulation = PLAIN, first: Sequence[ToWorker] = ()
    ) -> None:
        """Start the worker, send it ``first``, and then start the command.

        In this order, because a program may ask its terminal questions at once, and take an answer that comes late for
        something typed: tmux does after five seconds, which a busy machine may need to have a worker.

        Raises EngineUnavailable where one of the two cannot be started.
        """
        self.size = size
        self._emulator, self._recording = emulation
        self._losses = RateWindow()
        self._tail = new_tail()
        self._workers: Workers | None = None
        started = command._replace(env={**TERMINAL_ENV, **command.env})
        with ExitStack() as undo:
            undo.callback(self._close_workers)
            self.process = PtyProcess.spawn(started, size, lambda master: self._begin(master, first, undo))
            undo.pop_all()

    def _begin(self, master: PtyMaster, first: Sequence[ToWorker], undo: ExitStack) -> None:
        """Have a worker on the PTY, ready to answer."""
        # Who records has something to write at its end.
        kept, grace = ((self._recording.descriptor,), _LAST_WORDS) if self._recording else ((), 0.0)
        self._workers = workers = Workers(master.fileno(), self._tail, kept, grace)
        self._link = self._start_worker(Start(self.size, self._emulator))
        undo.callback(self._link.close)
        for message in first:
            self._link.send(message)
        _ = workers.pid  # it is there

    @property
    def worker_pid(self) -> int:
        """The process id of the worker, once it is there."""
        return self._workers.pid if self._workers else 0

    def fileno(self) -> int:
        """Return the descriptor to watch; ``restart`` changes it."""
        return self._link.fileno()

    def send(self, message: ToWorker) -> None:
        """Send the worker a message; raises WorkerLost."""
        if isinstance(message, Resize):
            self.size = message.size
        try:
            self._link.send(message)
        except OSError as cause:
            raise WorkerLost from cause

    @property
    def pending(self) -> bool:
        """Whether something waits to be sent: watch for writability, then ``flush``."""
        return self._link.pending

    def flush(self) -> None:
        """Send on what is pending; raises WorkerLost."""
        try:
            self._link.flush()
        except OSError as cause:
            raise WorkerLost from cause

    def receive(self) -> list[FromWorker]:
        """Return what the worker has sent; raises WorkerLost."""
        try:
            return self._link.receive()
        except (OSError, EOFError, msgspec.DecodeError) as cause:
            raise WorkerLost from cause

    def restart(self) -> None:
        """Replace the worker. The new one shows the screen that the last of the output leads to.

        Without what the old one crashed on; where workers keep dying, an empty one, until the program draws again.

        Raises EngineUnavailable where there can be no worker at all; the command lives on all the same.
        """
        self._link.close()
        lost = self._losses.count()
        emulator = BITTTY if lost >= _HAND_OVER else self._emulator
        self._link = self._start_worker(Start(self.size, emulator, _PAUSE if lost >= _SLOW else 0.0, lost >= _EMPTY))
        # Full-screen programs and shells draw themselves again after a change of size.
        self.process.master.resize(Size(self.size.columns, self.size.rows - 1 or 2))
        self._link.send(Resize(self.size))

    def close(self) -> None:
        """End the worker, then the command. Idempotent."""
        self._link.close()
        try:
            self._close_workers()
        finally:
            self.process.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start_worker(self, start: Start) -> Link[FromWorker]:
        assert self._workers  # noqa: S101 - since the beginning
        link = screen_link(self._workers.start(start))
        if self._recording:
            link.send(self._recording)
        return link

    def _close_workers(self) -> None:
        try:
            if self._workers:
                self._workers.close()
        finally:
            if self._tail >= 0:
                os.close(self._tail)
                self._tail = -1
