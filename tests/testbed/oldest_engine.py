"""The oldest Docker Engine that tempshell supports, unpacked in a folder of the cache; nothing of it is installed."""

from .steps import CACHE
from .suite import unpacked

SUITE = "bookworm"
"""Docker Engine 20.10."""
PACKAGES = ("docker.io", "containerd", "runc", "libdevmapper1.02.1", "tini")
"""The engine, and what it needs beyond what every Debian has."""
FOLDER = CACHE / f"docker-{SUITE}"


def ensure() -> None:
    """Docker Engine 20.10, not installed: tests that are marked `long` start it as an engine of their own."""
    unpacked(FOLDER.name, SUITE, PACKAGES)
