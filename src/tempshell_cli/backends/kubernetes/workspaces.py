"""Workspaces in a cluster: a PersistentVolumeClaim that a session's pod has as its home.

A pod mounts only claims of its own namespace. Without a given one, a workspace has a namespace, which its sessions are
in. Neither claim nor namespace is of a session or has a deadline, so no sweep takes one for something that is over.
A Job that was made with a workspace has it: see ``WorkspaceClaim.take``.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from tempshell_cli.backends import labels
from tempshell_cli.backends.base import KeptWorkspace, Profile, SandboxRequest
from tempshell_cli.backends.kubernetes.api import CONFLICT, Api, Object, Refused
from tempshell_cli.backends.kubernetes.helpers import BATCH, CORE, workspace_namespace
from tempshell_cli.backends.kubernetes.home import Home, with_home
from tempshell_cli.backends.kubernetes.metadata import (
    Keeping,
    Origin,
    annotations_of,
    is_of,
    is_terminating,
    keeping,
    name_of,
    namespace_of,
    parsed_time,
    session_of,
    workspace_of,
)
from tempshell_cli.backends.kubernetes.pod import Image, quantity
from tempshell_cli.backends.kubernetes.pod_status import PodFailure
from tempshell_cli.backends.workspaces import in_use
from tempshell_cli.core.attempts import attempts
from tempshell_cli.core.errors import EngineUnavailable, LimitReached, ProvisionFailed, TempshellError
from tempshell_cli.core.text import one_line

_WAIT = 10.0  # seconds for another start, which came later and has to give way, to do so
_GONE = 60.0  # seconds for a claim, or a namespace with one, to be gone
_PROVISIONING = 60.0  # seconds in which what provisions volumes may fail and try again
_ENDED, _OVER = {"Complete", "Failed"}, {"Failed", "Succeeded"}  # conditions of a Job, phases of a pod
_REMOVING = f"{labels.PREFIX}removing"  # on what is about to be deleted; see ``remove``
_SHARED = f"{labels.PREFIX}shared"  # on a claim that a session has had which has not made it; see ``_undo``
_NO_VOLUME = "FailedBinding"  # the reason of the event that nothing will provide a volume
_REFUSED = {_NO_VOLUME, "ProvisioningFailed"}
_CLASSES = "`kubectl get storageclasses` shows what provides volumes: a default one is needed"


class Holder(NamedTuple):
    """A Job or a pod that has a workspace; ``is_made`` where it is a Job that was made and not started.

    ``place`` is its namespace and the name of the workspace, ``title`` what people know the session by.
    """

    identity: str
    session: str
    title: str
    is_made: bool
    place: tuple[str, str]


class WorkspaceClaim:
    """The workspace of a session that is being made, in a namespace; "" is one of the workspace's own."""

    def __init__(self, api: Api, origin: Origin, wanted: Keeping, namespace: str) -> None:
        self._api = api
        self._request: SandboxRequest = origin.request
        self._wanted = wanted
        self._own = not namespace
        self.namespace = namespace or wanted.object_name
        self._made: dict[str, str] = {}  # what this start has made of it: UIDs by path
        self._begun = time.monotonic()

    def mounted(self, job: Object, image: Image) -> Object:
        """Return a Job whose pod has the workspace as its home."""
        is_root = self._own or self._request.template.profile is Profile.ADMIN or self._was_roots()
        return with_home(job, self._request.template, image, Home(self._wanted.object_name, is_root))

    def make_namespace(self) -> None:
        """Make the namespace of the workspace where it needs one and there is none."""
        if self._own:
            if space := self._api.get(self._space):
                self._refuse_foreign(space)
            else:
                self._made[self._space] = _create(self._api, f"{CORE}/namespaces", workspace_namespace(self._wanted))

    def take(self, job: Object) -> None:
        """Have the workspace for a Job that was made and not started, and make its claim where there is none.

        Each start makes its Job first and looks for others then, so of two at least one sees the other. Who sees one
        that has started gives way, and of two that were only made the one with the higher UID: the other waits for
        that. Raises LimitReached, Refused.
        """
        identity = str(job["metadata"]["uid"])
        session = session_of(job)
        for _ in attempts(_WAIT):
            every = holders(self._api, self._wanted, self.namespace)
            others = [one for one in every if one.session != session]
            ahead = [one for one in others if not one.is_made or one.identity < identity]
            if not others or ahead:
                break
        if others:
            self._api.delete(f"{self._jobs}/{name_of(job)}", preconditions={"uid": identity})  # others may wait for it
            raise in_use(self._wanted.name, (ahead or others)[0].title)
        self._ensure()

    def is_pending(self) -> bool:
        """Return whether the claim has no volume yet."""
        claim = self._api.get(self._path) or {}
        return (claim.get("status") or {}).get("phase") == "Pending"

    def failure(self) -> PodFailure | None:
        """Return why a claim that is pending will have no volume; None as long as it may have one."""
        query = f"involvedObject.name={self._wanted.object_name},involvedObject.kind=PersistentVolumeClaim"
        events = self._api.items(f"{CORE}/namespaces/{self.namespace}/events", fieldSelector=query)
        said = [one for one in events if one.get("reason") in _REFUSED]
        lasts = time.monotonic() - self._begun > _PROVISIONING
        last = next((one for one in said if lasts or one["reason"] == _NO_VOLUME), None)
        if last is None:
            return None
        words = one_line(f"{last['reason']}: {last.get('message')}")
        return PodFailure(f"the claim of the workspace {self._wanted.name} has no volume: {words}", _CLASSES)

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Remove what the start has made of the workspace where the block fails: there are no files in it yet."""
        try:
            yield
        except BaseException:
            with suppress(TempshellError):
                self._undo()
            raise

    def _undo(self) -> None:
        """Remove the claim and the namespace that this start has made, unless another session has had them since.

        A machine can sleep during a start until the Job has ended. Another may have the workspace then, and has marked
        its claim, or have made a new one.
        """
        for _ in attempts(_WAIT):
            claim = self._api.get(self._path)
            if claim is None or is_terminating(claim):
                break
            at, uid = claim["metadata"]["resourceVersion"], claim["metadata"]["uid"]
            if uid != self._made.get(self._path) or _SHARED in annotations_of(claim):
                return
            self._api.delete(self._path, preconditions={"uid": uid, "resourceVersion": at})
        else:
            return
        others = {one.session for one in holders(self._api, self._wanted, self.namespace)} - {self._request.session}
        if (made := self._made.get(self._space)) and not others:
            self._api.delete(self._space, preconditions={"uid": made})

    def _ensure(self) -> None:
        """Make the claim, unless there is one; raises LimitReached where that is being removed."""
        keeper, claim = self._keeper(), self._api.get(self._path)
        for one in filter(None, (keeper, claim)):
            self._refuse_foreign(one)
            if is_terminating(one) or _REMOVING in annotations_of(one):
                hint = f"`tempshell workspace rm {self._wanted.name}` finishes that; then start again"
                if is_terminating(one):
                    hint = "start again when it is gone: `kubectl get pvc,ns` shows what is there"
                raise LimitReached(f"the workspace {self._wanted.name} is being removed", hint=hint)
        is_admin = self._request.template.profile is Profile.ADMIN
        marks = {labels.PROFILE: str(Profile.ADMIN)} if is_admin else {}
        if claim is None:
            self._made[self._path] = _create(self._api, self._claims, self._body())
        else:
            marks[_SHARED] = "true"
        if marks:
            self._api.patch(self._path, {"metadata": {"annotations": marks}})

    def _refuse_foreign(self, found: Object) -> None:
        """Raise ProvisionFailed for a namespace or a claim that is called so and says nothing of this workspace."""
        if not is_of(found, self._wanted):
            kind, hint = "claim" if namespace_of(found) else "namespace", "choose another --workspace, or remove it"
            said = f"the {kind} {name_of(found)} is there, and is not of the workspace {self._wanted.name}"
            raise ProvisionFailed(said, hint=hint)

    def _body(self) -> Object:
        assert self._request.template.workspace  # noqa: S101 - for mypy
        size = quantity(self._request.template.workspace.size)
        spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
        return {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {**self._wanted.metadata(), "namespace": self.namespace},
            "spec": spec,
        }

    def _was_roots(self) -> bool:
        """Return whether files may be root's: then what gives them away has to be root as well."""
        return labels.PROFILE in annotations_of(self._api.get(self._path) or {"metadata": {}})

    def _keeper(self) -> Object | None:
        return self._api.get(_keeper_path(self._wanted, self.namespace, own=self._own))

    @property
    def _space(self) -> str:
        return f"{CORE}/namespaces/{self.namespace}"

    @property
    def _claims(self) -> str:
        return f"{self._space}/persistentvolumeclaims"

    @property
    def _path(self) -> str:
        return f"{self._claims}/{self._wanted.object_name}"

    @property
    def _jobs(self) -> str:
        return f"{BATCH}/namespaces/{self.namespace}/jobs"


