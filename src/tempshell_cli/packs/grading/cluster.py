"""What packs and tasks ask of a cluster as a whole: its version, its namespaces."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.text import strip_controls
from tempshell_cli.packs.checks.shell import ClusterView
from tempshell_cli.packs.format.model import PackHead
from tempshell_cli.packs.format.pack import Task
from tempshell_cli.packs.format.versions import in_range, version_of

_SECONDS = 15.0


def server_version(cluster: ClusterView) -> str:
    """Return the version of the API server, such as ``1.37.2``; raises EngineUnavailable where it gives none."""
    done = cluster.kubectl("get", "--raw", "/version", timeout=_SECONDS)
    try:
        version = version_of(json.loads(done.stdout)["gitVersion"])
    except (ValueError, KeyError, TypeError):
        version = ""
    if not version:
        said = strip_controls(done.stderr.decode(errors="replace")).strip()
        reason = "no answer in time" if done.timed_out else said or "no version in its answer"
        raise EngineUnavailable(f"the cluster does not say which version it has: {reason}", hint="try again")
    return version


def misfit(pack: PackHead, tasks: Iterable[Task], version: str | None, backend: str) -> str:
    """Return why a pack, or one of these tasks of it, cannot be used on a cluster; "" where all of it can be.

    ``version`` is the cluster's: "" while nobody knows it, None where a session of the ``backend`` has no cluster.
    """
    for who, versions in _asked(pack, tasks):
        if version is None:
            return f"{who} needs Kubernetes{f' {versions}' if versions else ''}, and {backend} has no cluster"
        if version and versions and not in_range(version, versions):
            return f"{who} needs Kubernetes {versions}, and this cluster has {version}"
    return ""


def _asked(pack: PackHead, tasks: Iterable[Task]) -> Iterator[tuple[str, str]]:
    """Yield who asks for a cluster, and for which versions: "" for any."""
    if pack.kubernetes:
        yield f"the pack {pack.id}", pack.kubernetes
    for task in tasks:
        head = task.head
        if head.requires.kubernetes or head.namespaces or head.setup.manifests:
            yield f"the task {task.id}", head.requires.kubernetes or ""


def asks_for_version(pack: PackHead, tasks: Iterable[Task]) -> bool:
    """Return whether the pack or one of these tasks of it is for some versions of Kubernetes only."""
    return any(versions for _, versions in _asked(pack, tasks))


def looks_into_cluster(pack: PackHead, tasks: Iterable[Task]) -> bool:
    """Return whether the pack, or a setup or a check of one of these tasks, is about a cluster."""
    tasks = list(tasks)
    probes = (probe for task in tasks for probe in (*task.head.checks, *task.head.setup.ready))
    return any(True for _ in _asked(pack, tasks)) or any(probe.kind.needs_cluster for probe in probes)


def namespace(name: str) -> bytes:
    """Return the manifest of a namespace."""
    return json.dumps({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}).encode()
