"""What is different between two versions of a pack, so that a person can say yes or no to the new one."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import NamedTuple

from tempshell_cli.packs.format.pack import Pack

_LONGEST = 2000  # lines of a file that are compared; a diff takes quadratic time


class FileChange(NamedTuple):
    """How many lines were added and removed, as `diff --stat` counts; None where that is unknown."""

    file: str
    added: int | None
    removed: int | None


class Changes(NamedTuple):
    """What is new: ids of tasks, and files."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    files: tuple[FileChange, ...]


def compare(old: Pack, new: Pack, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Changes:
    """Compare two packs and their files. A task has changed when its text, its checks or a file it names has."""
    had, has = ({task.id: task for task in pack.tasks} for pack in (old, new))
    return Changes(
        added=tuple(name for name in has if name not in had),
        removed=tuple(name for name in had if name not in has),
        changed=tuple(name for name in has if name in had and has[name] != had[name]),
        files=tuple(
            FileChange(name, *_count(before.get(name, b""), after.get(name, b"")))
            for name in sorted(before.keys() | after.keys())
            if before.get(name) != after.get(name)
        ),
    )


def _count(before: bytes, after: bytes) -> tuple[int, int] | tuple[None, None]:
    old, new = before.splitlines(), after.splitlines()
    if b"\0" in before + after or max(len(old), len(new)) > _LONGEST:
        return None, None
    steps = difflib.SequenceMatcher(None, old, new).get_opcodes()
    moved = [(i2 - i1, j2 - j1) for tag, i1, i2, j1, j2 in steps if tag != "equal"]
    return sum(added for _, added in moved), sum(removed for removed, _ in moved)
