"""The status of a workload counts where its pods bear it out, and not where somebody has written it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tempshell_cli.core.process import Completed
from tempshell_cli.packs.checks.conditions import Where
from tempshell_cli.packs.checks.matching import CannotLook
from tempshell_cli.packs.checks.objects import ObjectState
from tempshell_cli.packs.checks.ownership import get_owned

from .test_objects import Cluster, Outside

Words = dict[str, Any]


def item(
    kind: str,
    uid: str,
    owner: str = "",
    *,
    controller: bool = True,
    leaving: bool = False,
    **status: Any,  # noqa: ANN401 - the words of Kubernetes
) -> Words:
    owners = [{"uid": owner, "kind": "Any", "name": "any", "controller": controller}] if owner else []
    leaves = {"deletionTimestamp": "2030-01-01T00:00:00Z"} if leaving else {}
    metadata = {"uid": uid, "namespace": "shop", "ownerReferences": owners, **leaves}
    return {"kind": kind, "metadata": metadata, "status": status}


def ready(uid: str, owner: str, **words: bool) -> Words:
    return item("Pod", uid, owner, phase="Running", conditions=[{"type": "Ready", "status": "True"}], **words)


def ended(uid: str, owner: str, phase: str = "Succeeded") -> Words:
    return item("Pod", uid, owner, phase=phase, conditions=[{"type": "Ready", "status": "False"}])


@dataclass
class Workload(Cluster):
    """A cluster with one workload and what else there is; None where that cannot be read."""

    others: Sequence[Words] | None = None

    def kubectl(self, *argv: str, stdin: bytes = b"", timeout: float) -> Completed:
        del stdin, timeout
        if argv != get_owned("shop"):
            return self.answer
        if self.others is None:
            return Completed(1, b"", b"Unable to connect to the server: EOF")
        return Completed(0, json.dumps({"items": self.others}).encode(), b"")


def workload(found: Words, others: Sequence[Words] | None) -> Workload:
    return Workload(Completed(0, json.dumps(found).encode(), b""), others=others)


def look(cluster: Workload, ref: str = "job/shop/web", **words: Any) -> Any:  # noqa: ANN401 - a mismatch
    return ObjectState(ref=ref, **words).look(Outside(cluster), 5)


RS = item("ReplicaSet", "rs", "d")


@pytest.mark.parametrize(
    ("kind", "status", "others", "is_true"),
    [
        ("Job", {"succeeded": 2}, [ended("a", "d"), ended("b", "d")], True),
        ("Job", {"succeeded": 1}, [ended("a", "d", "Failed"), ended("b", "d")], True),
        ("Job", {"succeeded": 1}, [], False),
        ("Job", {"succeeded": 1}, [ended("a", "d", "Failed")], False),
        ("Job", {"succeeded": 1}, [ended("a", "another")], False),
        ("Job", {"succeeded": 0}, [], True),
        ("Deployment", {"readyReplicas": 2}, [RS, ready("a", "rs"), ready("b", "rs")], True),
        ("Deployment", {"readyReplicas": 2}, [RS, ready("a", "rs"), ended("b", "rs", "Running")], False),
        ("Deployment", {"readyReplicas": 2}, [RS, ready("a", "rs"), ready("b", "rs", leaving=True)], False),
        ("Deployment", {"readyReplicas": 1}, [RS, ready("a", "rs", controller=False)], False),
        ("Deployment", {"readyReplicas": 1}, [item("ReplicaSet", "rs", "another"), ready("a", "rs")], False),
        ("Deployment", {}, [], True),
        ("StatefulSet", {"readyReplicas": 1}, [ready("a", "d")], True),
        ("DaemonSet", {"numberReady": 2}, [ready("a", "d")], False),
        ("Ingress", {"readyReplicas": 2}, [], True),
    ],
)
def test_a_status_is_compared_with_the_pods_that_the_workload_owns(
    kind: str,
    status: Words,
    others: Sequence[Words],
    is_true: bool,  # noqa: FBT001 - a column of the table
) -> None:
    cluster = workload(item(kind, "d", **status), others)
    assert (look(cluster, match={"status": status}) is None) is is_true
    by_path = Where(jsonpath="$.status", op="exists")
    assert (look(cluster, where=(by_path,)) is None) is is_true


def test_what_its_pods_do_not_bear_out_is_said() -> None:
    differs = look(workload(item("Job", "d", succeeded=3), [ended("a", "d")]), match={"status": {"succeeded": 3}})
    assert differs.expected == "job/shop/web: pods of its own that have succeeded: 3, as its status says"
    assert differs.found == "1"


def test_an_object_that_is_named_without_a_namespace_has_its_pods_in_its_own() -> None:
    claim = {"match": {"status": {"succeeded": 1}}}
    job = item("Job", "d", succeeded=1)
    assert look(workload(job, [ended("a", "d")]), ref="job/web", **claim) is None
    assert look(workload(job, []), ref="job/web", **claim).found == "0"


def test_a_check_of_the_spec_alone_reads_no_pods() -> None:
    forged = workload(item("Job", "d", succeeded=3), None)
    assert look(forged, match={"kind": "Job"}) is None


def test_pods_that_cannot_be_read_are_nobodys_wrong_answer() -> None:
    with pytest.raises(CannotLook, match="pods in shop cannot be looked at"):
        look(workload(item("Job", "d", succeeded=3), None), match={"status": {"succeeded": 3}})
