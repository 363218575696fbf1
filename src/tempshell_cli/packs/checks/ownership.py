"""The status of a workload against the pods that it owns: what is written by hand is not what runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from tempshell_cli.packs.checks.matching import CannotLook, Mismatch
from tempshell_cli.packs.checks.shell import ClusterView


class _Owner(msgspec.Struct):
    uid: str
    controller: bool = False


class _Metadata(msgspec.Struct, rename="camel"):
    uid: str = ""
    owner_references: list[_Owner] = []
    deletion_timestamp: str = ""


class _Condition(msgspec.Struct):
    type: str
    status: str


class _Status(msgspec.Struct):
    phase: str = ""
    conditions: list[_Condition] = []


class _Owned(msgspec.Struct):
    kind: str
    metadata: _Metadata
    status: _Status = msgspec.field(default_factory=_Status)

    def is_ready(self) -> bool:
        """Return whether it is a pod that serves."""
        is_ready = any(one.type == "Ready" and one.status == "True" for one in self.status.conditions)
        return self.kind == "Pod" and is_ready and not self.metadata.deletion_timestamp

    def has_succeeded(self) -> bool:
        """Return whether it is a pod that has ended well."""
        return self.kind == "Pod" and self.status.phase == "Succeeded"


class _List(msgspec.Struct):
    items: list[_Owned]


class _Claim(NamedTuple):
    """A count of a status, which is that of its pods that are so at most."""

    field: str
    holds: Callable[[_Owned], bool]
    words: str


OWNED = frozenset({"pod", "replicaset"})  # a Deployment owns its pods by way of ReplicaSets
_READY = _Owned.is_ready, "are ready"
_CLAIMS: Mapping[str, _Claim] = {
    "Deployment": _Claim("readyReplicas", *_READY),
    "ReplicaSet": _Claim("readyReplicas", *_READY),
    "StatefulSet": _Claim("readyReplicas", *_READY),
    "DaemonSet": _Claim("numberReady", *_READY),
    "Job": _Claim("succeeded", _Owned.has_succeeded, "have succeeded"),
}


def get_owned(namespace: str) -> tuple[str, ...]:
    """Return the arguments for kubectl that read the pods of a namespace, and what owns them for a Deployment."""
    return ("get", ",".join(sorted(OWNED)), "--namespace", namespace, "--output", "json")


def status_mismatch(found: Any, cluster: ClusterView, timeout: float) -> Mismatch | None:  # noqa: ANN401 - JSON
    """Compare the status of a workload with its pods' own; None where there is nothing to compare, or it is true.

    The pods are those of the namespace that the object itself names: a check may leave it to the session's own.
    A status can be patched by hand, and the controller of a Job that has finished leaves it so. Pods belong to whatever
    controls them by their ``ownerReferences``, and their own status is the kubelet's, which writes it again. Raises
    CannotLook where the pods cannot be read.
    """
    claim = _CLAIMS.get(found.get("kind"))
    claimed = found.get("status", {}).get(claim.field) if claim else None
    if claim is None or not isinstance(claimed, int) or claimed < 1:
        return None
    metadata = found.get("metadata", {})
    namespace = metadata.get("namespace", "")
    done = cluster.kubectl(*get_owned(namespace), timeout=timeout)
    try:
        items = msgspec.json.decode(done.stdout, type=_List).items
    except msgspec.DecodeError as cause:
        raise CannotLook(f"the pods in {namespace} cannot be looked at") from cause
    owners = {metadata.get("uid")}
    owners |= {one.metadata.uid for one in items if one.kind == "ReplicaSet" and _is_owned(one, owners)}
    counted = sum(claim.holds(one) for one in items if _is_owned(one, owners))
    if counted >= claimed:
        return None
    return Mismatch(f"pods of its own that {claim.words}: {claimed}, as its status says", str(counted))


def _is_owned(one: _Owned, owners: set[Any]) -> bool:
    return any(owner.controller and owner.uid in owners for owner in one.metadata.owner_references)
