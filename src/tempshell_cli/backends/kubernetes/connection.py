"""One connection to a cluster's API, kept open from one request to the next."""

from __future__ import annotations

import base64
import http.client
import os
import select
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from tempshell_cli.backends.kubernetes import socks
from tempshell_cli.backends.kubernetes.credentials import Credentials
from tempshell_cli.backends.kubernetes.login import Identity, log_in, tls_context
from tempshell_cli.core.errors import EngineUnavailable

_CONNECT, _ANSWER = 4.0, 30.0  # seconds: for a connection, for an answer
_UNAUTHORIZED = 401


# Names and values; a name may be there several times.
Headers = Sequence[tuple[str, str]]


class Answer(NamedTuple):
    """What the API has answered."""

    status: int
    reason: str
    date: str | None
    content: bytes
    retry_after: str = ""


class Connection:
    """Requests, one after the other, from any of our threads. Raises OSError, HTTPException."""

    def __init__(self, credentials: Credentials, scratch: Path) -> None:
        self._open: http.client.HTTPConnection | None = None
        self._credentials = credentials
        self._scratch = scratch
        self._lock = threading.Lock()
        self._identity: Identity | None = None

    def __del__(self) -> None:
        self._close()

    def ask(self, method: str, path: str, headers: Headers, body: bytes | None) -> Answer:
        """Send a request and return the answer. A token that has expired meanwhile is renewed once."""
        with self._lock:
            known = self._identity is not None
            answer = self._ask(method, path, headers, body)
            if answer.status == _UNAUTHORIZED and known:
                self._close()
                self._identity = None
                answer = self._ask(method, path, headers, body)
            return answer

    @contextmanager
    def second(self) -> Iterator[Connection]:
        """Give a second connection, of the same person, for answers that go on while this one asks other things."""
        made = Connection(self._credentials, self._scratch)
        made._identity = self._identity
        try:
            yield made
        finally:
            made._close()

    def lines(self, path: str, headers: Headers) -> tuple[Answer, Iterator[bytes]]:
        """Ask for an answer that comes line by line; one that is an error is whole, and has no lines."""
        response = self._send("GET", path, headers, None)
        fails = response.status >= http.HTTPStatus.BAD_REQUEST
        return _answer(response, response.read() if fails else b""), iter(() if fails else response)

    def _ask(self, method: str, path: str, headers: Headers, body: bytes | None) -> Answer:
        again = self._open is not None and method != "POST"  # an idle one may have been closed at its other end
        while True:
            try:
                response = self._send(method, path, headers, body)
                return _answer(response, response.read())
            except (http.client.HTTPException, OSError):
                self._close()
                if not again:
                    raise
                again = False

    def _send(self, method: str, path: str, headers: Headers, body: bytes | None) -> http.client.HTTPResponse:
        if self._identity is None:
            self._identity = log_in(self._credentials, self._scratch)
        # Closed by the last answer, or with something to read and no answer due: that is its end.
        if self._open is not None and (not self._open.sock or _is_readable(self._open.sock)):
            self._close()
        if self._open is None:
            self._open = self._dial(self._identity)
        self._open.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers:
            self._open.putheader(name, value)
        if self._identity.authorization:
            self._open.putheader("Authorization", self._identity.authorization)
        if body is not None:
            self._open.putheader("Content-Length", str(len(body)))
        self._open.endheaders(body)
        return self._open.getresponse()

    def _dial(self, identity: Identity) -> http.client.HTTPConnection:
        cluster = self._credentials.cluster
        server = urlsplit(str(cluster["server"]))
        secured = tls_context(cluster, identity, self._scratch) if server.scheme == "https" else None
        proxy = _proxy(cluster, server)
        host, port = server.hostname or "", server.port or (443 if secured else 80)
        made = _Dialled(host, port, timeout=_CONNECT)
        if proxy and proxy.scheme in socks.SCHEMES:
            made.socks = proxy
        elif proxy:
            made = _Dialled(proxy.hostname or "", proxy.port or 80, timeout=_CONNECT)
            made.set_tunnel(host, port, _proxy_headers(proxy))
        try:
            made.connect()
        except OSError as cause:
            if not proxy:
                raise
            raise OSError(f"the proxy {proxy.hostname}:{proxy.port} says: {cause.strerror or cause}") from None
        if secured:
            made.secure(secured, str(cluster.get("tls-server-name") or host))
        made.sock.settimeout(_ANSWER)
        return made

    def _close(self) -> None:
        if self._open:
            self._open.close()
        self._open = None


def _answer(response: http.client.HTTPResponse, content: bytes) -> Answer:
    headers = response.headers
    return Answer(response.status, response.reason, headers.get("Date"), content, headers.get("Retry-After", ""))


def _is_readable(connection: socket.socket) -> bool:
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))


class _Dialled(http.client.HTTPConnection):
    """A connection that is secured after it was made, by the name that the kubeconfig has."""

    sock: socket.socket
    auto_open = 0
    socks: SplitResult | None = None  # the proxy to go through

    def connect(self) -> None:
        """Dial the server, or have a SOCKS proxy do so."""
        if self.socks:
            self.sock = socks.connect(self.socks, self.host, self.port, _CONNECT)
        else:
            super().connect()

    def secure(self, context: ssl.SSLContext, name: str) -> None:
        """Turn to TLS."""
        self.sock = context.wrap_socket(self.sock, server_hostname=name)


def _proxy(cluster: Mapping[str, Any], server: SplitResult) -> SplitResult | None:
    """Return the proxy to go through: the kubeconfig's, else the environment's."""
    url = str(cluster.get("proxy-url") or "") or _of_environment(server)
    if not url:
        return None
    proxy = urlsplit(url)
    if proxy.scheme not in {"http", *socks.SCHEMES}:
        raise EngineUnavailable(f"the proxy {proxy.scheme}://{proxy.hostname} cannot be used", hint=_PROXY)
    return proxy


_PROXY = "name an http:// or a socks5:// one"


def _of_environment(server: SplitResult) -> str:
    if not any(name.lower().endswith("_proxy") for name in os.environ):
        return ""
    from tempshell_cli.backends.kubernetes.proxies import proxy_for  # noqa: PLC0415 - most people have none

    return proxy_for(server, os.environ)


def _proxy_headers(proxy: SplitResult) -> dict[str, str]:
    if not proxy.username:
        return {}
    word = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(word.encode()).decode()}"}
