"""The SDK over ssh, by way of the docker CLI.

The SDK's own way to ssh:// endpoints needs paramiko, which makes every use of the SDK 160 ms slower where it is
installed, and reads the host's port from no ssh config. ``docker system dial-stdio`` is what the CLI itself speaks
through: it takes the user's ssh as it is, with its config, agent and multiplexing.
"""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Sequence
from typing import Any

from docker.transport.basehttpadapter import BaseHTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

_AT_ONCE = 4
_LAST_WORDS = 5.0  # seconds a dialled process gets to end once its connection is closed


class DialAdapter(BaseHTTPAdapter):
    """Carries the SDK's requests over processes that speak HTTP on their standard streams; ``timeout`` in seconds."""

    def __init__(self, docker: Sequence[str], timeout: float) -> None:
        super().__init__()
        self._pool = _Pool((*docker, "system", "dial-stdio"), timeout)

    def get_connection(self, url: Any, proxies: Any = None) -> HTTPConnectionPool:  # noqa: ANN401 - as requests has it
        """Return the one pool there is."""
        del url, proxies
        return self._pool

    def request_url(self, request: Any, proxies: Any) -> str:  # noqa: ANN401 - as requests has it
        """Return the path alone: there is no host and so no proxy to it."""
        del proxies
        return str(request.path_url)

    def close(self) -> None:
        """Close the connections, which ends their processes."""
        self._pool.close()


class _Pool(HTTPConnectionPool):
    def __init__(self, argv: Sequence[str], timeout: float) -> None:
        super().__init__("localhost", timeout=timeout, maxsize=_AT_ONCE)
        self._argv = argv

    def _new_conn(self) -> HTTPConnection:
        return _Connection(self._argv, self.timeout.read_timeout)


class _Connection(HTTPConnection):
    def __init__(self, argv: Sequence[str], timeout: Any) -> None:  # noqa: ANN401 - as urllib3 has it
        super().__init__("localhost", timeout=timeout)
        self._argv = argv
        self._process: subprocess.Popen[bytes] | None = None

    def connect(self) -> None:
        """Start the process; its standard streams are our socket."""
        ours, theirs = socket.socketpair()
        with theirs:
            streams = theirs.fileno()
            self._process = subprocess.Popen(
                self._argv, stdin=streams, stdout=streams, stderr=subprocess.DEVNULL, start_new_session=True
            )
        ours.settimeout(self.timeout)
        self.sock = ours

    def close(self) -> None:
        """Close the socket, which ends the process."""
        super().close()
        process, self._process = self._process, None
        if process:
            try:
                process.wait(_LAST_WORDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
