"""One look at a cluster for the checks of many tasks: a kubectl for each would take as long as all else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Completed
from tempshell_cli.packs.load import Task
from tempshell_cli.packs.objects import get_object, split_ref
from tempshell_cli.packs.shell import ClusterView, SandboxShell

_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class GatheredShell:
    """A sandbox whose cluster has been looked at already."""

    shell: SandboxShell
    cluster: ClusterView

    @property
    def home(self) -> str:
        """The learner's home, an absolute path."""
        return self.shell.home

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout: float) -> Completed:
        """Run a program, as ``SandboxShell`` has it."""
        return self.shell.run(argv, stdin=stdin, timeout=timeout)


@dataclass(frozen=True, slots=True)
class GatheredCluster:
    """A cluster as it was when its objects were read; what was not among them is asked for."""

    cluster: ClusterView
    found: Mapping[tuple[str, ...], bytes]

    def kubectl(self, *argv: str, stdin: bytes = b"", timeout: float) -> Completed:
        """Run kubectl, as ``ClusterView`` has it."""
        known = self.found.get(argv)
        if known is not None:
            return Completed(0, known, b"")
        return self.cluster.kubectl(*argv, stdin=stdin, timeout=timeout)


def gathered(shell: SandboxShell, tasks: Iterable[Task]) -> SandboxShell:
    """Return the sandbox with the objects that the tasks' checks are about read, at once, where it has a cluster."""
    refs = {check.object.ref for task in tasks for check in task.head.checks if check.object}
    if shell.cluster is None or len(refs) < 2:  # noqa: PLR2004 - one is read as fast by itself
        return shell
    return GatheredShell(shell, GatheredCluster(shell.cluster, _read(shell.cluster, refs)))


class _Metadata(msgspec.Struct):
    name: str
    namespace: str = ""


class _Head(msgspec.Struct, rename="camel"):
    """What an object says of its own place."""

    kind: str
    metadata: _Metadata
    api_version: str = ""

    def is_a(self, wanted: str) -> bool:
        """Tell whether a check calls this kind so: ``ingress``, ``ingresses``, ``ingresses.networking.k8s.io``."""
        name, _, group = wanted.partition(".")
        plurals = {"", "s", "es"}
        return name.removeprefix(self.kind.lower()) in plurals and group in {"", self.api_version.partition("/")[0]}


class _Listed(msgspec.Struct):
    items: list[msgspec.Raw]


def _read(cluster: ClusterView, refs: Iterable[str]) -> dict[tuple[str, ...], bytes]:
    """Return what ``kubectl get`` would print of each object, by its arguments; nothing where not all can be read."""
    kinds = ",".join(sorted({split_ref(ref)[0] for ref in refs}))
    there: dict[tuple[str, str], list[tuple[_Head, bytes]]] = defaultdict(list)
    try:
        done = cluster.kubectl("get", kinds, "--all-namespaces", "--output", "json", timeout=_SECONDS)
        for item in msgspec.json.decode(done.stdout, type=_Listed).items:
            head = msgspec.json.decode(item, type=_Head)
            there[head.metadata.namespace, head.metadata.name].append((head, bytes(item)))
    except (EngineUnavailable, msgspec.DecodeError):  # each check says for itself what it cannot see
        return {}
    found = {}
    for ref in refs:
        kind, *place = split_ref(ref)
        if same := [item for head, item in there[place[0], place[1]] if head.is_a(kind)]:
            found[get_object(ref)] = same[0]
    return found
