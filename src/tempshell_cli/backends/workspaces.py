"""What workspaces have in common on all engines: their names, and the error for one that is in use."""

from __future__ import annotations

import re

from tempshell_cli.core.errors import LimitReached, UsageProblem
from tempshell_cli.core.text import one_line

# A name is part of the name of a directory, a volume and a claim (RFC 1123).
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", re.ASCII)


def is_name(name: str) -> bool:
    """Return whether a workspace can be called so."""
    return bool(_NAME.fullmatch(name))


def checked_name(name: str) -> str:
    """Return a name; raises UsageProblem for what cannot be one."""
    if not is_name(name):
        raise UsageProblem(
            f"{one_line(name)!r} cannot be the name of a workspace",
            hint="lowercase letters, digits and hyphens, 40 at most; none begins or ends with a hyphen",
        )
    return name


def in_use(name: str, session: str) -> LimitReached:
    """Return the error for a workspace that a session has."""
    return LimitReached(
        f"the workspace {name} is in use by session {one_line(session)}",
        hint="one session has a workspace at a time: stop that one, or choose another --workspace",
    )
