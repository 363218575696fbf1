"""Checks on live objects and in workloads, against what kubectl would say."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from tempshell_cli.core.process import Completed
from tempshell_cli.packs.checks.conditions import Where
from tempshell_cli.packs.checks.matching import CannotLook, Prevented
from tempshell_cli.packs.checks.objects import ObjectState
from tempshell_cli.packs.checks.values.quantity import quantity
from tempshell_cli.packs.checks.workload import KubectlShell, NewestPod, WorkloadShell

DEPLOYMENT: dict[str, Any] = {
    "metadata": {"name": "web", "labels": {"app": "web", "tier": "1"}},
    "spec": {
        "replicas": 3,
        "paused": False,
        "template": {
            "spec": {
                "containers": [
                    {"name": "web", "image": "web:2", "resources": {"limits": {"cpu": "100m", "memory": "1Gi"}}},
                    {"name": "log", "image": "log:1"},
                ]
            }
        },
    },
}


@dataclass
class Cluster:
    """A cluster with one answer."""

    answer: Completed
    is_learners: bool = False
    asked: list[Sequence[str]] = field(default_factory=list)

    def kubectl(self, *argv: str, stdin: bytes = b"", timeout: float) -> Completed:
        del stdin, timeout
        self.asked.append(argv)
        return self.answer


@dataclass
class Outside:
    """A sandbox of which the cluster alone is looked at."""

    cluster: Cluster
    home: str = "/"

    @property
    def grader(self) -> Outside:
        return self

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout: float) -> Completed:
        raise AssertionError((argv, stdin, timeout))


def _says(stderr: str, code: int = 1) -> Cluster:
    return Cluster(Completed(code, b"", stderr.encode()))


FOUND = Cluster(Completed(0, json.dumps(DEPLOYMENT).encode(), b""))


def _differs(cluster: Cluster = FOUND, **wanted: Any) -> Any:  # noqa: ANN401 - a mismatch
    return ObjectState(ref="deployment/shop/web", **wanted).look(Outside(cluster), 5)


@pytest.mark.parametrize(
    "match",
    [
        {},
        {"spec": {"replicas": 3, "paused": False}},
        {"spec": {"template": {"spec": {"containers": [{"resources": {"limits": {"cpu": 0.1}}}, {"name": "log"}]}}}},
        {"spec": {"template": {"spec": {"containers": [{"resources": {"limits": {"memory": "1024Mi"}}}, {}]}}}},
    ],
)
def test_what_matches(match: dict[str, Any]) -> None:
    assert _differs(match=match) is None


@pytest.mark.parametrize(
    ("match", "found"),
    [
        ({"spec": {"replicas": 2}}, "spec.replicas: 3"),
        ({"spec": {"paused": True}}, "spec.paused: false"),
        ({"spec": {"strategy": {}}}, "no such key"),
        ({"metadata": {"labels": {"app": "api"}}}, 'metadata.labels.app: "web"'),
    ],
)
def test_what_does_not_match_says_where(match: dict[str, Any], found: str) -> None:
    assert _differs(match=match).found == found


POD: dict[str, Any] = {
    "spec": {
        "containers": [
            {
                "name": "web",
                "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                "ports": [{"containerPort": 53, "protocol": "UDP"}, {"containerPort": 53}, {"containerPort": 80}],
                "command": ["sh", "-c"],
                "securityContext": {"capabilities": {"drop": ["NET_RAW", "SYS_ADMIN"]}},
            }
        ],
        "initContainers": [{"name": "log", "image": "log:1", "restartPolicy": "Always"}, {"name": "first"}],
    }
}


def _container(**words: Any) -> dict[str, Any]:  # noqa: ANN401 - the words of Kubernetes
    return {"spec": {"containers": [{"name": "web", **words}, {"name": "log"}]}}


@pytest.mark.parametrize(
    ("match", "is_so"),
    [
        (_container(env=[{"name": "B", "value": "2"}, {"name": "A"}]), True),
        (_container(env=[{"name": "B", "value": "1"}, {"name": "A"}]), False),
        (_container(env=[{"name": "B"}]), False),
        (_container(env=[{"name": "B"}, {"name": "C"}]), False),
        (_container(env=[{"name": "B"}, {"name": "B"}]), False),
        (
            _container(ports=[{"containerPort": 80}, {"containerPort": 53}, {"containerPort": 53, "protocol": "UDP"}]),
            True,
        ),
        (
            _container(ports=[{"containerPort": 80}, {"containerPort": 53}, {"containerPort": 53, "protocol": "SCTP"}]),
            False,
        ),
        (_container(securityContext={"capabilities": {"drop": ["SYS_ADMIN", "NET_RAW"]}}), True),
        (_container(securityContext={"capabilities": {"drop": ["SYS_ADMIN", "ALL"]}}), False),
        (_container(command=["-c", "sh"]), False),
        ({"spec": {"containers": [{"name": "log", "image": "log:1"}, {"name": "web"}]}}, True),
        ({"spec": {"containers": [{"name": "web"}, {"name": "log"}, {"name": "first"}]}}, False),
        ({"spec": {"initContainers": [{"name": "log"}, {"name": "first"}]}}, True),
        ({"spec": {"initContainers": [{"name": "first"}, {"name": "log"}]}}, False),
    ],
)
def test_lists_match_in_any_order_where_their_order_has_no_meaning(match: dict[str, Any], is_so: bool) -> None:  # noqa: FBT001 - a column of the table
    """And a native sidecar is a container, as one that is written among them."""
    pod = Cluster(Completed(0, json.dumps(POD).encode(), b""))
    assert (_differs(pod, match=match) is None) is is_so


@pytest.mark.parametrize(("found", "is_so"), [("1.10", True), ("1.1", False)])
def test_a_label_that_looks_like_a_number_is_a_text(found: str, is_so: bool) -> None:  # noqa: FBT001 - a column of the table
    labelled = Cluster(Completed(0, json.dumps({"metadata": {"labels": {"version": found}}}).encode(), b""))
    assert (_differs(labelled, match={"metadata": {"labels": {"version": "1.10"}}}) is None) is is_so


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        (Where(jsonpath="{.spec.replicas}", op=">=", value=3), True),
        (Where(jsonpath=".spec.replicas", op="<", value=3), False),
        (Where(jsonpath="$.spec.template.spec.containers[?(@.name=='web')].image", value="web:2"), True),
        (Where(jsonpath="$.spec.template.spec.containers[*].image", op="regex", value=":[0-9]+$"), True),
        (Where(jsonpath="$.spec.template.spec.containers[*].image", value="web:2"), False),
        (Where(jsonpath="$..limits.memory", op="<=", value="1Gi"), True),
        (Where(jsonpath="$..limits.memory", op="<", value="1000Mi"), False),
        (Where(jsonpath="$..limits.cpu", value="0.1"), True),
        (Where(jsonpath="$.spec.nothing", value=1), False),
        (Where(jsonpath="$.spec.nothing", op="!=", value=1), False),
        (Where(jsonpath="$.spec.nothing", op="exists", value=False), True),
        (Where(jsonpath="$.spec.replicas", op="exists"), True),
        (Where(jsonpath="$.metadata.labels", op="contains", value="tier"), True),
        (Where(jsonpath="$.metadata.name", op="contains", value="we"), True),
        (Where(jsonpath="$.metadata.name", op="contains", value=8), False),
        (Where(jsonpath="$.metadata.labels", op="contains", value=["tier"]), False),
        (Where(jsonpath="$.spec.paused", value=False), True),
        (Where(jsonpath="$.spec.paused", value=0), False),
    ],
)
def test_conditions(where: Where, holds: bool) -> None:  # noqa: FBT001 - a column of the table
    assert (_differs(where=(where,)) is None) is holds


def test_an_object_that_is_not_there_is_a_wrong_answer() -> None:
    absent = _says('Error from server (NotFound): deployments.apps "web" not found')
    assert _differs(absent).found == "it is not there"
    assert _differs(absent, exists=False) is None
    assert _differs(FOUND, exists=False).found == "it is there"
    assert "resource type" in _differs(_says('error: the server doesn\'t have a resource type "crontab"')).found


class _Elsewhere(Cluster):
    """A cluster that has the object in other namespaces."""

    def kubectl(self, *argv: str, stdin: bytes = b"", timeout: float) -> Completed:
        if "--all-namespaces" not in argv:
            return super().kubectl(*argv, stdin=stdin, timeout=timeout)
        assert argv[:2] == ("get", "deployment")
        assert "metadata.name=web" in argv
        items = [{"metadata": {"name": "web", "namespace": name}} for name in ("shop2", "default")]
        return Completed(0, json.dumps({"items": items}).encode(), b"")


def test_an_object_in_the_wrong_namespace_is_named_where_the_cluster_is_the_learner_s() -> None:
    absent = Completed(1, b"", b'Error from server (NotFound): deployments.apps "web" not found')
    assert (
        _differs(_Elsewhere(absent, is_learners=True)).found == "it is not there; there is one in `default` and `shop2`"
    )
    assert _differs(_Elsewhere(absent)).found == "it is not there"


@pytest.mark.parametrize("said", ["Unable to connect to the server: EOF", "error: You must be logged in", ""])
def test_a_cluster_that_does_not_say_is_nobodys_wrong_answer(said: str) -> None:
    with pytest.raises(CannotLook):
        _differs(_says(said))


@pytest.mark.parametrize(
    ("text", "worth"),
    [("100m", "0.1"), ("1Ki", "1024"), ("1k", "1000"), ("0.5", "0.5"), ("2e3", "2000"), (3, "3"), (".5", "0.5")],
)
def test_quantities(text: str | int, worth: str) -> None:
    assert str(quantity(text)) == worth or quantity(text) == quantity(worth)


@pytest.mark.parametrize(
    "text", ["web", "", "1Q", "1 Gi", True, None, [1], "1e" + "9" * 500, "9" * 500, 10**200, float("inf")]
)
def test_what_is_no_quantity(text: object) -> None:
    assert quantity(text) is None


def test_a_program_in_a_workload_ends_as_it_ended() -> None:
    cluster = _says("oops\ncommand terminated with exit code 3\n")
    done = WorkloadShell(cluster, "deploy/web", "shop").run(["false"], timeout=5)
    assert (done.exit_code, done.stderr) == (3, b"oops\n")
    assert cluster.asked == [("exec", "--stdin", "--quiet", "--namespace", "shop", "deploy/web", "--", "false")]


EXEC_FAILED = "OCI runtime exec failed: exec failed: unable to start container process: exec:"


@pytest.mark.parametrize(
    "said",
    [
        f'error: Internal error occurred: failed to start "1f": {EXEC_FAILED} "nc": executable file not found in $PATH',
        f"{EXEC_FAILED} /opt/nc: no such file or directory",
        "executable file `nc` not found in $PATH: No such file or directory: OCI runtime attempted to invoke a command",
    ],
    ids=["runc", "runc, by path", "crun"],
)
def test_a_program_that_a_workload_lacks_is_named_so_by_each_runtime(said: str) -> None:
    assert WorkloadShell(_says(said), "pod/web", None).run(["nc"], timeout=5).exit_code == 127


def test_a_workload_that_cannot_be_entered_is_nobodys_wrong_answer() -> None:
    with pytest.raises(CannotLook, match="container not found"):
        WorkloadShell(_says("error: unable to upgrade connection: container not found"), "pod/web", None).run(
            ["true"], timeout=5
        )


def test_a_workload_that_is_not_there_is_a_wrong_answer() -> None:
    with pytest.raises(Prevented, match="there is no pod/web"):
        WorkloadShell(_says('Error from server (NotFound): pods "web" not found'), "pod/web", None).run(
            ["true"], timeout=5
        )


BROKEN = """\
E1129 memcache.go:265] couldn't get resource list for apps/v1: the server is currently unable to handle the request
error: the server doesn't have a resource type "deployment"
"""


@pytest.mark.parametrize("is_learners", [True, False])
@pytest.mark.parametrize(
    "said",
    [
        BROKEN,
        "Error from server (ServiceUnavailable): the server is currently unable to handle the request",
        'Error from server (Forbidden): pods "web" is forbidden: User "kubernetes-admin" cannot get resource "pods"',
        'Error from server: admission webhook "no.exec.example" denied the request: not here',
        'Error from server (InternalError): Internal error occurred: failed calling webhook "no.exec.example"',
    ],
)
def test_an_api_that_the_learner_can_break_is_the_learners_affair(said: str, is_learners: bool) -> None:  # noqa: FBT001 - a column of the table
    """Not even what must not be there is taken to be absent by it."""
    cluster = Cluster(Completed(1, b"", said.encode()), is_learners=is_learners)
    looks: list[Callable[[], object]] = [
        lambda: NewestPod(cluster, "app=web", None).run(["true"], timeout=5),
        lambda: WorkloadShell(cluster, "pod/web", None).run(["true"], timeout=5),
    ]
    if is_learners:
        looks += [
            lambda: _differs(cluster, exists=False),
            lambda: KubectlShell(cluster, None).run(["kubectl", "auth", "can-i"], timeout=5),
        ]
    for look in looks:
        with pytest.raises(Prevented if is_learners else CannotLook):
            look()


def test_kubectl_itself_runs_with_the_namespace_before_what_it_is_asked() -> None:
    cluster = _says("")
    assert KubectlShell(cluster, "shop").run(["kubectl", "auth", "can-i"], timeout=5).exit_code == 1
    assert cluster.asked == [("--namespace", "shop", "auth", "can-i")]


def _pod(name: str, *ready: bool, second: int = 0, leaving: bool = False) -> dict[str, Any]:
    """Return a pod as kubectl has it, with its containers ready or not."""
    going = {"deletionTimestamp": "2030-01-01T00:01:00Z"} if leaving else {}
    metadata = {"name": name, "creationTimestamp": f"2030-01-01T00:00:{second:02}Z", **going}
    return {"metadata": metadata, "status": {"containerStatuses": [{"ready": one} for one in ready]} if ready else {}}


class _Rollout:
    """A cluster with these pods. One of them goes just when it is entered."""

    is_learners = False

    def __init__(self, *pods: dict[str, Any], gone: str = "") -> None:
        self._pods = json.dumps({"items": pods}).encode()
        self._gone = gone
        self.entered: list[str] = []

    def kubectl(self, *argv: str, stdin: bytes = b"", timeout: float) -> Completed:  # noqa: ARG002 - as ClusterView has it
        if argv[0] == "get":
            return Completed(0, self._pods, b"")
        place = argv[argv.index("--") - 1]
        self.entered.append(place)
        if place == self._gone:
            return Completed(1, b"", b'error: unable to upgrade connection: container not found ("web")')
        return Completed(0, b"in", b"")


@pytest.mark.parametrize(
    "pods",
    [
        (_pod("old", True, second=1), _pod("new", True, True, second=2)),
        (_pod("new", True, second=2), _pod("old", False, second=1)),
        (_pod("new", True), _pod("old", True, leaving=True)),
    ],
)
def test_of_a_rollout_the_newest_pod_is_entered(pods: tuple[dict[str, Any], ...]) -> None:
    rollout = _Rollout(*pods)
    assert NewestPod(rollout, "app=web", None).run(["true"], timeout=5).stdout == b"in"
    assert rollout.entered == ["new"]


def test_a_newest_pod_that_has_just_gone_is_a_wrong_answer_to_be_looked_at_again() -> None:
    done = NewestPod(_Rollout(_pod("web-1", True), gone="web-1"), "app=web", None).run(["true"], timeout=5)
    assert done.exit_code == 1
    assert "container not found" in done.stderr.decode()


@pytest.mark.parametrize(
    ("pods", "why"),
    [
        ((), "no pod has app=web"),
        ((_pod("web-1", True), _pod("web-2", True, False, second=1)), "web-2, is not ready"),
        ((_pod("web-1"),), "web-1, is not ready"),
    ],
)
def test_a_newest_pod_that_is_not_ready_is_a_wrong_answer(pods: tuple[dict[str, Any], ...], why: str) -> None:
    rollout = _Rollout(*pods)
    done = NewestPod(rollout, "app=web", None).run(["true"], timeout=5)
    assert (done.exit_code, rollout.entered) == (1, [])
    assert why in done.stderr.decode()


def test_pods_that_cannot_be_looked_for_are_nobodys_wrong_answer() -> None:
    with pytest.raises(CannotLook, match="Forbidden"):
        NewestPod(_says("Error from server (Forbidden): pods"), "app=web", "shop").run(["true"], timeout=5)
