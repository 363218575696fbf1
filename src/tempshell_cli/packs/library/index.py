"""The packs that were added: what they are called, where they came from, and where their content lies.

Read by completion too, so nothing heavy is imported.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.core.files import reason
from tempshell_cli.core.paths import Paths

_FOLDER = "packs"
_INDEX = "index.json"
_FORMAT = 1
_DIGITS = 12  # of the digest: as many as the docker CLI shows of an image's
_REFERENCE = re.compile(rf"[a-z0-9][a-z0-9-]*@[0-9a-f]{{{_DIGITS}}}")


class AddedPack(NamedTuple):
    """One entry. ``ref`` and ``commit`` are what was asked for and what that was, "" where a source has none.

    ``added`` is when this content was taken, in ISO 8601 and UTC.
    """

    name: str
    digest: str
    version: str
    source: str
    ref: str
    commit: str
    added: str

    @property
    def reference(self) -> str:
        """The name of exactly this content, ``NAME@DIGITS``: what a session remembers."""
        return f"{self.name}@{self.digest.removeprefix('sha256:')[:_DIGITS]}"


def folder_of(paths: Paths) -> Path:
    """Return where the index and the contents lie; it need not be there."""
    return paths.state / _FOLDER


def root_of(paths: Paths, reference: str) -> Path:
    """Return where the content of that reference is, if it is kept: a directory with the pack's name."""
    return folder_of(paths) / reference / reference.partition("@")[0]


def is_reference(text: str) -> bool:
    """Return whether a text has the form of ``AddedPack.reference``."""
    return _REFERENCE.fullmatch(text) is not None


def read_index(paths: Paths) -> dict[str, AddedPack]:
    """Return the added packs by name; raises UsageProblem where the index cannot be understood."""
    file = folder_of(paths) / _INDEX
    try:
        known = json.loads(file.read_text("utf-8"))
        if known["format"] != _FORMAT:
            raise UsageProblem("the added packs were written by a newer tempshell", hint="upgrade tempshell-cli")
        entries = [AddedPack(**{field: str(entry[field]) for field in AddedPack._fields}) for entry in known["packs"]]
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError) as cause:
        raise UsageProblem(
            f"the list of added packs {file} cannot be read: {reason(cause)}",
            hint="move it away, and add the packs again",
        ) from cause
    return {entry.name: entry for entry in entries if is_reference(entry.reference)}


def write_index(paths: Paths, packs: Mapping[str, AddedPack]) -> None:
    """Put a new index in the place of the old one, all at once. Raises OSError."""
    file = folder_of(paths) / _INDEX
    fresh = file.with_suffix(".new")
    entries = [packs[name]._asdict() for name in sorted(packs)]
    write_whole(fresh, json.dumps({"format": _FORMAT, "packs": entries}, indent=2).encode())
    fresh.replace(file)
    sync(file.parent)


def write_whole(file: Path, content: bytes) -> None:
    """Write a private file, down to the disk. Raises OSError."""
    made = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(made, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def sync(directory: Path) -> None:
    """Bring what a directory lists down to the disk. Raises OSError."""
    opened = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
