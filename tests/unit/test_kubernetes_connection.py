"""The connection to a cluster's API server, with a server that closes it as real ones do: between two requests."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tempshell_cli.backends.kubernetes.connection import Connection
from tempshell_cli.backends.kubernetes.credentials import Credentials
from tests.support.waiting import eventually

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Server:
    """Answers one request a connection, and then closes it."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.closed = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                while b"\r\n\r\n" not in connection.recv(65536):
                    pass
                connection.sendall(_ANSWER)
            self.closed += 1


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.listener.close()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_connection_that_was_closed_while_idle_is_made_again(server: Server, method: str, tmp_path: Path) -> None:
    """A POST, too, which must not be sent twice."""
    address = f"http://127.0.0.1:{server.listener.getsockname()[1]}"
    config = {
        "contexts": [{"name": "lab", "context": {"cluster": "lab"}}],
        "clusters": [{"name": "lab", "cluster": {"server": address}}],
        "users": [],
    }
    connection = Connection(Credentials("lab", config), tmp_path)
    assert connection.ask(method, "/api", {}, None).content == b"{}"
    eventually(lambda: server.closed == 1, "the server has closed the connection")
    assert connection.ask(method, "/api", {}, None).content == b"{}"
    eventually(lambda: server.closed == 2, "it has answered once more, and not twice")
