"""The labels that make an engine the truth: everything tempshell makes carries them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tempshell_cli import __version__
from tempshell_cli.backends.base import SandboxRequest

PREFIX = "io.tempshell/"
SESSION = f"{PREFIX}session"
OWNER = f"{PREFIX}owner"
DEADLINE = f"{PREFIX}deadline"
COMPONENT = f"{PREFIX}component"
VERSION = f"{PREFIX}version"
NAME = f"{PREFIX}name"
PACK = f"{PREFIX}pack"
PROFILE = f"{PREFIX}profile"


def labels(request: SandboxRequest, component: str) -> dict[str, str]:
    """Return the labels of one part (``terminal``, ``network``) of a session's sandbox."""
    return {
        SESSION: request.session,
        OWNER: request.owner,
        DEADLINE: request.deadline.isoformat(timespec="seconds"),
        COMPONENT: component,
        VERSION: __version__,
        NAME: request.name,
        PACK: request.pack,
        PROFILE: str(request.template.profile),
    }


def deadline_of(found: Mapping[str, str]) -> datetime:
    """Return the deadline that labels tell; one that nobody can read has passed long ago."""
    try:
        return datetime.fromisoformat(found.get(DEADLINE, ""))
    except ValueError:
        return datetime.fromisoformat("1970-01-01T00:00:00+00:00")
