"""Answers that learners gave to tasks of the shipped packs: the right ones pass a check, what comes near does not.

Each is an object as the cluster has it after such an answer, reduced to what a check could look at.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import pytest

from tempshell_cli.core.process import Completed
from tempshell_cli.packs.checks.matching import json_mismatch
from tempshell_cli.packs.checks.objects import ObjectState

from .test_objects import Cluster, Outside

Words = dict[str, Any]


class Case(NamedTuple):
    """What a check says of an object, and objects of right and of wrong answers."""

    check: Words
    right: Sequence[Words]
    wrong: Sequence[Words]


def where(*conditions: Words) -> Words:
    return {"where": list(conditions)}


def deployment(replicas: int = 3, **rolling: object) -> Words:
    strategy = {"type": "RollingUpdate", "rollingUpdate": rolling}
    return {"kind": "Deployment", "spec": {"replicas": replicas, "strategy": strategy}}


def pod_of(*containers: Words, init: Sequence[Words] = (), volumes: Sequence[Words] = ()) -> Words:
    spec = {"containers": list(containers), "initContainers": list(init), "volumes": list(volumes)}
    return {"spec": {"template": {"spec": spec}}}


def cronjob(schedule: str, *, image: str = "tempshell/practice:1", **spec: object) -> Words:
    container = {"name": "nightly", "image": image, "command": ["sh", "-c", "echo archived"]}
    job = {"spec": {"template": {"spec": {"containers": [container]}}}}
    return {"kind": "CronJob", "spec": {"schedule": schedule, "suspend": False, "jobTemplate": job, **spec}}


def service(**spec: object) -> Words:
    return {"kind": "Service", "spec": spec}


def role(*rules: tuple[list[str], list[str]]) -> Words:
    return {"kind": "Role", "rules": [{"apiGroups": [""], "resources": what, "verbs": verbs} for what, verbs in rules]}


def ingress(*rules: tuple[str, Sequence[tuple[str, str]]]) -> Words:
    def path(path: str, backend: str) -> Words:
        return {"path": path, "pathType": "Prefix", "backend": {"service": {"name": backend}}}

    return {
        "spec": {"rules": [{"host": host, "http": {"paths": [path(*one) for one in paths]}} for host, paths in rules]}
    }


COUNTED = {"as": "percentage", "of": "$.spec.replicas"}
LEDGER = {
    "name": "ledger",
    "volumeMounts": [{"name": "log", "mountPath": "/var/log/ledger/"}, {"name": "more", "mountPath": "/more"}],
}
SHOW = {"name": "show-log", "image": "docker.io/tempshell/practice:1"}
PROBED = {"name": "api", "ports": [{"name": "web", "containerPort": 8080}, {"name": "metrics", "containerPort": 9090}]}
LABELS = {"app": "portal", "colour": "green"}
LEADS_TO_GREEN = where(
    {"jsonpath": "$.spec.selector", "as": "selector", "op": "selects", "value": LABELS},
    {
        "not": {
            "jsonpath": "$.spec.selector",
            "as": "selector",
            "op": "selects",
            "value": {"app": "portal", "colour": "blue"},
        }
    },
)
FROM_SECRET = where(
    {
        "jsonpath": "$..volumes[*]",
        "each": "some",
        "any_of": [
            {"jsonpath": "$.secret.secretName", "value": "login"},
            {"jsonpath": "$.projected.sources[*].secret.name", "value": "login", "each": "some"},
        ],
    }
)

CASES = {
    "rolling-update: never fewer than three, one more at most": Case(
        where(
            {"jsonpath": "$..maxUnavailable", "value": 0, **COUNTED},
            {"jsonpath": "$..maxSurge", "value": 1, **COUNTED},
        ),
        [
            deployment(maxUnavailable=0, maxSurge=1),
            deployment(maxUnavailable="25%", maxSurge="25%"),
            deployment(maxUnavailable="0%", maxSurge="33%"),
        ],
        [
            deployment(maxUnavailable=1, maxSurge=1),
            deployment(maxUnavailable="34%", maxSurge=1),
            deployment(maxUnavailable=0, maxSurge="34%"),
            deployment(5, maxUnavailable="25%", maxSurge="20%"),
            {"kind": "Deployment", "spec": {"replicas": 3, "strategy": {"type": "Recreate"}}},
        ],
    ),
    "nightly-cronjob: at 02:30, with this image and command, and not suspended": Case(
        where(
            {"jsonpath": "$.spec.schedule", "as": "cron", "value": "30 2 * * *"},
            {"jsonpath": "$..containers[*].image", "as": "image", "value": "tempshell/practice:1"},
            {"jsonpath": "$..containers[*].command", "value": ["sh", "-c", "echo archived"]},
            {"jsonpath": "$.spec.suspend", "op": "!=", "value": True},
        ),
        [
            cronjob("30 2 * * *"),
            cronjob("30 02 * * *", image="docker.io/tempshell/practice:1"),
            cronjob("30 2 * * 0-6"),
            cronjob("30 2 */1 JAN-DEC SUN-SAT"),
        ],
        [
            cronjob("30 14 * * *"),
            cronjob("2 30 * * *"),
            cronjob("*/30 2 * * *"),
            cronjob("30 2 * * 1-5"),
            cronjob("30 2 * * *", image="tempshell/practice:2"),
            cronjob("30 2 * * *", suspend=True),
        ],
    ),
    "a-kind-of-its-own: on Sundays at four": Case(
        where({"jsonpath": "$.spec.keep", "as": "cron", "value": "0 4 * * 0"}),
        [{"spec": {"keep": one}} for one in ("0 4 * * 0", "0 4 * * SUN", "0 4 * * 7", "00 04 * * 0")],
        [{"spec": {"keep": one}} for one in ("0 4 * * 1", "0 4 * * 6-7", "0 4 7 * *", "0 4 1 * 0", "4 0 * * 0", "SUN")],
    ),
    "log-sidecar: a container that shows the log, and a volume where it is written": Case(
        where(
            {
                "jsonpath": "$..containers[?@.name=='show-log'].image",
                "as": "image",
                "value": "tempshell/practice:1",
            },
            {
                "jsonpath": "$..containers[?@.name=='ledger'].volumeMounts[*].mountPath",
                "as": "path",
                "each": "some",
                "op": "only",
                "value": ["/var/log/ledger", "/var/log"],
            },
        ),
        [
            pod_of(LEDGER, SHOW),
            pod_of(SHOW, LEDGER),
            pod_of(LEDGER, init=[{**SHOW, "restartPolicy": "Always"}]),
            pod_of({"name": "ledger", "volumeMounts": [{"name": "log", "mountPath": "/var/log"}]}, SHOW),
        ],
        [
            pod_of(LEDGER),
            pod_of(LEDGER, init=[SHOW]),
            pod_of(LEDGER, {**SHOW, "image": "tempshell/practice:2"}),
            pod_of({"name": "ledger", "volumeMounts": [{"name": "log", "mountPath": "/var/log/ledgers"}]}, SHOW),
            pod_of({"name": "ledger"}, {**SHOW, "volumeMounts": LEDGER["volumeMounts"]}),
        ],
    ),
    "blue-green: the Service leads to green, and to nothing else": Case(
        LEADS_TO_GREEN,
        [service(selector=LABELS), service(selector={"colour": "green"})],
        [
            service(selector={"app": "portal"}),
            service(selector={"app": "portal", "colour": "blue"}),
            service(selector={**LABELS, "tier": "x"}),
        ],
    ),
    "canary: told apart by a label of its own": Case(
        where(
            {
                "jsonpath": "$.spec.selector",
                "as": "selector",
                "op": "selects",
                "value": {"app": "shop", "track": "canary"},
            },
            {
                "jsonpath": "$.spec.selector",
                "as": "selector",
                "op": "selects",
                "value": {"app": "shop", "track": "stable"},
                "each": "none",
            },
        ),
        [
            {"spec": {"selector": {"matchLabels": {"app": "shop", "track": "canary"}}}},
            {"spec": {"selector": {"matchExpressions": [{"key": "track", "operator": "In", "values": ["canary"]}]}}},
        ],
        [
            {"spec": {"selector": {"matchLabels": {"app": "shop"}}}},
            {"spec": {"selector": {"matchExpressions": [{"key": "track", "operator": "Exists"}]}}},
            {"spec": {"selector": {"matchLabels": {"app": "shop", "track": "stable"}}}},
        ],
    ),
    "secret-file: the secret is a volume, by itself or among others": Case(
        FROM_SECRET,
        [
            pod_of(volumes=[{"name": "tmp", "emptyDir": {}}, {"name": "login", "secret": {"secretName": "login"}}]),
            pod_of(volumes=[{"projected": {"sources": [{"configMap": {}}, {"secret": {"name": "login"}}]}}]),
        ],
        [
            pod_of(volumes=[{"name": "login", "emptyDir": {}}]),
            pod_of(volumes=[{"name": "login", "configMap": {"name": "login"}}]),
            pod_of(volumes=[{"name": "all", "projected": {"sources": [{"secret": {"name": "other"}}]}}]),
        ],
    ),
    "slow-start: the probe asks the port of the application": Case(
        where({"jsonpath": "$..startupProbe.httpGet.port", "as": "port", "value": 8080}),
        [pod_of({**PROBED, "startupProbe": {"httpGet": {"port": port}}}) for port in (8080, "web")],
        [pod_of({**PROBED, "startupProbe": {"httpGet": {"port": port}}}) for port in (80, "metrics", "http", 9090)],
    ),
    "on-every-node: open on this port of every node": Case(
        where(
            {"jsonpath": "$.spec.type", "op": "only", "value": ["NodePort", "LoadBalancer"]},
            {"jsonpath": "$.spec.ports[*].nodePort", "value": 30990, "each": "some"},
        ),
        [service(type=one, ports=[{"nodePort": 30990}]) for one in ("NodePort", "LoadBalancer")],
        [service(type="ClusterIP", ports=[{"port": 30990}]), service(type="NodePort", ports=[{"nodePort": 30991}])],
    ),
    "ingress-two-paths: the host leads to both, and nowhere else": Case(
        where(
            {
                "jsonpath": "$.spec.rules[?@.host=='press.example'].http.paths[*]",
                "each": "some",
                "all_of": [
                    {"jsonpath": "$.path", "as": "path", "value": "/blog"},
                    {"jsonpath": "$.backend.service.name", "value": "blog"},
                ],
            },
            {"jsonpath": "$.spec.rules[*].host", "op": "only", "value": ["press.example"]},
            {"jsonpath": "$.spec.rules[*].http.paths[*].path", "as": "path", "op": "only", "value": ["/", "/blog"]},
        ),
        [
            ingress(("press.example", [("/", "shop"), ("/blog", "blog")])),
            ingress(("press.example", [("/blog/", "blog"), ("/", "shop")])),
            ingress(("press.example", [("/", "shop")]), ("press.example", [("/blog", "blog")])),
        ],
        [
            ingress(("press.example", [("/", "shop"), ("/blog", "shop")])),
            ingress(("press.example", [("/", "blog"), ("/blog", "shop")])),
            ingress(("press.example", [("/", "shop"), ("/blog", "blog"), ("/admin", "blog")])),
            ingress(("other.example", [("/", "shop"), ("/blog", "blog")])),
        ],
    ),
    "list-not-delete: to look at pods, and no more": Case(
        where(
            {"jsonpath": "$.rules[*].verbs[*]", "op": "only", "value": ["get", "list", "watch"]},
            {"jsonpath": "$.rules[*].verbs[*]", "value": "list", "each": "some"},
            {"jsonpath": "$.rules[*].verbs[*]", "value": "get", "each": "some"},
            {"jsonpath": "$.rules[*].resources", "op": "set", "value": ["pods"]},
        ),
        [
            role((["pods"], ["get", "list", "watch"])),
            role((["pods"], ["list"]), (["pods"], ["watch", "get"])),
            role((["pods"], ["list", "get"])),
        ],
        [
            role((["pods"], ["list", "watch"])),
            role((["pods", "secrets"], ["get", "list"])),
            role((["pods"], ["get", "list", "deletecollection"])),
            role((["pods"], ["get", "list"]), (["secrets"], ["get"])),
            role((["*"], ["get", "list"])),
        ],
    ),
    "least-privilege: all capabilities dropped, and none added": Case(
        where(
            {"jsonpath": "$..capabilities.drop", "op": "set", "value": ["ALL"]},
            {"jsonpath": "$..capabilities.add[*]", "op": "exists", "value": False},
            {"jsonpath": "$..volumes[*].hostPath", "op": "exists", "value": False},
        ),
        [
            pod_of({"securityContext": {"capabilities": {"drop": ["ALL"]}}}),
            pod_of({"securityContext": {"capabilities": {"drop": ["ALL"], "add": []}}}, volumes=[{"emptyDir": {}}]),
        ],
        [
            pod_of({"securityContext": {"capabilities": {"drop": ["ALL"], "add": ["NET_ADMIN"]}}}),
            pod_of({"securityContext": {"capabilities": {"drop": ["NET_RAW"]}}}),
            pod_of({"securityContext": {"capabilities": {"drop": ["ALL"]}}}, volumes=[{"hostPath": {"path": "/"}}]),
            pod_of({}),
        ],
    ),
    "old-manifest: a selector by this label, and by no other": Case(
        where({"jsonpath": "$.spec.selector", "as": "selector", "value": {"matchLabels": {"app": "museum"}}}),
        [
            {"spec": {"selector": {"matchLabels": {"app": "museum"}}}},
            {"spec": {"selector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["museum"]}]}}},
        ],
        [
            {"spec": {"selector": {"matchLabels": {"app": "museum", "wing": "east"}}}},
            {"spec": {"selector": {"matchExpressions": [{"key": "app", "operator": "Exists"}]}}},
            {"spec": {"selector": {}}},
        ],
    ),
    "config-two-ways: the variable comes from the map, and is not written out": Case(
        where(
            {
                "jsonpath": "$..containers[*]",
                "any_of": [
                    {"jsonpath": "$.envFrom[*].configMapRef.name", "value": "weather", "each": "some"},
                    {
                        "jsonpath": "$.env[?@.name=='CITY'].valueFrom.configMapKeyRef",
                        "all_of": [{"jsonpath": "$.name", "value": "weather"}, {"jsonpath": "$.key", "value": "CITY"}],
                    },
                ],
            },
            {"jsonpath": "$..env[?@.name=='CITY'].value", "op": "exists", "value": False},
        ),
        [
            pod_of({"envFrom": [{"configMapRef": {"name": "weather"}}]}),
            pod_of({"env": [{"name": "CITY", "valueFrom": {"configMapKeyRef": {"name": "weather", "key": "CITY"}}}]}),
        ],
        [
            pod_of({"env": [{"name": "CITY", "value": "Oslo"}]}),
            pod_of({"envFrom": [{"configMapRef": {"name": "weather"}}], "env": [{"name": "CITY", "value": "Oslo"}]}),
            pod_of({"env": [{"name": "CITY", "valueFrom": {"configMapKeyRef": {"name": "weather", "key": "UNIT"}}}]}),
            pod_of({"envFrom": [{"configMapRef": {"name": "other"}}]}),
        ],
    ),
}  # fmt: skip


def passes(check: Words, found: Words) -> bool:
    cluster = Cluster(Completed(0, json.dumps(found).encode(), b""))
    state = msgspec.convert({"ref": "deployment/shop/web", **check}, ObjectState)
    return state.look(Outside(cluster), 5) is None


@pytest.mark.parametrize(("check", "found"), [(case.check, one) for case in CASES.values() for one in case.right])
def test_every_right_answer_passes(check: Words, found: Words) -> None:
    assert passes(check, found)


@pytest.mark.parametrize(("check", "found"), [(case.check, one) for case in CASES.values() for one in case.wrong])
def test_what_comes_near_a_right_answer_does_not_pass(check: Words, found: Words) -> None:
    assert not passes(check, found)


@pytest.mark.parametrize(
    ("answer", "is_right"),
    [
        ([{"id": 7, "total": 12.5}], True),
        ([{"total": 12.50, "id": 7}], True),
        ([{"id": 7, "total": 12.5, "customer": "Ada"}], False),
        ([{"id": 7}], False),
        ([], False),
    ],
)
def test_an_answer_of_just_these_keys_has_no_other(answer: object, is_right: bool) -> None:  # noqa: FBT001 - a column of the table
    """The task reshape-json says "with just these keys"."""
    assert (json_mismatch([{"id": 7, "total": 12.5}], json.dumps(answer).encode(), exact=True) is None) is is_right
