"""The labels that make an engine the truth: everything tempshell makes carries them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from tempshell_cli import __version__
from tempshell_cli.backends.base import Network, Profile, SandboxRequest, Terms
from tempshell_cli.backends.workspaces import is_name

_LONG_AGO = datetime.fromtimestamp(0, UTC)
_SESSION = re.compile(r"[a-z0-9]{1,40}", re.ASCII)
PREFIX = "io.tempshell/"
SESSION = f"{PREFIX}session"
OWNER = f"{PREFIX}owner"
DEADLINE = f"{PREFIX}deadline"
COMPONENT = f"{PREFIX}component"
VERSION = f"{PREFIX}version"
NAME = f"{PREFIX}name"
PACK = f"{PREFIX}pack"
PROFILE = f"{PREFIX}profile"
FOLDER = f"{PREFIX}folder"  # where the learner begins, if that is not the home
WORKSPACE = f"{PREFIX}workspace"
NETWORK = f"{PREFIX}network"  # ``none`` where nothing leads out of the sandbox
TERMS = f"{PREFIX}terms"  # as JSON, in one line of ASCII
IDLE_END = f"{PREFIX}idle-end"  # on no resource: in seconds since the epoch, what PID 1 says


def labels(request: SandboxRequest, component: str) -> dict[str, str]:
    """Return the labels of one part (``terminal``, ``network``) of a session's sandbox."""
    workspace = request.template.workspace
    return {
        SESSION: request.session,
        OWNER: request.owner,
        DEADLINE: request.deadline.isoformat(timespec="seconds"),
        COMPONENT: component,
        VERSION: __version__,
        NAME: request.name,
        PACK: request.pack,
        PROFILE: str(request.template.profile),
        TERMS: terms_text(request.terms),
        **({FOLDER: request.template.folder} if request.template.folder else {}),
        **({WORKSPACE: workspace.name} if workspace else {}),
        **({NETWORK: Network.NONE.value} if request.template.network is Network.NONE else {}),
    }


def beside(request: SandboxRequest, component: str) -> dict[str, str]:
    """Return the labels of a part that does not have the sandbox's workspace: by its label one would say it does."""
    return {name: value for name, value in labels(request, component).items() if name != WORKSPACE}


def of_part(carried: Mapping[str, str], component: str) -> dict[str, str]:
    """Return the labels of another part of the session that a container with all these labels is of."""
    ours = {name: value for name, value in carried.items() if name.startswith(PREFIX)}
    return {**ours, COMPONENT: component}


def workspace_of(found: Mapping[str, str]) -> dict[str, str]:
    """Return what a sandbox has among its details of a workspace that labels name; nothing where they name none."""
    named = found.get(WORKSPACE, "")
    return {"workspace": named} if is_name(named) else {}


def is_closed(found: Mapping[str, str]) -> bool:
    """Return whether nothing leads out of a sandbox that these labels are of."""
    return found.get(NETWORK) == Network.NONE


def session_of(found: Mapping[str, str]) -> str:
    """Return the session that labels name; "" where that is none that we would have written."""
    named = found.get(SESSION, "")
    return named if _SESSION.fullmatch(named) else ""


def deadline_of(found: Mapping[str, str], ahead: timedelta = timedelta()) -> datetime:
    """Return the deadline in labels; one that nobody can read, or that names no zone, has passed long ago.

    ``ahead`` is how far the clock that it was written by is before the one that it is wanted by.
    """
    with suppress(OverflowError):
        return (own_deadline(found) or _LONG_AGO) - ahead
    return _LONG_AGO


def own_deadline(found: Mapping[str, str]) -> datetime | None:
    """Return the deadline in labels; None where there is none that can be read, or without a zone."""
    try:
        deadline = datetime.fromisoformat(found.get(DEADLINE, ""))
        return None if deadline.tzinfo is None else deadline.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def idle_end_of(found: Mapping[str, str]) -> datetime | None:
    """Return when a sandbox in which nothing happens ends, by the clock of its engine; None where something does."""
    ends = found.get(IDLE_END, "")
    return datetime.fromtimestamp(int(ends), UTC) if ends.isdecimal() else None


def profile_of(found: Mapping[str, str]) -> Profile:
    """Return the profile in labels; one that this version does not know is the smallest."""
    profile = found.get(PROFILE, "")
    return Profile(profile) if profile in set(Profile) else Profile.RESTRICTED


def terms_text(terms: Terms, left: timedelta | None = None) -> str:
    """Return terms as one line, "" where there are none; ``left`` is what a paused session has left of its lease."""
    fields = {
        "lease": int(terms.lease.total_seconds()),
        "extensions": terms.extensions,
        "tasks": list(terms.tasks),
        "exam": terms.exam,
        "values": dict(terms.values),
        "left": 0 if left is None else max(1, int(left.total_seconds())),
    }
    fields = {name: value for name, value in fields.items() if value}
    return json.dumps(fields, separators=(",", ":")) if fields else ""


def terms_of(text: str) -> Terms:
    """Return the terms in a line, as far as it makes sense: a stranger may have written it."""
    fields = _fields(text)
    lease, extensions = (_count(fields.get(name)) for name in ("lease", "extensions"))
    tasks, exam, values = (fields.get(name) for name in ("tasks", "exam", "values"))
    return Terms(
        lease=timedelta(seconds=lease),
        extensions=extensions,
        tasks=tuple(one for one in tasks if isinstance(one, str)) if isinstance(tasks, list) else (),
        exam=exam if isinstance(exam, str) else "",
        values={name: one for name, one in values.items() if isinstance(one, str)} if isinstance(values, dict) else {},
    )


def left_of(text: str) -> timedelta | None:
    """Return what the session with this line of terms has left of its lease, None for one that is not paused."""
    left = _count(_fields(text).get("left"))
    return timedelta(seconds=left) if left else None


def _fields(text: str) -> Mapping[str, Any]:
    fields: Any = None
    with suppress(ValueError, RecursionError):
        fields = json.loads(text)
    return fields if isinstance(fields, dict) else {}


_MOST = 10**9  # of seconds, and of extensions


def _count(value: object) -> int:
    """Return a number that there can be, 0 for anything that is not one."""
    return min(max(0, value), _MOST) if isinstance(value, int) and not isinstance(value, bool) else 0
