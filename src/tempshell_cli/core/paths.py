"""Where things lie on this machine: the XDG base directories, and the data shipped in the package."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from platformdirs import PlatformDirs

from tempshell_cli.core.errors import UsageProblem

_PACKAGE = Path(__file__).parent.parent


class Paths(NamedTuple):
    """The user's directories for tempshell. Nothing is made until it is needed."""

    state: Path
    config: Path

    @classmethod
    def of_user(cls) -> Paths:
        """Return the directories of the XDG specification (``$XDG_STATE_HOME``, ``$XDG_CONFIG_HOME``)."""
        dirs = PlatformDirs("tempshell", appauthor=False)
        return cls(state=Path(dirs.user_state_dir), config=Path(dirs.user_config_dir))

    @property
    def store(self) -> Path:
        """The index of sessions."""
        return self.state / "tempshell.db"

    @property
    def config_file(self) -> Path:
        """The user's settings."""
        return self.config / "config.toml"

    @property
    def log(self) -> Path:
        """The structured log: one JSON object a line."""
        return self.state / "tempshell.log"

    def private(self, *parts: str) -> Path:
        """Return a directory below the state directory, made with mode 0700.

        Raises UsageProblem where it cannot be made, belongs to somebody else or is a symbolic link.
        """
        made = self.state
        make_private(made)
        for part in parts:
            made = made / part
            make_private(made)
        return made


def make_private(directory: Path) -> None:
    """Make a directory of mode 0700, and be sure that it is one and not a link put there by another."""
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        directory.mkdir(mode=0o700, exist_ok=True)
        if directory.is_symlink() or not directory.is_dir():
            raise UsageProblem(f"{directory} is not a directory of its own", hint="move it away and try again")
        if directory.stat().st_mode & 0o077:
            directory.chmod(0o700)
    except OSError as cause:
        raise UsageProblem(
            f"cannot use the state directory {directory}: {cause.strerror}",
            hint="make it writable, or point XDG_STATE_HOME to a directory that is",
        ) from cause


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold a lock on a directory, against other processes that ask for it; the kernel frees it when this one ends."""
    lock = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def shipped(kind: str) -> Path:
    """Return the directory of shipped data (``images`` or ``task_packs``), in a wheel or in a checkout."""
    installed = _PACKAGE / "_data" / kind
    return installed if installed.is_dir() else _PACKAGE.parent.parent / kind
