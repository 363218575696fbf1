"""Both ends of a forward, against another end that may send anything: nothing of it is believed."""

from __future__ import annotations

import ast
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tempshell_cli.sessions.forwarding import mux
from tempshell_cli.sessions.forwarding.mux import (
    DATA,
    END,
    GREETING,
    HELLO,
    INITIAL,
    LONGEST,
    OPEN,
    REFUSED,
    RESET,
    WINDOW,
    Decoder,
    Mux,
    ProtocolError,
)

_MOST_KEPT = 2 * 1024**2  # bytes
OLDEST_PYTHON = (3, 7)  # as docs/backends.md has it


def frame(kind: int, number: int = 0, content: bytes = b"") -> bytes:
    return struct.pack("!BII", kind, number, len(content)) + content


def room(size: int) -> bytes:
    return struct.pack("!I", size)


KINDS = st.integers(0, 8)
FRAMES = st.builds(frame, KINDS, st.integers(0, 3), st.one_of(st.binary(max_size=9), st.just(b"x" * LONGEST)))
HOSTILE = st.lists(st.one_of(FRAMES, st.binary(max_size=20)), max_size=20)


class End(NamedTuple):
    """The caller's end of a forward, of which the test plays the other: what it writes, and what it reads."""

    mux: Mux
    write: int
    read: int
    failed: list[bytes]

    def receive(self, data: bytes) -> None:
        """Send it to the end that is tested; raises ProtocolError."""
        for at in range(0, len(data), 32768):
            os.write(self.write, data[at : at + 32768])
            self.mux.turn(0.05)
        for _ in range(3):
            self.mux.turn(0.01)

    def sent(self) -> list[tuple[int, int, bytes]]:
        """Return the frames that it has written until now."""
        self.mux.turn(0.05)
        return list(Decoder().feed(os.read(self.read, 2**20)))


@contextmanager
def caller() -> Iterator[End]:
    with ExitStack() as closing:
        (source, write), (read, target) = os.pipe(), os.pipe()
        for descriptor in (source, write, read, target):
            closing.callback(os.close, descriptor)
        failed: list[bytes] = []
        end = End(Mux(source, target, lambda _, words: failed.append(words)), write, read, failed)
        closing.callback(end.mux.close)
        yield end


@pytest.fixture
def end() -> Iterator[End]:
    """An end that has been greeted."""
    with caller() as made:
        made.receive(frame(HELLO, 0, GREETING))
        yield made


@pytest.fixture
def client(end: End) -> Iterator[socket.socket]:
    """A connection of it, of which the test holds the client's side."""
    with _client(end) as opened:
        yield opened


@contextmanager
def _client(end: End) -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        opened = socket.create_connection(listener.getsockname(), timeout=10)
        end.mux.open(listener.accept()[0], 80)
    with opened:
        yield opened


@given(st.binary(max_size=300), st.integers(1, 40))
def test_the_decoder_takes_any_bytes_in_any_pieces_and_keeps_less_than_a_frame(data: bytes, size: int) -> None:
    def decoded(pieces: list[bytes]) -> list[object]:
        decoder, found = Decoder(), list[object]()
        try:
            for piece in pieces:
                found += decoder.feed(piece)
        except ProtocolError as problem:
            found.append(str(problem))
        return found

    assert decoded([data[at : at + size] for at in range(0, len(data), size)]) == decoded([data])


@given(st.lists(st.tuples(st.integers(0, WINDOW), st.integers(0, 2**32 - 1), st.binary(max_size=50))))
def test_what_is_framed_is_read_back(frames: list[tuple[int, int, bytes]]) -> None:
    assert list(Decoder().feed(b"".join(frame(*one) for one in frames))) == frames


@settings(max_examples=60, deadline=None)
@given(HOSTILE, st.integers(0, 2))
def test_whatever_the_inside_sends_nothing_but_a_protocol_error_comes_of_it(pieces: list[bytes], clients: int) -> None:
    with caller() as end, ExitStack() as opened:
        end.receive(frame(HELLO, 0, GREETING))
        for _ in range(clients):
            opened.enter_context(_client(end))
        with suppress(ProtocolError):
            for piece in pieces:
                end.receive(piece)
        assert len(end.mux.connections) <= clients
        assert sum(len(one.unsent) for one in end.mux.connections.values()) <= _MOST_KEPT
        assert not any(one.connecting for one in end.mux.connections.values())


@pytest.mark.parametrize("first", [b"Last login: today\n", frame(DATA), frame(HELLO, 0, b"another"), b"\0" * 40])
def test_what_does_not_greet_is_not_listened_to(first: bytes) -> None:
    with caller() as end, pytest.raises(ProtocolError):
        end.receive(first + b"\xff" * 9)


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize(
    "forged",
    [
        frame(OPEN, 0, b"\0\x16"),  # to connect from here
        frame(OPEN, 1, b"\0\x16"),
        frame(HELLO, 0, GREETING),
        frame(DATA, 1, b"of a connection that was never opened"),
        frame(WINDOW, 0, room(2**32 - 1)),
        frame(WINDOW, 0, b""),
        frame(END) + frame(DATA, 0, b"after the end"),
        struct.pack("!BII", DATA, 0, LONGEST + 1),
        struct.pack("!BII", 99, 0, 0),
    ],
)
def test_a_forged_frame_ends_the_forwarding(end: End, forged: bytes) -> None:
    with pytest.raises(ProtocolError):
        end.receive(forged)


@pytest.mark.usefixtures("client")
def test_no_more_is_taken_than_there_is_room_for(end: End) -> None:
    """The client reads nothing; the kernel takes some."""
    flood = frame(DATA, 0, b"x" * 32768) * 1024
    with pytest.raises(ProtocolError, match="room"):
        end.receive(flood)
    assert len(end.mux.connections[0].unsent) <= _MOST_KEPT


def test_no_more_is_sent_than_the_inside_has_room_for(end: End, client: socket.socket) -> None:
    client.setblocking(False)
    with suppress(BlockingIOError):
        while True:
            client.send(b"x" * 65536)
            end.mux.turn(0)
    sent = [content for kind, _, content in end.sent() if kind == DATA]
    assert sum(map(len, sent)) == INITIAL
    end.receive(frame(WINDOW, 0, room(1000)))
    assert [len(content) for kind, _, content in end.sent() if kind == DATA] == [1000]


def test_what_is_on_its_way_to_a_closed_connection_is_dropped(end: End, client: socket.socket) -> None:
    end.receive(frame(RESET))
    with pytest.raises(ConnectionResetError):
        client.recv(1)
    end.receive(frame(DATA, 0, b"late") + frame(END) + frame(WINDOW, 0, room(1)) + frame(RESET))
    assert end.mux.connections == {}


@pytest.mark.usefixtures("client")
def test_why_a_connection_failed_is_passed_on(end: End) -> None:
    end.receive(frame(REFUSED, 0, b"connection refused"))
    assert end.failed == [b"connection refused"]


def test_a_client_that_goes_away_resets_the_connection_inside(end: End, client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    end.mux.turn(1)
    assert [kind for kind, _, _ in end.sent()] == [OPEN, RESET]


def test_it_is_written_for_the_oldest_python_that_is_promised() -> None:
    text = Path(mux.__file__).read_text("utf-8")
    ast.parse(text, feature_version=OLDEST_PYTHON)
    imported = {line.split()[1] for line in text.splitlines() if line.strip().startswith(("import ", "from "))}
    used = "__future__ errno os selectors socket struct sys fcntl resource collections.abc typing"
    assert imported <= set(used.split())
