"""The packs that were added: kept by the digest of their content, in the user's state directory."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tempshell_cli.core.errors import PackProblem, UsageProblem
from tempshell_cli.core.files import reason
from tempshell_cli.core.nearest import nearest
from tempshell_cli.core.paths import Paths, locked
from tempshell_cli.core.runner import Runner
from tempshell_cli.core.text import one_line
from tempshell_cli.packs.format.pack import Pack
from tempshell_cli.packs.library.find import find_pack, refuse_taken
from tempshell_cli.packs.library.index import (
    AddedPack,
    folder_of,
    is_reference,
    read_index,
    root_of,
    sync,
    write_index,
    write_whole,
)
from tempshell_cli.packs.library.load import load_pack
from tempshell_cli.packs.library.sources import Source
from tempshell_cli.packs.reading.tree import digest, read_tree

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
# Under way, and taken away: after a kill, the next one who holds the lock removes them.
_FRESH, _OLD = ".new-", ".old-"
# Says which references live sessions have.
InUse = Callable[[], Collection[str]]


class Candidate(NamedTuple):
    """A pack that was fetched and is valid, and not in use yet."""

    entry: AddedPack
    pack: Pack
    files: Mapping[str, bytes]


class PackStore:
    """The added packs of one user."""

    def __init__(self, paths: Paths, runner: Runner) -> None:
        self._paths = paths
        self._runner = runner

    def entry(self, name: str) -> AddedPack:
        """Return what is known of an added pack; raises PackProblem with the nearest name."""
        index = read_index(self._paths)
        if name not in index:
            hint = nearest(name, index) or "`tempshell pack add` adds packs"
            raise PackProblem(f"no pack {one_line(name)!r} was added", hint=hint)
        return index[name]

    def fetch(self, source: Source, name: str, now: datetime) -> Candidate:
        """Fetch a pack and check all of it; ``name`` is the pack's id by default. Nothing is kept.

        Raises PackProblem for a pack that is not valid, and what ``Source.fetch`` raises.
        """
        if name and not _NAME.fullmatch(name):
            raise UsageProblem(
                f"{one_line(name)!r} cannot be a pack's name", hint="lowercase letters, digits and hyphens, 64 at most"
            )
        fetched = source.fetch(self._runner)
        pack = _checked(fetched.files, name or _called(source.address), source.address)
        entry = AddedPack(
            name=name or pack.id,
            digest=pack.digest,
            version=pack.head.version,
            source=source.address,
            ref=source.ref,
            commit=fetched.commit,
            added=now.isoformat(timespec="seconds"),
        )
        return Candidate(entry, pack, fetched.files)

    def add(self, candidate: Candidate, in_use: InUse) -> None:
        """Make a pack usable by its name; raises PackProblem where that is taken."""
        name = candidate.entry.name
        refuse_taken(name)
        with self._changing(in_use) as index:
            if name in index:
                raise PackProblem(
                    f"a pack {name!r} was added already, from {index[name].source}",
                    hint=f"`tempshell pack update {name}` fetches it again; --name adds this one by another name",
                )
            self._keep(candidate)
            index[name] = candidate.entry

    def replace(self, candidate: Candidate, in_use: InUse) -> None:
        """Use a newer content under its name; sessions go on with the one they were started with."""
        name = candidate.entry.name
        with self._changing(in_use) as index:
            if name not in index:
                raise PackProblem(f"the pack {name!r} was removed meanwhile", hint="`tempshell pack add` adds it again")
            self._keep(candidate)
            index[name] = candidate.entry

    def remove(self, name: str, in_use: InUse) -> None:
        """Forget a pack; what a live session uses is kept until a later change finds that session ended."""
        self.entry(name)
        with self._changing(in_use) as index:
            index.pop(name, None)

    def current(self, entry: AddedPack) -> tuple[Pack, Mapping[str, bytes]]:
        """Return the pack that is in use under a name, and its files; raises PackProblem where it is damaged."""
        pack = find_pack(entry.reference)
        return pack, read_tree(pack.root)

    @contextmanager
    def _changing(self, in_use: InUse) -> Iterator[dict[str, AddedPack]]:
        """Give the index to change, alone; write it at the end, and remove what nothing needs any more."""
        folder = self._paths.private(folder_of(self._paths).name)
        try:
            with locked(folder):
                index = read_index(self._paths)
                yield index
                needed = {entry.reference for entry in index.values()} | set(in_use())
                write_index(self._paths, index)
                _tidy(folder, needed)
        except OSError as cause:
            raise UsageProblem(
                f"cannot change the packs in {folder}: {cause.strerror}", hint="check that it is writable and has space"
            ) from cause

    def _keep(self, candidate: Candidate) -> None:
        """Write a content where its digest says, unless it is there. Raises OSError."""
        entry, folder = candidate.entry, folder_of(self._paths)
        root, fresh = root_of(self._paths, entry.reference), folder / f"{_FRESH}{entry.reference}"
        if root.is_dir() and digest(read_tree(root)) == entry.digest:
            return
        if root.parent.exists():
            raise PackProblem(f"{root} has been changed", hint="move it away, and try again")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        _write(fresh / root.name, candidate.files)
        sync(fresh)
        fresh.rename(root.parent)
        sync(folder)


def _called(address: str) -> str:
    """Return a name for a pack that has none of its own: the last word of where it comes from."""
    last = re.split(r"[/#=]", address.rstrip("/"))[-1]
    return re.sub(r"[^a-z0-9]+", "-", re.split(r"[@:.]", last)[0].lower()).strip("-")[:64] or "pack"


def _checked(files: Mapping[str, bytes], name: str, address: str) -> Pack:
    """Load a pack from its files; errors name where the pack comes from."""
    with tempfile.TemporaryDirectory(prefix="tempshell-") as place:
        root = Path(place).resolve() / name
        try:
            _write(root, files)
            return load_pack(root)
        except PackProblem as cause:
            raise PackProblem(str(cause).replace(str(root), one_line(address)), hint=cause.hint) from cause
        except OSError as cause:  # a name that is too long for this file system, or no space
            raise PackProblem(f"cannot write the pack: {reason(cause)}", hint="free some space, try again") from cause


def _write(root: Path, files: Mapping[str, bytes]) -> None:
    root.mkdir(mode=0o700)
    for name, content in files.items():
        (root / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(root / name, content)


def _tidy(folder: Path, needed: Collection[str]) -> None:
    """Remove contents that nothing needs, and what a killed run has left. Raises OSError."""
    for path in folder.iterdir():
        if path.name.startswith((_FRESH, _OLD)):
            shutil.rmtree(path)
    for path in folder.iterdir():
        if is_reference(path.name) and path.name not in needed:
            shutil.rmtree(path.rename(folder / f"{_OLD}{path.name}"))  # at once: half of a content is never found
