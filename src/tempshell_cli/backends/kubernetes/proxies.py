"""Which proxy the environment names for an address, by the rules of Go's HTTP client, which kubectl goes by.

Python's own send loopback to a proxy, and know no networks. https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import SplitResult

_PORTS = {"http": 80, "https": 443}


def proxy_for(address: SplitResult, environment: Mapping[str, str]) -> str:
    """Return the URL of the proxy, "" where the address is reached without one."""
    proxy = _named(environment, f"{address.scheme}_proxy")
    host, port = (address.hostname or "").rstrip("."), address.port or _PORTS.get(address.scheme, 0)
    if not proxy or _is_direct(host, port, _named(environment, "no_proxy")):
        return ""
    return proxy if "://" in proxy else f"http://{proxy}"


def _named(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name.upper()) or environment.get(name, "")


def _is_direct(host: str, port: int, exceptions: str) -> bool:
    number = _parsed(host)
    if host == "localhost" or (number and number.is_loopback):
        return True
    words = (word.strip().lower() for word in exceptions.split(","))
    return any(_matches(word, host, port, number) for word in words if word)


def _matches(word: str, host: str, port: int, number: ipaddress.IPv4Address | ipaddress.IPv6Address | None) -> bool:
    if word == "*":
        return True
    if "/" in word:
        try:
            return number is not None and number in ipaddress.ip_network(word, strict=False)
        except ValueError:
            return False
    name, wanted = _split(word)
    if wanted and wanted != str(port):
        return False
    if number or _parsed(name):
        return number == _parsed(name)
    name = name.removeprefix("*")
    return host.endswith(name) if name.startswith(".") else host == name or host.endswith(f".{name}")


def _split(word: str) -> tuple[str, str]:
    """Return host and port of an exception; the port is "" where there is none."""
    if word.startswith("["):
        name, _, port = word[1:].partition("]")
        return name, port.removeprefix(":")
    name, colon, port = word.rpartition(":")
    return (name, port) if colon and port.isdigit() and ":" not in name else (word, "")


def _parsed(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
