"""The check ``object``: a live object of the cluster, and what it must be like."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, field

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Completed
from tempshell_cli.core.text import strip_controls
from tempshell_cli.packs.checks.conditions import Where, where_mismatch
from tempshell_cli.packs.checks.kind import Kind
from tempshell_cli.packs.checks.lists import arranged, with_sidecars
from tempshell_cli.packs.checks.matching import CannotLook, Mismatch, Rules, data_mismatch
from tempshell_cli.packs.checks.ownership import status_mismatch
from tempshell_cli.packs.checks.places import cluster_of
from tempshell_cli.packs.checks.shell import ClusterView, SandboxShell
from tempshell_cli.packs.checks.values.meaning import is_alike
from tempshell_cli.packs.checks.workload import NOT_FOUND, refuse_broken_api
from tempshell_cli.packs.reading.fields import END, says

_SECONDS = 5.0
_MOST_NAMED = 3
_NO_SUCH_KIND = "the server doesn't have a resource type"
Reference = Annotated[
    str,
    Meta(
        title="reference",
        pattern=rf"^[a-z][a-z0-9.]*(/[a-z0-9][a-z0-9.-]*){{1,2}}{END}",
        examples=["deployment/shop/web", "node/worker"],
    ),
]


class ObjectState(Kind, frozen=True, kw_only=True):
    """Look at an object of the session's cluster, with a kubectl and credentials that are not the learner's.

    An object that is not there is a wrong answer; a cluster that does not say is an error. Where the status of a
    workload is looked at, the pods that it owns must bear it out.
    """

    ref: Annotated[Reference, says("Which: `kind/namespace/name`, or `kind/name` where there is no namespace.")]
    exists: Annotated[bool, says("Whether it must be there, or must not.")] = True
    match: Annotated[
        dict[str, Any],
        says(
            "Compared in part, quantities as quantities (`0.1` is `100m`), and lists whose order has no meaning in any"
            " order. Native sidecars are containers."
        ),
    ] = field(default_factory=dict)
    where: Annotated[tuple[Where, ...], says("Conditions on its values; all of them must hold.")] = ()

    def __post_init__(self) -> None:
        if not self.exists and (self.match or self.where):
            raise ValueError("an object that must not exist can have no match and no where")

    @property
    def needs_cluster(self) -> bool:
        """Always."""
        return True

    @property
    def object_ref(self) -> str:
        """The object itself."""
        return self.ref

    @property
    def owned_in(self) -> str:
        """That of the object, where the check reads its status."""
        reads = "status" in self.match or any("status" in path for one in self.where for path in one.paths())
        return split_ref(self.ref)[1] if reads else ""

    def look(self, sandbox: SandboxShell, timeout: float) -> Mismatch | None:
        """Read the object, and compare it."""
        cluster = cluster_of(sandbox)
        done = cluster.kubectl(*get_object(self.ref), timeout=timeout)
        if done.timed_out or done.exit_code:
            return _absent(self, cluster, done)
        if not self.exists:
            return Mismatch(f"no {self.ref}", "it is there")
        try:
            found = with_sidecars(msgspec.json.decode(done.stdout))
        except msgspec.DecodeError as cause:
            raise CannotLook(f"{self.ref} is larger than can be looked at") from cause
        if differs := data_mismatch(self.match, found, Rules(is_alike, arranged)):
            return Mismatch(f"{self.ref}: {differs.expected}", differs.found)
        differs = next((differs for one in self.where if (differs := where_mismatch(one, found))), None)
        if differs is None and self.owned_in:
            differs = status_mismatch(found, self.owned_in, cluster, timeout)
        return Mismatch(f"{self.ref}: {differs.expected}", differs.found) if differs else None


def get_object(ref: str) -> tuple[str, ...]:
    """Return the arguments for kubectl that read an object."""
    kind, namespace, name = split_ref(ref)
    where = ("--namespace", namespace) if namespace else ()
    return ("get", kind, name, *where, "--output", "json")


def split_ref(ref: str) -> tuple[str, str, str]:
    """Return kind, namespace ("" where there is none) and name of ``kind/namespace/name`` or ``kind/name``."""
    kind, *namespace, name = ref.split("/")
    return kind, namespace[0] if namespace else "", name


def _absent(wanted: ObjectState, cluster: ClusterView, done: Completed) -> Mismatch | None:
    said = strip_controls(done.stderr.decode(errors="replace")).strip()
    # First: without the API that has it, a kind is not known either.
    refuse_broken_api(cluster, done.stderr)
    if done.timed_out or not (NOT_FOUND in said or _NO_SUCH_KIND in said):
        raise CannotLook(f"{wanted.ref} cannot be looked at: {said or 'no answer in time'}")
    if not wanted.exists:
        return None
    if NOT_FOUND not in said:
        return Mismatch(f"a {wanted.ref}", said)
    others = _namespaces_with(wanted.ref, cluster)
    elsewhere = f"; there is one in {' and '.join(f'`{one}`' for one in others)}" if others else ""
    return Mismatch(f"a {wanted.ref}", f"it is not there{elsewhere}")


def get_namesakes(ref: str) -> tuple[str, ...]:
    """Return the arguments for kubectl that read the objects of this kind and name in all namespaces."""
    kind, _, name = split_ref(ref)
    return ("get", kind, "--all-namespaces", "--field-selector", f"metadata.name={name}", "--output", "json")


class _Metadata(msgspec.Struct):
    namespace: str = ""


class _Namesake(msgspec.Struct):
    metadata: _Metadata


class _Namesakes(msgspec.Struct):
    items: list[_Namesake]


def _namespaces_with(ref: str, cluster: ClusterView) -> list[str]:
    """Return the namespaces of a cluster of the learner's in which there is an object of this kind and name.

    Of a cluster that others use, too, nothing is said: its namespaces are not for the learner to know.
    """
    if not split_ref(ref)[1] or not cluster.is_learners:
        return []
    try:
        there = msgspec.json.decode(cluster.kubectl(*get_namesakes(ref), timeout=_SECONDS).stdout, type=_Namesakes)
    except (EngineUnavailable, msgspec.DecodeError):
        return []
    return sorted(one.metadata.namespace for one in there.items)[:_MOST_NAMED]
