"""Connections multiplexed over one pair of pipes, with flow control for each: both ends of a forward.

The text of this module runs in sandboxes, too, on Python 3.7 or newer, so it imports nothing but the standard library.
A frame is a kind (1 byte), the number of a connection (4), the length of what follows (4), and that. Connections are
opened from one end only, the *caller*, which numbers them. Of each connection an end sends no more bytes than the other
has room for: ``INITIAL`` at first, then what WINDOW frames add. So a connection that nobody reads holds up no other,
and both ends always read the pipe. What the other end sends is not trusted: it fills no memory and opens nothing here.
"""

from __future__ import annotations

import errno
import os
import selectors
import socket
import struct
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

HELLO, OPEN, DATA, END, RESET, REFUSED, WINDOW = range(7)  # END: no more data, as a FIN; RESET: as a RST
GREETING = b"tempshell ports 1"
LONGEST = 65536  # bytes that follow a header
INITIAL = 65536  # bytes of room in a new connection
_ROOMY, _LARGE = 32, 1024 * 1024  # so many connections at once may have more room: so many bytes
_FULL = 256 * 1024  # bytes waiting for the pipe with which no more is read for it
_LEAST_READ = 4096  # bytes, however many connections have some
_PIPE = 1024 * 1024  # bytes
_F_SETPIPE_SZ = 1031  # fcntl(2); Python has a name for it since 3.10
_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: a close is a reset
_HEADER = struct.Struct("!BII")
_ROOM = struct.Struct("!I")
_PORT = struct.Struct("!H")
_READ, _WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
_LATER = (BlockingIOError, InterruptedError)


class ProtocolError(Exception):
    """The other end sends what makes no sense."""


class Decoder:
    """Takes frames out of a stream of bytes, and keeps less than one of them."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Yield the kind, the number and the content of each frame that is whole; raises ProtocolError."""
        data = self._rest + data
        at = 0
        while len(data) - at >= _HEADER.size:
            kind, number, length = _HEADER.unpack_from(data, at)
            if kind > WINDOW or length > LONGEST:
                raise ProtocolError(f"a frame of kind {kind} with {length} bytes")
            begin = at + _HEADER.size
            if len(data) - begin < length:
                break
            at = begin + length
            yield kind, number, data[begin:at]
        self._rest = data[at:]


class Connection:
    """One socket, and what is on its way to it. ``room`` is what the other end still takes, ``granted`` what we do."""

    __slots__ = (
        *("connecting", "drained", "ended", "granted", "interest", "number", "on_hold", "other_ended", "port"),
        *("room", "shut", "sock", "unsent", "window"),
    )

    def __init__(self, number: int, sock: socket.socket, port: int, *, connecting: bool = False) -> None:
        self.number, self.sock, self.port, self.connecting = number, sock, port, connecting
        self.room = self.granted = self.window = INITIAL
        self.drained = 0  # bytes that have left and are not granted again
        self.unsent = bytearray()
        self.ended = self.other_ended = self.shut = self.on_hold = False
        self.interest = 0


