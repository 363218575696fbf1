"""How the host's own kubectl reaches a cluster on another machine."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

_SERVER = re.compile(r"server: https://127\.0\.0\.1:(\d+)")


def tunnel(host: str, kubeconfig: str) -> Sequence[str]:
    """Return the ssh command that brings the API's port here; nothing for an engine on this machine.

    ``host`` is the engine's URL. An engine over TLS says no way in for anything but itself: nothing either.
    """
    parts = urlsplit(host)
    port = _SERVER.search(kubeconfig)
    if parts.scheme != "ssh" or not port:
        return ()
    user = [f"{parts.username}@"] if parts.username else []
    at = ["-p", str(parts.port)] if parts.port else []
    return ("ssh", *at, "-N", "-L", f"{port[1]}:127.0.0.1:{port[1]}", "".join([*user, parts.hostname or ""]))
