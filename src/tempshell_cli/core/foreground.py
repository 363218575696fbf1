"""Runs an engine's client in the place of this process, for what the client does not do itself.

The clients of Docker and Kubernetes end at a signal, and leave the command inside running. And they stop, as every
program does that reads a terminal from the background.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tempshell_cli.core.interrupts import held_back
from tempshell_cli.core.process import Command, cannot_start

# Starts what passes a signal on, by its number.
PassOn = Callable[[int], "subprocess.Popen[bytes]"]

_PASSED_ON = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)
_CHUNK = 65536  # bytes
_PAUSE = 200  # milliseconds between two looks whether the terminal is ours to read


def run_client(command: Command, pass_on: PassOn | None = None, *, tty: bool = False) -> int:
    """Run a client on our standard streams; return its exit code, 128 + N where a signal N ended it.

    Signals go to ``pass_on``, except those that were ignored when we were started; a signal that it cannot pass on ends
    the client. Without it they do what they do to this process, and the client ends with an exception that they raise.
    The client has a session of its own, and reads a terminal through us, while we are in the foreground; with ``tty``,
    and where it passes signals on itself, it stays with us. Call it from the main thread. Raises EngineUnavailable
    where it cannot be started.
    """
    with _wakeups(pass_on) as wakeups, _started(command, apart=not (tty or command.passes_signals)) as client:
        return _Run(client, wakeups, pass_on).to_the_end()


@contextmanager
def _wakeups(pass_on: PassOn | None) -> Iterator[int]:
    """Yield a descriptor that the number of each signal can be read from, the end of the client's among them."""
    numbers = [number for number in _PASSED_ON if pass_on and signal.getsignal(number) is not signal.SIG_IGN]
    read, write = os.pipe()
    os.set_blocking(write, False)
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGCHLD, *numbers)}
    waking = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    try:
        yield read
    finally:
        signal.set_wakeup_fd(waking)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(read)
        os.close(write)


@contextmanager
def _started(command: Command, *, apart: bool) -> Iterator[subprocess.Popen[bytes]]:
    """Start the client for the block, and kill it where that is left early."""
    stdin = subprocess.PIPE if apart and os.isatty(0) else None
    clients: list[subprocess.Popen[bytes]] = []
    try:
        with held_back():  # a signal would leave a client behind that nobody knows
            try:
                client = subprocess.Popen(command.argv, env=command.environment(), stdin=stdin, start_new_session=apart)
            except OSError as cause:
                raise cannot_start(command.argv, cause) from cause
            clients.append(client)
        yield client
    finally:
        for client in clients:
            if client.stdin:
                client.stdin.close()
            client.kill()  # does nothing to one that has ended
            client.wait()


class _Run:
    """Waits for the client, and does what comes up meanwhile."""

    def __init__(self, client: subprocess.Popen[bytes], wakeups: int, pass_on: PassOn | None) -> None:
        self._client = client
        self._wakeups = wakeups
        self._pass_on = pass_on
        self._passing: list[tuple[int, subprocess.Popen[bytes]]] = []
        self._ended_by = 0  # the signal that was not passed on
        self._input = client.stdin.fileno() if client.stdin else None
        self._typed = b""
        if self._input is not None:
            os.set_blocking(self._input, False)

    def to_the_end(self) -> int:
        """Return the exit code of the client."""
        while (code := self._client.poll()) is None:
            self._turn()
            self._look_after()
        for _, passing in self._passing:
            passing.kill()
            passing.wait()
        return 128 + self._ended_by if self._ended_by else code if code >= 0 else 128 - code

    def _turn(self) -> None:
        """Wait for a signal or a line of the terminal, and pass it on."""
        poll = select.poll()
        poll.register(self._wakeups, select.POLLIN)
        timeout = None
        if self._input is not None and self._typed:
            poll.register(self._input, select.POLLOUT)
        elif self._input is not None and _may_read(0):
            poll.register(0, select.POLLIN)
        elif self._input is not None:
            timeout = _PAUSE
        ready = dict(poll.poll(timeout))
        for number in os.read(self._wakeups, _CHUNK) if self._wakeups in ready else b"":
            if self._pass_on and number in _PASSED_ON:
                self._passing.append((number, self._pass_on(number)))
        if 0 in ready:
            self._read()
        elif self._input in ready:
            self._write(self._input)

    def _look_after(self) -> None:
        """End the client by a signal that could not be passed on."""
        for number, passing in [one for one in self._passing if one[1].poll() is not None]:
            self._passing.remove((number, passing))
            if passing.returncode:
                self._ended_by = number
                self._client.kill()  # of other signals it has notions of its own

    def _read(self) -> None:
        try:
            self._typed = os.read(0, _CHUNK)
        except OSError:  # the terminal is gone
            self._typed = b""
        if not self._typed:
            self._close()

    def _write(self, stdin: int) -> None:
        try:
            self._typed = self._typed[os.write(stdin, self._typed) :]
        except BlockingIOError:
            return
        except OSError:  # the client reads no more
            self._close()

    def _close(self) -> None:
        assert self._client.stdin  # noqa: S101 - it is what is read for
        self._client.stdin.close()
        self._input, self._typed = None, b""


def _may_read(fd: int) -> bool:
    """Return whether a read would not stop us: a terminal is for its foreground group alone."""
    try:
        return os.tcgetpgrp(fd) == os.getpgrp()
    except OSError:  # not our terminal: any process may read it
        return True
