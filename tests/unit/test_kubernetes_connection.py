"""The connection to a cluster's API server, with a server that closes it as real ones do: between two requests."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tempshell_cli.backends.kubernetes import credentials
from tempshell_cli.backends.kubernetes.api import Api
from tempshell_cli.backends.kubernetes.connection import Connection
from tempshell_cli.backends.kubernetes.credentials import Credentials
from tempshell_cli.core.errors import EngineUnavailable
from tests.support.waiting import eventually

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Server:
    """Answers one request a connection, and then closes it."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []  # given first, in this order
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.closed = 0
        self.heard: list[str] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                heard = b""
                while b"\r\n\r\n" not in heard:
                    heard += connection.recv(65536)
                self.heard.append(heard.decode())
                connection.sendall(self.answers.pop(0) if self.answers else _ANSWER)
            self.closed += 1


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.listener.close()


def _way_to(server: Server, **user: object) -> Credentials:
    address = f"http://127.0.0.1:{server.listener.getsockname()[1]}"
    config = {
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "me"}}],
        "clusters": [{"name": "lab", "cluster": {"server": address}}],
        "users": [{"name": "me", "user": user}],
    }
    return Credentials("lab", config)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_connection_that_was_closed_while_idle_is_made_again(server: Server, method: str, tmp_path: Path) -> None:
    """A POST, too, which must not be sent twice."""
    connection = Connection(_way_to(server), tmp_path)
    assert connection.ask(method, "/api", (), None).content == b"{}"
    eventually(lambda: server.closed == 1, "the server has closed the connection")
    assert connection.ask(method, "/api", (), None).content == b"{}"
    eventually(lambda: server.closed == 2, "it has answered once more, and not twice")


def test_who_acts_as_another_says_so_in_full(server: Server, tmp_path: Path) -> None:
    another = {"as": "ann", "as-uid": "7", "as-groups": ["a", "b"], "as-user-extra": {"acme.com/Scope": ["x", "y"]}}
    Api(_way_to(server, **another), tmp_path).get("/version")
    shown = [line for line in server.heard[0].split("\r\n") if line.startswith("Impersonate")]
    assert shown == [
        "Impersonate-User: ann",
        "Impersonate-Uid: 7",
        "Impersonate-Group: a",
        "Impersonate-Group: b",
        "Impersonate-Extra-acme.com%2Fscope: x",
        "Impersonate-Extra-acme.com%2Fscope: y",
    ]


