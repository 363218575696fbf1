"""The screen in a browser: who gets in, what arrives, and a real Chromium that practises."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, CookieJar, WSServerHandshakeError
from yarl import URL

from tempshell_cli.core.errors import ExitCode
from tests.support import chromium
from tests.support.command_line import PROGRAM, Tempshell
from tests.support.leaks import processes_about

LEADER = ("]", "BracketRight", 221)
_TIMEOUT = 30.0  # seconds

pytestmark = pytest.mark.engine("local")


@asynccontextmanager
async def served(tempshell: Tempshell, *options: str) -> AsyncIterator[URL]:
    """Yield the link to a new session's screen; ``serve`` must end well by Ctrl-C."""
    session = tempshell.start("-b", "local", "--name", "lab", "linux-basics")
    server = await asyncio.create_subprocess_exec(
        *PROGRAM, "serve", *options, session, env=dict(tempshell.user.environment), stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout
    try:
        yield URL((await server.stdout.readline()).decode().strip())
    finally:
        server.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(server.wait(), _TIMEOUT) == 0
    assert tempshell("list", "--quiet").stdout.strip() == session


def browsing() -> ClientSession:
    """Return a browser without a screen: it keeps cookies, also for an address that is a number."""
    return ClientSession(cookie_jar=CookieJar(unsafe=True))


async def status(http: ClientSession, url: URL, **headers: str) -> int:
    """Return how a request is answered."""
    async with http.get(url, headers=headers) as answer:
        return answer.status


async def refusal(http: ClientSession, link: URL, **headers: str) -> int:
    """Return how a WebSocket is refused."""
    with pytest.raises(WSServerHandshakeError) as refused:
        await http.ws_connect(link.with_path("/ws"), headers=headers)
    return refused.value.status


def on(tempshell: Tempshell, test: Callable[[URL], Awaitable[None]], *options: str) -> None:
    """Run a test on a served session."""

    async def whole() -> None:
        async with served(tempshell, *options) as link:
            await test(link)

    asyncio.run(whole())


def test_the_link_lets_one_browser_in_and_no_other(tempshell: Tempshell) -> None:
    async def test(link: URL) -> None:
        async with browsing() as first, browsing() as second:
            assert await status(first, link) == HTTPStatus.OK
            assert await status(first, link.with_query(None)) == HTTPStatus.OK
            assert await status(second, link) == HTTPStatus.FORBIDDEN
            assert await status(second, link.with_query(token="")) == HTTPStatus.FORBIDDEN

    on(tempshell, test)


@pytest.mark.parametrize("path", ["/", "/ws", "/static/js/textual.js", "/nowhere"])
def test_who_has_not_come_by_the_link_gets_nothing(tempshell: Tempshell, path: str) -> None:
    async def test(link: URL) -> None:
        async with browsing() as http:
            here = str(link.origin())
            assert await status(http, link.origin().with_path(path), Origin=here) == HTTPStatus.FORBIDDEN

    on(tempshell, test)


def test_a_page_of_another_origin_cannot_use_the_browsers_cookie(tempshell: Tempshell) -> None:
    async def test(link: URL) -> None:
        async with browsing() as http:
            assert await status(http, link) == HTTPStatus.OK
            foreign = f"http://127.0.0.1:{(link.port or 0) + 1}"
            assert await refusal(http, link, Origin=foreign) == HTTPStatus.FORBIDDEN
            assert await refusal(http, link, Origin="null") == HTTPStatus.FORBIDDEN
            assert await refusal(http, link) == HTTPStatus.FORBIDDEN

    on(tempshell, test)


def test_another_name_for_this_address_is_refused(tempshell: Tempshell) -> None:
    async def test(link: URL) -> None:
        async with browsing() as http:
            assert await status(http, link, Host=f"rebound.example:{link.port}") == HTTPStatus.FORBIDDEN
            assert await status(http, link) == HTTPStatus.OK  # the token was not spent

    on(tempshell, test)


def test_no_directory_is_listed(tempshell: Tempshell) -> None:
    async def test(link: URL) -> None:
        async with browsing() as http:
            await status(http, link)
            assert await status(http, link.origin().with_path("/static/js/textual.js")) == HTTPStatus.OK
            for directory in ("/static/", "/static", "/static/js/"):
                asked = await status(http, link.origin().with_path(directory))
                assert asked in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}, directory

    on(tempshell, test)


