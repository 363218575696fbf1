"""Keyrings for tests: a real one on a bus of its own, and backends that behave badly."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from keyring.backend import KeyringBackend

from .waiting import eventually

_BUS = "org.freedesktop.DBus"
_HAS_OWNER = (
    *("dbus-send", "--session", "--print-reply", f"--dest={_BUS}"),
    *("/", f"{_BUS}.NameHasOwner", "string:org.freedesktop.secrets"),
)
NOWHERE = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}


@dataclass(frozen=True)
class Keyring:
    """A gnome-keyring. ``environment`` leads to it."""

    environment: dict[str, str]
    daemon: subprocess.Popen[bytes]


@contextmanager
def gnome_keyring(root: Path, *, locked: bool = False) -> Iterator[Keyring]:
    """Run a bus and a keyring daemon for the block; ``locked`` is what an earlier one has kept in that directory."""
    folders = {"HOME": root, "XDG_DATA_HOME": root / "data", "XDG_RUNTIME_DIR": root / "run"}
    for folder in folders.values():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = {"PATH": "/usr/bin:/bin", **{name: str(folder) for name, folder in folders.items()}}
    with subprocess.Popen(
        ("dbus-daemon", "--session", "--nofork", "--print-address"),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=own,
    ) as bus:
        assert bus.stdout
        own |= {"DBUS_SESSION_BUS_ADDRESS": bus.stdout.readline().decode().strip()}
        with subprocess.Popen(
            ("gnome-keyring-daemon", "--foreground", "--components=secrets", *([] if locked else ["--unlock"])),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=own,
        ) as daemon:
            assert daemon.stdin
            daemon.stdin.write(b"pw")
            daemon.stdin.close()
            try:
                eventually(lambda: b"true" in subprocess.check_output(_HAS_OWNER, env=own), "the keyring is on the bus")
                yield Keyring({"DBUS_SESSION_BUS_ADDRESS": own["DBUS_SESSION_BUS_ADDRESS"]}, daemon)
            finally:
                daemon.kill()
                bus.kill()


class Hanging(KeyringBackend):
    """One that never answers."""

    priority = 1

    def get_password(self, *_: str) -> str | None:
        Event().wait()
        return None

    def set_password(self, *_: str) -> None:
        """Wait as well."""
        Event().wait()


class PlaintextKeyring(KeyringBackend):
    """One that keeps nothing, by the name of one that keeps a plain file."""

    priority = 1

    def get_password(self, *_: str) -> str | None:
        return None

    def set_password(self, *_: str) -> None:
        """Drop it."""