def claim_of(api: Api, origin: Origin, namespace: str) -> WorkspaceClaim | None:
    """Return the claim of the workspace of a session; None where it has none."""
    wanted = keeping(origin)
    return WorkspaceClaim(api, origin, wanted, namespace) if wanted else None


def holders(api: Api, wanted: Keeping, namespace: str) -> list[Holder]:
    """Return what has a workspace, or with "" for its name any one; "" for the namespace: in all of them.

    A pod has it until it has ended: its Job may be gone before.
    """
    within, query = f"/namespaces/{namespace}" if namespace else "", wanted.selector()
    jobs = api.items(f"{BATCH}{within}/jobs", labelSelector=query)
    pods = api.items(f"{CORE}{within}/pods", labelSelector=query)
    found = [one for one in jobs if not is_terminating(one) and not _has_ended(one)]
    found += [one for one in pods if (one.get("status") or {}).get("phase") not in _OVER]
    return [_holder(one) for one in found]


def workspaces(api: Api, owner: str, backend: str, namespace: str) -> list[KeptWorkspace]:
    """Return the workspaces of an owner: in a given namespace, or with "" those with a namespace of their own."""
    every = Keeping(owner, backend, "")
    kind = f"{CORE}/namespaces/{namespace}/persistentvolumeclaims" if namespace else f"{CORE}/namespaces"
    found = {}
    for one in api.items(kind, labelSelector=every.selector()):
        name = workspace_of(one).get("workspace", "")
        if name and name_of(one) == every._replace(name=name).object_name and not is_terminating(one):
            found[name] = KeptWorkspace(name, owner, made=parsed_time(one["metadata"]["creationTimestamp"]))
    users = {one.place: one.session for one in holders(api, every, namespace)} if found else {}
    place = {name: (namespace or every._replace(name=name).object_name, name) for name in found}
    return [one._replace(session=users.get(place[name], "")) for name, one in sorted(found.items())]


