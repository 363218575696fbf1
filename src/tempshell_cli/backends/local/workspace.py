"""Workspaces of local sandboxes: directories that a sandbox has as its home.

The lock of a workspace is held by the supervisor of the sandbox that has it, as long as that lives: the kernel frees it
when the supervisor ends, however it ends.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from tempshell_cli.backends.base import KeptWorkspace
from tempshell_cli.backends.workspaces import in_use, is_name
from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.paths import Paths
from tempshell_cli.core.text import one_line

_FOLDER, _FILES, _LOCK, _SESSION = "workspaces", "files", "lock", "session"
_REMOVED = ".removed-"  # the beginning of the name of one that is being removed: no workspace is called so


class Claim(NamedTuple):
    """A workspace that is ours: the directory of its files, and the fd whose lock says so."""

    files: Path
    lock: int


class Workspaces:
    """The workspaces of this user, on this machine."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths

    @contextmanager
    def claimed(self, name: str, session: str, uid: int) -> Iterator[Claim]:
        """Have a workspace for the block, and as long as a process has inherited the fd of its lock.

        It is made where there is none; its files are the user's ``uid``. Raises LimitReached where another has it.
        """
        place, lock = self._locked(name)
        try:
            (place / _SESSION).write_text(session, "utf-8")
            files = place / _FILES
            files.mkdir(mode=0o700, exist_ok=True)
            if files.stat().st_uid != uid:
                os.chown(files, uid, uid)
            files.chmod(0o700)  # a session may have locked itself out
            yield Claim(files, lock)
        finally:
            os.close(lock)

    def all(self, sessions: dict[str, str]) -> list[KeptWorkspace]:
        """Return all of them; ``sessions`` are the ids of those that have one, by the workspace's name."""
        found = []
        for place in sorted(self._root().glob("*/")):
            if is_name(place.name):
                with suppress(FileNotFoundError):  # another removes it
                    made = datetime.fromtimestamp((place / _LOCK).stat().st_ctime, UTC)
                    session = sessions.get(place.name, "")
                    found.append(KeptWorkspace(place.name, "", session, used=_used(place / _FILES), made=made))
        return found

    def remove(self, name: str) -> None:
        """Remove one; raises LimitReached where a session has it, EngineUnavailable where files cannot be removed."""
        if (self._root() / name).is_dir():
            place, lock = self._locked(name)
            removed = place.with_name(f"{_REMOVED}{name}-{os.urandom(4).hex()}")
            try:
                place.rename(removed)
            finally:
                os.close(lock)
            _remove_tree(removed)
        for other in self._root().glob(f"{_REMOVED}*"):  # of a removal that was cut short
            with suppress(EngineUnavailable):
                _remove_tree(other)

    def _locked(self, name: str) -> tuple[Path, int]:
        """Return the directory of a workspace and a locked fd of it; another may have removed it while we waited."""
        while True:
            place = self._paths.private(_FOLDER, name)
            try:
                lock = os.open(place / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            except FileNotFoundError:
                continue
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.path.samestat(os.fstat(lock), (place / _LOCK).stat()):
                    return place, lock
            except BlockingIOError:
                os.close(lock)
                raise in_use(name, _text(place / _SESSION)) from None
            except FileNotFoundError:
                pass
            os.close(lock)

    def _root(self) -> Path:
        return self._paths.state / _FOLDER


def _text(file: Path) -> str:
    with suppress(OSError):
        return file.read_text("utf-8")
    return ""


def _used(directory: Path) -> int:
    """Return how many bytes the files of a directory take on the disk; what goes meanwhile takes none.

    Nor does what lies deeper than a path can name.
    """
    blocks, waiting = 0, [str(directory)]
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    with suppress(OSError):
                        blocks += entry.stat(follow_symlinks=False).st_blocks
    return 512 * blocks  # the unit of st_blocks, stat(2)


def _remove_tree(place: Path) -> None:
    """Remove a directory with all that is in it, also where its user has taken the right to do so away.

    By chmod and rm, which do so however deep it is: Python's own calls itself for each directory.
    """
    unlock = ("chmod", "-R", "u+rwX", "--", str(place))
    remove = ("rm", "-rf", "--", str(place))
    subprocess.run(unlock, stdin=subprocess.DEVNULL, capture_output=True, check=False)  # links are not followed
    done = subprocess.run(remove, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        said = one_line(done.stderr)
        raise EngineUnavailable(f"cannot remove {place}: {said}", hint="remove it by hand, or try again")
