"""What stands for a local sandbox on disk: a directory with its labels, and the lock its supervisor holds.

The engine's truth is the lock: the kernel frees it when the supervisor ends, however it ends. Imports little: see
``__init__``.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct

_LABELS, _LOCK, FILTER, LOG = "labels", "lock", "filter.bpf", "supervisor.log"
PROCESS = "process"  # the identity of the first process, and ``userns``: the supervisor's fd of the learner's namespace
FROZEN = "frozen"  # there while a sandbox is paused: ``STANDS_STILL``, or why it does not
STANDS_STILL = b"yes"
IDLE_END = "idle"  # there while nothing happens in a sandbox that ends for that: when, in seconds since the epoch
MARK = "TEMPSHELL_RUN"  # in the environment of supervisor and bubblewrap: the directory they are for
# struct flock on 64-bit Linux: l_type, l_whence, l_start, l_len, l_pid (fcntl(2)).
_FLOCK = struct.Struct("hhqqi4x")
_ENV, _SECRET = "env.", "secret."
SECRETS = "/run/secrets"  # of backends.entry
_MOST = 2.0**53  # up to there a float is exact
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Labels:
    """What the supervisor needs to run a sandbox and others need to enter it: text by name, ``env.X`` a variable.

    ``secret.X`` is the name of the secret that the variable X has: values of secrets are on no disk.
    """

    def __init__(self, values: dict[str, str]) -> None:
        self.values = values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Labels) and self.values == other.values

    __hash__ = None  # type: ignore[assignment]  # mutable: as a dict

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def number(self, name: str) -> float:
        """Return a value as a number; 0 where it is missing, or none that there can be."""
        try:
            number = float(self.values.get(name) or 0)
        except ValueError:
            return 0.0
        return number if abs(number) < _MOST else 0.0  # nor does this hold for nan

    def integer(self, name: str) -> int:
        """Return a value as a whole number; 0 where it is missing, or none that there can be."""
        return int(self.number(name))

    def having(self, **values: object) -> Labels:
        """Return the labels with some values changed."""
        return Labels({**self.values, **{name: str(value) for name, value in values.items()}})

    @property
    def env(self) -> dict[str, str]:
        """The variables of the learner's programs, over the environment of all."""
        return {name.removeprefix(_ENV): value for name, value in self.values.items() if name.startswith(_ENV)}

    def with_secrets(self) -> dict[str, str]:
        """Return these variables and those that have a secret, which is read inside the sandbox."""
        found = self.env
        for label, name in self.values.items():
            if label.startswith(_SECRET):
                with open(f"{SECRETS}/{name}", encoding="utf-8", newline="") as file:
                    found[label.removeprefix(_SECRET)] = file.read()
        return found

    @property
    def base(self) -> dict[str, str]:
        """The environment of every program inside."""
        user = "root" if self["admin"] else "learner"
        own = {"PATH": _PATH, "HOME": self["home"], "USER": user, "LOGNAME": user}
        return {**own, "SHELL": "/bin/bash", "LANG": "C.UTF-8"}

    def encode(self) -> bytes:
        """Return the form of /proc/PID/environ: NAME=VALUE, each ended by a NUL."""
        return b"".join(f"{name}={value}\0".encode() for name, value in self.values.items())

    @classmethod
    def decode(cls, content: bytes) -> Labels:
        """Read what ``encode`` has written; of anything else, what can be read."""
        entries = content.decode(errors="replace").split("\0")[:-1]
        return cls(dict(entry.split("=", 1) for entry in entries if "=" in entry))


class RunDir:
    """The directory of one sandbox."""

    def __init__(self, path: str) -> None:
        self.path = path

    def file(self, name: str) -> str:
        """Return the path of a file in the directory."""
        return f"{self.path}/{name}"

    def read(self, name: str) -> bytes:
        """Return what is in a file, nothing where there is none; raises PermissionError where it is not ours."""
        try:
            fd = self.open(name, os.O_RDONLY)
        except FileNotFoundError:
            return b""
        with os.fdopen(fd, "rb") as file:
            return file.read()

    def write(self, name: str, content: bytes) -> None:
        """Replace a file in one step: a reader sees the old or the new, never a part."""
        draft = f".{name}.{os.getpid()}"
        with os.fdopen(self.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as file:
            file.write(content)
        os.rename(self.file(draft), self.file(name))

    def delete(self, name: str) -> None:
        """Remove a file; one that is gone already is fine."""
        try:
            os.unlink(self.file(name))
        except FileNotFoundError:
            return

    def labels(self) -> Labels | None:
        """Return the labels, or None where there are none (never made whole, or gone)."""
        return self.record(_LABELS)

    def label(self, labels: Labels) -> None:
        """Write the labels."""
        self.write(_LABELS, labels.encode())

    def record(self, name: str) -> Labels | None:
        """Return what a file in the form of the labels says, or None where there is none."""
        content = self.read(name)
        return Labels.decode(content) if content else None

    def hold(self) -> None:
        """Take the lock until this process ends; raises OSError where another holds it.

        A POSIX lock: not inherited by children, freed when the holder closes *any* fd of the file, so never
        open the file again in the holder.
        """
        lock = self.open(_LOCK, os.O_RDWR | os.O_CREAT)
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def holder(self) -> int:
        """Return the pid of the supervisor that holds the lock, or 0.

        A lock of an open file description has no process (the kernel says -1), nor has one of a process outside our PID
        namespace (0); that of one on another machine, seen through NFS, is nobody's here. See ``is_held``.
        """
        _, pid = self._asked()
        return max(0, pid)

    def is_held(self) -> bool:
        """Return whether anybody holds the lock, here or elsewhere."""
        kind, _ = self._asked()
        return kind != fcntl.F_UNLCK

    def _asked(self) -> tuple[int, int]:
        """Return what kind of lock there is, and whose."""
        try:
            lock = self.open(_LOCK, os.O_RDONLY)  # also where the disk is read-only
        except FileNotFoundError:
            return fcntl.F_UNLCK, 0
        try:
            asked = _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
            kind, _, _, _, pid = _FLOCK.unpack(fcntl.fcntl(lock, fcntl.F_GETLK, asked))
        finally:
            os.close(lock)
        return kind, 0 if kind == fcntl.F_UNLCK else int(pid)

    def open(self, name: str, flags: int) -> int:
        """Open a file of the directory; raises PermissionError where one of the two is not ours, or a link."""
        place = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            _refuse_foreign(place, self.path)
            fd = os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=place)
        finally:
            os.close(place)
        try:
            _refuse_foreign(fd, self.file(name))
        except OSError:
            os.close(fd)
            raise
        return fd

    def remove(self) -> None:
        """Remove the directory, which holds plain files only; one that is gone already is fine."""
        try:
            for name in os.listdir(self.path):
                os.unlink(self.file(name))
            os.rmdir(self.path)
        except FileNotFoundError:
            return


def _refuse_foreign(fd: int, path: str) -> None:
    if os.fstat(fd).st_uid != os.geteuid():
        raise PermissionError(errno.EPERM, "it belongs to another user", path)
