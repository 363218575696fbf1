"""Which addresses of links are opened, by what, and which lead to a port of the sandbox."""

from __future__ import annotations

import re
import subprocess
import sys
from ipaddress import ip_address
from socket import inet_aton

# Nothing but the characters of RFC 3986, and the host at once after the scheme: there is no name before an @ to be
# taken for it, no backslash, which browsers read as a slash, and no letter that only looks like one of ASCII.
_OPENED = re.compile(
    r"https?://(?P<host>[a-zA-Z0-9.-]+|\[[0-9a-fA-F:.]+\])(?::(?P<port>[0-9]+))?(?:[/?#][a-zA-Z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?"
)
_PORTS = {"http": "80", "https": "443"}
_LAST_PORT = 65535
_OPEN = "import sys, webbrowser; sys.exit(not webbrowser.open_new_tab(sys.argv[1]))"


def host_of(address: str) -> str:
    """Return the host of an address that may be opened; "" of any other, as of a port inside that there cannot be."""
    found = _OPENED.fullmatch(address)
    if not found or (_is_own(found["host"]) and not port_inside(address)):
        return ""
    return found["host"]


def port_inside(address: str) -> int:
    """Return the port of the sandbox that a link leads to: one to localhost. 0 for every other."""
    found = _OPENED.fullmatch(address)
    if not found or not _is_own(found["host"]):
        return 0
    port = found["port"] or _PORTS[address.partition(":")[0].lower()]
    number = int(port.lstrip("0")[:6] or 0)
    return number if number <= _LAST_PORT else 0


def _is_own(host: str) -> bool:
    """Return whether a host is what a server in the sandbox calls itself, in any way that a browser reads it."""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ip_address(name.strip("[]") if ":" in name else inet_aton(name))
    except (ValueError, OSError):
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return any(one.is_loopback or one.is_unspecified for one in (address, mapped) if one)


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
            (sys.executable, "-I", "-c", _OPEN, address),
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
