"""A command on a PTY whose screen a worker process keeps."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple, Self

import msgspec

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Command
from tempshell_cli.terminal.engine import BITTTY, GHOSTTY, TERMINAL_ENV
from tempshell_cli.terminal.pty import PtyProcess, Size
from tempshell_cli.terminal.tail import Tail, new_tail
from tempshell_cli.terminal.wire import FromWorker, Link, Record, Resize, ToWorker, screen_link

# Crashes that follow each other within so many seconds have one cause.
_SPELL = 10.0
# The second in a spell hands over to the engine that cannot crash; the third drops the output that may be to blame; if
# that does not help, nothing does.
_HAND_OVER, _GIVE_UP = 2, 4

# How long a worker that records may take to write the rest, in seconds.
_LAST_WORDS = 2.0


class Emulation(NamedTuple):
    """How a terminal is emulated: which engine is taken, and what is recorded."""

    engine: str = GHOSTTY
    recording: Record | None = None


# As it is unless somebody wants it otherwise.
PLAIN = Emulation()


class WorkerLost(Exception):
    """The worker died. The command lives on; ``restart`` gives it a new worker."""


class EmulatedProcess:
    """A command on a PTY, seen through a worker. The PTY is ours, so the command survives its worker.

    Watch ``fileno()`` and call ``receive()`` when it is readable; answer every Frame with a Shown.
    """

    def __init__(self, command: Command, size: Size, emulation: Emulation = PLAIN) -> None:
        """Start both; raises EngineUnavailable where the command cannot be started."""
        self.size = size
        self._engine, self._recording = emulation
        self._crashes: list[float] = []
        self.process = PtyProcess.spawn(Command(command.argv, {**TERMINAL_ENV, **command.env}), size)
        self._tail = new_tail()
        self._worker, self._link = self._start_worker()

    @property
    def worker_pid(self) -> int:
        """The process id of the worker."""
        return self._worker.pid

    def fileno(self) -> int:
        """Return the descriptor to watch; ``restart`` changes it."""
        return self._link.fileno()

    def send(self, message: ToWorker) -> None:
        """Tell the worker something; raises WorkerLost."""
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

        Where that output is what the emulators crash on, it is empty until the program draws it anew.

        Raises EngineUnavailable where workers keep dying.
        """
        self._stop_worker()
        self._count_crash()
        self._worker, self._link = self._start_worker()
        # Full-screen programs and shells draw themselves anew after a change of size.
        self.process.master.resize(Size(self.size.columns, max(1, self.size.rows - 1)))
        self._link.send(Resize(self.size))

    def close(self) -> None:
        """End the worker, then the command. Idempotent."""
        self._link.close()
        if self._recording:
            # It writes what it still holds.
            with suppress(subprocess.TimeoutExpired):
                self._worker.wait(_LAST_WORDS)
        self._stop_worker()
        if self._tail >= 0:
            os.close(self._tail)
            self._tail = -1
        self.process.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start_worker(self) -> tuple[subprocess.Popen[bytes], Link[FromWorker]]:
        ours, theirs = socket.socketpair()
        with theirs:
            fds = (theirs.fileno(), self.process.master.fileno(), self._tail)
            kept = (self._recording.descriptor,) if self._recording else ()
            numbers = map(str, (*fds, *self.size))
            worker = subprocess.Popen(
                [sys.executable, "-P", "-m", "tempshell_cli.terminal.worker", *numbers, self._engine],
                pass_fds=(*fds, *kept),
                env=_worker_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        link = screen_link(ours)
        if self._recording:
            link.send(self._recording)
        return worker, link

    def _count_crash(self) -> None:
        now = time.monotonic()
        self._crashes = [then for then in self._crashes if now - then < _SPELL] + [now]
        if len(self._crashes) >= _GIVE_UP:
            raise EngineUnavailable(
                "the terminal's emulator keeps crashing", hint="`tempshell attach --plain` needs none"
            )
        if len(self._crashes) >= _HAND_OVER:
            self._engine = BITTTY
        if len(self._crashes) > _HAND_OVER:
            Tail(self._tail).clear()

    def _stop_worker(self) -> None:
        self._link.close()
        self._worker.kill()
        self._worker.wait()


def _worker_environment() -> dict[str, str]:
    """Return only what Python needs to find the same modules: the worker reads what strangers print."""
    return {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
