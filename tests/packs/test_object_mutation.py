"""The answers that a proof makes from objects of a cluster, of objects as API servers print them."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Completed
from tempshell_cli.packs.authoring.mutation.cluster import ClusterObjects, change
from tempshell_cli.packs.authoring.mutation.fields import LAST_APPLIED, asked_for
from tempshell_cli.packs.authoring.mutation.mutation import Mutation, Wording
from tempshell_cli.packs.authoring.mutation.objects import content_of, object_mutations, read_objects, ref_of
from tempshell_cli.packs.authoring.mutation.trial import MadeAnswer, Trials
from tempshell_cli.packs.authoring.mutation.values import dotted
from tempshell_cli.packs.format.pack import Task
from tempshell_cli.packs.grading.grader import Grader

from .drafts import task_with
from .memory_kubectl import MemoryKubectl, Outside

OBJECTS = Path(__file__).parent / "objects"
BEFORE = read_objects((OBJECTS / "before.json").read_bytes())
AFTER = read_objects((OBJECTS / "after.json").read_bytes())
POD = "spec.template.spec.containers[0]"


def made_of(text: str, of: str = "", *, elsewhere: str = "default") -> list[Mutation]:
    """Return the answers for the objects that the text names, or just for ``of``."""
    before = {ref: one for ref, one in BEFORE.items() if ref == (of or ref)}
    after = {ref: one for ref, one in AFTER.items() if ref == (of or ref)}
    return list(object_mutations(before, after, Wording(text), elsewhere))


def names(made: Sequence[Mutation], of: str, *, is_right: bool = False) -> list[str]:
    return [one.name.removeprefix(of).removeprefix(":").strip() for one in made if one.is_right is is_right]


def with_field(found: Any, value: object, *path: str | int) -> Any:  # noqa: ANN401 - JSON
    made = copy.deepcopy(found)
    inner = made
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return made


def test_a_changed_deployment() -> None:
    """Neither defaults nor what was there before is touched; 25 % of three pods is the surge that was asked for."""
    web = "deployment/shop/web"
    made = made_of("Set the image of `web`, which has few rights, to `tempshell/practice:2`.", web)
    assert names(made, web) == [
        "is as it was",
        "spec.replicas is 2, as at the start",
        "spec.replicas is 4",
        "spec.strategy.rollingUpdate.maxSurge is 2",
        "spec.strategy.rollingUpdate.maxUnavailable is 1",
        f"{POD}.image is `tempshell/practice:1`, as at the start",
        f"{POD}.image is `tempshell/practice:3`",
        f"{POD}.resources.limits.memory is `65Mi`",
        "without spec.replicas",
        f"without {POD}.image",
        f"without {POD}.resources.limits.memory",
        f"also the capability NET_ADMIN in {POD}",
        "runs nowhere",
        "has its status written by hand",
    ]
    assert names(made, web, is_right=True) == [
        f"{POD}.resources.limits.memory is `67108864`",
        "spec.strategy.rollingUpdate.maxSurge is 33%",
        "spec.strategy.rollingUpdate.maxUnavailable is 0%",
        f"{POD}.image is `docker.io/tempshell/practice:2`",
    ]


def test_a_new_service() -> None:
    """What the cluster has assigned is left alone, and a port has the name that its pods give it."""
    web = "service/shop/web"
    made = list(object_mutations({}, AFTER, Wording("The Service `web`."), "default"))
    made = [one for one in made if one.name.startswith(web)]
    assert names(made, web) == [
        "spec.ports[0].port is 81",
        "spec.ports[0].targetPort is 8081",
        "spec.selector.app is `webx`",
        "without spec.ports[0]",
        "without spec.ports[0].port",
        "without spec.ports[0].targetPort",
        "without spec.selector.app",
        "also the port 81",
        "spec.selector selects nothing",
        "is missing",
        "is called `web2`",
        "is in the namespace `default`",
    ]
    assert names(made, web, is_right=True) == ["spec.ports[0].targetPort is `http`"]
    assert "service/shop/web: spec.ports[0].protocol is `UDP`" in {
        one.name for one in made_of("The Service `web`, port 80 (TCP)", web)
    }


def test_rights_count_whatever_their_objects_are_called() -> None:
    role = "role/shop/reader"
    made = made_of("Pods may be listed.", role)
    assert names(made, role) == [
        "without rules[0]",
        "without rules[0].apiGroups[0]",
        "without rules[0].resources[0]",
        "without rules[0].verbs",
        "without rules[0].verbs[0]",
        "without rules[0].verbs[1]",
        "also `delete` in rules[0].verbs",
        "also `*` in rules[0].verbs",
        "also `secrets` in rules[0].resources",
        "also `*` in rules[0].resources",
        "also everything else",
        "is missing",
    ]
    assert names(made, role, is_right=True) == ["rules[0].verbs has another order"]
    binding = "rolebinding/shop/watcher-reads"
    assert "also for every ServiceAccount" in names(made_of("", binding), binding)


def test_a_network_policy() -> None:
    guard = "networkpolicy/shop/db-guard"
    made = made_of("`db-guard`", guard)
    rule = "spec.ingress[0]"
    assert names(made, guard) == [
        "spec.podSelector.matchLabels.role is `dbx`",
        "spec.policyTypes[0] is `Egress`",
        f"{rule}.from[0].podSelector.matchLabels.role is `webx`",
        f"{rule}.ports[0].port is 8081",
        f"{rule}.ports[0].protocol is `UDP`",
        "without spec.podSelector.matchLabels.role",
        "without spec.policyTypes[0]",
        f"without {rule}",
        f"without {rule}.from[0]",
        f"without {rule}.from[0].podSelector.matchLabels.role",
        f"without {rule}.ports[0]",
        f"without {rule}.ports[0].port",
        f"without {rule}.ports[0].protocol",
        "also lets everything in",
        f"also every pod of every namespace in {rule}",
        f"also every pod beside it in {rule}",
        f"also the port 8081 in {rule}",
        "also lets nothing out",
        "spec.podSelector selects nothing",
        "is missing",
        "is called `db-guard2`",
        "is in the namespace `default`",
    ]
    assert names(made, guard, is_right=True) == [
        "spec.podSelector has matchExpressions",
        f"{rule}.from[0].podSelector has matchExpressions",
    ]


@pytest.mark.parametrize(
    ("rules", "more"),
    [
        ([{}], []),
        ([{"from": [{"namespaceSelector": {}}]}], ["also lets everything in"]),
        ([{"from": [{"podSelector": {}}]}], ["also lets everything in", "also every pod of every namespace in"]),
    ],
)
def test_what_is_let_in_already_is_not_let_in_once_more(rules: list[Any], more: list[str]) -> None:
    spec = {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": rules}
    found = answers("NetworkPolicy", spec)
    assert [one.partition(" spec")[0] for one in found if one.startswith("also ") and "nothing" not in one] == more


def test_a_cronjob_and_the_job_that_was_made_from_it() -> None:
    text = 'Make `nightly`, which runs `sh -c "echo archived"`, and `nightly-now` from it.'
    cronjob = names(made_of(text, "cronjob/shop/nightly"), "cronjob/shop/nightly")
    assert {"spec.schedule is `31 2 * * *`", "spec.concurrencyPolicy is `Allow`"} < {*cronjob}
    assert "spec.successfulJobsHistoryLimit is 3" in cronjob
    left_open = ("restartPolicy", "suspend", "failedJobsHistoryLimit", "metadata.name", "image", "containers[0].name")
    assert [one for one in cronjob if any(key in one for key in left_open)] == []
    right = names(made_of(text, "cronjob/shop/nightly"), "cronjob/shop/nightly", is_right=True)
    assert right == ["spec.schedule is `30 2 * * 0-6`"]
    job = made_of(text, "job/shop/nightly-now")
    (forged,) = [one for one in job if one.name.endswith("has its status written by hand")]
    start, forge = (json.loads(action.stdin) for action in forged.apply)
    assert start["spec"]["suspend"] is True
    assert forge["status"]["succeeded"] == 1
    # An API server refuses a Job whose selector and labels are those of an earlier one.
    assert "selector" not in start["spec"]
    assert start["spec"]["template"]["metadata"]["labels"] == {}
    assert start["metadata"]["ownerReferences"]


def test_what_is_in_a_secret_is_in_no_name() -> None:
    (changed,) = [one for one in made_of("`key`", "secret/shop/key") if "another value" in one.name]
    assert changed.name == "secret/shop/key: data.password has another value"
    assert json.loads(changed.apply[0].stdin)["data"]["password"] == "aHVudGVyMw=="  # noqa: S105 - a test's

    old = with_field(AFTER["secret/shop/key"], "b2xk", "data", "password")
    as_before = object_mutations(
        {"secret/shop/key": old}, {"secret/shop/key": AFTER["secret/shop/key"]}, Wording("`key`")
    )
    assert "secret/shop/key: data.password is as at the start" in {one.name for one in as_before}


def test_what_must_not_be_there_is_there() -> None:
    (still,) = made_of("Delete `old-settings`.", "configmap/shop/old-settings")
    assert still.name == "configmap/shop/old-settings is still there"


def test_what_nobody_names_or_a_controller_has_made_is_left_alone() -> None:
    made = {one.name.partition(" ")[0].rstrip(":") for one in made_of("kube-root-ca.crt web-5d9-x2x4b web")}
    by_effect = {"networkpolicy/shop/db-guard", "role/shop/reader", "rolebinding/shop/watcher-reads"}
    assert made == {"deployment/shop/web", "service/shop/web", *by_effect}


def test_nothing_is_put_into_a_namespace_that_is_not_the_learners() -> None:
    assert not any("namespace" in one.name for one in made_of("`station`", "configmap/shop/station", elsewhere=""))


@pytest.mark.parametrize(
    ("text", "is_closed"),
    [("The keys of `station` are just these:", True), ("Just now `station` has no keys.", False)],
)
def test_more_than_was_asked_for_is_wrong_where_the_text_says_so(text: str, is_closed: bool) -> None:  # noqa: FBT001
    more = "configmap/shop/station: also has the key `extra`"
    assert (more in {one.name for one in made_of(text, "configmap/shop/station")}) is is_closed


def test_what_a_gate_looks_at_is_broken_although_the_solution_leaves_it_alone() -> None:
    quota = {**bare("ResourceQuota", {"hard": {"pods": "4"}}), "apiVersion": "v1"}
    there = {ref_of(quota): quota}
    for looked_at in ("resourcequota/shop/it", "resourcequotas/shop/it"):
        made = list(object_mutations(there, there, Wording(""), "default", {looked_at}))
        assert [one.name for one in made] == [
            "resourcequota/shop/it: spec.hard.pods is `5`",
            "resourcequota/shop/it without spec.hard.pods",
        ]
        assert not any("--force" in action.argv for one in made for action in (*one.apply, *one.undo))
    assert list(object_mutations(there, there, Wording("`it`"), "default", {"resourcequota/other/it"})) == []


def test_a_secret_is_in_the_environment_where_the_text_says_that_it_must_not_be() -> None:
    spec = {"containers": [CONTAINER], "volumes": [{"name": "v", "secret": {"secretName": "key"}}]}
    more = "also the keys of `key` as variables"
    assert more in answers("Pod", spec, "It does not belong in the environment.")
    assert more not in answers("Pod", spec, "It has the environment variable `A`.")


def test_no_two_answers_are_the_same_and_none_is_the_solution() -> None:
    made = made_of("web station watcher nightly nightly-now db-guard key")
    assert len({one.name for one in made}) == len(made) > 100
    contents = [b"".join(action.stdin for action in one.apply) for one in made if "status" not in one.name]
    assert len({*contents}) >= len(contents) - sum("is missing" in one.name for one in made)


def test_server_side_apply_records_just_what_was_applied() -> None:
    """So a value is asked for there that would pass for a default elsewhere."""
    found = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": "web",
            "managedFields": [
                {
                    "manager": "kubectl",
                    "operation": "Apply",
                    "fieldsV1": {
                        "f:spec": {
                            "f:replicas": {},
                            "f:template": {
                                "f:spec": {"f:containers": {'k:{"name":"b"}': {".": {}, "f:image": {}, "f:args": {}}}}
                            },
                        }
                    },
                },
                {"manager": "kube-controller-manager", "operation": "Update", "fieldsV1": {"f:spec": {"f:paused": {}}}},
                {"manager": "kubectl-label", "operation": "Update", "fieldsV1": {}},
            ],
        },
        "spec": {
            "paused": True,
            "replicas": 1,
            "template": {
                "spec": {"containers": [{"name": "a", "image": "x"}, {"name": "b", "image": "y:1", "args": ["z"]}]}
            },
        },
    }
    paths = [dotted(path) for path in asked_for(None, found, Wording("`y:1` `z`"))]
    containers = "spec.template.spec.containers"
    assert paths == ["spec.replicas", f"{containers}[1].image", f"{containers}[1].args[0]"]
    moved = with_field(found, found["spec"]["template"]["spec"]["containers"][::-1], *containers.split("."))  # type: ignore[index]
    assert [dotted(path) for path in asked_for(moved, found, Wording("`y:1` `z`"))] == []


def test_client_side_apply_keeps_what_was_applied() -> None:
    guard = copy.deepcopy(AFTER["networkpolicy/shop/db-guard"])
    applied = json.loads(guard["metadata"]["annotations"][LAST_APPLIED])
    del applied["spec"]["policyTypes"]
    del applied["spec"]["ingress"][0]["ports"][0]["protocol"]
    guard["metadata"]["annotations"][LAST_APPLIED] = json.dumps(applied)
    assert sorted(dotted(path) for path in asked_for(None, guard, Wording(""))) == [
        "spec.ingress[0].from[0].podSelector.matchLabels.role",
        "spec.ingress[0].ports[0].port",
        "spec.podSelector.matchLabels.role",
    ]


@pytest.mark.parametrize("manager", ["kubectl-create", "kubectl-client-side-apply"])
def test_what_an_api_server_copies_is_not_asked_for(manager: str) -> None:
    """Requests from limits, the port of the pods from that of the Service. One that was applied is another matter."""
    limits = {"limits": {"memory": "64Mi"}, "requests": {"memory": "64Mi"}}
    for found, inner in (
        (bare("Pod", {"containers": [{"name": "a", "resources": limits}]}), "requests"),
        (bare("Service", {"ports": [{"port": 80, "targetPort": 80}]}), "targetPort"),
    ):
        found["metadata"]["managedFields"][0] |= {"manager": manager, "operation": "Update"}
        if manager.endswith("apply"):
            found["metadata"]["annotations"] = {LAST_APPLIED: json.dumps({"spec": found["spec"]})}
        asked = [dotted(path) for path in asked_for(None, found, Wording(""))]
        assert asked
        assert any(inner in path for path in asked) is manager.endswith("apply")


def bare(kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    """Return an object all of whose spec somebody has applied."""
    record = {"manager": "kubectl", "operation": "Apply", "fieldsV1": {"f:spec": {}}}
    return {"kind": kind, "metadata": {"name": "it", "namespace": "shop", "managedFields": [record]}, "spec": spec}


def answers(kind: str, spec: dict[str, Any], text: str = "", *, is_right: bool = False) -> list[str]:
    found = bare(kind, spec)
    made = object_mutations({}, {**AFTER, ref_of(found): found}, Wording(f"`it` {text}"))
    return [one.name.partition("/it: ")[2] for one in made if "/shop/it" in one.name and one.is_right is is_right]


CONTAINER = {
    "name": "a",
    "image": "nginx:1.27",
    "ports": [{"name": "http", "containerPort": 8080}],
    "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "$(A)2"}],
    "livenessProbe": {"httpGet": {"port": 8080, "path": "/"}},
    "securityContext": {"runAsUser": 1000, "capabilities": {"add": ["CHOWN"]}},
}


@pytest.mark.parametrize(
    ("kind", "spec", "spellings"),
    [
        (
            "Pod",
            {"containers": [CONTAINER]},
            [
                "spec.containers[0].livenessProbe.httpGet.port is `http`",
                "spec.containers[0].image is `docker.io/library/nginx:1.27`",
            ],
        ),
        ("Pod", {"containers": [{"name": "a", "image": "localhost:5000/nginx:1.27"}]}, []),
        (
            "Ingress",
            {"rules": [{"http": {"paths": [{"backend": {"service": {"name": "db", "port": {"name": "x"}}}}]}}]},
            [],
        ),
        (
            "Service",
            {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": "http"}]},
            [
                "spec.ports[0].targetPort is 8080",
            ],
        ),
        ("Service", {"selector": {"app": "nobody"}, "ports": [{"port": 80, "targetPort": 8080}]}, []),
        (
            "Deployment",
            {"replicas": 5, "strategy": {"rollingUpdate": {"maxSurge": 2, "maxUnavailable": 1}}},
            [
                "spec.strategy.rollingUpdate.maxSurge is 40%",
                "spec.strategy.rollingUpdate.maxUnavailable is 20%",
            ],
        ),
        (
            "ResourceQuota",
            {"hard": {"requests.memory": "1Gi", "pods": "3"}},
            ["spec.hard.requests.memory is `1073741824`"],
        ),
        (
            "PersistentVolumeClaim",
            {"accessModes": ["ReadWriteOnce", "ReadOnlyMany"]},
            ["spec.accessModes has another order"],
        ),
        ("CronJob", {"schedule": "0 4 * * 0"}, []),
    ],
)
def test_other_spellings(kind: str, spec: dict[str, Any], spellings: list[str]) -> None:
    assert answers(kind, spec, "`nginx:1.27` `localhost:5000/nginx:1.27`", is_right=True) == spellings


def test_the_port_of_an_ingress_has_the_name_that_its_service_gives_it() -> None:
    service = with_field(AFTER["service/shop/web"], "front", "spec", "ports", 0, "name")
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    ingress = bare("Ingress", {"defaultBackend": backend})
    made = object_mutations({}, {ref_of(ingress): ingress, "web": service}, Wording("`it`"))
    (right,) = [one for one in made if one.is_right]
    assert right.name == "ingress/shop/it: spec.defaultBackend.service.port is `front`"
    assert json.loads(right.apply[0].stdin)["spec"]["defaultBackend"]["service"]["port"] == {"name": "front"}


def test_pods_with_more_than_was_asked_for() -> None:
    made = answers(
        "Pod", {"containers": [CONTAINER]}, "The container `a` runs as 1000, without capabilities, and no other."
    )
    assert {
        "spec.containers[0].securityContext.runAsUser is 0",
        "also the capability NET_ADMIN in spec.containers[0]",
        "also the variable EXTRA in spec.containers[0]",
        "also a container `extra`",
        "also a volume `extra`",
        "spec.containers[0].name is `ax`",
    } < {*made}


def test_a_share_that_comes_to_the_same_is_not_wrong() -> None:
    """Half of one pod is one: a surge is rounded up."""
    for replicas, wrong in ((1, []), (2, ["spec.strategy.rollingUpdate.maxSurge is 50%"])):
        spec = {"replicas": replicas, "strategy": {"rollingUpdate": {"maxSurge": "100%"}}}
        assert [one for one in answers("Deployment", spec) if "%" in one] == wrong


def test_selectors_are_written_as_labels_again() -> None:
    after = copy.deepcopy(AFTER["networkpolicy/shop/db-guard"])
    del after["metadata"]["annotations"]
    after["spec"]["podSelector"] = {"matchExpressions": [{"key": "role", "operator": "In", "values": ["db"]}]}
    after["metadata"]["managedFields"][0]["manager"] = "kubectl-create"
    made = list(object_mutations({}, {"it": after}, Wording("")))
    (right,) = [one for one in made if one.name.endswith("has matchLabels")]
    assert json.loads(right.apply[0].stdin)["spec"]["podSelector"] == {"matchLabels": {"role": "db"}}


@pytest.mark.parametrize("output", [b"{", b"[1]", b'{"items": [{}]}', b'{"kind": "Pod"}'])
def test_what_is_no_list_of_objects_is_refused(output: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_objects(output)


def state(cluster: MemoryKubectl) -> dict[str, Any]:
    return {ref: (content_of(one), one.get("status")) for ref, one in cluster.objects.items()}


def test_every_made_answer_changes_the_cluster_and_is_undone() -> None:
    text = 'web station watcher nightly nightly-now db-guard key old-settings `sh -c "echo archived"` just these'
    for one in made_of(text):
        cluster = MemoryKubectl(copy.deepcopy(AFTER))
        solved = state(cluster)
        assert all(change(action, cluster) for action in one.apply), one.name
        assert state(cluster) != solved, one.name
        assert all(change(action, cluster) for action in one.undo), one.name
        assert {ref: content for ref, (content, _) in state(cluster).items()} == {
            ref: content for ref, (content, _) in solved.items()
        }, one.name


def test_an_object_that_was_there_before_is_never_made_again() -> None:
    """Its history would be gone, and with it what a check may ask for."""
    made = [one for one in made_of("web") if one.name.startswith("deployment/shop/web")]
    assert made
    assert not any("--force" in (*action.argv, *action.otherwise) for one in made for action in (*one.apply, *one.undo))


def test_what_comes_out_as_it_was_is_not_made() -> None:
    """So what an API server fills in again, or writes alike, is no answer."""

    class Filling(MemoryKubectl):
        def _replace(self, body: dict[str, Any], argv: Sequence[str]) -> Completed:
            body["data"].setdefault("UNIT", "celsius")
            return super()._replace(body, argv)

    made = {one.name: one for one in made_of("`station`", "configmap/shop/station")}
    cluster = Filling(copy.deepcopy(AFTER))
    assert not change(made["configmap/shop/station without data.UNIT"].apply[0], cluster)
    assert change(made["configmap/shop/station without data.CITY"].apply[0], cluster)
    (job, *_) = [one for one in made_of("nightly-now `sh`") if "command[0] is" in one.name]
    assert not change(job.undo[0]._replace(was=content_of(AFTER["job/shop/nightly-now"])), MemoryKubectl({}))


@dataclass
class Clock:
    now: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def __call__(self) -> float:
        return self.now


def of_task(*checks: dict[str, Any], accepts: Sequence[str] = ()) -> Task:
    numbered = [{"id": f"c{number}", **check} for number, check in enumerate(checks)]
    task = task_with(*numbered, title="The ConfigMap `station`", namespaces=["shop"], accepts=list(accepts))
    return replace(task, prompt="It has `CITY`.")


CITY = {"object": {"ref": "configmap/shop/station", "match": {"data": {"CITY": "Oslo"}}}}
UNIT = {"object": {"ref": "configmap/shop/station", "match": {"data": {"UNIT": "celsius"}}}}


def tried(task: Task, cluster: MemoryKubectl, count: int | None = None) -> list[MadeAnswer]:
    """Return the made answers of a task whose solution has made the ConfigMap."""
    station = cluster.objects.pop("configmap/shop/station")
    clock = Clock()
    trials = Trials(task, Grader(Outside(cluster), clock=clock, sleep=clock.sleep), count, "1")
    trials.look_before()
    cluster.objects["configmap/shop/station"] = station
    trials.run()
    return trials.made


def new_cluster() -> MemoryKubectl:
    return MemoryKubectl({"configmap/shop/station": copy.deepcopy(AFTER["configmap/shop/station"])})


def test_checks_on_objects_are_tried() -> None:
    cluster = new_cluster()
    made = tried(of_task(CITY, UNIT), cluster)
    assert len(made) == 7
    assert [one.name for one in made if one.problem] == []
    assert list(cluster.objects) == ["configmap/shop/station"]


def test_a_check_that_does_not_look_at_a_field_is_fooled() -> None:
    made = tried(of_task(CITY), new_cluster())
    assert {one.name: one.problem for one in made if one.problem} == {
        "configmap/shop/station: data.UNIT is `celsiusx`": "it passes, and it is wrong",
        "configmap/shop/station without data.UNIT": "it passes, and it is wrong",
    }
    assert len(tried(of_task(CITY, accepts=["* data.UNIT*"]), new_cluster())) == 5


@pytest.mark.parametrize(("count", "made"), [(None, 6), (1, 1), (6, 6)])
def test_what_the_cluster_refuses_does_not_count(count: int | None, made: int) -> None:
    cluster = new_cluster()
    cluster.refuse = b"Oslox"
    assert len(tried(of_task(CITY, UNIT), cluster, count)) == made


def test_a_controller_gets_time_before_an_answer_is_judged() -> None:
    """A check that passes at once, and no longer once what follows is seen, is not fooled."""

    class Late(MemoryKubectl):
        """Shows each check what was there until it looks for the third time."""

        looks = 0

        def _get(self, argv: Sequence[str]) -> Completed:
            found = super()._get(argv)
            if argv[1] != "configmap" or b'"celsius"' in found.stdout:
                self.looks = 0
                return found
            self.looks += 1
            solved = Completed(0, json.dumps(AFTER["configmap/shop/station"]).encode(), b"")
            return solved if self.looks < 3 else found

    made = tried(of_task(UNIT), Late(new_cluster().objects))
    assert {one.name: one.problem for one in made if "UNIT" in one.name} == {
        "configmap/shop/station: data.UNIT is `celsiusx`": "",
        "configmap/shop/station without data.UNIT": "",
    }


def test_a_controller_gets_time_after_an_answer_is_undone() -> None:
    """The solution, of which a task that is made here has no script, is not run again."""

    class Late(MemoryKubectl):
        """Shows a check what was wrong until it looks for the third time."""

        wrong, looks = b"", 0

        def _get(self, argv: Sequence[str]) -> Completed:
            found = super()._get(argv)
            if argv[1] != "configmap":
                return found
            if found.stdout and b'"celsius"' not in found.stdout:
                self.wrong, self.looks = found.stdout, 0
            elif self.wrong:
                self.looks += 1
                shown, self.wrong = self.wrong, b"" if self.looks == 2 else self.wrong
                return Completed(0, shown, b"")
            return found

    assert len(tried(of_task(CITY, UNIT), Late(new_cluster().objects))) == 7


@dataclass
class Refusing(MemoryKubectl):
    words: bytes = b""

    def _get(self, argv: Sequence[str]) -> Completed:
        del argv
        return Completed(1, b"", self.words)


def test_a_cluster_that_does_not_answer_is_an_error_of_the_engine() -> None:
    with pytest.raises(EngineUnavailable, match="Unable to connect"):
        ClusterObjects(of_task(CITY), Refusing({}, words=b"Unable to connect")).read()


@pytest.mark.parametrize(
    "words", [b"Error from server (Forbidden): no", b'error: the server doesn\'t have a resource type "guide"']
)
def test_what_may_not_be_read_is_left_out(words: bytes) -> None:
    assert ClusterObjects(of_task(CITY), Refusing({}, words=words)).read() == {}


def test_only_what_a_task_is_about_is_read() -> None:
    cluster = MemoryKubectl({})
    node = {"object": {"ref": "node/worker"}}
    ClusterObjects(of_task(CITY, node, {"object": {"ref": "pod/other/web"}}), cluster).read()
    assert [argv[1:4] for argv in cluster.asked if argv[0] == "get"] == [
        ("node", "worker", "--output"),
        ("configmaps,roles.rbac.authorization.k8s.io", "--namespace", "other"),
        ("configmaps,roles.rbac.authorization.k8s.io", "--namespace", "shop"),
    ]
