"""Where the program of a check runs: the learner's sandbox, a workload of its cluster, or the cluster itself."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from tempshell_cli.packs.checks.matching import CannotLook
from tempshell_cli.packs.checks.shell import ClusterView, SandboxShell, Shell
from tempshell_cli.packs.checks.terminal import TerminalShell
from tempshell_cli.packs.checks.workload import KubectlShell, NewestPod, WorkloadShell
from tempshell_cli.packs.reading.fields import END

TERMINAL, CLUSTER = "terminal", "cluster"
NEEDS_KUBERNETES = "this needs a Kubernetes session"
_LABEL = r"[A-Za-z0-9][A-Za-z0-9._/-]*=[A-Za-z0-9._-]+"
Place = Annotated[
    str,
    Meta(
        title="place",
        pattern=rf"^(([a-z]+/)?[a-z0-9][a-z0-9.-]*|{_LABEL}){END}",
        examples=["terminal", "cluster", "deploy/web", "pod/web", "app=web"],
    ),
]


def cluster_of(shell: SandboxShell) -> ClusterView:
    """Return the sandbox's cluster; raises CannotLook where it has none."""
    if shell.cluster is None:
        raise CannotLook(NEEDS_KUBERNETES)
    return shell.cluster


def shell_at(place: str, namespace: str | None, shell: SandboxShell) -> Shell:
    """Return the shell of a place: the learner's sandbox, entered as the grader, the cluster itself, or a workload."""
    if place == TERMINAL:
        return TerminalShell(shell)
    if place == CLUSTER:
        return KubectlShell(cluster_of(shell), namespace)
    return (NewestPod if "=" in place else WorkloadShell)(cluster_of(shell), place, namespace)


def newest_pods(place: str, namespace: str | None) -> tuple[str, str] | None:
    """Return the label and the namespace of a place that is the newest pod with that label; None for any other."""
    return (place, namespace) if namespace and "=" in place else None
