"""``details.assets`` of a scenario: which files it means, where they go, and with which mode."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import reduce
from operator import or_

from tempshell_cli.core.text import one_line
from tempshell_cli.packs.format.model import SetupFile
from tempshell_cli.packs.format.rules import Fault, path_faults
from tempshell_cli.packs.importers.killercoda.index import Asset
from tempshell_cli.packs.reading.document import Document, Location
from tempshell_cli.packs.reading.tree import MAX_FILES

FOLDER = "assets/"
_ANY_DEPTH = "**"
_WILD = re.compile(r"[*?\[]")
_OCTAL = re.compile(r"[0-7]{3,4}")
_ADDED = re.compile(r"([ugoa]{0,4})\+([rwx]{1,3})")
_PLAIN = 0o644
# POSIX chmod: where nobody is named, a umask (022, as usual) takes its bits from what is added.
_EVERYBODY = 0o755
_WHO = {"u": 0o700, "g": 0o070, "o": 0o007, "a": 0o777}
_BITS = {"r": 0o444, "w": 0o222, "x": 0o111}


def setup_files(
    assets: Sequence[Asset], at: Location, files: Collection[str], document: Document
) -> tuple[tuple[SetupFile, ...], tuple[Fault, ...]]:
    """Return the files to copy, in order, and which assets are missing: as at Killercoda these are left out.

    Raises PackProblem for a path that leads out of the assets, and for a mode that is not understood.
    """
    found: list[SetupFile] = []
    missing: list[Fault] = []
    for index, asset in enumerate(assets):
        copied = list(_of_asset(asset, (*at, index), files, document))
        found += copied
        if not copied:
            what = f"`{FOLDER}{one_line(asset.file)}` is not in the scenario: it is not copied"
            missing.append(Fault((*at, index, "file"), what))
        if len(found) > MAX_FILES:
            raise document.problem((*at, index), f"more than {MAX_FILES} files to copy in all")
    return tuple(found), tuple(missing)


def _of_asset(asset: Asset, at: Location, files: Collection[str], document: Document) -> Iterator[SetupFile]:
    mode = _mode(str(asset.chmod))
    if mode is None:
        hint = "write it like +x or 0755"
        raise document.problem((*at, "chmod"), f"the mode `{asset.chmod}` is not understood", hint=hint)
    pattern = within(asset.file)
    wild = _WILD.search(pattern)
    if wild:
        steps = pattern.split("/")
        below = (name.removeprefix(FOLDER) for name in files if name.startswith(FOLDER))
        names = [name for name in below if _fits(steps, name.split("/"))]
    else:
        names = [pattern] if FOLDER + pattern in files else []
        if "\0" in pattern or ".." in pattern.split("/"):
            for fault in path_faults((*at, "file"), FOLDER + pattern, files):
                raise document.problem(fault.at, fault.message, hint=fault.hint)
    # What is below the directories before the first that is a pattern keeps its place.
    base = pattern[: pattern.rfind("/", 0, wild.start() if wild else len(pattern)) + 1]
    for name in names:
        target = f"{asset.target.rstrip('/')}/{name.removeprefix(base)}"
        yield SetupFile(file=FOLDER + name, target=target, mode=mode)


def within(path: str) -> str:
    """Return a path of the format as one within the scenario: ``/x``, ``./x`` and ``//x`` are ``x``."""
    return re.sub("/{2,}", "/", path).removeprefix("./").removeprefix("/")


def _fits(steps: Sequence[str], parts: Sequence[str]) -> bool:
    """Return whether a path fits, keeping all places in the pattern that it may be at: no pattern takes long."""
    places = _past_any_depth({0}, steps)
    for part in parts:
        on = {
            place if steps[place] == _ANY_DEPTH else place + 1
            for place in places
            if place < len(steps) and (steps[place] == _ANY_DEPTH or fnmatchcase(part, steps[place]))
        }
        places = _past_any_depth(on, steps)
    return len(steps) in places


def _past_any_depth(places: set[int], steps: Sequence[str]) -> set[int]:
    reached = set(places)
    for place, step in enumerate(steps):
        if place in reached and step == _ANY_DEPTH:
            reached.add(place + 1)
    return reached


def _mode(chmod: str) -> str | None:
    if not chmod:
        return f"{_PLAIN:04o}"
    if _OCTAL.fullmatch(chmod):
        return chmod.rjust(4, "0")
    added = _ADDED.fullmatch(chmod)
    if added is None:
        return None
    who = reduce(or_, (_WHO[one] for one in added[1])) if added[1] else _EVERYBODY
    return f"{_PLAIN | (who & reduce(or_, (_BITS[bit] for bit in added[2]))):04o}"
