"""What an importer is: it recognizes the directories of one format, and makes packs of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from tempshell_cli.packs.format.pack import Pack


class Listed(NamedTuple):
    """A pack that lies below a directory: its relative POSIX path, and its title."""

    path: str
    title: str


class Importer(Protocol):
    """Reads one format. docs/extending.md walks through one; nothing of a pack is run while it is read.

    tempshell asks only about directories without a ``pack.yaml``, and makes a new importer each time it asks.
    """

    @property
    def name(self) -> str:
        """Whose format it is, for messages: ``Killercoda``."""
        ...

    @property
    def main_file(self) -> str:
        """The file that every pack of the format has; what lint finds points at it."""
        ...

    def recognizes(self, root: Path) -> bool:
        """Return whether the directory is a pack of this format; reads as little as possible and raises nothing."""
        ...

    def load(self, root: Path) -> Pack:
        """Read a directory that it recognizes; raises PackProblem for what is malformed or hostile."""
        ...

    def packs_in(self, root: Path) -> Sequence[Listed]:
        """Return the packs of this format below a directory, as a course has them, without the directory itself.

        Raises PackProblem where a list of them cannot be read.
        """
        ...
