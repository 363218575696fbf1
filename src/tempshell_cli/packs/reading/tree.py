"""A pack's files, read once: what is checked is what runs, whatever happens to the directory later."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from tempshell_cli.core.errors import PackProblem
from tempshell_cli.core.text import one_line
from tempshell_cli.packs.reading.document import fault_at

MAX_FILES = 2000
MAX_BYTES = 20 * 1024**2


def read_tree(root: Path) -> dict[str, bytes]:
    """Return the contents of every file below ``root``, by its relative POSIX path, in sorted order.

    What begins with a dot is no part of a pack. Raises PackProblem for a link, a device or the like, a name
    that is not printable text, more than MAX_FILES entries or MAX_BYTES, and for what cannot be read.
    """
    found: dict[str, bytes] = {}
    left = MAX_BYTES
    for path in _files(root):
        content = _read(path, left + 1)
        left -= len(content)
        if left < 0:
            raise PackProblem(f"{_shown(root)}: more than {MAX_BYTES >> 20} MiB in all", hint="make it smaller")
        found[path.relative_to(root).as_posix()] = content
    return dict(sorted(found.items()))


def read_text(files: Mapping[str, bytes], root: Path, name: str, limit: int) -> str:
    """Return a text of the pack, of ``limit`` bytes at most, with newlines alone; raises PackProblem."""
    source = str(root / name)
    if name not in files:
        raise fault_at(source, 1, "not a plain file")
    if len(files[name]) > limit:
        raise fault_at(source, 1, f"larger than {limit >> 10} KiB", hint="make it smaller")
    try:
        return files[name].decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as cause:
        line = files[name].count(b"\n", 0, cause.start) + 1
        raise fault_at(source, line, "not UTF-8 text", hint="save the file as UTF-8") from cause


def has_file(root: Path, name: str) -> bool:
    """Return whether a directory has a plain file of that name, or a link to one."""
    try:
        return (root / name).is_file()
    except OSError:  # a directory that may not be entered
        return False


def digest(files: Mapping[str, bytes]) -> str:
    """Return ``sha256:…`` over the sorted paths and the contents: the same for the same pack anywhere."""
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(f"{name}\0{len(files[name])}\0".encode())
        total.update(files[name])
    return f"sha256:{total.hexdigest()}"


def _files(root: Path) -> Iterator[Path]:
    """Yield each regular file; refuse every other thing but a directory."""
    waiting, seen = [root], 0
    while waiting:
        for entry in _scan(waiting.pop()):
            seen += 1
            path = Path(entry.path)
            if seen > MAX_FILES:
                raise PackProblem(f"{_shown(root)}: more than {MAX_FILES} files", hint="make it smaller")
            if not entry.name.isprintable():
                raise PackProblem(f"{_shown(path)}: a file name that is not printable text")
            if entry.is_dir(follow_symlinks=False):
                waiting.append(path)
            elif entry.is_file(follow_symlinks=False):
                yield path
            else:
                kind = "a symbolic link" if entry.is_symlink() else "neither a file nor a directory"
                raise PackProblem(f"{_shown(path)}: {kind}", hint="a pack has plain files only")


def _scan(directory: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as entries:
            return [entry for entry in entries if not entry.name.startswith(".")]
    except OSError as cause:
        raise _unreadable(directory, cause) from cause


def _read(path: Path, limit: int) -> bytes:
    """Read a file without following a link that took its place, and no more of it than counts."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:  # noqa: PTH123
            return file.read(limit)
    except OSError as cause:
        raise _unreadable(path, cause) from cause


def _unreadable(path: Path, cause: OSError) -> PackProblem:
    return PackProblem(f"cannot read {_shown(path)}: {cause.strerror}")


def _shown(path: Path) -> str:
    return one_line(str(path).encode(errors="replace").decode())
