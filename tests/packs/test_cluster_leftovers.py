"""What a reset removes from a cluster, and what it leaves: by the kubectl that it runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tempshell_cli.core.process import Completed
from tempshell_cli.packs.grading.cluster_leftovers import ClusterLeftovers

from .drafts import task_with

KINDS = """\
configmaps                       cm      v1                               true   ConfigMap
events                           ev      v1                               true   Event
nodes                            no      v1                               false  Node
serviceaccounts                  sa      v1                               true   ServiceAccount
deployments                      deploy  apps/v1                          true   Deployment
validatingwebhookconfigurations          admissionregistration.k8s.io/v1  false  ValidatingWebhookConfiguration
"""
OLD, SETUP, NEW = "2026-11-30T10:00:00Z", "2026-11-30T11:00:00Z", "2026-11-30T12:00:00Z"
Object = dict[str, Any]


def _object(
    kind: str, name: str, namespace: str = "", made: str = NEW, metadata: Object | None = None, **rest: object
) -> Object:
    version = {"Deployment": "apps/v1", "ValidatingWebhookConfiguration": "admissionregistration.k8s.io/v1"}.get(
        kind, "v1"
    )
    place = {"namespace": namespace} if namespace else {}
    metadata = {"name": name, "creationTimestamp": made, **place, **(metadata or {})}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": {}, **rest}


@dataclass
class Cluster:
    """A cluster of objects, which ``get`` finds, and a list of what was changed in it."""

    objects: list[Object]
    refusals: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    is_learners: bool = True

    def kubectl(self, *argv: str, stdin: bytes = b"", timeout: float) -> Completed:
        del stdin, timeout
        if argv[0] == "api-resources":
            return Completed(0, KINDS.encode(), b"")
        if argv[0] == "get":
            return Completed(0, json.dumps({"items": list(self._found(argv))}).encode(), b"")
        if argv[0] == "create":
            return Completed(1, b"", self.refusals.pop(0).encode()) if self.refusals else Completed(0, b"", b"")
        self.changed.append(" ".join(argv))
        return Completed(0, b"", b"")

    def _found(self, argv: tuple[str, ...]) -> Iterator[Object]:
        where = argv[argv.index("--namespace") + 1] if "--namespace" in argv else ""
        for one in self.objects:
            metadata = one["metadata"]
            is_named = f"{one['kind'].lower()}/{metadata['name']}" in argv
            is_of_kind = f"{one['kind'].lower()}s" in {kind.partition(".")[0] for kind in argv[1].split(",")}
            if (is_named and metadata.get("namespace", "") == where) or (
                is_of_kind and where in {"", metadata.get("namespace")}
            ):
                yield one


NAMESPACE = _object("Namespace", "radio", made=SETUP)
NODE = _object("Node", "one", made=OLD)
TASK = task_with(
    {"id": "a", "object": {"ref": "service/radio/public", "match": {"spec": {"ports": [{"nodePort": 30990}]}}}},
    {"id": "b", "object": {"ref": "clusterrole/reader"}},
    {"id": "c", "object": {"ref": "node/one"}},
    {"id": "d", "file": {"path": "answer.txt"}},
    namespaces=["radio"],
)


def _cleared(*objects: Object, refusals: tuple[str, ...] = ()) -> list[str]:
    cluster = Cluster([NODE, *objects], list(refusals))
    ClusterLeftovers(TASK, cluster).clear()
    always = ("auth reconcile", "delete pod --all")  # tests/packs/test_cluster_packs.py sees what they do
    return [one for one in cluster.changed if not one.startswith(always)]


def test_before_the_first_setup_nothing_is_cleared() -> None:
    assert _cleared(_object("ConfigMap", "a", "default"), _object("ClusterRole", "reader")) == []


def test_a_namespace_is_emptied_and_keeps_what_it_has_by_itself() -> None:
    changed = _cleared(
        NAMESPACE,
        _object("ConfigMap", "kube-root-ca.crt", "radio", metadata={"finalizers": ["example.org/forever"]}),
        _object("ServiceAccount", "default", "radio"),
        _object("Deployment", "web", "radio"),
        _object("ConfigMap", "held", "radio", metadata={"finalizers": ["example.org/forever"]}),
        _object("ConfigMap", "another", "elsewhere"),
    )
    unhold = 'patch configmap/held --namespace radio --type merge --patch {"metadata": {"finalizers": null}}'
    emptied = "delete deployment.apps/web configmap/held --namespace radio --ignore-not-found --timeout 20s"
    assert changed == [unhold.replace("held", "kube-root-ca.crt"), unhold, emptied]


@pytest.mark.parametrize(
    ("found", "removed"),
    [
        (_object("Service", "public", "default"), "service/public --namespace default"),
        (_object("Service", "public", "default", made=OLD), ""),
        (_object("Service", "public", "another"), ""),
        (
            _object("Service", "other", "another", spec={"ports": [{"nodePort": 30990}]}),
            "service/other --namespace another",
        ),
        (_object("Service", "other", "another", spec={"ports": [{"nodePort": 30991}]}), ""),
        (_object("ClusterRole", "reader"), "clusterrole/reader"),
        (_object("ClusterRole", "reader", made=OLD), ""),
    ],
)
def test_what_was_made_elsewhere_in_its_place_is_removed(found: Object, removed: str) -> None:
    wanted = [f"delete {removed} --ignore-not-found --timeout 20s"] if removed else []
    assert _cleared(NAMESPACE, found) == wanted


def test_nodes_are_freed_where_none_takes_pods() -> None:
    mine = {"key": "mine", "effect": "NoSchedule"}
    own = {"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}
    closed = _object("Node", "two", spec={"unschedulable": True, "taints": [mine, own]})
    assert _cleared(NAMESPACE, closed) == []
    cluster = Cluster([NAMESPACE, closed])
    ClusterLeftovers(TASK, cluster).clear()
    patch = json.dumps({"spec": {"unschedulable": None, "taints": [own]}})
    assert cluster.changed[1] == f"patch node two --type merge --patch {patch}"


def test_the_names_of_a_cluster_are_answered_again() -> None:
    changed = _cleared(NAMESPACE, _object("Deployment", "coredns", "kube-system", spec={"replicas": 0}))
    assert changed == ["scale deployment coredns --namespace kube-system --replicas 1"]


def test_who_refuses_what_tasks_need_is_removed_and_nobody_else() -> None:
    hooks = [
        _object("ValidatingWebhookConfiguration", name, webhooks=[{"name": f"{name}.example"}])
        for name in ("bad", "good")
    ]
    assert _cleared(NAMESPACE, *hooks) == []
    refused = 'Error: failed calling webhook "bad.example": failed to call webhook: no endpoints'
    changed = _cleared(NAMESPACE, *hooks, refusals=(refused,))
    deleted = "delete validatingwebhookconfiguration.admissionregistration.k8s.io/bad --ignore-not-found --timeout 20s"
    assert changed == [deleted]


def test_a_namespace_that_is_going_is_waited_for_and_one_that_stays_loses_its_labels() -> None:
    going = _object("Namespace", "radio", made=SETUP, metadata={"deletionTimestamp": NEW, "finalizers": ["mine"]})
    assert _cleared(going) == [
        'patch namespace/radio --type merge --patch {"metadata": {"finalizers": null}}',
        "wait --for=delete namespace/radio --timeout=60s",
    ]
    labels = {"kubernetes.io/metadata.name": "radio", "mine": "1"}
    labelled = _object("Namespace", "radio", made=SETUP, metadata={"labels": labels})
    assert _cleared(labelled) == ["label namespace radio mine-"]
