"""Debian packages, installed only where their command is missing."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from .steps import SetupError, environment, run, step

HINT = "look at this machine's apt sources and network, then run the testbed again"


def install(packages: Mapping[str, str]) -> None:
    """Install the packages (command -> package) whose command is not on this machine."""
    missing = sorted({package for command, package in packages.items() if not find(command)})
    if not missing:
        return
    require_root(f"missing here: {' '.join(missing)}")
    with step(f"apt-get install {' '.join(missing)}"):
        run("apt-get", "update", hint=HINT)
        run("apt-get", "install", "--yes", "--no-install-recommends", *missing, hint=HINT)


def download(package: str, folder: Path) -> Path:
    """Fetch the package's .deb without installing it; only root can refresh apt's lists first."""
    require_apt(f"{package} comes from Debian")
    if os.geteuid() == 0:
        run("apt-get", "update", hint=HINT)
    run("apt-get", "download", package, hint=HINT, cwd=folder)
    return next(folder.glob(f"{package}_*.deb"))


def find(command: str) -> str | None:
    """The command's path, Debian's sbin folders included."""
    return shutil.which(command, path=environment()["PATH"])


def require_root(why: str) -> None:
    """SetupError unless this process can install Debian packages."""
    require_apt(why)
    if os.geteuid() != 0:
        raise SetupError(f"{why}, and this user is not root", "run it as root, or set that up by hand")


def require_apt(why: str) -> None:
    """SetupError unless this is Debian or a kin of it."""
    if not find("apt-get"):
        raise SetupError(f"{why}, and this is not Debian (no apt-get)", "set that up by hand")
