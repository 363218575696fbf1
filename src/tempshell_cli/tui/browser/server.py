"""A page with a terminal in it, for a command on a PTY, behind a door.

The page's parts (xterm.js, its fonts, and what speaks with the WebSocket) are textual-serve's. Its server lets in
anybody, from any page, and starts an application of its own for each. This one lets in one browser, and gives it what a
terminal gets: ``tempshell attach``, with every key, and the same screen again when it comes back.
"""

from __future__ import annotations

import html
import secrets
import socket
from collections.abc import Awaitable, Callable
from importlib.resources import files
from pathlib import Path
from string import Template
from weakref import WeakSet

from aiohttp import WSCloseCode, web

from tempshell_cli.core.process import Command
from tempshell_cli.tui.browser.door import HOST, Door
from tempshell_cli.tui.browser.line import connect

_HEARTBEAT = 15.0  # seconds between two signs of life, so that a browser that is gone is noticed
_LARGEST_MESSAGE = 4 * 1024**2  # bytes; a paste is one message
_PAGE = Path(__file__).parent / "index.html"


class SessionServer:
    """Serves one command on the loopback interface, to the first that opens ``door.link``."""

    def __init__(self, command: Command, title: str, listening: socket.socket) -> None:
        """``listening`` comes from ``listen``."""
        self.door = Door(listening.getsockname()[1])
        self._command = command
        self._title = title
        self._listening = listening
        self._lines: WeakSet[web.WebSocketResponse] = WeakSet()

    def serve(self) -> None:
        """Serve until Ctrl-C or TERM; then hang up on every browser. The session goes on."""
        web.run_app(self.application(), sock=self._listening, print=None, access_log=None, shutdown_timeout=1)

    def application(self) -> web.Application:
        """Return what answers requests."""
        app = web.Application(middlewares=[self._guard])
        parts = Path(str(files("textual_serve") / "static"))
        app.add_routes([web.get("/", self._index), web.get("/ws", self._line), web.static("/static", parts)])
        app.on_response_prepare.append(self._harden)
        app.on_shutdown.append(self._hang_up)
        return app

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        self.door.check_host(request)
        if request.path == "/" and "token" in request.query:
            raise self.door.enter(request.query["token"])
        self.door.check_pass(request)
        return await handler(request)

    async def _index(self, request: web.Request) -> web.Response:
        del request
        nonce = secrets.token_urlsafe(16)
        page = Template(_PAGE.read_text("utf-8")).substitute(
            title=html.escape(self._title), websocket=f"{self.door.websocket}/ws", nonce=nonce
        )
        allowed = f"{_POLICY}; script-src 'self' 'nonce-{nonce}'; connect-src {self.door.websocket}"
        return web.Response(text=page, content_type="text/html", headers={_POLICY_HEADER: allowed})

    async def _line(self, request: web.Request) -> web.WebSocketResponse:
        self.door.check_origin(request)
        websocket = web.WebSocketResponse(heartbeat=_HEARTBEAT, max_msg_size=_LARGEST_MESSAGE)
        await websocket.prepare(request)
        self._lines.add(websocket)
        await connect(self._command, websocket, request.query)
        return websocket

    async def _harden(self, request: web.Request, response: web.StreamResponse) -> None:
        del request
        response.headers.update(_HEADERS)
        response.headers.setdefault(_POLICY_HEADER, _POLICY)

    async def _hang_up(self, app: web.Application) -> None:
        del app
        for line in list(self._lines):
            await line.close(code=WSCloseCode.GOING_AWAY)


def listen(port: int) -> socket.socket:
    """Return a socket on the loopback interface; port 0 takes any that is free. Raises OSError."""
    return socket.create_server((HOST, port))


_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_POLICY_HEADER = "Content-Security-Policy"
_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