class Mux:
    """One end. ``turn`` does what can be done; sockets are served in the same selector as the pipes."""

    def __init__(self, source: int, target: int, refused: Callable[[Connection, bytes], object] | None = None) -> None:
        """Take the descriptors of two pipes. With ``refused``, which hears of failed connections, it is the caller."""
        self._selector = selectors.DefaultSelector()
        self.connections: dict[int, Connection] = {}
        self.greeted = refused is None
        self._source, self._target, self._refused = source, target, refused
        self._next = 0
        self._decoder = Decoder()
        self._out = bytearray()
        self._on_hold: set[Connection] = set()
        for descriptor in (source, target):
            os.set_blocking(descriptor, False)
            _enlarge(descriptor)
        self.watch(source, self._read_pipe)

    def open(self, sock: socket.socket, port: int) -> None:
        """Have the other end connect to a port of its own, for a socket of ours."""
        self._send(OPEN, self._next, _PORT.pack(port))
        self._add(Connection(self._next, sock, port))
        self._next += 1

    def watch(self, of: Any, call: Callable[[], object]) -> None:  # noqa: ANN401 - as a selector
        """Call whenever a descriptor, or what has one, can be read."""
        self._set_interest(of, _READ, call)

    def unwatch(self, of: Any) -> None:  # noqa: ANN401 - as above
        """Watch it no longer."""
        self._set_interest(of, 0, None)

    def greet(self) -> None:
        """Say that this end is there; for the one that is called."""
        self._send(HELLO, 0, GREETING)
        self._write_pipe()

    def turn(self, timeout: float | None = None) -> None:
        """Wait until something can be done, ``timeout`` seconds at most, and do it.

        Raises EOFError where the other end has closed the pipe, ProtocolError, and OSError for the pipe alone.
        """
        ready = self._selector.select(timeout)
        share = max(_LEAST_READ, min(LONGEST, _FULL // (len(ready) or 1)))
        for key, events in ready:
            if isinstance(key.data, Connection):
                self._serve(key.data, events, share)
            else:
                key.data()
        self._write_pipe()

    def close(self) -> None:
        """Reset all connections."""
        for connection in list(self.connections.values()):
            self._drop(connection, at_once=True)
        self._selector.close()

    def _add(self, connection: Connection) -> None:
        connection.sock.setblocking(False)
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connections[connection.number] = connection
        self._watch(connection)

    # The pipe

    def _read_pipe(self) -> None:
        try:
            data = os.read(self._source, 4 * LONGEST)
        except _LATER:
            return
        if not data:
            raise EOFError
        for kind, number, content in self._decoder.feed(data):
            self._take(kind, number, content)

    def _write_pipe(self) -> None:
        while self._out:
            try:
                del self._out[: os.write(self._target, self._out)]
            except _LATER:
                break
        self._set_interest(self._target, _WRITE if self._out else 0, self._write_pipe)
        if self._on_hold and len(self._out) < _FULL // 2:
            for connection in self._on_hold:
                connection.on_hold = False
                self._watch(connection)
            self._on_hold.clear()

    def _send(self, kind: int, number: int, content: bytes = b"") -> None:
        self._out += _HEADER.pack(kind, number, len(content))
        self._out += content

    # What the other end sends

    def _take(self, kind: int, number: int, content: bytes) -> None:
        if not self.greeted:
            if kind != HELLO or content != GREETING:
                raise ProtocolError("no greeting")
            self.greeted = True
            return
        if kind in {HELLO, OPEN}:
            self._open_inside(kind, number, content)
            return
        connection = self.connections.get(number)
        if connection is None:
            if number >= self._next:
                raise ProtocolError(f"a frame of connection {number}, which was never opened")
            return  # it was on its way when we closed the connection
        if kind == DATA:
            self._take_data(connection, content)
        elif kind == WINDOW:
            _take_room(connection, content)
            self._watch(connection)
        elif kind == END:
            connection.other_ended = True
            self._flush(connection)
        else:
            if kind == REFUSED and self._refused:
                self._refused(connection, content)
            self._drop(connection, at_once=True)

    def _open_inside(self, kind: int, number: int, content: bytes) -> None:
        if self._refused or kind != OPEN or number != self._next or len(content) != _PORT.size:
            raise ProtocolError(f"a frame of kind {kind}, out of place")
        self._next += 1
        port = _PORT.unpack(content)[0]
        try:
            sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        except OSError as cause:
            self._send(REFUSED, number, _words(cause.errno))
            return
        connection = Connection(number, sock, port, connecting=True)
        self._add(connection)
        self._connected(connection, sock.connect_ex(("127.0.0.1", port)))

    def _connected(self, connection: Connection, code: int) -> None:
        if code == errno.EINPROGRESS:
            return
        connection.connecting = False
        if code:
            self._send(REFUSED, connection.number, _words(code))
            self._drop(connection)
        else:
            self._flush(connection)

    def _take_data(self, connection: Connection, content: bytes) -> None:
        connection.granted -= len(content)
        if connection.granted < 0 or connection.other_ended:
            raise ProtocolError("more data than there is room for")
        connection.unsent += content
        self._flush(connection)

    # Sockets

    def _serve(self, connection: Connection, events: int, share: int) -> None:
        if connection.number not in self.connections:
            return  # closed in this very turn
        if events & _WRITE:
            if connection.connecting:
                self._connected(connection, connection.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
            else:
                self._flush(connection)
        if events & _READ and connection.number in self.connections:
            self._read(connection, share)

    def _read(self, connection: Connection, share: int) -> None:
        if len(self._out) >= _FULL:
            connection.on_hold = True
            self._on_hold.add(connection)
            self._watch(connection)
            return
        try:
            data = connection.sock.recv(min(share, connection.room))
        except _LATER:
            return
        except OSError:
            self._reset(connection)
            return
        if data:
            connection.room -= len(data)
            self._send(DATA, connection.number, data)
        else:
            connection.ended = True
            self._send(END, connection.number)
        self._settle(connection)

    def _flush(self, connection: Connection) -> None:
        """Write what is there for the socket, and have room for as much again."""
        if connection.connecting:
            return
        try:
            while connection.unsent:
                count = connection.sock.send(connection.unsent)
                del connection.unsent[:count]
                connection.drained += count
        except _LATER:
            pass
        except OSError:
            self._reset(connection)
            return
        self._grant(connection)
        self._settle(connection)

    def _grant(self, connection: Connection) -> None:
        if connection.other_ended or connection.drained < connection.window // 4:
            return
        more = connection.drained
        if connection.window < _LARGE and len(self.connections) <= _ROOMY:
            more += _LARGE - connection.window
            connection.window = _LARGE
        connection.drained = 0
        connection.granted += more
        self._send(WINDOW, connection.number, _ROOM.pack(more))

    def _settle(self, connection: Connection) -> None:
        """Pass the end of one direction on, close what has ended in both, and watch for what comes next."""
        if connection.other_ended and not connection.unsent and not connection.shut:
            connection.shut = True
            try:
                connection.sock.shutdown(socket.SHUT_WR)
            except OSError:  # its peer has gone
                self._reset(connection)
                return
        if connection.shut and connection.ended:
            self._drop(connection)
        else:
            self._watch(connection)

    def _watch(self, connection: Connection) -> None:
        reads = not connection.ended and connection.room and not connection.on_hold and not connection.connecting
        writes = connection.connecting or connection.unsent
        wanted = (_READ if reads else 0) | (_WRITE if writes else 0)
        if wanted != connection.interest:
            self._set_interest(connection.sock, wanted, connection)
            connection.interest = wanted

    def _set_interest(self, of: Any, wanted: int, data: Any) -> None:  # noqa: ANN401 - a selector takes all with a fileno
        known = self._selector.get_map().get(of)
        if known is None and wanted:
            self._selector.register(of, wanted, data)
        elif known is not None and not wanted:
            self._selector.unregister(of)
        elif known is not None and known.events != wanted:
            self._selector.modify(of, wanted, data)

    def _reset(self, connection: Connection) -> None:
        self._send(RESET, connection.number)
        self._drop(connection, at_once=True)

    def _drop(self, connection: Connection, *, at_once: bool = False) -> None:
        del self.connections[connection.number]
        self._on_hold.discard(connection)
        self._set_interest(connection.sock, 0, connection)
        if at_once:
            connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        connection.sock.close()


def _take_room(connection: Connection, content: bytes) -> None:
    if len(content) != _ROOM.size:
        raise ProtocolError(f"a window of {len(content)} bytes")
    connection.room += _ROOM.unpack(content)[0]
    if connection.room > _LARGE:
        raise ProtocolError(f"room for {connection.room} bytes")


def _words(code: int | None) -> bytes:
    return os.strerror(code or 0).lower().encode()


def _enlarge(descriptor: int) -> None:
    """Let a pipe hold more than its 64 KiB, where the system allows it."""
    import fcntl  # noqa: PLC0415 - not on every system that a test reads this on

    try:
        fcntl.fcntl(descriptor, _F_SETPIPE_SZ, _PIPE)
    except OSError:
        return


def _run_inside() -> None:
    """Connect to ports of this sandbox, as who reads and writes our standard streams asks, until they are closed."""
    import resource  # noqa: PLC0415 - for this end alone

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    mux = Mux(0, 1)
    mux.greet()
    try:
        while True:
            mux.turn()
    except (EOFError, BrokenPipeError):
        return
    except ProtocolError as problem:
        sys.exit(f"tempshell: {problem}")


if __name__ == "__main__":
    _run_inside()
