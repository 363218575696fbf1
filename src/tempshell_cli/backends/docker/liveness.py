"""Whether containers run: asked by each exec, so without the SDK, which takes longer to import than that."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import quote

from tempshell_cli.backends.docker import endpoint as endpoints

_SOCKET = "/var/run/docker.sock"  # the SDK's default
_TIMEOUT = 2.0  # seconds for an answer that usually takes two thousandths of one
_CHUNK = 65536


def all_run(endpoint: str, names: Iterable[str]) -> bool | None:
    """Return whether all containers run and none is paused; None where the engine has no socket here or is silent."""
    url = endpoints.host(endpoint) or f"unix://{_SOCKET}"
    if not url.startswith("unix://"):
        return None
    wanted = set(names)
    filters = json.dumps({"name": [f"^/{name}$" for name in wanted], "status": ["running"]})
    with suppress(OSError, ValueError, LookupError, TypeError):
        found = json.loads(_get(url.removeprefix("unix://"), f"/containers/json?filters={quote(filters)}"))
        return wanted == {str(one["Names"][0]).lstrip("/") for one in found}
    return None


def _get(path: str, target: str) -> bytes:
    """Return the body of a successful answer; raises OSError, ValueError for another.

    In the first version of HTTP the answer ends with the connection, and nothing of it has to be decoded.
    """
    with socket.socket(socket.AF_UNIX) as engine:
        engine.settimeout(_TIMEOUT)
        engine.connect(path)
        engine.sendall(f"GET {target} HTTP/1.0\r\nHost: docker\r\n\r\n".encode())
        head, _, body = b"".join(iter(lambda: engine.recv(_CHUNK), b"")).partition(b"\r\n\r\n")
    if head.split(b" ", 2)[1:2] != [b"200"]:
        raise ValueError(head)
    return body
