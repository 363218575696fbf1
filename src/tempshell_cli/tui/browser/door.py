"""Who may come in: the browser that was shown the link, once, and nobody's page but ours."""

from __future__ import annotations

import secrets

from aiohttp import web

HOST = "127.0.0.1"
_BITS = 32  # bytes of a secret


class Door:
    """Lets in one client with the link's token, once, and knows it from then on by a cookie.

    Every request has to name this server as its host, which a page that was rebound to this address by its DNS does
    not; a WebSocket has to come from our own page besides (RFC 6455, 10.2), for browsers send cookies to any port.
    """

    def __init__(self, port: int) -> None:
        self._host = f"{HOST}:{port}"
        self.origin, self.websocket = f"http://{self._host}", f"ws://{self._host}"
        self._token: str | None = secrets.token_urlsafe(_BITS)
        self._cookie, self._pass = f"tempshell-{port}", secrets.token_urlsafe(_BITS)

    @property
    def link(self) -> str:
        """The address to open; its token is good once."""
        return f"{self.origin}/?token={self._token}"

    def enter(self, token: str) -> web.HTTPSeeOther:
        """Spend the token: return the way to the page, with the cookie. Raises HTTPForbidden."""
        if self._token is None or not _same(token, self._token):
            raise web.HTTPForbidden(
                text="This link is incomplete or was used before. `tempshell serve` makes another.\n"
            )
        self._token = None
        inside = web.HTTPSeeOther("/")
        inside.set_cookie(self._cookie, self._pass, httponly=True, samesite="Strict", path="/")
        return inside

    def check_host(self, request: web.Request) -> None:
        """Raise HTTPForbidden for a request that was made to another name."""
        if request.host != self._host:
            raise web.HTTPForbidden(text=f"This server answers only to {self.origin}.\n")

    def check_pass(self, request: web.Request) -> None:
        """Raise HTTPForbidden for a client that has not come in by the link."""
        if not _same(request.cookies.get(self._cookie, ""), self._pass):
            raise web.HTTPForbidden(text="Open the link that `tempshell serve` shows.\n")

    def check_origin(self, request: web.Request) -> None:
        """Raise HTTPForbidden for a page that is not ours, or none at all."""
        if request.headers.get("Origin") != self.origin:
            raise web.HTTPForbidden(text="Only the page of this server may use it.\n")


def _same(given: str, wanted: str) -> bool:
    return secrets.compare_digest(given.encode(), wanted.encode())
