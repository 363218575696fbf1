"""The way through a SOCKS5 proxy, with a proxy that speaks as RFC 1928 and RFC 1929 have it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tempshell_cli.backends.kubernetes import socks
from tempshell_cli.backends.kubernetes.api import Api
from tempshell_cli.backends.kubernetes.credentials import Credentials
from tempshell_cli.core.errors import EngineUnavailable

_ANSWER = b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"said": "hi"}\n'


class Proxy:
    """Takes one connection, and answers for the server behind it; ``refusal`` is a code of RFC 1928."""

    def __init__(self, *, login: bytes = b"", refusal: int = 0, kind: int = 1) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.asked = (b"", 0)
        self.heard = b""
        self._login, self._refusal, self._kind = login, refusal, kind
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with self.listener:
            client, _ = self.listener.accept()
        with client, client.makefile("rb") as said:
            ways = said.read(said.read(2)[1])
            if self._login and 2 not in ways:
                client.sendall(b"\x05\xff")
                return
            client.sendall(b"\x05\x02" if self._login else b"\x05\x00")
            if self._login:
                user = said.read(said.read(2)[1])
                output = user + b":" + said.read(said.read(1)[0])
                client.sendall(b"\x01\x00" if output == self._login else b"\x01\x01")
                if output != self._login:
                    return
            name = said.read(said.read(5)[4])
            self.asked = (name, int.from_bytes(said.read(2)))
            bound = {1: bytes(4), 4: bytes(16), 3: b"\x03box"}[self._kind]
            client.sendall(bytes((5, self._refusal, 0, self._kind)) + bound + bytes(2))
            if not self._refusal:
                self.heard = said.readline()
                client.sendall(_ANSWER)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    made = Proxy()
    yield made
    made.listener.close()


def _api(proxy: Proxy, folder: Path, login: str = "", scheme: str = "socks5") -> Api:
    cluster = {"server": "http://api.cluster.example:6443", "proxy-url": f"{scheme}://{login}127.0.0.1:{proxy.port}"}
    config = {"clusters": [{"name": "lab", "cluster": cluster}], "users": [{"name": "me", "user": {}}]}
    return Api(Credentials("lab", config), folder)


@pytest.mark.parametrize("scheme", socks.SCHEMES)
def test_the_proxy_is_asked_for_the_server_by_its_name(proxy: Proxy, tmp_path: Path, scheme: str) -> None:
    """It resolves the name: that may be known behind it alone."""
    assert _api(proxy, tmp_path, scheme=scheme).get("/version") == {"said": "hi"}
    assert proxy.asked == (b"api.cluster.example", 6443)
    assert proxy.heard == b"GET /version HTTP/1.1\r\n"


@pytest.mark.parametrize("kind", [1, 3, 4])
def test_an_answer_may_have_an_address_of_any_kind(tmp_path: Path, kind: int) -> None:
    assert _api(Proxy(kind=kind), tmp_path).get("/version") == {"said": "hi"}


def test_a_login_is_shown_where_it_is_asked_for(tmp_path: Path) -> None:
    proxy = Proxy(login=b"me@corp:a:b")
    assert _api(proxy, tmp_path, "me%40corp:a%3Ab@").get("/version") == {"said": "hi"}


@pytest.mark.parametrize(
    ("login", "said"), [("", "it asks for a login"), ("me:wrong@", "it refuses the user name and the password")]
)
def test_a_login_that_is_missing_or_wrong_is_said(tmp_path: Path, login: str, said: str) -> None:
    with pytest.raises(EngineUnavailable, match=said) as raised:
        _api(Proxy(login=b"me:right"), tmp_path, login).get("/version")
    assert "wrong" not in str(raised.value)


def test_a_refusal_comes_in_words(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match=r"the proxy 127\.0\.0\.1:\d+ says: host unreachable"):
        _api(Proxy(refusal=4), tmp_path).get("/version")


def test_what_speaks_something_else_is_no_socks_proxy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            client, _ = listener.accept()
            with client:
                client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                client.recv(1)

        threading.Thread(target=serve, daemon=True).start()
        port = listener.getsockname()[1]
        with pytest.raises(OSError, match="does not speak SOCKS5"):
            socks.connect(urlsplit(f"socks5://127.0.0.1:{port}"), "host", 80, 5)


def test_another_kind_of_proxy_is_refused_by_name(tmp_path: Path) -> None:
    cluster = {"server": "http://127.0.0.1:1", "proxy-url": "https://127.0.0.1:1"}
    config = {"clusters": [{"name": "lab", "cluster": cluster}], "users": [{"name": "me", "user": {}}]}
    with pytest.raises(EngineUnavailable, match="cannot be used") as raised:
        Api(Credentials("lab", config), tmp_path).get("/version")
    assert "socks5://" in raised.value.hint
