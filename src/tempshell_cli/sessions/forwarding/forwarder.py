"""This end of the ports of one sandbox: sockets that listen here, and the program inside that connects there."""

from __future__ import annotations

import errno
import os
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from functools import partial
from importlib.resources import files
from typing import Self

from tempshell_cli.backends.base import Backend, Role, Sandbox
from tempshell_cli.core.errors import EngineUnavailable, UsageProblem
from tempshell_cli.core.interrupts import lift_open_files
from tempshell_cli.core.process import cannot_start
from tempshell_cli.core.text import one_line
from tempshell_cli.sessions.forwarding.mux import Connection, Mux, ProtocolError
from tempshell_cli.sessions.forwarding.ports import Listening

# Reads a program of so many bytes from standard input, and becomes it: an argv is there for all to read, and short.
_BOOT = """
import os
text, size = b"", %d
while len(text) < size:
    chunk = os.read(0, size - len(text))
    if not chunk:
        raise SystemExit(1)
    text += chunk
exec(text)
"""
_NO_PYTHON = 97
_ENTER = f'command -v python3 >/dev/null || exit {_NO_PYTHON}; exec python3 -I -S -c "$1"'
_ANSWERS_IN = 20.0  # seconds for the program inside to start
_ENDS_IN = 2.0  # seconds
_MOST = 4096  # connections at once; more wait
_OTHERS = 512  # open files of this process beside them
_SAID = 1024  # bytes of what the engine, or the program inside, has said last
_WORDS = 100  # characters of why a connection failed
_OUT_OF = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS}
_LATER = (BlockingIOError, InterruptedError)


class Forwarder:
    """Forwards ports of a sandbox in its block, all connections over one exec. It listens where it is told to."""

    def __init__(
        self,
        backend: Backend,
        sandbox: Sandbox,
        listening: Sequence[Listening],
        say: Callable[[str], object],
        *,
        until: int | None = None,
    ) -> None:
        """``say`` hears a line for each connection that fails inside; ``until`` is what can be read when to stop."""
        self._backend, self._sandbox, self._listening, self._say = backend, sandbox, listening, say
        self._until = until
        self._undo = ExitStack()
        self._is_stopped = False
        self._resumes_below = 0  # connections; 0 while it accepts more
        self._said = b""

    def __enter__(self) -> Self:
        """Start the program inside, and accept connections once it answers.

        Raises UsageProblem where the sandbox lacks what it takes, EngineUnavailable where it cannot be entered.
        """
        with ExitStack() as failing:
            failing.callback(self._undo.close)
            self._begin()
            failing.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Reset the connections, and end the program inside."""
        self._undo.close()

    def run(self) -> str:
        """Forward until ``until`` can be read, or the exec ends; return why that has ended, else ""."""
        try:
            while not self._is_stopped:
                self._mux.turn()
                if len(self._mux.connections) < self._resumes_below:
                    self._accept_more()
        except (EOFError, BrokenPipeError):
            return self._last_words()
        except ProtocolError as problem:
            return f"what the sandbox sends makes no sense: {problem}"
        return ""

    def _begin(self) -> None:
        self._client = self._start()
        self._undo.callback(self._end)
        assert self._client.stdin and self._client.stdout and self._client.stderr  # noqa: S101, PT018 - pipes
        self._mux = Mux(self._client.stdout.fileno(), self._client.stdin.fileno(), self._refused)
        self._undo.callback(self._mux.close)
        self._stderr = self._client.stderr.fileno()
        os.set_blocking(self._stderr, False)
        self._mux.watch(self._stderr, self._read_said)
        if self._until is not None:
            self._mux.watch(self._until, self._stop)
        self._await_greeting()
        lift_open_files(_MOST + _OTHERS)
        self._accept_more()

    def _start(self) -> subprocess.Popen[bytes]:
        program = files(__package__).joinpath("mux.py").read_bytes()
        entering = ("/bin/sh", "-c", _ENTER, "sh", _BOOT % len(program))
        command = self._backend.shell(self._sandbox, entering, role=Role.SETUP)  # the learner, without the secrets
        try:
            client = subprocess.Popen(
                command.argv,
                env=command.environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,  # a Ctrl-C is for us alone
            )
        except OSError as cause:
            raise cannot_start(command.argv, cause) from cause
        assert client.stdin  # noqa: S101 - a pipe, which holds all of the program
        with suppress(BrokenPipeError):  # its exit code says why
            os.write(client.stdin.fileno(), program)
        return client

    def _end(self) -> None:
        for stream in (self._client.stdin, self._client.stdout, self._client.stderr):
            if stream:
                with suppress(OSError):
                    stream.close()
        try:
            self._client.wait(_ENDS_IN)
        except subprocess.TimeoutExpired:
            self._client.kill()
            self._client.wait()

    def _await_greeting(self) -> None:
        until, reason = time.monotonic() + _ANSWERS_IN, "no answer in time"
        try:
            while not self._mux.greeted and (left := until - time.monotonic()) > 0:
                self._mux.turn(left)
        except (EOFError, BrokenPipeError):
            reason = self._last_words()
        except ProtocolError:
            reason = "something else answers in the sandbox"
        if self._client.poll() == _NO_PYTHON:
            raise UsageProblem(
                "ports cannot be forwarded: there is no python3 in the sandbox",
                hint="take an image that has Python 3.7 or newer, such as tempshell/shell",
            )
        if not self._mux.greeted:
            raise EngineUnavailable(f"ports cannot be forwarded: {reason}", hint="see `tempshell status`")

    def _last_words(self) -> str:
        """Return what the client of the engine says of its end."""
        with suppress(subprocess.TimeoutExpired):
            self._client.wait(_ENDS_IN)
        self._read_said()
        code = self._client.poll()
        ended = "its exec was cut off" if code is None else f"its exec ended with exit code {code}"
        return one_line(self._said.decode(errors="replace")) or ended

    def _read_said(self) -> None:
        with suppress(*_LATER):
            while chunk := os.read(self._stderr, 64 * _SAID):
                self._said = (self._said + chunk)[-_SAID:]
            self._mux.unwatch(self._stderr)

    def _stop(self) -> None:
        self._is_stopped = True

    def _accept_more(self) -> None:
        self._resumes_below = 0
        for one in self._listening:
            self._mux.watch(one.sock, partial(self._accept, one))

    def _accept(self, one: Listening) -> None:
        try:
            while len(self._mux.connections) < _MOST:
                self._mux.open(one.sock.accept()[0], one.forward.inside)
        except (*_LATER, ConnectionAbortedError):
            return
        except OSError as cause:
            if cause.errno not in _OUT_OF:
                raise
        # Those that come now wait until one of the others has ended.
        self._resumes_below = max(1, len(self._mux.connections))
        for other in self._listening:
            self._mux.unwatch(other.sock)

    def _refused(self, connection: Connection, words: bytes) -> None:
        reason = one_line(words.decode(errors="replace"))[:_WORDS]
        self._say(f"a connection to port {connection.port} inside failed: {reason}")
