"""Which ports of this machine lead to which ports of a sandbox."""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.core.text import one_line

LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - where a person asks for it
_BACKLOG = 128  # connections that wait for us
_LAST = 65535
_HOW = "write [[ADDRESS:]LOCAL:]PORT, such as 8080:80"


class PortForward(NamedTuple):
    """A port of an IPv4 address of this machine, 0 for any that is free, and the port inside that it leads to."""

    address: str
    local: int
    inside: int

    def __str__(self) -> str:
        return f"{self.address}:{self.local} -> {self.inside}"


class Listening(NamedTuple):
    """A socket that listens for a forward, whose local port is known by now."""

    forward: PortForward
    sock: socket.socket


def parse_forward(text: str, *, same: bool = False) -> PortForward:
    """Read ``[[ADDRESS:]LOCAL:]PORT``; raises UsageProblem.

    An empty LOCAL is any port that is free, and so is a missing one; ``same`` makes a missing one the port inside.
    """
    if "[" in text or text.count(":") > 2:  # noqa: PLR2004 - between three parts
        raise UsageProblem(f"{one_line(text)!r}: ports are forwarded over IPv4 only", hint=_HOW)
    *address, local, inside = ["", *text.split(":")] if ":" not in text else text.split(":")
    port = _port(inside, text)
    if not local:
        return PortForward(_address(address, text), port if same and ":" not in text else 0, port)
    return PortForward(_address(address, text), _port(local, text), port)


@contextmanager
def listening(forwards: Iterable[PortForward]) -> Iterator[Sequence[Listening]]:
    """Listen for all of them in the block; raises UsageProblem where one port cannot be had."""
    with ExitStack() as open_:
        yield [_listen(one, open_) for one in forwards]


def _listen(forward: PortForward, open_: ExitStack) -> Listening:
    try:
        sock = open_.enter_context(socket.create_server((forward.address, forward.local), backlog=_BACKLOG))
    except OSError as cause:
        what = f"cannot listen on {forward.address}:{forward.local}"
        said = (cause.strerror or str(cause)).lower()
        if cause.errno == errno.EADDRINUSE:
            said = "another program uses this port"
        elif cause.errno in {errno.EACCES, errno.EPERM}:
            said = "this port needs root"
        hint = f"`:{forward.inside}` takes any port that is free"
        if cause.errno == errno.EADDRNOTAVAIL:
            said, hint = "this machine does not have the address", f"leave it out to listen on {LOOPBACK}"
        raise UsageProblem(f"{what}: {said}", hint=hint) from cause
    sock.setblocking(False)
    return Listening(forward._replace(local=sock.getsockname()[1]), sock)


def _port(text: str, whole: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) <= len(str(_LAST)) and 1 <= int(text) <= _LAST:
        return int(text)
    raise UsageProblem(f"{one_line(whole)!r} is not a port to forward", hint=f"{_HOW}; ports are 1 to {_LAST}")


def _address(parts: Sequence[str], whole: str) -> str:
    if not parts or parts[0] in {"", "localhost"}:
        return LOOPBACK
    try:
        return str(ipaddress.IPv4Address(parts[0]))
    except ValueError:
        hint = f"{_HOW}; ADDRESS is an IPv4 address of this machine"
        raise UsageProblem(f"{one_line(whole)!r} does not begin with an IPv4 address", hint=hint) from None
