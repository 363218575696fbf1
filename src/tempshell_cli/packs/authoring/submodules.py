"""Git submodules of a pack that are not there: their files would be missing from it, and nobody would say so."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

# What is a submodule and where, in the form of a git configuration (gitmodules(5)); its quotes are for odd characters.
_MODULES = ".gitmodules"
_PATH = re.compile(r'^\s*path\s*=\s*"?(.+?)"?\s*$', re.MULTILINE)
HINT = "`git submodule update --init` fetches it"


def missing_submodules(root: Path) -> Sequence[str]:
    """Return the paths below a pack's directory that are submodules without content."""
    root = Path(os.path.realpath(root))
    try:
        top = next(one for one in (root, *root.parents) if (one / _MODULES).is_file() or (one / ".git").exists())
        found = [top / path for path in _PATH.findall((top / _MODULES).read_text("utf-8", "replace"))]
        return [
            path.relative_to(root).as_posix()
            for path in found
            if root in path.parents and not (path.is_dir() and any(path.iterdir()))
        ]
    except (StopIteration, OSError, ValueError):  # no repository, or none that can be read
        return []
