"""Which backend a session gets when nobody names one."""

from __future__ import annotations

from collections.abc import Callable, Collection

from tempshell_cli.backends.base import Capability
from tempshell_cli.core.errors import EngineUnavailable, UsageProblem

AUTO = "auto"
EMBEDDED, _CONTAINERS = "local", "docker"


def choose_backend(
    asked: str, *, allowed: Collection[str], needs: Collection[Capability], answers: Callable[[str], bool]
) -> str:
    """Return the backend to use: the one asked for, else ``local`` where it is enough, else ``docker``.

    ``allowed`` are the backends a pack names (none: any), ``needs`` what it asks of one beyond a shell, ``answers``
    whether a backend's engine does. Raises UsageProblem or EngineUnavailable where nothing fits.
    """
    if asked != AUTO:
        if allowed and asked not in allowed:
            raise UsageProblem(f"the pack does not run on {asked}", hint=f"it runs on {', '.join(allowed)}")
        return asked
    if not needs and (not allowed or EMBEDDED in allowed) and answers(EMBEDDED):
        return EMBEDDED
    for name in allowed or (_CONTAINERS,):
        if name != EMBEDDED and answers(name):
            return name
    raise EngineUnavailable(
        f"this needs {' or '.join(allowed) or _CONTAINERS}, and no such engine answers",
        hint="`tempshell doctor` tells what is missing",
    )
