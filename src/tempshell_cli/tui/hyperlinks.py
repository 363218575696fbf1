"""Which addresses of links are opened, by what, and which lead to a port of the sandbox."""

from __future__ import annotations

import re
import subprocess
import sys

# Nothing but the characters of RFC 3986, and the host at once after the scheme: there is no name before an @ to be
# taken for it, no backslash, which browsers read as a slash, and no letter that only looks like one of ASCII.
_OPENED = re.compile(
    r"https?://(?P<host>[a-zA-Z0-9.-]+|\[[0-9a-fA-F:.]+\])(?::(?P<port>[0-9]+))?(?:[/?#][a-zA-Z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?"
)
# What a server that runs in the sandbox calls itself.
_OWN_HOSTS = {"localhost", "127.0.0.1", "0.0.0.0"}  # noqa: S104 - nothing is bound to it
_PORTS = {"http": "80", "https": "443"}
_LAST_PORT = 65535
_OPEN = "import sys, webbrowser; sys.exit(not webbrowser.open_new_tab(sys.argv[1]))"


def host_of(address: str) -> str:
    """Return the host of an address that may be opened; "" of any other."""
    found = _OPENED.fullmatch(address)
    return found["host"] if found else ""


def port_inside(address: str) -> int:
    """Return the port of the sandbox that a link leads to: one to localhost. 0 for every other."""
    found = _OPENED.fullmatch(address)
    if not found or found["host"].lower() not in _OWN_HOSTS:
        return 0
    port = int((found["port"] or _PORTS[address.partition(":")[0].lower()])[:6])
    return port if port <= _LAST_PORT else 0


def from_here(address: str, port: int) -> str:
    """Return the address of the same page by a port of this machine."""
    found = _OPENED.fullmatch(address)
    assert found  # noqa: S101 - one with a port inside
    end = found.end("port") if found["port"] else found.end("host")
    return f"{address[: found.start('host')]}127.0.0.1:{port}{address[end:]}"


def open_page(address: str) -> bool:
    """Have a browser open an address; return whether one did. It may take until that browser is closed."""
    try:
        opened = subprocess.run(
            (sys.executable, "-c", _OPEN, address),
            # A browser that draws on a terminal finds none, and what one complains of is not painted over the screen.
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            check=False,
        )
    except OSError:
        return False
    return opened.returncode == 0
