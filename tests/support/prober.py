"""What tells who reaches whom: a server on many ports, and a client that tries many at once.

It runs by itself, in a pod or a container. ``serve TCP_PORTS UDP_PORTS`` accepts and echoes. ``ask`` reads lines of
JSON, ``[seconds, [[address, port, protocol], …]]``, and for each writes the places in its list of those it reached.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from pathlib import Path

# What comes from a port that was let through before is, for two minutes, taken for more of the same conversation.
_SOURCES = itertools.cycle(range(10000, 30000))
SCRIPT = Path(__file__).read_text("utf-8") if "__file__" in globals() else ""


class _Echo(asyncio.DatagramProtocol):
    transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.transport.sendto(data, addr)


class _Answer(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.came: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        del data, addr
        if not self.came.done():
            self.came.set_result(True)

    def error_received(self, exc: Exception) -> None:
        """Wait on: nobody has answered."""


async def serve(tcp: list[int], udp: list[int]) -> None:
    async def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    for port in tcp:
        await asyncio.start_server(accept, "0.0.0.0", port)  # noqa: S104 - a pod's own
    for port in udp:
        await asyncio.get_running_loop().create_datagram_endpoint(_Echo, ("0.0.0.0", port))  # noqa: S104 - a pod's own
    await asyncio.Event().wait()


async def reaches(address: str, port: int, protocol: str, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            if protocol == "TCP":
                _, writer = await asyncio.open_connection(address, port)
                writer.transport.abort()
                return True
            here = ("0.0.0.0", next(_SOURCES))  # noqa: S104 - a pod's own
            transport, answer = await asyncio.get_running_loop().create_datagram_endpoint(
                _Answer, local_addr=here, remote_addr=(address, port)
            )
            try:
                transport.sendto(b"?")
                return await answer.came
            finally:
                transport.close()
    except (OSError, TimeoutError):
        return False


async def ask() -> None:
    for line in sys.stdin:
        seconds, targets = json.loads(line)
        found = await asyncio.gather(*(reaches(address, port, how, seconds) for address, port, how in targets))
        sys.stdout.write(json.dumps([place for place, reached in enumerate(found) if reached]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        asyncio.run(serve(json.loads(sys.argv[2]), json.loads(sys.argv[3])))
    else:
        asyncio.run(ask())
