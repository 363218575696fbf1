"""The oldest Docker Engine that tempshell supports, unpacked in a folder of the cache; nothing of it is installed."""

import tempfile
from pathlib import Path

from .steps import CACHE, cached, step
from .suite import Suite

SUITE = "bookworm"
"""Docker Engine 20.10."""
PACKAGES = ("docker.io", "containerd", "runc", "libdevmapper1.02.1", "tini")
"""The engine, and what it needs beyond what every Debian has."""
FOLDER = CACHE / f"docker-{SUITE}"


def ensure() -> None:
    """Docker Engine 20.10, not installed: tests that are marked `long` start it as an engine of their own."""
    with step(f"Docker Engine of Debian {SUITE}, unpacked") as outcome:
        outcome(str(cached(FOLDER.name, unpack)))


def unpack(folder: Path) -> None:
    """Fetch the packages and lay out their files."""
    with tempfile.TemporaryDirectory(dir=CACHE) as lists:
        folder.mkdir(exist_ok=True)
        Suite(SUITE, Path(lists)).unpack(PACKAGES, folder)
        for package in folder.glob("*.deb"):
            package.unlink()
