"""Which addresses of links are opened, and by what."""

from __future__ import annotations

import re
import subprocess
import sys

# Nothing but the characters of RFC 3986, and the host at once after the scheme: there is no name before an @ to be
# taken for it, no backslash, which browsers read as a slash, and no letter that only looks like one of ASCII.
_OPENED = re.compile(
    r"https?://(?P<host>[a-zA-Z0-9.-]+|\[[0-9a-fA-F:.]+\])(?::[0-9]+)?(?:[/?#][a-zA-Z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?"
)
_OPEN = "import sys, webbrowser; sys.exit(not webbrowser.open_new_tab(sys.argv[1]))"


def host_of(address: str) -> str:
    """Return the host of an address that may be opened; "" of any other."""
    found = _OPENED.fullmatch(address)
    return found["host"] if found else ""


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
