"""Importers by what a directory holds. They register by entry point; one is imported only when it is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import cast

from tempshell_cli.core.errors import PackProblem, TempshellError
from tempshell_cli.packs.format.pack import Pack
from tempshell_cli.packs.importers.base import Importer, Listed

GROUP = "tempshell.importers"
# The entry points of this package itself, found without reading the metadata of every installed package.
_BUILT_IN: Mapping[str, str] = {"killercoda": "tempshell_cli.packs.importers.killercoda.importer:KillercodaImporter"}


def importers() -> Iterator[Importer]:
    """Yield the importers, the built-in ones first; raises PackProblem where another distribution's cannot be loaded.

    A caller that stops early spares the import of the rest.
    """
    for target in _BUILT_IN.values():
        module, _, attribute = target.partition(":")
        yield cast("Importer", getattr(import_module(module), attribute)())
    for point in sorted(entry_points(group=GROUP)):
        if point.name not in _BUILT_IN:
            with _named(point):
                importer = cast("Importer", point.load()())
                foreign = _Foreign(point, importer, importer.name, importer.main_file)
            yield foreign


def importer_of(root: Path) -> Importer | None:
    """Return the first importer that recognizes the directory, None where none does; raises PackProblem as above."""
    try:
        if not root.is_dir():
            return None
    except OSError:  # a name that is too long, or a directory that may not be entered
        return None
    return next((importer for importer in importers() if importer.recognizes(root)), None)


def packs_in(root: Path) -> Sequence[Listed]:
    """Return the packs below a directory, by the first importer that knows of some; raises PackProblem as it does."""
    return next((listed for importer in importers() if (listed := importer.packs_in(root))), ())


@dataclass(frozen=True, slots=True)
class _Foreign:
    """An importer of another distribution, whose code can raise anything: its errors name it."""

    point: EntryPoint
    importer: Importer
    name: str
    main_file: str

    def recognizes(self, root: Path) -> bool:
        with _named(self.point):
            return self.importer.recognizes(root)

    def load(self, root: Path) -> Pack:
        with _named(self.point):
            return self.importer.load(root)

    def packs_in(self, root: Path) -> Sequence[Listed]:
        with _named(self.point):
            return self.importer.packs_in(root)


@contextmanager
def _named(point: EntryPoint) -> Iterator[None]:
    try:
        yield
    except TempshellError:
        raise
    except Exception as cause:
        raise PackProblem(
            f"the importer {point.name} ({point.value}) fails with {cause!r}",
            hint="reinstall or remove the distribution that registers it",
        ) from cause
