"""The check ``object``: a live object of the cluster, and what it must be like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta, field
from msgspec.structs import asdict

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Completed
from tempshell_cli.core.text import strip_controls
from tempshell_cli.packs.checks.conditions import Where, where_mismatch
from tempshell_cli.packs.checks.kind import Kind
from tempshell_cli.packs.checks.lists import arranged, with_sidecars
from tempshell_cli.packs.checks.matching import CannotLook, Mismatch, Rules, data_mismatch, no_record, shown
from tempshell_cli.packs.checks.ownership import status_mismatch
from tempshell_cli.packs.checks.places import cluster_of
from tempshell_cli.packs.checks.shell import ClusterView, SandboxShell
from tempshell_cli.packs.checks.values.meaning import is_alike
from tempshell_cli.packs.checks.values.paths import Found, plain_path, refuse_bad_path
from tempshell_cli.packs.checks.workload import NOT_FOUND, refuse_broken_api
from tempshell_cli.packs.reading.fields import END, says

_SECONDS = 5.0
_MOST_NAMED = 3
_IDENTITY = "metadata.uid"
NO_SUCH_KIND = "the server doesn't have a resource type"
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

    kept: Annotated[
        tuple[str, ...],
        says(
            "JSONPaths. What they find must be as it was right after the setup: with `$.metadata.uid` the object is"
            " still the one that the setup has made."
        ),
    ] = ()

    def __post_init__(self) -> None:
        if not self.exists and (self.match or self.where or self.kept):
            raise ValueError("an object that must not exist can have no match, no where and no kept")
        for path in self.kept:
            refuse_bad_path(path)

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
        """That of the object, where the check names one and reads its status."""
        return split_ref(self.ref)[1] if self._reads_status() else ""

    def _reads_status(self) -> bool:
        return "status" in self.match or any("status" in path for one in self.where for path in one.paths())

    def record(self, sandbox: SandboxShell, timeout: float) -> Mapping[str, str]:
        """Read what it must keep."""
        if not self.kept:
            return {}
        done = cluster_of(sandbox).kubectl(*get_object(self.ref), timeout=timeout)
        try:
            found = msgspec.json.decode(done.stdout)
        except msgspec.DecodeError as cause:
            said = strip_controls(done.stderr.decode(errors="replace")).strip()
            raise CannotLook(f"{self.ref}, which is to be kept, cannot be read: {said or 'no answer'}") from cause
        return {f"{self.ref} {path}": shown(_values(found, path)) for path in self.kept}

    def with_record(self, record: Mapping[str, str]) -> ObjectState:
        """Return it with what it must keep."""
        return _WithRecord(**asdict(self), recorded=record) if self.kept else self

    def _lost(self, found: object) -> Mismatch | None:
        """Compare what it must keep with an object."""
        del found
        if self.kept:
            raise no_record(self.ref)
        return None

    def look(self, sandbox: SandboxShell, timeout: float) -> Mismatch | None:
        """Read the object, and compare it."""
        cluster = cluster_of(sandbox)
        done = cluster.kubectl(*get_object(self.ref), timeout=timeout)
        if done.timed_out or done.exit_code:
            return _absent(self, cluster, done)
        if not self.exists:
            return Mismatch(f"no {self.ref}", "it is there")
        try:
            read = msgspec.json.decode(done.stdout)
        except msgspec.DecodeError as cause:
            raise CannotLook(f"{self.ref} is larger than can be looked at") from cause
        if differs := self._lost(read):
            return differs
        found = with_sidecars(read)
        if differs := data_mismatch(self.match, found, Rules(is_alike, arranged)):
            return Mismatch(f"{self.ref}: {differs.expected}", differs.found)
        differs = next((differs for one in self.where if (differs := where_mismatch(one, found))), None)
        if differs is None and self._reads_status():
            differs = status_mismatch(found, cluster, timeout)
        return Mismatch(f"{self.ref}: {differs.expected}", differs.found) if differs else None


class _WithRecord(ObjectState, frozen=True, kw_only=True):
    """One that knows what its object was like after the setup."""

    recorded: Mapping[str, str]

    def _lost(self, found: object) -> Mismatch | None:
        for path in self.kept:
            if (before := self.recorded.get(f"{self.ref} {path}")) is None:
                raise no_record(self.ref)
            if (now := shown(_values(found, path))) != before:
                if plain_path(path) == _IDENTITY:
                    return Mismatch(f"the {self.ref} that the setup has made", "another one of this name")
                return Mismatch(f"{self.ref}: {plain_path(path)} as after the setup: {before}", now)
        return None


def _values(found: object, path: str) -> list[object]:
    return [one.value for one in Found(found).find(path)]


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
    if done.timed_out or not (NOT_FOUND in said or NO_SUCH_KIND in said):
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
