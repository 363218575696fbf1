"""A command under emulation, watched by the event loop of the interface."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.terminal.emulated import EmulatedProcess, WorkerLost
from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.wire import Ended, FromWorker, ToWorker

# How long a command may take to end once its terminal is closed, in seconds.
_GRACE = 0.5


class Attachment:
    """Hands on what the worker says, and replaces a worker that died. On the loop's own thread throughout."""

    def __init__(
        self, emulated: EmulatedProcess, *, heard: Callable[[FromWorker], None], lost: Callable[[], None]
    ) -> None:
        """Watch a command that has been started; ``lost`` is called for each worker that died."""
        self._heard = heard
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._emulated = emulated
        self._loop.add_reader(self._emulated.fileno(), self._receive)

    @property
    def size(self) -> Size:
        """The size that was last sent to the command."""
        return self._emulated.size

    @property
    def worker_pid(self) -> int:
        """The process id of the worker."""
        return self._emulated.worker_pid

    def send(self, message: ToWorker) -> None:
        """Send the worker a message. What does not go at once follows by itself."""
        try:
            self._emulated.send(message)
        except WorkerLost:
            self._replace_worker()
            return
        if self._emulated.pending:
            self._loop.add_writer(self._emulated.fileno(), self._flush)

    def exit_code(self) -> int | None:
        """Return how the command ended, or None where it only closed its terminal."""
        return self._emulated.process.wait(_GRACE)

    def close(self) -> None:
        """End the worker and the command. Idempotent."""
        if self._emulated.fileno() >= 0:
            self._unwatch()
            self._emulated.close()

    def _receive(self) -> None:
        try:
            messages = self._emulated.receive()
        except WorkerLost:
            self._replace_worker()
            return
        for message in messages:
            self._heard(message)

    def _flush(self) -> None:
        try:
            self._emulated.flush()
        except WorkerLost:
            self._replace_worker()
            return
        if not self._emulated.pending:
            self._loop.remove_writer(self._emulated.fileno())

    def _replace_worker(self) -> None:
        self._unwatch()
        try:
            self._emulated.restart()
        except EngineUnavailable:
            self._heard(Ended())
            return
        self._loop.add_reader(self._emulated.fileno(), self._receive)
        self._lost()

    def _unwatch(self) -> None:
        self._loop.remove_reader(self._emulated.fileno())
        self._loop.remove_writer(self._emulated.fileno())
