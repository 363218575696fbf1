"""What is over in a cluster, whosever it is: namespaces that are a session's own, and Jobs in given ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tempshell_cli.backends import labels
from tempshell_cli.backends.base import Expired, Receipt
from tempshell_cli.backends.kubernetes.api import Api, Object
from tempshell_cli.backends.kubernetes.helpers import BATCH, CORE
from tempshell_cli.backends.kubernetes.metadata import (
    annotations_of,
    is_terminating,
    name_of,
    namespace_of,
    object_name,
    parsed_time,
    selector,
    session_of,
)
from tempshell_cli.backends.kubernetes.target import is_a_sessions_own


def look(api: Api, backend: str, namespace: str, grace: timedelta) -> list[Expired]:
    """Return what a backend's sessions have left that is past its own deadline, by the cluster's clock.

    In one namespace, or with "" in all. A session's own namespace speaks for itself, and takes what is in it along.
    Raises EngineUnavailable.
    """
    query = {"labelSelector": selector(backend=backend)}
    if namespace:
        found = api.items(f"{BATCH}/namespaces/{namespace}/jobs", **query)
    else:
        jobs = api.items(f"{BATCH}/jobs", **query)
        found = [*api.items(f"{CORE}/namespaces", **query), *jobs]
    latest = datetime.now(UTC) + api.ahead - grace
    return [
        Expired(session_of(one), what, {"path": path, "uid": meta["uid"], "version": meta["resourceVersion"]})
        for one, what, path in _named(found)
        if not is_terminating(one) and (deadline := _deadline(one)) and deadline < latest
        for meta in (one["metadata"],)
    ]


def remove(api: Api, one: Expired) -> Receipt:
    """Delete that object, if it is still as it was found: UID and version are preconditions.

    A namespace goes with all that is in it, which takes the cluster some seconds.
    """
    path, uid, version = (one.identity[part] for part in ("path", "uid", "version"))
    api.delete(path, preconditions={"uid": uid, "resourceVersion": version}, propagationPolicy="Background")
    left = api.get(path)
    stays = left is not None and left["metadata"]["uid"] == uid and not is_terminating(left)
    return Receipt(one.session, [] if stays else [one.what])


def _named(found: list[Object]) -> Iterator[tuple[Object, str, str]]:
    """Yield what is called as a session's, with its name on a receipt and its path."""
    for one in found:
        name, namespace = name_of(one), namespace_of(one)
        if not session_of(one) or name != object_name(session_of(one)):
            continue
        if not namespace and is_a_sessions_own(name):
            yield one, f"namespace {name}", f"{CORE}/namespaces/{name}"
        elif namespace and not is_a_sessions_own(namespace):
            yield one, f"job {namespace}/{name}", f"{BATCH}/namespaces/{namespace}/jobs/{name}"


def _deadline(thing: Mapping[str, Any]) -> datetime | None:
    """Return the deadline of an object; a Job that runs has one that its controller keeps, too."""
    deadline = labels.own_deadline(annotations_of(thing))
    started, seconds = (
        (thing.get("status") or {}).get("startTime"),
        (thing.get("spec") or {}).get("activeDeadlineSeconds"),
    )
    if deadline is None or not started or not seconds or (thing.get("status") or {}).get("conditions"):
        return deadline
    return max(deadline, parsed_time(started) + timedelta(seconds=seconds))
