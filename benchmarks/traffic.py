"""What a cluster's API server is asked, and says: for a start, a stop, and a practice screen that nobody touches."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .screen import Screen
from .table import Row, measured
from .user import TEMPSHELL, User

_SCREENS, _LIMIT = 300, 1.0  # open at once; MB/s for all of them
_SETTLES, _WATCHED = 20, 120  # seconds; a screen looks at the cluster every 30
_REQUEST = re.compile(rb"(?:GET|POST|PATCH|PUT|DELETE) \S+ HTTP/1\.1\r\n")
_CHUNK = 65536
_ON_PODS = ("--backend", "kubernetes")


def measure(user: User, kubeconfig: str) -> Iterator[Row]:
    """Yield the lines for the cluster of a kubeconfig, by way of `kubectl proxy`, which speaks TLS in our stead."""
    with _counted(user, kubeconfig) as (there, counter):
        there.output("start", "--quiet", "--detach", *_ON_PODS)
        yield measured("start --backend kubernetes: API traffic", counter.kilobytes(), "KB")
        yield measured("  in requests", counter.requests(), "")
        there.output("stop", "--all")
        yield measured("stop, kubernetes: API traffic", counter.kilobytes(), "KB")
        yield measured("  in requests", counter.requests(), "")
        screen = Screen(there, (TEMPSHELL, "start", *_ON_PODS))
        screen.show(_SETTLES)
        counter.kilobytes(), counter.requests()
        screen.show(_WATCHED)
        used, asked = counter.kilobytes(), counter.requests()
        screen.leave()
        there.output("stop", "--all")
    minutes = _WATCHED / 60
    yield measured("idle practice screen, kubernetes: API traffic a minute", used / minutes, "KB")
    yield measured("  in requests", asked / minutes, "")
    yield measured(f"  of {_SCREENS} screens, each of another owner", _SCREENS * used / 1024 / _WATCHED, "MB/s", _LIMIT)


class _Counter:
    """Counts the bytes and the requests that pass since it was asked last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bytes = self._asked = 0

    def passed(self, chunk: bytes) -> None:
        with self._lock:
            self._bytes += len(chunk)
            self._asked += len(_REQUEST.findall(chunk))

    def kilobytes(self) -> float:
        with self._lock:
            counted, self._bytes = self._bytes, 0
        return counted / 1024

    def requests(self) -> float:
        with self._lock:
            counted, self._asked = self._asked, 0
        return counted


@contextmanager
def _counted(user: User, kubeconfig: str) -> Iterator[tuple[User, _Counter]]:
    """Give somebody whose way to the cluster is counted."""
    proxy = ("kubectl", "--kubeconfig", kubeconfig, "proxy", "--port", "0", "--reject-paths", "^$")
    counter = _Counter()
    with (
        subprocess.Popen(proxy, stdout=subprocess.PIPE, text=True) as process,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        try:
            assert process.stdout  # noqa: S101 - a pipe
            port = int(process.stdout.readline().rpartition(":")[2])
            threading.Thread(target=_accept, args=(listener, port, counter), daemon=True).start()
            config = {
                "contexts": [{"name": "counted", "context": {"cluster": "counted", "user": "counted"}}],
                "clusters": [{"name": "counted", "cluster": {"server": f"http://{_address(listener)}"}}],
                "users": [{"name": "counted", "user": {}}],
                "current-context": "counted",
            }
            file = Path(user.environment["XDG_STATE_HOME"]).parent / "counted.json"
            file.write_text(json.dumps(config), "utf-8")
            yield User({**user.environment, "KUBECONFIG": str(file)}), counter
        finally:
            process.terminate()


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()
    return f"{host}:{port}"


def _accept(listener: socket.socket, port: int, counter: _Counter) -> None:
    with suppress(OSError):  # it was closed
        while True:
            client, _ = listener.accept()
            server = socket.create_connection(("127.0.0.1", port))
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=_pass, args=(source, target, counter), daemon=True).start()


def _pass(source: socket.socket, target: socket.socket, counter: _Counter) -> None:
    with suppress(OSError):  # one of the two has gone
        while chunk := source.recv(_CHUNK):
            counter.passed(chunk)
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)