def test_a_reconnect_finds_its_session_and_a_line_that_is_closed_leaves_no_process(tempshell: Tempshell) -> None:
    async def test(link: URL) -> None:
        async with browsing() as http:
            await status(http, link)
            for file in ("first", "second"):
                async with http.ws_connect(
                    link.with_path("/ws").with_query(width=100, height=30), headers={"Origin": str(link.origin())}
                ) as line:
                    await _shows(line, " left")  # the countdown
                    await line.send_json(["resize", {"width": "wide", "height": -1}])  # nonsense does no harm
                    await line.send_json(["stdin", f"touch {file}\r"])
                    await _there(tempshell, file)
        gone = "attach"
        await _until(lambda: not any(gone in output for output in processes_about(tempshell.user.owner)))

    on(tempshell, test)


def test_the_screen_has_the_theme_that_was_asked_for(tempshell: Tempshell) -> None:
    async def test(link: URL) -> None:
        async with browsing() as http:
            await status(http, link)
            line = http.ws_connect(
                link.with_path("/ws").with_query(width=100, height=30), headers={"Origin": str(link.origin())}
            )
            async with line as shown:
                await _shows(shown, "48;2;251;252;253")  # the background of the light theme, as SGR has it

    on(tempshell, test, "--theme", "light")


def test_a_port_that_is_taken_is_reported(tempshell: Tempshell) -> None:
    tempshell.start("-b", "local")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = tempshell("serve", "--port", str(port), code=ExitCode.USAGE)
    assert f"cannot listen on port {port}" in refused.stderr


def test_without_what_it_needs_it_says_what_to_install(tempshell: Tempshell, tmp_path: Path) -> None:
    (tmp_path / "aiohttp.py").write_text("raise ImportError('away', name='aiohttp')\n", "utf-8")
    tempshell.start("-b", "local")
    refused = tempshell("serve", env={"PYTHONPATH": str(tmp_path)}, code=ExitCode.USAGE)
    assert "`pip install textual-serve`" in refused.stderr


@pytest.mark.engine("chromium")
def test_a_person_practises_in_chromium(tempshell: Tempshell, tmp_path: Path) -> None:
    """Types in the terminal, runs a check, sees the clock."""

    async def test(link: URL) -> None:
        async with chromium.page(tmp_path / "profile") as page:
            await page.open(str(link))
            await page.comes(lambda shown: re.search(rb"\d\d:\d\d left|\d+m left", shown))
            assert await page.evaluate("location.search") == ""  # the token is in no history
            await page.click(800, 300)
            await page.type("touch typed\r")
            await _there(tempshell, "typed")
            await page.press_control(*LEADER)
            await page.type("c")
            await _until(lambda: tempshell("score", "--json").json()["tasks"][0]["verdict"] == "fail")

    on(tempshell, test)


async def _shows(line: ClientWebSocketResponse, text: str) -> None:
    shown = b""
    async with asyncio.timeout(_TIMEOUT):
        while text.encode() not in shown:
            shown += await line.receive_bytes()


async def _there(tempshell: Tempshell, file: str) -> None:
    await _until(lambda: tempshell.any_code("exec", "lab", "--", "test", "-e", file).code == 0)


async def _until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(_TIMEOUT):
        while not await asyncio.to_thread(holds):  # noqa: ASYNC110 - another process makes it hold
            await asyncio.sleep(0.1)
