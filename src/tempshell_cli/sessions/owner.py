"""Who owns what is started here: a name that the state directory keeps, even when this machine gets another name."""

from __future__ import annotations

import getpass
import os
from contextlib import suppress
from pathlib import Path

from tempshell_cli.core.config import Settings
from tempshell_cli.core.paths import Paths, locked

_FILE = "owner"
_DIGITS = 8


def owners(paths: Paths, settings: Settings) -> tuple[str, ...]:
    """Return the names of this user on engines: the one that new sandboxes carry, then those that earlier ones may.

    It is the ``owner`` setting, else ``user@host-XXXXXXXX`` from when a name was first needed. The digits distinguish
    machines of one name, as containers and fresh virtual machines are; earlier releases had none.
    Where the state directory cannot be written there are none, either.
    """
    if settings.owner:
        return (settings.owner,)
    named = f"{_user()}@{os.uname().nodename}"
    with suppress(OSError):
        kept = _kept(paths.state / _FILE) or _keep(paths.state / _FILE, f"{named}-{os.urandom(_DIGITS // 2).hex()}")
        return (kept, kept[: -_DIGITS - 1])
    return (named,)


def _kept(file: Path) -> str:
    """Return the name that a file keeps, "" where it keeps none that was written here."""
    try:
        name = file.read_text("utf-8").rstrip("\n")
    except (FileNotFoundError, UnicodeDecodeError):
        return ""
    named, _, digits = name.rpartition("-")
    whole = "@" in named and len(digits) == _DIGITS and set(digits) <= set("0123456789abcdef")
    return name if whole and name.isprintable() else ""


def _keep(file: Path, name: str) -> str:
    """Keep the name, unless another process was faster; return the one that is kept."""
    with locked(file.parent):
        if kept := _kept(file):
            return kept
        draft = file.with_suffix(".new")
        draft.write_text(f"{name}\n", "utf-8")
        draft.replace(file)
        return name


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without a name, as in many a container; the error is Python's version's
        return str(os.getuid())
