"""One connection to the host of an engine for all that this process does there.

Each docker command for an ``ssh://`` engine is a handshake and two processes on the host, which take longer than what
they are for. Here one connection is kept, which carries the engine's socket to a socket on this machine.
"""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from tempshell_cli.core.process import Command
from tempshell_cli.core.runner import SubprocessRunner

_SLOWEST = 10.0  # seconds for the connection; without it every command makes its own
# Which socket the host's own docker command uses, then nothing until our end of the pipe is closed.
_SOCKET = '"${DOCKER_HOST:-$(docker context inspect --format "{{.Endpoints.docker.Host}}")}"'
_ON_HOST = f"exec sh -c 'echo {_SOCKET}; exec cat'"
_HERE = 'ssh "$@"; rm -rf -- "$0"'  # ssh does not remove a socket that it forwards
# It asks nothing: what wants a password is asked for by docker's own. A host that no longer answers ends it, so that
# the next command tries by itself. https://man.openbsd.org/ssh_config
_OPTIONS = (
    *("-o", "BatchMode=yes", "-o", f"ConnectTimeout={_SLOWEST:.0f}", "-o", "ControlPersist=no"),
    *("-o", "ServerAliveInterval=10", "-o", "ServerAliveCountMax=3", "-o", "LogLevel=QUIET"),
    *("-o", "ClearAllForwardings=yes"),  # those of the user's configuration are for their own connections
)
# ssh fills in variables of this machine in a path that it forwards to, such as ${TOKEN}, and the host reads the path.
_PLAIN_PATH = re.compile(r"/[\w@.,+/-]+", re.ASCII)
_LONGEST = 4096  # bytes of a path


class _Connection(NamedTuple):
    """The ssh that keeps it, and the engine's socket on this machine."""

    process: subprocess.Popen[bytes]
    near: Path


_kept: dict[str, _Connection | None] = {}


def near(url: str) -> str:
    """Return where the engine of an ``ssh://`` URL is on this machine while a connection is kept, else the URL."""
    kept = _kept.get(url)
    return f"unix://{kept.near}" if kept and kept.process.poll() is None else url


def keep(url: str) -> None:
    """Keep a connection to the host of an ``ssh://`` URL for the rest of this process; where it fails nothing changes.

    It ends with this process, however that ends: what runs on the host reads from a pipe that only we hold. One that
    has been lost meanwhile, as while this machine slept, is made again.
    """
    if url in _kept:
        lost = _kept[url]
        if not lost or lost.process.poll() is None:
            return
        with lost.process:  # which closes its pipes
            shutil.rmtree(lost.near.parent, ignore_errors=True)
    _kept[url] = None  # one try
    with suppress(OSError):  # a disk that is full or read-only, no ssh
        # Below the state directory a path may be too long for a socket.
        place = Path(tempfile.mkdtemp(prefix="tempshell-ssh-"))
        _kept[url] = _connect(url, place)
        if not _kept[url]:
            shutil.rmtree(place, ignore_errors=True)


def _connect(url: str, place: Path) -> _Connection | None:
    control, near = place / "control", place / "docker"
    parts = urlsplit(url)
    # As it is written: ssh knows such a URL, and a name in its configuration is another one in lowercase.
    host = ("--", f"ssh://{parts.netloc}")
    process = subprocess.Popen(
        ("/bin/sh", "-c", _HERE, str(place), "-M", "-S", str(control), "-T", *_OPTIONS, *host, _ON_HOST),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # a Ctrl-C is not for it
    )
    said = _line(process)  # which it says once the connection is there
    theirs = parts.path or said.removeprefix("unix://")
    if said and _PLAIN_PATH.fullmatch(theirs):
        # Without the user's configuration, which may have forwardings of its own.
        forward = ("ssh", "-F", "none", "-S", str(control), "-O", "forward", "-L", f"{near}:{theirs}", *host)
        if not SubprocessRunner().run(Command(forward), timeout=_SLOWEST).exit_code and _answers(near):
            return _Connection(process, near)
    with process:  # which closes the pipes and waits
        os.killpg(process.pid, signal.SIGTERM)
    return None


def _line(process: subprocess.Popen[bytes]) -> str:
    """Return the first line that the host says, "" where none comes in time."""
    assert process.stdout  # noqa: S101 - a pipe
    said, late = b"", time.monotonic() + _SLOWEST
    while not said.endswith(b"\n"):
        if len(said) > _LONGEST or not select.select([process.stdout], [], [], max(0.0, late - time.monotonic()))[0]:
            return ""
        byte = os.read(process.stdout.fileno(), 1)
        if not byte:
            return ""
        said += byte
    return said.decode(errors="replace").strip()


def _answers(path: Path) -> bool:
    """Return whether an engine is behind the socket: a host that forwards none refuses only what goes over it."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(_SLOWEST)
        asking.connect(str(path))
        asking.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
        return asking.recv(5) == b"HTTP/"
    return False
