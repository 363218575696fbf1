"""Workspaces of local sandboxes: directories that a sandbox has as its home.

The lock of a workspace is held by the supervisor of the sandbox that has it, as long as that lives: the kernel frees it
when the supervisor ends, however it ends.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from tempshell_cli.backends.base import KeptWorkspace
from tempshell_cli.backends.workspaces import in_use, is_name
from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.paths import Paths

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
            yield Claim(files, lock)
        finally:
            os.close(lock)

    def all(self, sessions: dict[str, str]) -> list[KeptWorkspace]:
        """Return all of them; ``sessions`` are the ids of those that have one, by the workspace's name."""
        places = sorted(self._root().glob("*/"))
        return [
            KeptWorkspace(
                name=place.name,
                owner="",
                session=sessions.get(place.name, ""),
                used=_used(place / _FILES),
                made=datetime.fromtimestamp((place / _LOCK).stat().st_ctime, UTC),
            )
            for place in places
            if is_name(place.name) and (place / _LOCK).exists()
        ]

    def remove(self, name: str) -> None:
        """Remove one; raises LimitReached where a session has it, EngineUnavailable where files cannot be removed."""
        if (self._root() / name).is_dir():
            place, lock = self._locked(name)
            try:
                place.rename(place.with_name(f"{_REMOVED}{name}-{os.urandom(4).hex()}"))
            finally:
                os.close(lock)
        for place in self._root().glob(f"{_REMOVED}*"):  # also of a removal that was cut short
            _remove_tree(place)

    def _locked(self, name: str) -> tuple[Path, int]:
        """Return the directory of a workspace and a locked fd of it; another may have removed it while we waited."""
        while True:
            place = self._paths.private(_FOLDER, name)
            lock = os.open(place / _LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
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
    """Return how many bytes the files of a directory take on the disk; what goes meanwhile takes none."""
    blocks = 0
    for where, _, names in os.walk(directory):
        for name in names:
            with suppress(OSError):
                blocks += os.lstat(f"{where}/{name}").st_blocks
    return 512 * blocks  # the unit of st_blocks, stat(2)


def _remove_tree(place: Path) -> None:
    """Remove a directory with all that is in it, also where its user has taken the right to do so away."""
    with suppress(FileNotFoundError):
        for _, names, _, at in os.fwalk(place, follow_symlinks=False):
            for name in names:
                if stat.S_ISDIR(os.stat(name, dir_fd=at, follow_symlinks=False).st_mode):
                    os.chmod(name, 0o700, dir_fd=at)
        try:
            shutil.rmtree(place)
        except OSError as cause:
            raise EngineUnavailable(
                f"cannot remove {cause.filename}: {cause.strerror}", hint="remove it by hand, or try again"
            ) from cause
