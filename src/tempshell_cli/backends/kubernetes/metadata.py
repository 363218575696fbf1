"""Labels and annotations of what is made in a cluster.

A label's value is short and plain (63 characters of a small alphabet), so labels carry what is selected by: the
session, the component, and a hash of the owner. The rest is in annotations, in full.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from tempshell_cli import __version__
from tempshell_cli.backends import labels
from tempshell_cli.backends.base import Access, Profile, SandboxRequest

OWNER_HASH = f"{labels.PREFIX}owner-hash"
BACKEND = f"{labels.PREFIX}backend"
ACCESS = f"{labels.PREFIX}access"
POD = f"{labels.PREFIX}pod"  # on the Job: the UID of the pod that the session was made with
_MANAGED_BY = "app.kubernetes.io/managed-by"
_REMOVED = timedelta(seconds=60)  # in which a cluster finishes a namespace that has nothing in it
_ANNOTATIONS = (labels.OWNER, labels.DEADLINE, labels.NAME, labels.PACK, labels.PROFILE, labels.TERMS)


class Keeping(NamedTuple):
    """A workspace by its name, whose it is, and the backend that it is for: what its objects are named and found by."""

    owner: str
    backend: str
    name: str

    @property
    def object_name(self) -> str:
        """The name of its claim, and of the namespace of its own: owners and workspaces may be called alike."""
        known = "\0".join(self)
        return f"tempshell-workspace-{hashlib.sha256(known.encode()).hexdigest()[:16]}"

    def metadata(self) -> dict[str, Any]:
        """Return the metadata of one of its objects: neither of a session nor with a deadline, so no sweep's."""
        return {
            "name": self.object_name,
            "labels": {
                _MANAGED_BY: "tempshell",
                labels.WORKSPACE: self.name,
                labels.COMPONENT: "workspace",
                labels.VERSION: __version__,
                OWNER_HASH: owner_hash(self.owner),
                BACKEND: self.backend,
            },
            "annotations": {labels.OWNER: self.owner},
        }

    def selector(self) -> str:
        """Return the label selector for its objects, and for those that have it; "" for the name: any workspace."""
        named = f"{labels.WORKSPACE}={self.name}" if self.name else labels.WORKSPACE
        return f"{named},{OWNER_HASH}={owner_hash(self.owner)},{BACKEND}={self.backend}"


def keeping(origin: Origin) -> Keeping | None:
    """Return the workspace that a sandbox is to have."""
    workspace = origin.request.template.workspace
    return Keeping(origin.request.owner, origin.backend, workspace.name) if workspace else None


class Origin(NamedTuple):
    """The request that an object is made for, and the backend: its labels and annotations say both."""

    request: SandboxRequest
    backend: str

    def metadata(self, name: str, component: str, namespace: str = "") -> dict[str, Any]:
        """Return the metadata of one part of the sandbox."""
        values = labels.labels(self.request, component)
        workspace = self.request.template.workspace
        return {
            "name": name,
            **({"namespace": namespace} if namespace else {}),
            "labels": {
                _MANAGED_BY: "tempshell",
                labels.SESSION: self.request.session,
                labels.COMPONENT: component,
                labels.VERSION: values[labels.VERSION],
                OWNER_HASH: owner_hash(self.request.owner),
                BACKEND: self.backend,
                **({labels.WORKSPACE: workspace.name} if workspace else {}),
            },
            "annotations": {
                **{key: values[key] for key in _ANNOTATIONS},
                ACCESS: str(self.request.template.access),
            },
        }


def object_name(session: str) -> str:
    """Return the name of every part of a session, its own namespace included."""
    return f"tempshell-{session}"


def owner_hash(owner: str) -> str:
    """Return what stands for an owner, who may be called anything, in a label."""
    return hashlib.sha256(owner.encode()).hexdigest()[:16]


def selector(*, session: str = "", owner: str | None = None, backend: str = "", component: str = "") -> str:
    """Return the label selector for all that is ours and fits."""
    wanted = {labels.SESSION: session, BACKEND: backend, labels.COMPONENT: component}
    if owner:
        wanted[OWNER_HASH] = owner_hash(owner)
    return ",".join(f"{key}={value}" if value else key for key, value in wanted.items())


def session_of(thing: Mapping[str, Any]) -> str:
    """Return the session that an object belongs to; "" where its label is none that we would have written."""
    return labels.session_of(_metadata(thing, "labels"))


def is_owned(thing: Mapping[str, Any], session: str, owner: str) -> bool:
    """Return whether an object says that it is of a session of that owner."""
    return session_of(thing) == session and _metadata(thing, "labels").get(OWNER_HASH) == owner_hash(owner)


def is_of(thing: Mapping[str, Any], wanted: Keeping) -> bool:
    """Return whether an object says that it is of that workspace of that owner."""
    known, said = wanted.metadata(), annotations_of(thing).get(labels.OWNER)
    carried = _metadata(thing, "labels")
    keys = (labels.WORKSPACE, OWNER_HASH, BACKEND)
    return said == wanted.owner and all(carried.get(key) == known["labels"][key] for key in keys)


def workspace_of(thing: Mapping[str, Any]) -> dict[str, str]:
    """Return what a sandbox has among its details of the workspace that an object's labels name."""
    return labels.workspace_of(_metadata(thing, "labels"))


def annotations_of(thing: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the annotations of an object."""
    return _metadata(thing, "annotations")


def name_of(thing: Mapping[str, Any]) -> str:
    """Return the name of an object."""
    return str(thing["metadata"]["name"])


def namespace_of(thing: Mapping[str, Any]) -> str:
    """Return the namespace of an object."""
    return str(thing["metadata"].get("namespace", ""))


def is_terminating(thing: Mapping[str, Any]) -> bool:
    """Return whether an object is being deleted."""
    return "deletionTimestamp" in thing["metadata"]


def is_stuck(namespace: Mapping[str, Any], ahead: timedelta) -> bool:
    """Return whether a namespace is on its way out for longer than that takes; ``ahead`` is the cluster's clock."""
    deleted = namespace["metadata"].get("deletionTimestamp")
    return bool(deleted) and datetime.now(UTC) + ahead - parsed_time(deleted) > _REMOVED


def by_session(things: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the objects by their session, the newest of each."""
    found: dict[str, Mapping[str, Any]] = {}
    for thing in sorted(things, key=lambda one: str(one["metadata"].get("creationTimestamp", ""))):
        if session := session_of(thing):
            found[session] = thing
    return found


def profile_of(annotations: Mapping[str, str]) -> Profile:
    """Return the profile that annotations name."""
    return Profile.ADMIN if annotations.get(labels.PROFILE) == Profile.ADMIN else Profile.RESTRICTED


def access_of(annotations: Mapping[str, str]) -> Access:
    """Return the access to the cluster that annotations name."""
    known = annotations.get(ACCESS, "")
    return Access(known) if known in set(Access) else Access.NONE


def parsed_time(text: str) -> datetime:
    """Return a time as the API writes it."""
    return datetime.fromisoformat(text).astimezone(UTC)


def _metadata(thing: Mapping[str, Any], part: str) -> Mapping[str, str]:
    return thing["metadata"].get(part) or {}
