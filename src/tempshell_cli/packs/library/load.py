"""A pack from its directory, in whichever format it is: ours, or one that an importer reads."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from shlex import quote

from tempshell_cli.core.errors import PackProblem
from tempshell_cli.core.text import one_line
from tempshell_cli.packs.format.native import MANIFEST, is_native, load_native
from tempshell_cli.packs.format.pack import Pack
from tempshell_cli.packs.importers.registry import importer_of, importers, packs_in


def is_pack(root: Path) -> bool:
    """Return whether a directory says of itself that it is a pack; reads no more of it than that takes."""
    return is_native(root) or importer_of(root) is not None


def load_pack(root: Path, languages: Sequence[str] = ()) -> Pack:
    """Read a pack from its directory, all of it, once; its texts in the first of the languages that it has.

    Raises PackProblem for what is malformed or hostile, with file and line, and for a course with the packs it has;
    nothing of the pack is run.
    """
    if is_native(root):
        return load_native(root, languages)
    if importer := importer_of(root):
        return importer.load(root)
    shown = one_line(str(root))
    if not os.path.isdir(root):  # noqa: PTH112 - unlike Path's, it takes every text for a name
        raise PackProblem(f"there is no directory {shown!r}", hint="`tempshell pack ls` lists the packs by name")
    if listed := packs_in(root):
        starts = [one_line(f"`tempshell start {quote(str(root / one.path))}`  {one.title}") for one in listed]
        raise PackProblem(f"{shown!r} is a course: start one of its scenarios", hint="\n    ".join(starts))
    others = "".join(f", and no {importer.main_file} ({importer.name})" for importer in importers())
    raise PackProblem(f"{shown!r} is not a pack: there is no {MANIFEST} in it{others}")
