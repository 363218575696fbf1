"""oras, and a registry for what it pushes, unpacked in a folder of the cache; neither is installed."""

import os
import shutil

from .steps import CACHE
from .suite import unpacked

SUITE = "sid"
"""Bookworm has no oras."""
PROGRAMS = ("oras", "docker-registry")
"""Commands, each in Debian's package of that name."""
FOLDER = CACHE / "registry"


def ensure() -> None:
    """oras, and the registry that tests start on loopback; those of this machine are taken where it has them."""
    if not all(map(find, PROGRAMS)):
        unpacked(FOLDER.name, SUITE, PROGRAMS)


def find(program: str) -> str | None:
    """Where a program is: on this machine, or in the cache."""
    return shutil.which(
        program, path=os.pathsep.join((os.environ.get("PATH", os.defpath), str(FOLDER / "usr" / "bin")))
    )