def remove(api: Api, wanted: Keeping, namespace: str) -> None:
    """Remove a workspace: its claim, or the namespace that it has; raises LimitReached where a session has it.

    It is marked before a look at who has it, and a start looks at the mark after it has made its Job: one sees the
    other. Raises EngineUnavailable where it does not go.
    """
    where = namespace or wanted.object_name
    path = _keeper_path(wanted, where, own=not namespace)
    found = api.get(path)
    if found is None or workspace_of(found).get("workspace") != wanted.name:
        return
    if not is_terminating(found):
        api.patch(path, {"metadata": {"annotations": {_REMOVING: "true"}}})
        for one in holders(api, wanted, where):
            api.patch(path, {"metadata": {"annotations": {_REMOVING: None}}})
            raise in_use(wanted.name, one.title)
        api.delete(path, preconditions={"uid": found["metadata"]["uid"]})
    for _ in attempts(_GONE):
        left = api.get(path)
        if left is None or left["metadata"]["uid"] != found["metadata"]["uid"]:
            return
    raise EngineUnavailable(f"the workspace {wanted.name} is not gone yet", hint="see `kubectl get pvc,ns`; try again")


def _keeper_path(wanted: Keeping, namespace: str, *, own: bool) -> str:
    """Return the path of the object that goes with a workspace: its namespace, or in a given one its claim."""
    space = f"{CORE}/namespaces/{namespace}"
    return space if own else f"{space}/persistentvolumeclaims/{wanted.object_name}"


def _holder(thing: Mapping[str, Any]) -> Holder:
    session, name = session_of(thing), annotations_of(thing).get(labels.NAME, "")
    is_made = thing["spec"].get("parallelism") == 0
    place = namespace_of(thing), workspace_of(thing).get("workspace", "")
    return Holder(str(thing["metadata"]["uid"]), session, one_line(f"{name} ({session})".strip()), is_made, place)


def _has_ended(job: Mapping[str, Any]) -> bool:
    conditions: Sequence[Mapping[str, Any]] = (job.get("status") or {}).get("conditions") or ()
    return any(one["type"] in _ENDED and one["status"] == "True" for one in conditions)


def _create(api: Api, collection: str, body: Object) -> str:
    """Make an object and return its UID; "" where another has just made it."""
    try:
        return str(api.create(collection, body)["metadata"]["uid"])
    except Refused as cause:
        if cause.status != CONFLICT:
            raise
        return ""
