"""An API server in memory: lists by label, preconditions, and namespaces and Jobs that take along what is theirs."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from tempshell_cli.backends.kubernetes.api import CONFLICT, NOT_FOUND, Api, Object, Refused
from tempshell_cli.backends.kubernetes.credentials import Credentials
from tempshell_cli.backends.kubernetes.helpers import CORE

_NAMESPACES = f"{CORE}/namespaces"


class MemoryCluster(Api):
    """Answers for itself. ``deleted`` has what was deleted, by path, and not what went along."""

    def __init__(self, scratch: Path) -> None:
        super().__init__(Credentials("lab", {"clusters": [{"cluster": {"server": "http://127.0.0.1:1"}}]}), scratch)
        self.objects: dict[str, Object] = {}
        self.deleted: list[str] = []
        self._numbers = count(1)

    def put(self, collection: str, thing: Object) -> str:
        """Have an object, unless there is one of that name; return its path."""
        path = f"{collection}/{thing['metadata']['name']}"
        if path not in self.objects:
            number = str(next(self._numbers))
            made = copy.deepcopy(thing)
            made["metadata"] = {"uid": f"uid-{number}", "resourceVersion": number, **made["metadata"]}
            self.objects[path] = made
        return path

    def _call(
        self, method: str, path: str, query: Mapping[str, str], body: Object | None = None, kind: str = ""
    ) -> Object:
        del kind
        if method == "GET" and path in self.objects:
            return copy.deepcopy(self.objects[path])
        if method == "GET" and path.rpartition("/")[2] in {"namespaces", "jobs", "pods"}:
            found = self._listed(path, query.get("labelSelector", ""))
            return {"items": [copy.deepcopy(one) for one in found]}
        if path not in self.objects:
            raise Refused(NOT_FOUND, f"{path} not found")
        if method == "DELETE":
            self._delete(path, (body or {}).get("preconditions") or {})
            return {}
        raise AssertionError(f"{method} {path}: no client is to do that here")

    def _delete(self, path: str, preconditions: Mapping[str, str]) -> None:
        metadata = self.objects[path]["metadata"]
        if any(metadata[name] != value for name, value in preconditions.items()):
            raise Refused(CONFLICT, "the precondition does not hold")
        self.deleted.append(path)
        going = self.objects.pop(path)
        namespace = f"{_NAMESPACES}/{metadata['name']}"
        for other in list(self.objects):
            inside = path == namespace and f"/namespaces/{metadata['name']}/" in other
            owners = self.objects[other]["metadata"].get("ownerReferences", ())
            if inside or any(owner.get("uid") == going["metadata"]["uid"] for owner in owners):
                del self.objects[other]

    def _listed(self, path: str, selector: str) -> Iterator[Object]:
        """Return the objects of a collection; one that names no namespace has those of all."""
        start, _, plural = path.rpartition("/")
        wanted = [word.partition("=") for word in selector.split(",") if word]
        for own, thing in self.objects.items():
            collection = own.rpartition("/")[0]
            everywhere = collection.startswith(f"{start}/namespaces/") and collection.endswith(f"/{plural}")
            carried = thing["metadata"].get("labels") or {}
            if (collection == path or everywhere) and all(
                key in carried and (not equals or carried[key] == value) for key, equals, value in wanted
            ):
                yield thing


class OneCluster:
    """What a backend knows of clusters: this one."""

    def __init__(self, api: MemoryCluster) -> None:
        self._api = api

    def current(self) -> MemoryCluster:
        return self._api

    def every(self) -> Iterator[MemoryCluster]:
        yield self._api

    def of(self, _session: str) -> MemoryCluster:
        return self._api

    def refreshed(self, _session: str, _api: Any) -> str:  # noqa: ANN401 - as above
        return "/kubeconfig"

    def check(self, _session: str, _api: Any) -> None:  # noqa: ANN401
        """Be the one it was made on."""
