"""A server for the tests of ports. It runs in sandboxes, on the loopback interface of each.

Its ports, printed in this order: what comes in goes back once the other side has ended (half-close), a flood of
argv[1] bytes, and one that echoes at once.
"""

from __future__ import annotations

import hashlib
import random
import resource
import selectors
import socket
import sys
import threading
from collections.abc import Callable


def answer_after_the_end(client: socket.socket) -> None:
    digest = hashlib.sha256()
    while True:
        data = client.recv(65536)
        if not data:
            break
        digest.update(data)
    client.sendall(digest.hexdigest().encode())
    client.close()


def flood(client: socket.socket) -> None:
    block = random.Random(1).getrandbits(8 * 65536).to_bytes(65536, "big")  # noqa: S311 - any bytes
    try:
        for _ in range(int(sys.argv[1]) // len(block)):
            client.sendall(block)
    finally:
        client.close()


def in_threads(listener: socket.socket, serve: Callable[[socket.socket], None]) -> None:
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


def echo(listener: socket.socket) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ, listener)
    while True:
        for key, _ in selector.select():
            one: socket.socket = key.data
            if one is listener:
                client = listener.accept()[0]
                selector.register(client, selectors.EVENT_READ, client)
                continue
            try:
                data = one.recv(65536)
                one.sendall(data)
            except OSError:
                data = b""
            if not data:
                selector.unregister(one)
                one.close()


listeners = []
for _ in range(3):
    one = socket.socket()
    one.bind(("127.0.0.1", 0))
    one.listen(2000)
    listeners.append(one)
sys.stdout.write(" ".join(str(one.getsockname()[1]) for one in listeners) + "\n")
sys.stdout.flush()
for one, serve in zip(listeners, (answer_after_the_end, flood), strict=False):
    threading.Thread(target=in_threads, args=(one, serve), daemon=True).start()
echo(listeners[2])
