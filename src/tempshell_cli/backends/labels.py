"""The labels that make an engine the truth: everything tempshell makes carries them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from tempshell_cli import __version__
from tempshell_cli.backends.base import Profile, SandboxRequest

_LONG_AGO = datetime.fromtimestamp(0, UTC)
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


def of_part(carried: Mapping[str, str], component: str) -> dict[str, str]:
    """Return the labels of another part of the session that a container with all these labels is of."""
    ours = {name: value for name, value in carried.items() if name.startswith(PREFIX)}
    return {**ours, COMPONENT: component}


def deadline_of(found: Mapping[str, str]) -> datetime:
    """Return the deadline that labels tell; one that nobody can read, or that names no zone, has passed long ago."""
    try:
        told = datetime.fromisoformat(found.get(DEADLINE, ""))
        return _LONG_AGO if told.tzinfo is None else told.astimezone(UTC)
    except (ValueError, OverflowError):
        return _LONG_AGO


def profile_of(found: Mapping[str, str]) -> Profile:
    """Return the profile that labels tell; one that this version does not know is the smallest."""
    told = found.get(PROFILE, "")
    return Profile(told) if told in set(Profile) else Profile.RESTRICTED
