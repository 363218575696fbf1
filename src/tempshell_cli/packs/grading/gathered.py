"""One look at a cluster for the checks of many tasks: a kubectl for each would take as long as all else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Completed
from tempshell_cli.packs.checks.objects import get_namesakes, get_object, split_ref
from tempshell_cli.packs.checks.ownership import OWNED, get_owned
from tempshell_cli.packs.checks.shell import ClusterView, SandboxShell, Shell
from tempshell_cli.packs.checks.workload import NOT_FOUND, get_pods
from tempshell_cli.packs.format.pack import Task

_SECONDS = 15.0
# What kubectl calls these is what they call themselves: one that was not listed is not there. A short name, or the name
# of a kind that somebody has added, may mean another.
_IN_NO_NAMESPACE = frozenset(
    {"persistentvolume", "clusterrole", "clusterrolebinding", "namespace", "storageclass", "node"}
)
_KNOWN = _IN_NO_NAMESPACE | frozenset(
    {
        *("pod", "deployment", "replicaset", "daemonset", "statefulset", "job", "cronjob", "service", "ingress"),
        *("configmap", "secret", "persistentvolumeclaim", "serviceaccount", "role", "rolebinding", "networkpolicy"),
        *("endpointslice", "limitrange", "horizontalpodautoscaler", "poddisruptionbudget", "resourcequota"),
    }
)


@dataclass(frozen=True, slots=True)
class GatheredShell:
    """A sandbox whose cluster has been looked at already."""

    shell: SandboxShell
    cluster: ClusterView

    @property
    def home(self) -> str:
        """The learner's home, an absolute path."""
        return self.shell.home

    @property
    def grader(self) -> Shell:
        """The same sandbox, as ``SandboxShell`` has it."""
        return self.shell.grader

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout: float) -> Completed:
        """Run a program, as ``SandboxShell`` has it."""
        return self.shell.run(argv, stdin=stdin, timeout=timeout)


@dataclass(frozen=True, slots=True)
class GatheredCluster:
    """A cluster as it was when its objects were read; what was not among them is asked for."""

    cluster: ClusterView
    found: Mapping[tuple[str, ...], Completed]

    @property
    def is_learners(self) -> bool:
        """Whether the learner administers the cluster, as ``ClusterView`` has it."""
        return self.cluster.is_learners

    def kubectl(self, *argv: str, stdin: bytes = b"", timeout: float) -> Completed:
        """Run kubectl, as ``ClusterView`` has it."""
        known = self.found.get(argv)
        if known is not None:
            return known
        return self.cluster.kubectl(*argv, stdin=stdin, timeout=timeout)


def gathered(shell: SandboxShell, tasks: Iterable[Task]) -> SandboxShell:
    """Return the sandbox with what the tasks' checks are about read, at once, where it has a cluster.

    These are their objects, the pods of which they enter the newest, and what several read with the same arguments.
    """
    kinds = [kind for task in tasks for check in task.head.checks for kind in check.kind.parts()]
    refs = {ref for kind in kinds if (ref := kind.object_ref)}
    labels = {pods for kind in kinds if (pods := kind.pods)}
    listings = [listing for kind in kinds if (listing := kind.listing)]
    if shell.cluster is None or len(refs) + len(labels) + len(listings) < 2:  # noqa: PLR2004 - one is read as fast by itself
        return shell
    found = _read(shell.cluster, refs, labels, {kind.owned_in for kind in kinds} - {""}) if refs or labels else {}
    return GatheredShell(shell, GatheredCluster(shell.cluster, found | _read_as_asked(shell.cluster, set(listings))))


class _Metadata(msgspec.Struct):
    name: str
    namespace: str = ""
    labels: dict[str, str] = {}


class _Head(msgspec.Struct, rename="camel"):
    """What an object says of its own place."""

    kind: str
    metadata: _Metadata
    api_version: str = ""

    def is_a(self, wanted: str) -> bool:
        """Return whether a check calls this kind so: ``ingress``, ``ingresses``, ``ingresses.networking.k8s.io``."""
        name, _, group = wanted.partition(".")
        plurals = {"", "s", "es"}
        return name.removeprefix(self.kind.lower()) in plurals and group in {"", self.api_version.partition("/")[0]}


class _Listed(msgspec.Struct):
    items: list[msgspec.Raw]


def _read(
    cluster: ClusterView, refs: Iterable[str], labels: Iterable[tuple[str, str]], owned_in: Iterable[str]
) -> dict[tuple[str, ...], Completed]:
    """Return how ``kubectl get`` of each would end, by its arguments; nothing where not all can be read."""
    kinds = {split_ref(ref)[0] for ref in refs} | ({"pod"} if labels else set()) | (OWNED if owned_in else set())
    asked = ("get", ",".join(sorted(kinds)), "--all-namespaces", "--output", "json")
    try:
        done = cluster.kubectl(*asked, timeout=_SECONDS)
        items = msgspec.json.decode(done.stdout, type=_Listed).items
        there = [(msgspec.json.decode(item, type=_Head), item) for item in items]
    except (EngineUnavailable, msgspec.DecodeError):  # each check says for itself what it cannot see
        return {}
    at: dict[tuple[str, ...], list[tuple[_Head, msgspec.Raw]]] = defaultdict(list)
    for head, item in there:
        at[head.metadata.namespace, head.metadata.name].append((head, item))
    objects: dict[tuple[str, ...], Completed] = {}
    for ref in refs:
        kind, *place = split_ref(ref)
        found = [item for head, item in at.get(tuple(place), ()) if head.is_a(kind)]
        if found:
            objects[get_object(ref)] = Completed(0, bytes(found[0]), b"")
        else:
            namesakes = [item for head, item in there if head.metadata.name == place[-1] and head.is_a(kind)]
            objects[get_namesakes(ref)] = _listed(namesakes)
            # Without a namespace the session's own is meant, which only kubectl knows.
            is_sure = kind in (_KNOWN if place[0] else _IN_NO_NAMESPACE)
            if is_sure and not done.exit_code and not done.timed_out:
                objects[get_object(ref)] = Completed(1, b"", f'{NOT_FOUND}: {kind} "{place[-1]}" not found'.encode())
    objects |= {get_owned(namespace): _owned(there, namespace) for namespace in owned_in}
    return objects | {get_pods(*label): _pods(there, *label) for label in labels}


def _listed(items: Sequence[msgspec.Raw]) -> Completed:
    return Completed(0, msgspec.json.encode(_Listed(list(items))), b"")


def _read_as_asked(cluster: ClusterView, listings: Iterable[tuple[str, ...]]) -> dict[tuple[str, ...], Completed]:
    """Return what kubectl prints for some arguments, by these; what fails is for each check to report."""
    found = {}
    for argv in listings:
        with suppress(EngineUnavailable):
            done = cluster.kubectl(*argv, timeout=_SECONDS)
            if not done.exit_code and not done.timed_out:
                found[argv] = done
    return found


def _pods(there: Iterable[tuple[_Head, msgspec.Raw]], label: str, namespace: str) -> Completed:
    key, _, value = label.partition("=")
    return _listed(
        [
            item
            for head, item in there
            if head.kind == "Pod" and head.metadata.namespace == namespace and head.metadata.labels.get(key) == value
        ]
    )


def _owned(there: Iterable[tuple[_Head, msgspec.Raw]], namespace: str) -> Completed:
    return _listed(
        [
            item
            for head, item in there
            if head.metadata.namespace == namespace and any(head.is_a(kind) for kind in OWNED)
        ]
    )
