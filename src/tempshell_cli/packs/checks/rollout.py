"""The check ``rollout``: how a Deployment came to its pods of today, by what Kubernetes itself has recorded."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta, field
from msgspec.structs import asdict

from tempshell_cli.core.text import strip_controls
from tempshell_cli.packs.checks.kind import Kind
from tempshell_cli.packs.checks.matching import CannotLook, Mismatch, no_record
from tempshell_cli.packs.checks.places import cluster_of
from tempshell_cli.packs.checks.shell import ClusterView, SandboxShell
from tempshell_cli.packs.checks.workload import refuse_broken_api
from tempshell_cli.packs.reading.fields import END, says

# What the Deployment controller says of each step, in the forms of old and new releases of Kubernetes.
_SCALED = re.compile(r"Scaled (?:up|down) replica set (\S+) (?:from (\d+) )?to (\d+)(?: from (\d+))?")
_SCALING = "ScalingReplicaSet"
_ARRIVAL_SECONDS, _EVERY_SECONDS = 5.0, 0.2
Deployment = Annotated[
    str,
    Meta(
        title="Deployment",
        pattern=rf"^deployment/[a-z0-9][a-z0-9.-]*/[a-z0-9][a-z0-9.-]*{END}",
        examples=["deployment/shop/web"],
    ),
]


_Pods = Annotated[int, Meta(ge=1, le=1000)]


class _Owner(msgspec.Struct):
    uid: str = ""


class _Metadata(msgspec.Struct, rename="camel"):
    name: str
    uid: str = ""
    resource_version: str = "0"
    owner_references: list[_Owner] = []


class _Condition(msgspec.Struct, rename="camel"):
    type: str
    status: str
    last_transition_time: str = ""


class _Container(msgspec.Struct, rename="camel"):
    restart_count: int = 0


class _Status(msgspec.Struct, rename="camel"):
    conditions: list[_Condition] = []
    container_statuses: list[_Container] = []


class _Spec(msgspec.Struct):
    replicas: int = 0


class _Item(msgspec.Struct, rename="camel"):
    """A Deployment, ReplicaSet, pod or event, as far as it matters here."""

    kind: str
    metadata: _Metadata
    spec: _Spec = field(default_factory=_Spec)
    status: _Status = field(default_factory=_Status)
    involved_object: _Owner = field(default_factory=_Owner)
    reason: str = ""
    message: str = ""
    last_timestamp: str | None = None
    event_time: str | None = None
    count: int | None = None

    @property
    def times(self) -> int:
        """How often an event has come."""
        return self.count or 1

    @property
    def at(self) -> str:
        """When an event came last, in RFC 3339 and whole seconds, as a pod's conditions have it."""
        return re.sub(r"\.\d+Z$", "Z", self.last_timestamp or self.event_time or "")

    def is_of(self, uid: str) -> bool:
        """Return whether something with this uid owns it, or is what the event is about."""
        return self.involved_object.uid == uid or any(owner.uid == uid for owner in self.metadata.owner_references)

    @property
    def ready_since(self) -> str:
        """When a pod became ready, in RFC 3339, which sorts as text; "" where it was ready before, for all we know."""
        if any(one.restart_count for one in self.status.container_statuses):
            return ""
        ready = next((one for one in self.status.conditions if one.type == "Ready"), None)
        return ready.last_transition_time if ready and ready.status == "True" else ""


class _List(msgspec.Struct):
    items: list[_Item]


class _Seen(NamedTuple):
    """A Deployment, and all that there is of its history."""

    uid: str
    sets: Mapping[str, _Item]
    events: Sequence[_Item]
    pods: Mapping[str, Sequence[_Item]]
    created: Mapping[str, int]

    @property
    def is_complete(self) -> bool:
        """Whether the last step of each ReplicaSet that has pods has its event, which comes a moment later."""
        last = {(step[1], int(step[3])) for event in self.events if (step := _SCALED.match(event.message))}
        return all((name, count) in last for name, count in self.replicas.items() if count)

    @property
    def replicas(self) -> dict[str, int]:
        """How many pods each of its ReplicaSets is to have."""
        return {name: one.spec.replicas for name, one in self.sets.items()}


