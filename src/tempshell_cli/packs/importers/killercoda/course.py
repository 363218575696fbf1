"""Courses: directories of scenarios, with a ``structure.json`` that lists them or without."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from msgspec import Struct

from tempshell_cli.core.errors import PackProblem
from tempshell_cli.core.files import reason
from tempshell_cli.core.text import one_line
from tempshell_cli.packs.format.native import MAX_MANIFEST
from tempshell_cli.packs.importers.base import Listed
from tempshell_cli.packs.importers.killercoda.index import SCENARIO, is_scenario, read_index, read_json
from tempshell_cli.packs.reading.decode import decode
from tempshell_cli.packs.reading.tree import has_file

STRUCTURE = "structure.json"
_DEPTH = 3
_MOST_ENTRIES = 20_000  # of one directory, and of all below a course: a home directory is none


class _Item(Struct, frozen=True, kw_only=True):
    path: str
    title: str = ""


class _Structure(Struct, frozen=True, kw_only=True):
    items: tuple[_Item, ...] = ()


def scenarios_of(root: Path) -> list[Listed]:
    """Return the scenarios of a course, in its order; none where it is not a course.

    What a ``structure.json`` names outside of the directory, and what is a link, is left out.
    Raises PackProblem, with file and line, for a ``structure.json`` that cannot be read.
    """
    titles: dict[str, str] = {}
    for path, title in islice(_directories(root, "", _DEPTH), _MOST_ENTRIES):
        if is_scenario(root / path):
            titles.setdefault(path, title)
    return [Listed(path, title or _title(root / path)) for path, title in titles.items()]


def _directories(root: Path, where: str, depth: int) -> Iterator[tuple[str, str]]:
    """Yield the directories below ``where`` that may be scenarios, and the titles that a course gives them."""
    for path, title in _children(root, where):
        if not _is_plain(root, path):
            continue
        yield path, title
        if depth > 1 and not is_scenario(root / path):
            yield from _directories(root, path, depth - 1)


def _children(root: Path, where: str) -> Iterator[tuple[str, str]]:
    """Yield the paths, from the root, of what a directory of a course lists or has, and their titles."""
    if not has_file(root / where, STRUCTURE):
        yield from ((posixpath.join(where, name), "") for name in sorted(_names(root / where)))
        return
    file = root / where / STRUCTURE
    for item in decode(read_json(_text(file), source=str(file)), _Structure).items:
        yield posixpath.normpath(posixpath.join(where, item.path)), one_line(item.title)


def _is_plain(root: Path, path: str) -> bool:
    """Return whether a normal path is a directory below the root that no link leads to."""
    steps = path.split("/")
    if steps[0] in {"", ".", ".."}:
        return False
    try:
        below = [root.joinpath(*steps[: length + 1]) for length in range(len(steps))]
        return below[-1].is_dir() and not any(step.is_symlink() for step in below)
    except (OSError, ValueError):  # a name that is too long, or none
        return False


def _names(directory: Path) -> list[str]:
    try:
        with os.scandir(directory) as entries:
            names = [entry.name for entry in islice(entries, _MOST_ENTRIES)]
    except (OSError, ValueError):  # not a directory, not one that may be entered, or no path at all
        return []
    return [name for name in names if not name.startswith(".")]


def _title(scenario: Path) -> str:
    """Return a scenario's own title, "" where it cannot be read: starting it tells why."""
    try:
        content = _text(scenario / SCENARIO).encode()
        return one_line(read_index({SCENARIO: content}, scenario)[1].title)
    except PackProblem:
        return ""


def _text(file: Path) -> str:
    try:
        with open(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as opened:  # noqa: PTH123
            content = opened.read(MAX_MANIFEST + 1)
            text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as cause:
        raise PackProblem(f"cannot read {one_line(str(file))}: {reason(cause)}") from cause
    if len(content) > MAX_MANIFEST:
        raise PackProblem(f"{one_line(str(file))} is larger than {MAX_MANIFEST >> 10} KiB", hint="make it smaller")
    return text
