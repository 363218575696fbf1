"""Runs commands with pipes, keeping a bounded amount of what they write."""

from __future__ import annotations

import os
import subprocess
import threading
from typing import IO, Protocol

from tempshell_cli.core.process import Command, Completed, cannot_start

_KEPT = 1024**2  # bytes
_CHUNK = 65536
_DRAIN = 2.0  # seconds for the last bytes of a command that has ended


class Runner(Protocol):
    """Runs a command to its end; a test passes one of its own."""

    def run(self, command: Command, *, stdin: bytes = b"", timeout: float | None = None) -> Completed:
        """Run with pipes; ``timeout`` in seconds.

        Raises EngineUnavailable where the program cannot be started.
        """
        ...


class SubprocessRunner:
    """Runs commands as child processes.

    Of each stream the first ``kept`` bytes are kept, a mebibyte by default, and the last of stderr too: what
    a command says of its own end. The rest is read and dropped, so that nobody's flood fills our memory.
    """

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept

    def run(self, command: Command, *, stdin: bytes = b"", timeout: float | None = None) -> Completed:
        """Run the command; one that overstays ``timeout`` seconds is killed and marked ``timed_out``."""
        process = _start(command)
        assert process.stdin and process.stdout and process.stderr  # noqa: S101, PT018 - pipes
        late = False
        try:
            kept, said = _Kept(process.stdout, self._kept), _Kept(process.stderr, self._kept)
            threading.Thread(target=_feed, args=(process.stdin, stdin), daemon=True).start()
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            late = True
        finally:
            process.kill()  # does nothing to one that has ended
            process.wait()
        return Completed(process.returncode, kept.content(), said.content(), timed_out=late)


class _Kept:
    """Reads a stream to its end in a thread, and keeps the first and the last of it."""

    def __init__(self, stream: IO[bytes], room: int) -> None:
        self._stream = stream
        self._room = room
        self._first = bytearray()
        self._last = b""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def content(self) -> bytes:
        """Return what was kept, once the stream has ended, or all but: what the command left running may hold it."""
        self._thread.join(_DRAIN)
        return bytes(self._first) + self._last

    def _read(self) -> None:
        with self._stream:
            while chunk := os.read(self._stream.fileno(), _CHUNK):
                room = self._room - len(self._first)
                self._first += chunk[:room]
                self._last = (self._last + chunk[room:])[-_CHUNK:] if room < len(chunk) else self._last


def _feed(stream: IO[bytes], content: bytes) -> None:
    try:
        with stream:
            stream.write(content)
    except BrokenPipeError:
        return  # the command ended without reading all; its exit code says the rest


def _start(command: Command) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command.argv,
            env=command.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as cause:
        raise cannot_start(command.argv, cause) from cause
