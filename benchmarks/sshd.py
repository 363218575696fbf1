"""An sshd of this machine, for what goes over ssh."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

WHY_NOT = "no sshd that this user may start"
_WAIT = 20.0  # seconds
_SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin")


def can_start() -> bool:
    """Return whether there is one, and this user may start it."""
    return bool(_SSHD) and os.geteuid() == 0


@contextmanager
def started() -> Iterator[Sequence[str]]:
    """Run one on a free port, and yield the ssh command that leads to it, but for the host, ``root@127.0.0.1``."""
    with tempfile.TemporaryDirectory() as name, socket.create_server(("127.0.0.1", 0)) as taken:
        place, port = Path(name), taken.getsockname()[1]
        taken.close()
        for key in ("host", "user"):
            subprocess.run(("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(place / key)), check=True)
        Path("/run/sshd").mkdir(exist_ok=True)  # sshd's privilege separation directory
        settings = {
            "HostKey": place / "host",
            "AuthorizedKeysFile": place / "user.pub",
            "StrictModes": "no",
            "PidFile": "none",
        }
        options = [f"-o{name}={value}" for name, value in settings.items()]
        argv = (str(_SSHD), "-D", "-e", "-f", "/dev/null", "-p", str(port), *options)
        with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
            try:
                wait_for(lambda: socket.create_connection(("127.0.0.1", port)).close())
                relaxed = ("-oStrictHostKeyChecking=no", "-oUserKnownHostsFile=/dev/null", "-oLogLevel=ERROR")
                yield (str(shutil.which("ssh")), *relaxed, "-F", "none", "-i", str(place / "user"), "-p", str(port))
            finally:
                server.terminate()


def wait_for(connect: Callable[[], object]) -> None:
    """Wait until a connection can be made; raises what keeps it from that."""
    late = time.monotonic() + _WAIT
    while time.monotonic() < late:
        with suppress(OSError):
            connect()
            return
        time.sleep(0.05)
    connect()
