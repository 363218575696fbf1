"""What a sandbox cannot do that tasks are in need of. What has to be measured is measured once a session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tempshell_cli.backends.base import Capability
from tempshell_cli.backends.exec import SandboxExec
from tempshell_cli.core.errors import TempshellError
from tempshell_cli.packs.format.pack import Task
from tempshell_cli.packs.grading.capabilities import wanted_by
from tempshell_cli.sessions.events import CapabilityTried, details
from tempshell_cli.sessions.lifecycle import Sessions

# By capability why what needs it cannot be looked at: words to follow "it needs X, ".
Lacking = Mapping[Capability, str]
# What a learner or an administrator may add to a cluster, and what is asked for in a moment.
_CAN_COME = frozenset({Capability.METRICS})


def lacking(known: Mapping[Capability, bool]) -> Lacking:
    """Return what is known not to be there."""
    return {capability: "which this sandbox lacks" for capability, there in known.items() if not there}


def known_in(sessions: Sessions, session: str) -> dict[Capability, bool]:
    """Return which capabilities were looked for in a session's sandbox, and whether they are there."""
    return {tried.capability: tried.there for _, tried in details(sessions.store.events(session), CapabilityTried)}


def lacking_in(sessions: Sessions, session: str, shell: SandboxExec, tasks: Iterable[Task]) -> Lacking:
    """Return what a session's sandbox lacks for the tasks, by its record; what is found out is added to that.

    What cannot be found out is lacking for now.
    """
    needed = wanted_by(tasks)
    if not needed:
        return {}
    known = known_in(sessions, session)
    unclear = {}
    for wanted in needed:
        if wanted in known and (known[wanted] or wanted not in _CAN_COME):
            continue
        try:
            there = shell.has(wanted)
        except TempshellError as cause:
            unclear[wanted] = f"which could not be looked for: {cause}"
            continue
        if known.get(wanted) is not there:
            sessions.journal(session, CapabilityTried(wanted, there))
        known[wanted] = there
    return {**unclear, **lacking(known)}
