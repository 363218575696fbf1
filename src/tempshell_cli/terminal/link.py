"""The socket between a screen and its worker: each message with its length before it."""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from typing import Generic, TypeVar

import msgspec

from tempshell_cli.terminal.pty import CHUNK
from tempshell_cli.terminal.wire import FromWorker, ToWorker

# The worker parses what strangers print. Even when it fails, it cannot fill the memory of the screen.
_LONGEST = 16 * 1024**2
_LENGTH = struct.Struct("<I")

Received = TypeVar("Received")


class Link(Generic[Received]):
    """One end of the socket between a screen and its worker. Never blocks, so neither can hold up the other."""

    def __init__(self, channel: socket.socket, decoder: msgspec.msgpack.Decoder[Received]) -> None:
        channel.setblocking(False)
        self._channel = channel
        self._decoder = decoder
        self._encoder = msgspec.msgpack.Encoder()
        self._inbox = bytearray()
        self._outbox = bytearray()

    @property
    def pending(self) -> bool:
        """Whether something waits to be sent: watch for writability, then ``flush``."""
        return bool(self._outbox)

    def fileno(self) -> int:
        """Return the file descriptor, for a selector."""
        return self._channel.fileno()

    def send(self, message: ToWorker | FromWorker) -> None:
        """Send a message, or as much of it as goes at once; raises OSError where the other end is gone."""
        body = self._encoder.encode(message)
        self._outbox += _LENGTH.pack(len(body)) + body
        self.flush()

    def flush(self) -> None:
        """Send on what is pending, as much as goes; raises OSError where the other end is gone."""
        with suppress(BlockingIOError):
            del self._outbox[: self._channel.send(self._outbox)]

    def receive(self) -> list[Received]:
        """Return the messages that have come in; call it when the descriptor is readable.

        Raises EOFError where the other end is gone, msgspec.DecodeError where it does not speak this language.
        """
        data = self._channel.recv(CHUNK)
        if not data:
            raise EOFError
        self._inbox += data
        return self._take()

    def close(self) -> None:
        """Close this end. Idempotent."""
        self._channel.close()

    def _take(self) -> list[Received]:
        taken: list[Received] = []
        start = 0
        while len(self._inbox) - start >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._inbox, start)
            if length > _LONGEST:
                raise msgspec.DecodeError(f"a message of {length} bytes")
            end = start + _LENGTH.size + length
            if end > len(self._inbox):
                break
            taken.append(self._decoder.decode(memoryview(self._inbox)[start + _LENGTH.size : end]))
            start = end
        del self._inbox[:start]
        return taken


def screen_link(channel: socket.socket) -> Link[FromWorker]:
    """Return the screen's end of a socket."""
    return Link(channel, msgspec.msgpack.Decoder(FromWorker))


def worker_link(channel: socket.socket) -> Link[ToWorker]:
    """Return the worker's end of a socket."""
    return Link(channel, msgspec.msgpack.Decoder(ToWorker))
