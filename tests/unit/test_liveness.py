"""Whether containers run, asked over the engine's socket alone."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tempshell_cli.backends.docker.liveness import all_run


@contextmanager
def _engine(path: Path, answer: bytes) -> Iterator[str]:
    """Answer one request, and yield the engine's host."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            client, _ = listener.accept()
            with client:
                assert client.recv(65536).startswith(b"GET /containers/json?filters=")
                client.sendall(answer)

        serving = threading.Thread(target=serve)
        serving.start()
        yield f"unix://{path}"
        serving.join()


def _listing(*names: str) -> bytes:
    return b"HTTP/1.0 200 OK\r\nX: y\r\n\r\n" + json.dumps([{"Names": [f"/{name}"]} for name in names]).encode()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (_listing("one", "two"), True),
        (_listing("two"), False),
        (_listing(), False),
        (b"HTTP/1.0 403 Forbidden\r\n\r\n{}", None),
        (b"HTTP/1.0 200 OK\r\n\r\n<html>", None),
        (b"HTTP/1.0 200 OK\r\n\r\n[1]", None),
        (b"", None),
    ],
)
def test_what_the_engine_lists_runs_and_what_it_says_otherwise_tells_nothing(
    tmp_path: Path, answer: bytes, *, expected: bool | None
) -> None:
    with _engine(tmp_path / "s", answer) as host:
        assert all_run(host, ["one", "two"]) is expected


@pytest.mark.parametrize("host", ["unix:///nonexistent/docker.sock", "ssh://me@box", "tcp://127.0.0.1:2375"])
def test_an_engine_that_is_no_socket_here_is_not_asked(host: str) -> None:
    assert all_run(host, ["one"]) is None
