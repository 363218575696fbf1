"""Which packs there are: shipped ones, ones that other distributions register, and directories."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from tempshell_cli.core.errors import PackProblem
from tempshell_cli.core.paths import shipped
from tempshell_cli.core.text import one_line
from tempshell_cli.packs.decode import nearest
from tempshell_cli.packs.load import MANIFEST, Pack, is_pack, load_pack

GROUP = "tempshell.packs"


def list_packs() -> list[str]:
    """Return the sorted names of the packs that can be used by name. Reads no pack and imports nothing."""
    return sorted({*_shipped(), *_registered()})


def find_pack(name_or_path: str) -> Pack:
    """Load a pack by name or by directory: see ``find_root``. Raises PackProblem."""
    return load_pack(find_root(name_or_path))


def find_root(name_or_path: str) -> Path:
    """Return the directory of a pack that is given by name or by directory. Reads nothing of it.

    What contains a slash (or is ``.`` or ``..``) is a directory. A known name comes before a directory of that
    name, so that nobody's working directory can put itself in the place of a shipped pack.
    Raises PackProblem: for an unknown name with the nearest known ones.
    """
    if "/" in name_or_path or name_or_path in {".", ".."}:
        return Path(name_or_path)
    if found := _shipped().get(name_or_path):
        return found
    if registered := _registered().get(name_or_path):
        return _directory(registered)
    if is_pack(Path(name_or_path)):
        return Path(name_or_path)
    raise PackProblem(f"no pack {one_line(name_or_path)!r}", hint=nearest(name_or_path, list_packs()))


def _shipped() -> Mapping[str, Path]:
    return {manifest.parent.name: manifest.parent for manifest in shipped("task_packs").glob(f"*/{MANIFEST}")}


def _registered() -> Mapping[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def _directory(entry: EntryPoint) -> Path:
    """Return where a registered pack lies: the entry point is a package, a path, or a function that returns one."""
    try:
        target: Any = entry.load()
        if isinstance(target, ModuleType):
            return Path(str(target.__file__)).parent
        return Path(target() if callable(target) else target)
    except Exception as cause:  # another distribution's code, which can raise anything
        raise PackProblem(
            f"the pack {entry.name} cannot be found: its entry point {entry.value} fails with {cause!r}",
            hint="reinstall the distribution that registers it",
        ) from cause
