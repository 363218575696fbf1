"""The SDK over ssh and TLS, through the docker CLI.

The SDK's own way to ssh:// endpoints needs paramiko, which makes every use of the SDK 160 ms slower where it is
installed, and reads the host's port from no ssh config. ``docker system dial-stdio`` is what the CLI itself speaks
through: it takes the user's ssh as it is, with its config, agent and multiplexing.

The SDK's own way to TLS takes other certificates than the CLI: REQUESTS_CA_BUNDLE replaces ``ca.pem``, Python 3.13
refuses an authority made as Docker's documentation does, and DOCKER_CERT_PATH alone turns TLS on.
"""

from __future__ import annotations

import socket
import subprocess
from typing import Any

from docker.transport.basehttpadapter import BaseHTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from tempshell_cli.core.process import Command

_AT_ONCE = 4
_LAST_WORDS = 5.0  # seconds a dialled process gets to end once its connection is closed


class DialAdapter(BaseHTTPAdapter):
    """Carries the SDK's requests over processes that speak HTTP on their standard streams; ``timeout`` in seconds."""

    def __init__(self, dial: Command, timeout: float) -> None:
        super().__init__()
        self._pool = _Pool(dial, timeout)

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
    def __init__(self, dial: Command, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout, maxsize=_AT_ONCE)
        self._dial = dial

    def _new_conn(self) -> HTTPConnection:
        return _Connection(self._dial, self.timeout.read_timeout)


class _Connection(HTTPConnection):
    def __init__(self, dial: Command, timeout: Any) -> None:  # noqa: ANN401 - as urllib3 has it
        super().__init__("localhost", timeout=timeout)
        self._dial = dial
        self._process: subprocess.Popen[bytes] | None = None

    def connect(self) -> None:
        """Start the process; its standard streams are our socket."""
        ours, theirs = socket.socketpair()
        with theirs:
            streams = theirs.fileno()
            self._process = subprocess.Popen(
                self._dial.argv,
                env=self._dial.environment(),
                stdin=streams,
                stdout=streams,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
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