def test_a_token_in_a_file_comes_before_one_that_is_written_out(server: Server, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("renewed\n")
    both = {"token": "old", "tokenFile": str(tmp_path / "token")}
    Api(_way_to(server, **both), tmp_path).get("/version")
    assert "Authorization: Bearer renewed\r\n" in server.heard[0]


def test_in_a_pod_the_service_account_stands_in_for_a_kubeconfig(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    with pytest.raises(EngineUnavailable, match="there is no kubeconfig"):
        credentials.read("")
    (tmp_path / "token").write_text("secret")
    (tmp_path / "ca.crt").write_text("authority")
    monkeypatch.setattr(credentials, "_SERVICE_ACCOUNT", tmp_path)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "fd00::1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "6443")
    found = credentials.read("")
    assert (found.context, found.cluster["server"]) == ("in-cluster", "https://[fd00::1]:6443")
    assert found.user == {"tokenFile": str(tmp_path / "token")}
    with pytest.raises(EngineUnavailable):
        credentials.read("another")


def _busy(status: str, *headers: str) -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status}", "Content-Length: 0", *headers, "", "")).encode()


def test_a_busy_server_is_asked_again_when_it_says(server: Server, tmp_path: Path) -> None:
    """Fairness of the API answers so when a whole class starts at once, also to what makes something."""
    server.answers = [_busy("429 Too Many Requests", "Retry-After: 0"), _busy("503 Unavailable", "Retry-After: 0")]
    assert Api(_way_to(server), tmp_path).create("/api/v1/namespaces", {}) == {}
    assert len(server.heard) == 3
    server.answers = [_busy("503 Unavailable")]
    with pytest.raises(EngineUnavailable, match="refused: Unavailable"):
        Api(_way_to(server), tmp_path).get("/version")


def test_a_server_that_stays_busy_is_not_asked_for_ever(server: Server, tmp_path: Path) -> None:
    server.answers = [_busy("429 Too Many Requests", "Retry-After: 0")] * 20
    with pytest.raises(EngineUnavailable, match="Too Many Requests"):
        Api(_way_to(server), tmp_path).get("/version")
    assert len(server.heard) == 6


def test_a_list_whose_rest_is_no_longer_there_is_read_from_its_start(server: Server, tmp_path: Path) -> None:
    def page(content: str) -> bytes:
        return f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n{content}".encode()

    server.answers = [
        page('{"metadata": {"continue": "x"}, "items": [{"a": 1}]}'),
        _busy("410 Gone"),
        page('{"items": [{"a": 2}]}'),
    ]
    assert Api(_way_to(server), tmp_path).items("/api/v1/pods") == [{"a": 2}]
    assert "continue" not in server.heard[2]


def _answer(status: str, *objects: object) -> bytes:
    """Return an answer that is a list of lines, and ends with the connection."""
    lines = "".join(f"{json.dumps(one)}\n" for one in objects)
    return f"HTTP/1.1 {status}\r\n\r\n{lines}".encode()


def _pod(name: str, version: int) -> dict[str, dict[str, str]]:
    return {"metadata": {"name": name, "resourceVersion": str(version)}}


def _list(version: int, *pods: object) -> bytes:
    return _answer("200 OK", {"metadata": {"resourceVersion": str(version)}, "items": pods})


def _names(found: Iterable[Sequence[Mapping[str, Any]]]) -> list[list[str]]:
    return [[one["metadata"]["name"] for one in listed] for listed in found]


def test_a_watch_goes_on_from_the_list_and_then_from_the_last_change(server: Server, tmp_path: Path) -> None:
    added, gone = {"type": "ADDED", "object": _pod("b", 8)}, {"type": "DELETED", "object": _pod("a", 9)}
    server.answers += [_list(7, _pod("a", 7)), _answer("200 OK", added), _answer("200 OK", gone)]
    seen = _names(islice(Api(_way_to(server), tmp_path).follow("/pods", 60, labelSelector="x"), 5))
    assert seen == [["a"], ["a", "b"], ["a", "b"], ["b"], ["b"]]
    asked = [request.split()[1] for request in server.heard]
    assert "watch" not in asked[0]
    assert "watch=1" in asked[1]
    assert "labelSelector=x&resourceVersion=7" in asked[1]
    assert "resourceVersion=8" in asked[2]


@pytest.mark.parametrize(
    "refusal",
    [
        _answer("403 Forbidden", {"message": "pods is forbidden: you may not watch"}),
        _answer("410 Gone", {"message": "too old resource version"}),
        _answer("200 OK", {"type": "ERROR", "object": {"code": 410, "message": "too old resource version"}}),
        _answer("200 OK", {"type": "ADDED", "object": {}}),
        b"HTTP/1.1 200 OK\r\n\r\n<html>log in</html>\n",
        b"",
    ],
)
def test_where_a_watch_is_refused_or_breaks_off_the_list_is_read_again(
    server: Server, tmp_path: Path, refusal: bytes
) -> None:
    server.answers += [_list(7, _pod("a", 7)), refusal, _list(9, _pod("b", 9))]
    seen = _names(islice(Api(_way_to(server), tmp_path).follow("/pods", 60), 2))
    assert seen == [["a"], ["b"]]


def test_a_server_that_goes_away_ends_the_wait(server: Server, tmp_path: Path) -> None:
    server.answers += [_list(7, _pod("a", 7))]
    following = Api(_way_to(server), tmp_path).follow("/pods", 60)
    next(following)
    server.listener.close()
    with pytest.raises(EngineUnavailable, match="does not answer"):
        list(following)


def test_what_is_followed_comes_to_an_end_with_a_last_list(server: Server, tmp_path: Path) -> None:
    server.answers += [_list(7, _pod("a", 7))]
    assert _names(Api(_way_to(server), tmp_path).follow("/pods", 0)) == [["a"]]
