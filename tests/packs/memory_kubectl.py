"""A kubectl whose cluster is in memory: it replaces, makes and deletes objects as an API server does."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tempshell_cli.core.process import Completed
from tempshell_cli.packs.authoring.mutation.objects import ref_of

_NOT_FOUND = Completed(1, b"", b"Error from server (NotFound): it is not there")
_IMMUTABLE = Completed(1, b"", b"The RoleBinding is invalid: roleRef: Invalid value: cannot change roleRef")


@dataclass
class MemoryKubectl:
    """``objects`` are those of the cluster, by ``ref``; what has ``refuse`` in its manifest is invalid."""

    objects: dict[str, Any]
    is_learners: bool = True
    refuse: bytes = b"(nothing)"
    asked: list[Sequence[str]] = field(default_factory=list)
    numbers: count[int] = field(default_factory=count)

    def kubectl(self, *argv: str, stdin: bytes = b"", timeout: float) -> Completed:
        del timeout
        self.asked.append(argv)
        match argv[0]:
            case "api-resources":
                return Completed(0, b"configmaps\nevents\nroles.rbac.authorization.k8s.io\n", b"")
            case "get":
                return self._get(argv)
            case "replace" if self.refuse in stdin:
                return Completed(1, b"", b"it is invalid")
            case "replace":
                return self._replace(json.loads(stdin), argv)
            case "delete":
                self.objects.pop(ref_of(json.loads(stdin)), None)
        return Completed(0, b"", b"")  # rollout and wait have nothing to wait for

    def _get(self, argv: Sequence[str]) -> Completed:
        namespace = argv[argv.index("--namespace") + 1] if "--namespace" in argv else ""
        if argv[2] == "--namespace":
            items = [one for one in self.objects.values() if one["metadata"].get("namespace") == namespace]
            return _printed({"items": items})
        ref = "/".join(part for part in (argv[1], namespace, argv[2]) if part)
        if ref not in self.objects:
            return Completed(0, b"", b"") if "--ignore-not-found" in argv else _NOT_FOUND
        return _printed(self.objects[ref])

    def _replace(self, body: dict[str, Any], argv: Sequence[str]) -> Completed:
        ref = ref_of(body)
        there = self.objects.get(ref)
        if "--subresource=status" in argv and there:
            there["status"] = body["status"]
            return _printed(there)
        if "--force" in argv:
            there = {"metadata": {"uid": f"made-{next(self.numbers)}"}}
        elif there is None:
            return _NOT_FOUND
        elif there.get("roleRef") != body.get("roleRef"):
            return _IMMUTABLE
        kept = {key: one for key, one in there["metadata"].items() if key in {"uid", "managedFields"}}
        self.objects[ref] = {**body, "metadata": {**body["metadata"], **kept}}
        if "status" in there:
            self.objects[ref]["status"] = there["status"]
        deleted = f"{ref} deleted\n".encode() if "--force" in argv else b""
        return _printed(self.objects[ref], deleted)


@dataclass
class Outside:
    """A sandbox without files, of which the cluster alone is looked at."""

    cluster: MemoryKubectl
    home: str = "/home/learner"

    @property
    def grader(self) -> Outside:
        return self

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout: float) -> Completed:
        del argv, stdin, timeout
        return Completed(0, b"", b"")


def _printed(value: Mapping[str, Any], before: bytes = b"") -> Completed:
    return Completed(0, before + json.dumps(value).encode(), b"")
