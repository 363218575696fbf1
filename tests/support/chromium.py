"""A real browser without a window, driven by its DevTools protocol (https://chromedevtools.github.io/devtools-protocol/)."""

from __future__ import annotations

import asyncio
import base64
import itertools
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

PROGRAM = "chromium"
_TIMEOUT = 30.0  # seconds
_BINARY = 2  # the opcode of a binary frame (RFC 6455, 5.2)
_OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", "--window-size=1200,800")


def is_here() -> bool:
    """Return whether there is one."""
    return bool(shutil.which(PROGRAM))


class Page:
    """A tab. What its WebSockets bring is kept in ``received``."""

    def __init__(self, devtools: ClientWebSocketResponse) -> None:
        self.received = b""
        self._devtools = devtools
        self._numbers = itertools.count(1)
        self._answers: dict[int, dict[str, Any]] = {}
        self._news = asyncio.Condition()

    async def open(self, url: str) -> None:
        """Go to an address."""
        await self.do("Network.enable")
        await self.do("Page.navigate", url=url)

    async def type(self, text: str) -> None:
        """Type characters; a control character as the key that makes it."""
        for character in text:
            key = {"\r": "Enter"}.get(character, character)
            output: dict[str, Any] = {"key": key, "text": character}
            if character == "\r":
                output |= {"code": "Enter", "windowsVirtualKeyCode": 13}
            await self.do("Input.dispatchKeyEvent", type="keyDown", **output)
            await self.do("Input.dispatchKeyEvent", type="keyUp", key=key)

    async def click(self, x: int, y: int) -> None:
        """Press and release the mouse at a place, in pixels."""
        for kind in ("mousePressed", "mouseReleased"):
            await self.do("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def press_control(self, character: str, code: str, number: int) -> None:
        """Press Ctrl with a key: the character on it, its place and its number on a keyboard."""
        for kind in ("rawKeyDown", "keyUp"):
            await self.do(
                "Input.dispatchKeyEvent", type=kind, key=character, code=code, modifiers=2, windowsVirtualKeyCode=number
            )

    async def evaluate(self, script: str) -> Any:  # noqa: ANN401 - whatever the script makes
        """Return what a script makes in the page, once it has come true."""
        done = await self.do("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        return done["result"].get("value")

    async def picture(self) -> bytes:
        """Return what is seen, as PNG."""
        return base64.b64decode((await self.do("Page.captureScreenshot"))["data"])

    async def comes(self, seen: Callable[[bytes], object]) -> None:
        """Wait until what the WebSockets have brought satisfies; forget it then."""
        async with asyncio.timeout(_TIMEOUT), self._news:
            await self._news.wait_for(lambda: seen(self.received))
            self.received = b""

    async def do(self, method: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Have the browser do something, and return its answer."""
        number = next(self._numbers)
        await self._devtools.send_json({"id": number, "method": method, "params": parameters})
        async with asyncio.timeout(_TIMEOUT), self._news:
            await self._news.wait_for(lambda: number in self._answers)
        answer = self._answers.pop(number)
        assert "error" not in answer, answer
        return dict(answer["result"])

    async def listen(self) -> None:
        """Take what the browser says, until it ends."""
        async for message in self._devtools:
            output = message.json()
            async with self._news:
                if "id" in output:
                    self._answers[output["id"]] = output
                elif output["method"] == "Network.webSocketFrameReceived":
                    frame = output["params"]["response"]
                    self.received += base64.b64decode(frame["payloadData"]) if frame["opcode"] == _BINARY else b""
                self._news.notify_all()


@asynccontextmanager
async def page(home: Path) -> AsyncIterator[Page]:
    """Yield an empty tab of a browser that ends with the block; ``home`` keeps its profile."""
    browser = await asyncio.create_subprocess_exec(
        PROGRAM, *_OPTIONS, f"--user-data-dir={home}", "about:blank",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        async with ClientSession() as http:
            devtools = await http.ws_connect(await _tab(http, home), max_msg_size=0)
            tab = Page(devtools)
            listening = asyncio.create_task(tab.listen())
            yield tab
            await devtools.close()
            await listening
    finally:
        os.killpg(browser.pid, signal.SIGKILL)
        await browser.wait()


async def _tab(http: ClientSession, home: Path) -> str:
    """Return the address of the first tab's DevTools."""
    output = home / "DevToolsActivePort"
    async with asyncio.timeout(_TIMEOUT):
        while not (output.is_file() and len(output.read_text().split()) == 2):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.05)
        port = output.read_text().split()[0]
        async with http.get(f"http://127.0.0.1:{port}/json/list") as answer:
            tabs = await answer.json()
    return str(next(one["webSocketDebuggerUrl"] for one in tabs if one["type"] == "page"))
