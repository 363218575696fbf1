"""A command on a PTY at one end, a browser's WebSocket at the other."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from aiohttp import WSMessage, WSMsgType, web

from tempshell_cli.core.process import Command
from tempshell_cli.terminal.pty import PtyMaster, PtyProcess, Size

_LARGEST = 1000  # cells; a browser may say anything
_USUAL = Size(80, 24)
# What textual-serve's page says, besides "focus" and "blur", which the terminal's own bytes report, too.
_TYPED, _RESIZED, _PING, _PONG = "stdin", "resize", "ping", "pong"


async def connect(command: Command, websocket: web.WebSocketResponse, query: Mapping[str, str]) -> None:
    """Run the command until it ends or the browser leaves; then end it, and close the WebSocket.

    Raises EngineUnavailable where the program cannot be started.
    """
    process = PtyProcess.spawn(command, _size(query))
    try:
        ends = [asyncio.create_task(_show(process.master, websocket)), asyncio.create_task(_type(process, websocket))]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
        await asyncio.gather(*ends, return_exceptions=True)
    finally:
        await asyncio.to_thread(process.close)
        await websocket.close()


async def _show(master: PtyMaster, websocket: web.WebSocketResponse) -> None:
    """Send what the command writes, no faster than the browser takes it."""
    while True:
        await _ready(master, write=False)
        with suppress(BlockingIOError):
            if not (shown := master.read()):
                return
            await websocket.send_bytes(shown)


async def _type(process: PtyProcess, websocket: web.WebSocketResponse) -> None:
    """Do what the page says, until it says what it never would."""
    async for message in websocket:
        what, value = _read(message)
        if what == _TYPED and isinstance(value, str):
            await _write(process.master, value.encode("utf-8", "replace"))
        elif what == _RESIZED and isinstance(value, dict):
            process.master.resize(_size(value))
        elif what == _PING:
            await websocket.send_json([_PONG, value])


async def _write(master: PtyMaster, data: bytes) -> None:
    while data:
        data = data[master.write(data) :]
        if data:
            await _ready(master, write=True)


async def _ready(master: PtyMaster, *, write: bool) -> None:
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    add, remove = (loop.add_writer, loop.remove_writer) if write else (loop.add_reader, loop.remove_reader)
    add(master.fileno(), ready.set)
    try:
        await ready.wait()
    finally:
        remove(master.fileno())


def _read(message: WSMessage) -> tuple[str, Any]:
    """Return what a message says: its kind, and what comes with it."""
    if message.type is not WSMsgType.TEXT:
        return "", None
    try:
        what, *rest = message.json()
    except (ValueError, TypeError):
        return "", None
    return str(what), rest[0] if rest else None


def _size(message: Mapping[str, Any]) -> Size:
    try:
        columns, rows = int(message["width"]), int(message["height"])
    except (KeyError, ValueError, TypeError):
        return _USUAL
    return Size(min(max(columns, 1), _LARGEST), min(max(rows, 1), _LARGEST))
