"""Which packs there are: shipped ones, ones that other distributions register, added ones, and directories."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from tempshell_cli.core.errors import PackProblem
from tempshell_cli.core.nearest import nearest
from tempshell_cli.core.paths import Paths, shipped
from tempshell_cli.core.text import one_line
from tempshell_cli.packs.format.native import MANIFEST
from tempshell_cli.packs.format.pack import Pack
from tempshell_cli.packs.format.translations import wanted_languages
from tempshell_cli.packs.library.index import AddedPack, folder_of, is_reference, read_index, root_of
from tempshell_cli.packs.library.load import is_pack, load_pack

GROUP = "tempshell.packs"


def list_packs() -> list[str]:
    """Return the sorted names of the packs that can be used by name. Reads no pack and imports nothing."""
    return sorted({*_shipped(), *_registered(), *read_index(Paths.of_user())})


def origin(name: str) -> str:
    """Return where the pack of that name comes from: ``shipped``, ``installed``, or the address it was added from."""
    if name in _shipped():
        return "shipped"
    if name in _registered():
        return "installed"
    added = read_index(Paths.of_user()).get(name)
    return added.source if added else ""


def is_shipped(pack: Pack) -> bool:
    """Return whether a loaded pack is one that comes with tempshell."""
    return pack.root.resolve() in {root.resolve() for root in _shipped().values()}


def refuse_taken(name: str) -> None:
    """Raise PackProblem where a shipped or installed pack has the name: it comes first, so nothing can replace it."""
    if name in _shipped() or name in _registered():
        raise PackProblem(f"{name!r} is the name of a pack that is {origin(name)}", hint="choose another with --name")


def reference(name_or_path: str, pack: Pack) -> str:
    """Return how to find a loaded pack again, from any directory: for an added one, exactly this content of it."""
    if kept := _kept_as(pack):
        return kept
    return name_or_path if name_or_path in {*_shipped(), *_registered()} else str(pack.root.resolve())


def added_as(pack: Pack) -> AddedPack | None:
    """Return what is on record of a loaded pack that was added, None for any other."""
    kept = _kept_as(pack)
    entry = read_index(Paths.of_user()).get(kept.partition("@")[0]) if kept else None
    return entry if entry and entry.reference == kept else None


def newest(reference_or_name: str) -> str:
    """Return the same, but for the reference of an added pack whose content is gone: its name."""
    gone = is_reference(reference_or_name) and not is_pack(root_of(Paths.of_user(), reference_or_name))
    return reference_or_name.partition("@")[0] if gone else reference_or_name


def find_pack(name_or_path: str) -> Pack:
    """Load a pack by name or by directory (see ``find_root``), in the user's language. Raises PackProblem."""
    return load_pack(find_root(name_or_path), wanted_languages(os.environ))


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
    if added := _added(name_or_path):
        return added
    if is_pack(Path(name_or_path)):
        return Path(name_or_path)
    raise PackProblem(f"no pack {one_line(name_or_path)!r}", hint=nearest(name_or_path, list_packs()))


def _shipped() -> Mapping[str, Path]:
    return {manifest.parent.name: manifest.parent for manifest in shipped("task_packs").glob(f"*/{MANIFEST}")}


def _registered() -> Mapping[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def _added(name: str) -> Path | None:
    """Return the content of an added pack: the newest by its name, any that is kept by its reference."""
    paths = Paths.of_user()
    if is_reference(name):
        kept = root_of(paths, name)
        return kept if kept.is_dir() else None
    entry = read_index(paths).get(name)
    return root_of(paths, entry.reference) if entry else None


def _kept_as(pack: Pack) -> str:
    """Return the reference that a loaded pack is kept by, "" where it is none that was added."""
    kept = pack.root.parent
    return kept.name if kept.parent == folder_of(Paths.of_user()) and is_reference(kept.name) else ""


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
