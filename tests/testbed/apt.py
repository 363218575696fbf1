"""Debian packages, installed only where their command is missing."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from .steps import SetupError, environment, last_lines, run, step

LIBC = "libc6"
_FILES = ("--yes", "--no-install-recommends", "--no-remove")
HINT = "look at this machine's apt sources and network, then run the testbed again"


def install(packages: Mapping[str, str]) -> None:
    """Install the packages (command -> package) whose command is not on this machine."""
    missing = sorted({package for command, package in packages.items() if not find(command)})
    if not missing:
        return
    require_root(f"missing here: {' '.join(missing)}")
    with step(f"apt-get install {' '.join(missing)}"):
        refresh()
        run("apt-get", "install", "--yes", "--no-install-recommends", *missing, hint=HINT)


def refresh() -> None:
    """Fetch the lists of this machine's own sources; only root can."""
    run("apt-get", "update", hint=HINT)


def install_files(packages: Sequence[Path]) -> None:
    """Install .deb files; what they depend on comes from this machine's own sources."""
    run("apt-get", "install", *_FILES, *map(str, packages), hint=HINT)


def refusal(packages: Sequence[Path]) -> str:
    """Why .deb files cannot be installed without replacing the C library or removing a package; "" if they can.

    In apt's own words: it plans, and changes nothing. It refuses by itself a plan that removes a package.
    """
    argv = ("apt-get", "install", "--simulate", *_FILES, *map(str, packages))
    plan = subprocess.run(argv, capture_output=True, text=True, env={**environment(), "LC_ALL": "C"}, check=False)
    if plan.returncode == 0:
        replaced = (line for line in plan.stdout.splitlines() if line.startswith(f"Inst {LIBC} "))
        return next(replaced, "")
    unmet = (line.strip() for line in plan.stdout.splitlines() if " : Depends: " in line)
    return next(unmet, last_lines(plan.stderr))


def download(package: str, folder: Path) -> Path:
    """Fetch the package's .deb without installing it; only root can refresh apt's lists first."""
    require_apt(f"{package} comes from Debian")
    if os.geteuid() == 0:
        refresh()
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
