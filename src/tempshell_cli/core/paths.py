"""Where things lie on this machine: the XDG base directories, and the data shipped in the package."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from platformdirs import PlatformDirs

from tempshell_cli.core.errors import UsageProblem

_PACKAGE = Path(__file__).parent.parent
_ALL_USERS = str(2**32 - 1)  # user_namespaces(7): the length of the initial namespace's map


class Unwritable(UsageProblem):
    """The state directory cannot be made: there is no room, no right or no file system for it."""


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

        Raises UsageProblem where it belongs to somebody else or is a symbolic link, Unwritable where it cannot be made.
        """
        made = self.state
        make_private(made)
        refuse_strangers(made)
        for part in parts:
            made = made / part
            make_private(made)
        return made


def make_private(directory: Path) -> None:
    """Make a directory of mode 0700, and be sure that it is this user's own and no link put there by another.

    Raises UsageProblem, Unwritable where this user, or nobody, can make it.
    """
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        directory.mkdir(mode=0o700, exist_ok=True)
        opened = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            found = os.fstat(opened)
            if found.st_uid != os.geteuid():
                raise _others(directory, found.st_uid)
            if found.st_mode & 0o077:
                os.fchmod(opened, 0o700)
        finally:
            os.close(opened)
    except OSError as cause:
        if cause.errno in {errno.ELOOP, errno.ENOTDIR, errno.EEXIST}:
            what = f"{directory} is not a directory of its own"
            raise UsageProblem(what, hint="move it away and try again") from cause
        raise Unwritable(
            f"cannot use the state directory {directory}: {cause.strerror}",
            hint="make it writable, or point XDG_STATE_HOME to a directory that is",
        ) from cause


def refuse_strangers(directory: Path) -> None:
    """Raise UsageProblem where another user than this one and root could put a directory in the place of this one.

    OpenSSH asks the same of the files it trusts (StrictModes, sshd_config(5)); here a group may write, since many
    distributions give each user a group of their own.
    """
    trusted = {0, os.geteuid()} | _unmapped()
    for parent in dict.fromkeys((*directory.parents, *directory.resolve().parents)):
        found = parent.stat()
        if found.st_uid not in trusted:
            raise _others(parent, found.st_uid)
        if found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX:
            raise UsageProblem(
                f"everybody can write to {parent}, and so replace {directory}",
                hint="point XDG_STATE_HOME to a directory of your own",
            )


def refuse_strangers_file(file: Path) -> None:
    """Raise UsageProblem where a file is neither this user's nor root's: what it says is not this user's word."""
    owner = file.stat().st_uid
    if owner not in {0, os.geteuid()} | _unmapped():
        raise _others(file, owner)


def _others(directory: Path, uid: int) -> UsageProblem:
    return UsageProblem(
        f"{directory} belongs to the user {uid}, not to you ({os.geteuid()})",
        hint="under sudo, leave -E out; or point XDG_STATE_HOME and XDG_CONFIG_HOME to directories of your own",
    )


def _unmapped() -> set[int]:
    """Return the number that stands for every user outside of our user namespace; nothing where there are none."""
    try:
        maps = Path("/proc/self/uid_map").read_text("ascii").split()
        overflow = int(Path("/proc/sys/kernel/overflowuid").read_text("ascii"))
    except OSError:  # not Linux
        return set()
    return set() if maps == ["0", "0", _ALL_USERS] else {overflow}


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
