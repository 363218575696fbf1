"""Packages and sources of one suite of Debian's, whatever this machine's own apt has been told of."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from . import apt
from .steps import CACHE, SetupError, cached, run, step

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
"""Signs every suite; from the package debian-archive-keyring, which is part of each Debian."""


class Suite:
    """A suite of the mirror that this machine uses; what apt knows of it is kept in a folder of the caller's."""

    def __init__(self, name: str, folder: Path) -> None:
        lists, archives = folder / "lists" / "partial", folder / "archives" / "partial"
        for place in (lists, archives):
            place.mkdir(parents=True)
        sources = folder / "sources.list"
        origin = f"[signed-by={KEYRING}] {mirror()} {name} main\n"
        sources.write_text(f"deb {origin}deb-src {origin}", encoding="utf-8")
        self._options = (
            f"-oDir::Etc::SourceList={sources}",
            "-oDir::Etc::SourceParts=-",
            f"-oDir::State::Lists={lists.parent}",
            f"-oDir::Cache={folder}",
            # What is installed here has no say: apt would take a newer one of it for the suite's.
            "-oDir::State::status=/dev/null",
            # The folder is the caller's alone: apt's own user cannot write there.
            "-oAPT::Sandbox::User=root",
            # A mirror that is some weeks behind will do; what it has is signed all the same.
            "-oAcquire::Check-Valid-Until=false",
        )
        self._apt("update")

    def download(self, package: str, folder: Path) -> Path:
        """Fetch the package's .deb into the folder."""
        self._apt("download", package, folder=folder)
        return next(folder.glob(f"{package}_*.deb"))

    def unpack(self, packages: Sequence[str], folder: Path) -> None:
        """Lay the packages' files under the folder; nothing is configured, and what they depend on is not there."""
        self._apt("download", *packages, folder=folder)
        for package in folder.glob("*.deb"):
            run("dpkg-deb", "--extract", str(package), str(folder), hint=apt.HINT)

    def source(self, package: str, folder: Path) -> Path:
        """Unpack the package's source with Debian's patches; the folder it is in."""
        self._apt("source", "--only-source", package, folder=folder)
        return next(place for place in folder.glob(f"{package}-*") if place.is_dir())

    def _apt(self, *arguments: str, folder: Path | None = None) -> None:
        run("apt-get", *self._options, *arguments, hint=apt.HINT, cwd=folder)


def unpacked(name: str, suite: str, packages: Sequence[str]) -> Path:
    """The cache's folder of that name with the files of a suite's packages, fetched at the first call.

    Nothing is installed: what the packages depend on has to be on this machine, or among them.
    """

    def unpack(folder: Path) -> None:
        with tempfile.TemporaryDirectory(dir=CACHE) as lists:
            folder.mkdir(exist_ok=True)
            Suite(suite, Path(lists)).unpack(packages, folder)
        for package in folder.glob("*.deb"):
            package.unlink()

    with step(f"{' '.join(packages)} of Debian {suite}, unpacked") as outcome:
        folder = cached(name, unpack)
        outcome(str(folder))
    return folder


def mirror() -> str:
    """Where this machine gets Debian from."""
    apt.require_apt("Debian's mirror is needed")
    wanted = ("Created-By: Packages", "Origin: Debian", "Label: Debian")
    known = run("apt-get", "indextargets", "--format", "$(REPO_URI)", *wanted, hint=apt.HINT).split()
    if not known:
        raise SetupError("apt has no lists of Debian's", "run `apt-get update` as root, and look at its sources")
    return known[0]