class Rollout(Kind, frozen=True, kw_only=True):
    """Look back at how a Deployment was scaled and rolled out since the setup: it must still be the same one.

    The controller records each step as an event, and each pod says since when it is ready. Where events are missing,
    the check is an error: Kubernetes keeps them for an hour, and of more than ten in ten minutes not each.
    """

    ref: Annotated[Deployment, says("Which: `deployment/namespace/name`.")]
    least: Annotated[_Pods | None, says("At no time were fewer of its pods ready than this.")] = None
    most: Annotated[_Pods | None, says("At no time did it ask for more pods than this.")] = None

    @property
    def needs_cluster(self) -> bool:
        """Always."""
        return True

    def record(self, sandbox: SandboxShell, timeout: float) -> Mapping[str, str]:
        """Read where its history begins for the learner, when the events of the setup have arrived."""
        until = time.monotonic() + _ARRIVAL_SECONDS
        while True:
            seen = self._read(cluster_of(sandbox), timeout)
            if seen is None:
                raise CannotLook(f"{self.ref}, whose history is to be judged, is not there")
            if seen.is_complete or time.monotonic() > until:
                break
            time.sleep(_EVERY_SECONDS)
        events = {one.metadata.name: one.times for one in seen.events}
        return {f"rollout {self.ref}": json.dumps({"uid": seen.uid, "replicas": seen.replicas, "events": events})}

    def with_record(self, record: Mapping[str, str]) -> Rollout:
        """Return it with where the history begins."""
        known = record.get(f"rollout {self.ref}")
        return _WithStart(**asdict(self), start=msgspec.json.decode(known, type=_Start)) if known else self

    def look(self, sandbox: SandboxShell, timeout: float) -> Mismatch | None:
        """Read the history, and judge it."""
        del sandbox, timeout
        raise no_record(self.ref)

    def _read(self, cluster: ClusterView, timeout: float) -> _Seen | None:
        """Return the Deployment and its history; None where there is none of this name."""
        _, namespace, name = self.ref.split("/")
        kinds = "deployments.apps,replicasets.apps,pods,events"
        done = cluster.kubectl("get", kinds, "--namespace", namespace, "--output", "json", timeout=timeout)
        try:
            items = msgspec.json.decode(done.stdout, type=_List).items
        except msgspec.DecodeError as cause:
            refuse_broken_api(cluster, done.stderr)
            said = strip_controls(done.stderr.decode(errors="replace")).strip()
            raise CannotLook(f"the history of {self.ref} cannot be read: {said or 'no answer'}") from cause
        uid = next((one.metadata.uid for one in items if one.kind == "Deployment" and one.metadata.name == name), "")
        if not uid:
            return None
        sets = {one.metadata.name: one for one in items if one.kind == "ReplicaSet" and one.is_of(uid)}
        of_sets = {name: [one for one in items if one.is_of(owner.metadata.uid)] for name, owner in sets.items()}
        return _Seen(
            uid=uid,
            sets=sets,
            events=[one for one in items if one.reason == _SCALING and one.is_of(uid)],
            pods={name: [one for one in those if one.kind == "Pod"] for name, those in of_sets.items()},
            created={
                name: sum(one.times for one in those if one.reason == "SuccessfulCreate")
                for name, those in of_sets.items()
            },
        )


class _Start(msgspec.Struct, frozen=True):
    """Where the history begins: after the setup."""

    uid: str
    replicas: dict[str, int]
    events: dict[str, int]


class _WithStart(Rollout, frozen=True, kw_only=True):
    """One that knows where the history begins."""

    start: _Start

    def look(self, sandbox: SandboxShell, timeout: float) -> Mismatch | None:
        """Replay the steps since the setup, in the order in which the API server has got to know of them."""
        seen = self._read(cluster_of(sandbox), timeout)
        if seen is None:
            return Mismatch(f"a {self.ref}", "it is not there")
        if seen.uid != self.start.uid:
            return Mismatch(f"the {self.ref} that the setup has made", "another one of this name")
        replicas = dict(self.start.replicas)
        for event in sorted(seen.events, key=lambda one: int(one.metadata.resource_version)):
            new = event.times - self.start.events.get(event.metadata.name, 0)
            if new < 1:
                continue
            step = _SCALED.match(event.message)
            if new > 1 or step is None:  # several steps, and only the last has its place among the others
                raise self._has_gaps()
            name, before, after = step[1], step[2] or step[4], int(step[3])
            if before is not None and int(before) != replicas.get(name, 0):
                raise self._has_gaps()
            is_down, replicas[name] = after < replicas.get(name, 0), after
            if differs := self._mismatch(replicas, seen, event.at, is_down=is_down):
                return differs
        if any(count != replicas.get(name, 0) for name, count in seen.replicas.items()):
            raise self._has_gaps()
        return None

    def _has_gaps(self) -> CannotLook:
        what = f"the history of {self.ref} has gaps: Kubernetes keeps events for an hour, and not each of many"
        return CannotLook(what, hint="reset the task")

    def _mismatch(self, replicas: Mapping[str, int], seen: _Seen, at: str, *, is_down: bool) -> Mismatch | None:
        """Compare the pods of one moment, after a step, with what is asked for."""
        wanted = sum(replicas.values())
        if self.most is not None and wanted > self.most:
            return Mismatch(f"{self.ref}: at most {self.most} pods at any time", f"{wanted} at {at}")
        ready = sum(self._ready(name, count, seen, at) for name, count in replicas.items())
        if self.least is not None and is_down and ready < self.least:
            return Mismatch(f"{self.ref}: at least {self.least} ready pods at any time", f"{ready} at {at}")
        return None

    def _ready(self, name: str, count: int, seen: _Seen, at: str) -> int:
        """Return how many pods of a ReplicaSet were ready then.

        All of them, where that cannot be known: pods that were there at the setup, or of which some are gone again.
        """
        pods = seen.pods.get(name, ())
        if name in self.start.replicas or not len(pods) == seen.created.get(name) == seen.replicas.get(name):
            return count
        return min(count, sum(pod.ready_since <= at for pod in pods))
