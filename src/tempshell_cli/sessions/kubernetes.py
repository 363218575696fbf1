"""Whether the cluster of a sandbox is one that its pack can be used on: known versions beforehand, and the real one."""

from __future__ import annotations

from collections.abc import Sequence

from tempshell_cli.backends.base import Backend, HasKubectl, KnowsVersion, Template
from tempshell_cli.backends.exec import SandboxExec
from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.packs.format.pack import Pack, Task
from tempshell_cli.packs.format.versions import version_of
from tempshell_cli.packs.grading.cluster import asks_for_version, misfit, server_version
from tempshell_cli.sessions.events import Kind, words_of
from tempshell_cli.sessions.lifecycle import Sessions


def expected_version(pack: Pack, backend: Backend, template: Template) -> str | None:
    """Return the version of Kubernetes that a sandbox of this template will have, as far as the pack asks for one.

    "" where only its cluster knows, None where it has no cluster. Raises EngineUnavailable.
    """
    if not isinstance(backend, HasKubectl):
        return None
    if isinstance(backend, KnowsVersion) and asks_for_version(pack.head, pack.tasks):
        return version_of(backend.kubernetes_version(template))
    return ""


def refuse_misfit(pack: Pack, tasks: Sequence[Task], backend: Backend, version: str | None) -> None:
    """Raise UsageProblem, with what to do, where the pack cannot be used on a cluster of that version.

    ``version`` is as in ``misfit``.
    """
    why = misfit(pack.head, tasks, version, backend.name)
    if not why:
        return
    if version is None:
        raise UsageProblem(why, hint="`--backend kind` makes one")
    raise UsageProblem(why, hint=backend.other_version if isinstance(backend, KnowsVersion) else "use another cluster")


def refuse_cluster(sessions: Sessions, session: str, pack: Pack, tasks: Sequence[Task], shell: SandboxExec) -> None:
    """Raise UsageProblem where the pack cannot be used on a session's cluster, by the version that this reports.

    It is asked once a session, and only where the pack has something to say about versions. Raises EngineUnavailable.
    """
    if shell.cluster is None or not asks_for_version(pack.head, tasks):
        return
    known = words_of(sessions.store.events(session), Kind.KUBERNETES)
    version = known[-1] if known else server_version(shell.cluster)
    if not known:
        sessions.journal(session, Kind.KUBERNETES, version)
    refuse_misfit(pack, tasks, shell.backend, version)
