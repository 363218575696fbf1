"""Workers for a PTY, one at a time, from a fork server that has them ready."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

import msgspec

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import cannot_start
from tempshell_cli.terminal.wire import STARTED, Start

# Fork servers do nothing that could end them. If so many go within so many seconds, none can be had.
_MOST_FORK_SERVERS = 4
_WINDOW = 10.0
# How long a fork server takes at most to end itself and its worker, in seconds.
_SHUTDOWN_TIMEOUT = 1.0


class RateWindow:
    """Counts what follows on each other: it is taken to have one cause."""

    def __init__(self, seconds: float = _WINDOW) -> None:
        self._seconds = seconds
        self._times: list[float] = []

    def count(self) -> int:
        """Count one that happens now, and return how many there have been in the last seconds."""
        now = time.monotonic()
        self._times = [then for then in self._times if now - then < self._seconds] + [now]
        return len(self._times)


class Workers:
    """The worker, and the fork server that it comes from, which is replaced, when lost, with the next worker."""

    def __init__(self, master: int, tail: int, kept: Sequence[int] = (), grace: float = 0.0) -> None:
        """Start a fork server that hands on these descriptors: the PTY, the tail, and what is kept open for messages.

        ``grace``: how many seconds the last worker has to end by itself. Raises EngineUnavailable where it fails.
        """
        self._master, self._tail, self._kept = master, tail, kept
        self._grace = grace
        self._pid, self._due = 0, 0
        self._lost = RateWindow()
        self._fork_server, self._control = self._start_fork_server()

    @property
    def pid(self) -> int:
        """The process id of the last worker; waits for it to be there. 0 where the fork server was lost."""
        return self._heard_of(None)

    def start(self, start: Start) -> socket.socket:
        """Have a worker in place of the last one, and return our end of its link; it need not be there yet.

        Raises EngineUnavailable where there can be no fork server.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._due += 1
                socket.send_fds(self._control, [msgspec.msgpack.encode(start)], [theirs.fileno()])
            except OSError:
                ours.close()
                self._replace_fork_server()
                return self.start(start)
        return ours

    def close(self) -> None:
        """End the worker and its fork server. Idempotent."""
        if self._control.fileno() >= 0:
            # With no worker yet there is nobody that it has to see off.
            grace = self._grace + _SHUTDOWN_TIMEOUT if self._heard_of(0.0) else 0.0
            self._control.close()
            with suppress(subprocess.TimeoutExpired):
                self._fork_server.wait(grace)
        if self._fork_server.returncode is None:
            # Of its own session, which the worker is in too.
            os.killpg(self._fork_server.pid, signal.SIGKILL)
            self._fork_server.wait()

    def _heard_of(self, timeout: float | None) -> int:
        """Take in answers of the fork server, or wait for all that are due; return the newest worker."""
        while self._due and select.select([self._control], [], [], timeout)[0]:
            try:
                answer = self._control.recv(STARTED.size, socket.MSG_WAITALL)
            except ConnectionResetError:
                answer = b""
            self._due = self._due - 1 if answer else 0
            (self._pid,) = STARTED.unpack(answer) if answer else (0,)
        return self._pid

    def _replace_fork_server(self) -> None:
        self.close()
        self._pid, self._due = 0, 0
        if self._lost.count() >= _MOST_FORK_SERVERS:
            raise EngineUnavailable(
                "the terminal's emulator does not start any more", hint="`tempshell attach --plain` needs none"
            )
        self._fork_server, self._control = self._start_fork_server()

    def _start_fork_server(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        ours, theirs = socket.socketpair()
        with theirs:
            fds = (theirs.fileno(), self._master, self._tail)
            arguments = map(str, (*fds, self._grace))
            argv = [sys.executable, "-P", "-m", "tempshell_cli.terminal.fork_server", *arguments]
            try:
                fork_server = subprocess.Popen(
                    argv,
                    pass_fds=(*fds, *self._kept),
                    # What Python needs to find the same modules, and no more: a worker reads what strangers print.
                    env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
            except OSError as cause:
                ours.close()
                raise cannot_start(argv, cause) from cause
        return fork_server, ours
