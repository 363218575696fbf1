"""Connections through a SOCKS5 proxy, as kubectl makes them: the proxy resolves the name.

https://www.rfc-editor.org/rfc/rfc1928, and https://www.rfc-editor.org/rfc/rfc1929 for a user name and a password.
"""

from __future__ import annotations

import socket
from contextlib import ExitStack
from urllib.parse import SplitResult, unquote

SCHEMES = ("socks5", "socks5h")
_PORT = 1080
_VERSION, _CONNECT, _BY_NAME = 5, 1, 3
_OPEN, _PASSWORD, _NONE = 0, 2, 0xFF  # ways to authenticate
_ADDRESS_LENGTHS = {1: 4, 4: 16}  # IPv4, IPv6
_REFUSALS = {
    1: "general failure",
    2: "not allowed by its rules",
    3: "network unreachable",
    4: "host unreachable",
    5: "connection refused",
    6: "TTL expired",
    7: "command not supported",
    8: "address type not supported",
}


def connect(proxy: SplitResult, host: str, port: int, timeout: float) -> socket.socket:
    """Return a connection to host and port; raises OSError, with what the proxy answers. ``timeout`` is in seconds."""
    with ExitStack() as failing:
        made = failing.enter_context(socket.create_connection((proxy.hostname or "", proxy.port or _PORT), timeout))
        _authenticate(made, proxy)
        _ask_for(made, host, port)
        failing.pop_all()
    return made


def _ask_for(made: socket.socket, host: str, port: int) -> None:
    name = host.encode() if host.isascii() else host.encode("idna")
    made.sendall(bytes((_VERSION, _CONNECT, 0, _BY_NAME, len(name))) + name + port.to_bytes(2))
    _, refusal, _, kind = _read(made, 4)
    if refusal:
        raise OSError(_REFUSALS.get(refusal, f"error {refusal}"))
    length = _ADDRESS_LENGTHS.get(kind) or _read(made, 1)[0]
    _read(made, length + 2)  # where it connects from, and the port: of no use here


def _authenticate(made: socket.socket, proxy: SplitResult) -> None:
    ways = (_OPEN, _PASSWORD) if proxy.username else (_OPEN,)
    made.sendall(bytes((_VERSION, len(ways), *ways)))
    version, way = _read(made, 2)
    if version != _VERSION or way == _NONE:
        raise OSError("it asks for a login" if version == _VERSION else "it does not speak SOCKS5")
    if way == _PASSWORD:
        user, password = (unquote(one or "").encode() for one in (proxy.username, proxy.password))
        made.sendall(bytes((1, len(user))) + user + bytes((len(password),)) + password)
        if _read(made, 2)[1]:
            raise OSError("it refuses the user name and the password")


def _read(made: socket.socket, size: int) -> bytes:
    said = b""
    while len(said) < size:
        chunk = made.recv(size - len(said))
        if not chunk:
            raise OSError("it closes the connection")
        said += chunk
    return said
