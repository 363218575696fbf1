"""One look at a cluster for many checks, and what is not to be taken from it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Completed
from tempshell_cli.packs.checks.objects import get_object
from tempshell_cli.packs.format.pack import Task
from tempshell_cli.packs.grading.gathered import gathered
from tempshell_cli.packs.grading.grader import Grader
from tempshell_cli.packs.grading.results import Verdict

from .drafts import task_with

WEB, SPACE = "deployment/shop/web", "namespace/shop"
OBJECTS = {
    WEB: {"kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"}, "spec": {"replicas": 1}},
    SPACE: {"kind": "Namespace", "metadata": {"name": "shop"}},
}
ALL = ("get", "deployment,namespace", "--all-namespaces", "--output", "json")


@dataclass
class Cluster:
    """A cluster with these objects. ``whole`` is what it says of all of them."""

    whole: Completed | Exception = field(
        default_factory=lambda: Completed(0, json.dumps({"items": list(OBJECTS.values())}).encode(), b"")
    )
    asked: list[tuple[str, ...]] = field(default_factory=list)
    is_learners: bool = False

    def kubectl(self, *argv: str, stdin: bytes = b"", timeout: float) -> Completed:
        del stdin, timeout
        self.asked.append(argv)
        if argv == ALL:
            if isinstance(self.whole, Exception):
                raise self.whole
            return self.whole
        found = next((one for ref, one in OBJECTS.items() if get_object(ref) == argv), None)
        return Completed(0, json.dumps(found).encode(), b"") if found else Completed(1, b"", b"(NotFound)")


@dataclass
class Listing(Cluster):
    """A cluster that lists all it has for these arguments, and is another for the rest."""

    def __init__(self, listing: tuple[str, ...], other: Cluster) -> None:
        self.listing, self.other = listing, other

    def kubectl(self, *argv: str, stdin: bytes = b"", timeout: float) -> Completed:
        return self.other.kubectl(*(ALL if argv == self.listing else argv), stdin=stdin, timeout=timeout)


@dataclass
class Always(Cluster):
    """A cluster that says the same to everything."""

    def __init__(self, answer: Completed) -> None:
        self.answer = answer

    def kubectl(self, *argv: str, stdin: bytes = b"", timeout: float) -> Completed:
        del argv, stdin, timeout
        return self.answer


@dataclass
class Shell:
    """A sandbox with a cluster, or none. It counts how many programs run at once."""

    cluster: Cluster | None = None
    home: str = "/home/learner"
    most: int = 0
    running: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def grader(self) -> Shell:
        return self

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout: float) -> Completed:
        del argv, stdin, timeout
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        time.sleep(0.01)  # long enough for others to begin
        with self.lock:
            self.running -= 1
        return Completed(0, b"", b"")


def about(*refs: str) -> Task:
    return task_with(*({"id": f"c{number}", "object": {"ref": ref}} for number, ref in enumerate(refs)))


def verdicts(shell: Shell, *tasks: Task) -> list[str]:
    results = Grader(shell).grade_all(tasks)
    return [str(check.verdict) for result in results for check in result.results]


def test_the_objects_of_all_tasks_are_read_by_one_kubectl() -> None:
    cluster = Cluster()
    assert verdicts(Shell(cluster), about(WEB), about(SPACE)) == ["pass", "pass"]
    assert cluster.asked == [ALL]


def test_several_checks_of_one_object_see_the_same() -> None:
    cluster = Cluster()
    assert verdicts(Shell(cluster), about(WEB, WEB), about(SPACE, WEB)) == ["pass"] * 4
    assert cluster.asked == [ALL]


def test_a_retry_sees_what_has_come_since(monkeypatch: pytest.MonkeyPatch) -> None:
    late = {"id": "late", "object": {"ref": WEB, "match": {"spec": {"replicas": 2}}}, "retry": {"for": "5s"}}

    def wait(_: float) -> None:
        monkeypatch.setitem(OBJECTS, WEB, {**OBJECTS[WEB], "spec": {"replicas": 2}})

    (result, _) = Grader(Shell(Cluster()), sleep=wait).grade_all([task_with(late), about(SPACE)])
    assert result.verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("kind", "is_it"),
    [
        ("ingress", True),
        ("ingresses", True),
        ("ingresses.networking.k8s.io", True),
        ("ingresses.extensions", False),
        ("ingressclass", False),
        ("service", False),
    ],
)
def test_a_kind_is_known_by_each_of_its_names(kind: str, is_it: bool) -> None:  # noqa: FBT001 - pytest passes it
    ingress = {"kind": "Ingress", "apiVersion": "networking.k8s.io/v1", "metadata": {"name": "a", "namespace": "b"}}
    listed = Completed(0, json.dumps({"items": [ingress]}).encode(), b"")
    shell = gathered(Shell(Always(listed)), [about(f"{kind}/b/a", "pod/b/a")])
    assert shell.cluster
    done = shell.cluster.kubectl(*get_object(f"{kind}/b/a"), timeout=1)
    assert (done.exit_code == 0 and done != listed) is is_it


@pytest.mark.parametrize(
    ("ref", "whole", "is_known"),
    [
        ("job/shop/nightly", 0, True),
        ("job/shop/nightly", 1, False),  # kubectl prints what it could read: the jobs may not be among it
        ("job/nightly", 0, False),  # in the session's own namespace, which the list does not say
        ("persistentvolume/nightly", 0, True),
        ("deploy/shop/web", 0, False),  # another word for what is there
        ("backup/shop/nightly", 0, False),  # a kind of somebody's own, which may be called otherwise
    ],
)
def test_what_is_not_listed_is_not_there_if_its_kind_is_sure(ref: str, whole: int, *, is_known: bool) -> None:
    cluster = Cluster(Completed(whole, json.dumps({"items": list(OBJECTS.values())}).encode(), b""))
    asked = (
        "get",
        ",".join(sorted((ref.split("/", maxsplit=1)[0], "namespace"))),
        "--all-namespaces",
        "--output",
        "json",
    )
    shell = gathered(Shell(Listing(asked, cluster)), [about(ref, SPACE)])
    assert shell.cluster
    done = shell.cluster.kubectl(*get_object(ref), timeout=1)
    assert (b"(NotFound)" in done.stderr, get_object(ref) in cluster.asked) == (True, not is_known)


def test_what_was_not_among_them_is_asked_for() -> None:
    cluster = Cluster()
    assert verdicts(Shell(cluster), about(WEB), about("deployment/shop/other")) == ["pass", "fail"]
    assert get_object("deployment/shop/other") in cluster.asked


@pytest.mark.parametrize(
    "whole",
    [
        Completed(1, b"", b"the server doesn't have a resource type"),
        Completed(0, b'{"items": [{"kind": "Depl', b""),  # more than is kept
        Completed(0, b'{"items": [{"metadata": 7}]}', b""),
        EngineUnavailable("the engine does not answer"),
    ],
)
def test_where_they_cannot_be_read_together_each_is_read_by_itself(whole: Completed | Exception) -> None:
    assert verdicts(Shell(Cluster(whole)), about(WEB), about(SPACE)) == ["pass", "pass"]


def test_without_a_cluster_nothing_is_gathered() -> None:
    shell = Shell()
    assert gathered(shell, [about(WEB, SPACE)]) is shell


def test_many_tasks_look_no_oftener_at_once_than_one_does() -> None:
    checks = [{"id": f"c{number}", "exec": {"argv": ["true"]}} for number in range(6)]
    tasks = [task_with(*checks) for _ in range(6)]
    shell = Shell()
    results = Grader(shell).grade_all(tasks)
    assert [result.verdict for result in results] == [Verdict.PASS] * 6
    assert 1 < shell.most <= 4


ENTERS = {"id": "in", "exec": {"in": "app=web", "ns": "shop", "argv": ["true"]}}


def pod(name: str, second: int, namespace: str = "shop", app: str = "web") -> dict[str, object]:
    return {
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {"app": app},
            "creationTimestamp": f"2030-01-01T00:00:{second:02}Z",
        },
        "status": {"containerStatuses": [{"ready": True}]},
    }


@dataclass
class Rollout(Cluster):
    """A cluster whose pods were read, and then went on: only ``there`` can still be entered."""

    there: str = "web-1"

    def kubectl(self, *argv: str, stdin: bytes = b"", timeout: float) -> Completed:
        if argv[0] == "exec":
            self.asked.append(argv)
            return Completed(0, b"", b"") if self.there in argv else Completed(1, b"", b"container not found")
        if "--selector" in argv:
            self.asked.append(argv)
            return Completed(0, json.dumps({"items": [pod(self.there, 9)]}).encode(), b"")
        if argv == ("get", "namespace,pod", "--all-namespaces", "--output", "json"):
            others = [pod("of-another", 5, app="db"), pod("elsewhere", 6, namespace="mall")]
            listed = [OBJECTS[SPACE], pod("web-0", 1), pod("web-1", 2), *others]
            return Completed(0, json.dumps({"items": listed}).encode(), b"")
        return super().kubectl(*argv, stdin=stdin, timeout=timeout)


def test_the_newest_pod_is_found_among_what_was_read() -> None:
    cluster = Rollout()
    assert verdicts(Shell(cluster), about(SPACE), task_with(ENTERS)) == ["pass", "pass"]
    assert [argv[0] for argv in cluster.asked] == ["exec"]


def test_a_pod_that_has_gone_since_it_was_read_is_looked_for_again() -> None:
    assert verdicts(Shell(Rollout(there="web-2")), about(SPACE), task_with(ENTERS)) == ["pass", "pass"]


def test_the_pods_that_bear_out_a_status_are_read_with_the_rest() -> None:
    def item(
        kind: str,
        uid: str,
        owner: str,
        namespace: str = "shop",
        **status: Any,  # noqa: ANN401 - the words of Kubernetes
    ) -> dict[str, object]:
        metadata = {"name": uid, "uid": uid, "namespace": namespace}
        return {
            "kind": kind,
            "metadata": {**metadata, "ownerReferences": [{"uid": owner, "controller": True}]},
            "status": status,
        }

    is_ready: dict[str, Any] = {"conditions": [{"type": "Ready", "status": "True"}]}
    items = [
        item("Deployment", "web", "", readyReplicas=2),
        item("Deployment", "api", "", readyReplicas=1),
        item("ReplicaSet", "web-1", "web"),
        item("ReplicaSet", "api-1", "api", "other"),
        item("Pod", "web-1-a", "web-1", **is_ready),
        item("Pod", "web-1-b", "web-1", **is_ready),
        item("Pod", "api-1-a", "api-1", "other", **is_ready),
    ]
    cluster = Always(Completed(0, json.dumps({"items": items}).encode(), b""))
    status = {"jsonpath": "$.status.readyReplicas", "op": ">=", "value": 1}
    checks = ({"id": name, "object": {"ref": f"deployment/shop/{name}", "where": [status]}} for name in ("web", "api"))
    assert verdicts(Shell(cluster), task_with(*checks)) == ["pass", "fail"]


def test_an_object_that_is_in_another_namespace_is_named_by_the_same_look() -> None:
    class Elsewhere(Cluster):
        def kubectl(self, *argv: str, stdin: bytes = b"", timeout: float) -> Completed:
            assert "--field-selector" not in argv
            return super().kubectl(*argv, stdin=stdin, timeout=timeout)

    result = Grader(Shell(Elsewhere(is_learners=True))).grade_all([about("deployment/other/web", SPACE)])[0]
    assert result.results[0].found == "it is not there; there is one in `shop`"
