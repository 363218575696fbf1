"""Clusters for tests of ``reach``, as kubectl would list them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from tempshell_cli.core.process import Completed


def namespace(name: str, **labels: str) -> dict[str, Any]:
    """Return a namespace, with the label that each has."""
    return {"kind": "Namespace", "metadata": {"name": name, "labels": {"kubernetes.io/metadata.name": name, **labels}}}


def pod(
    ns: str,
    name: str,
    labels: Mapping[str, str],
    address: str = "",
    ports: Sequence[Mapping[str, Any]] = (),
    **spec: Any,  # noqa: ANN401 - JSON
) -> dict[str, Any]:
    """Return a pod that runs."""
    status = {"phase": "Running", "podIPs": [{"ip": address}] if address else []}
    containers = [{"name": name, "image": "x", "ports": list(ports)}]
    meta = {"name": name, "namespace": ns, "labels": dict(labels)}
    return {"kind": "Pod", "metadata": meta, "spec": {"containers": containers, **spec}, "status": status}


def policy(ns: str, name: str, spec: str) -> dict[str, Any]:
    """Return a NetworkPolicy of which the ``spec`` is YAML."""
    return {"kind": "NetworkPolicy", "metadata": {"name": name, "namespace": ns}, "spec": yaml.safe_load(spec)}


def service(ns: str, name: str, spec: str) -> dict[str, Any]:
    """Return a Service of which the ``spec`` is YAML."""
    return {"kind": "Service", "metadata": {"name": name, "namespace": ns}, "spec": yaml.safe_load(spec)}


@dataclass(frozen=True)
class Listing:
    """A sandbox with a cluster that has these objects."""

    objects: Sequence[Mapping[str, Any]]
    is_learners: bool = True
    home: str = "/"

    @property
    def cluster(self) -> Listing:
        """The cluster."""
        return self

    @property
    def grader(self) -> Listing:
        """The sandbox."""
        return self

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout: float) -> Completed:
        """Refuse: nothing is run in the sandbox."""
        raise AssertionError((argv, stdin, timeout))

    def kubectl(self, *argv: str, stdin: bytes = b"", timeout: float) -> Completed:
        """List the objects."""
        assert argv[0] == "get"
        del stdin, timeout
        return Completed(0, json.dumps({"kind": "List", "items": self.objects}).encode(), b"")
