"""Answers that learners gave to tasks of the shipped packs: the right ones pass a check, what comes near does not.

Each is an object as the cluster has it after such an answer, or what kubectl prints of it, reduced to what the checks
look at. That the tasks' own answers pass on a cluster is for tests/packs/test_cluster_packs.py.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest

from tempshell_cli.core.process import Completed
from tempshell_cli.packs.checks.criteria import Check
from tempshell_cli.packs.checks.matching import json_mismatch, output_mismatch
from tempshell_cli.packs.checks.objects import ObjectState
from tempshell_cli.packs.checks.program import Exec
from tempshell_cli.packs.library.find import find_pack

from .test_objects import Cluster, Outside

Words = dict[str, Any]
TASKS = {task.id: task for task in find_pack("ckad-core").tasks}


class Case(NamedTuple):
    """Checks of a task, as `task: check, check`, and what they pass and do not pass."""

    checks: str
    right: Sequence[Words]
    wrong: Sequence[Words]


def shop(*, replicas: int = 3, **rolling: object) -> Words:
    strategy = {"type": "RollingUpdate", "rollingUpdate": rolling}
    return {"kind": "Deployment", "spec": {"replicas": replicas, "strategy": strategy}}


def pods(*containers: Words, init: Sequence[Words] = (), volumes: Sequence[Words] = (), **spec: object) -> Words:
    inner = {"containers": [*containers], "initContainers": [*init], "volumes": [*volumes]}
    return {"kind": "Deployment", "spec": {"template": {"spec": {**inner, **spec}}}}


def job(*command: str, args: Sequence[str] = (), image: str = "tempshell/practice:1") -> Words:
    given = {key: [*value] for key, value in (("command", command), ("args", args)) if value}
    return {"kind": "Job", **pods({"name": "render", "image": image, **given})}


def cronjob(schedule: str = "30 2 * * *", *, suspend: bool = False, **container: object) -> Words:
    one = {"image": "tempshell/practice:1", "command": ["sh", "-c", "echo archived"], **container}
    return {"kind": "CronJob", "spec": {"schedule": schedule, "suspend": suspend, "jobTemplate": pods(one)}}


def gallery(web: Words, *volumes: Words) -> Words:
    command = ["httpd", "-f", "-p", "8080", "-h", "/www"]
    mounts = [{"name": "page", "mountPath": "/www"}]
    one = {"name": "web", "image": "tempshell/practice:1", "command": command, "volumeMounts": mounts, **web}
    token = {"name": "token", "projected": {"sources": [{"serviceAccountToken": {}}]}}
    return {"kind": "Pod", "spec": {"containers": [one], "volumes": [*(volumes or [EMPTY]), token]}}


def node_port(**spec: object) -> Words:
    ports = [{"port": 80, "nodePort": 30990, "protocol": "TCP", "targetPort": 8080}]
    return {"spec": {"type": "NodePort", "externalTrafficPolicy": "Cluster", "ports": ports, **spec}}


def ingress(*rules: Words, **spec: object) -> Words:
    return {"metadata": {}, "spec": {"ingressClassName": "nginx", "rules": [*rules], **spec}}


def rule(*paths: tuple[str, str, int], host: str = "mall.example", kind: str = "Prefix") -> Words:
    http = {
        "paths": [
            {"path": path, "pathType": kind, "backend": {"service": {"name": name, "port": {"number": port}}}}
            for path, name, port in paths
        ]
    }
    return {"host": host, "http": http} if host else {"http": http}


def probe(kind: str, port: object = 8080, path: str = "/healthz", **more: int) -> Words:
    return pods({
        "name": "catalog",
        "ports": [{"name": "http", "containerPort": 8080}, {"name": "metrics", "containerPort": 9090}],
        f"{kind}Probe": {"httpGet": {"port": port, "path": path, "scheme": "HTTP"}, **more},
    })  # fmt: skip


def teller(drop: Sequence[str] = ("ALL",), **capabilities: Sequence[str]) -> Words:
    given = {"drop": [*drop], **capabilities}
    return pods({"name": "teller", "securityContext": {"allowPrivilegeEscalation": False, "capabilities": given}})


def with_selector(**selector: object) -> Words:
    container = {
        "name": "guide",
        "image": "tempshell/practice:1",
        "env": [{"name": "MESSAGE", "value": "this way, please"}],
    }
    found = pods(container)
    found["spec"] |= {"minReadySeconds": 1, "selector": selector}
    found["spec"]["template"]["metadata"] = {"labels": {"app": "guide", "wing": "east"}}
    return found


def city(*variables: Words, **container: object) -> Words:
    return pods({"name": "weather", "env": [*variables], **container})


def invoice(*variables: tuple[str, str], **container: object) -> Words:
    return pods({"name": "invoice", "env": [{"name": name, "value": value} for name, value in variables], **container})


def resources(cpu: object, memory: object) -> Words:
    return pods({"name": "report", "resources": {"requests": {"cpu": cpu, "memory": memory}}})


EMPTY = {"name": "page", "emptyDir": {}}
LOG = {"name": "log", "mountPath": "/var/log/ledger/"}
LEDGER = {"name": "ledger", "volumeMounts": [LOG, {"name": "more", "mountPath": "/more"}]}
SHOW = {"name": "show-log", "image": "docker.io/tempshell/practice:1", "volumeMounts": [LOG]}
KEY = {"name": "station", "key": "CITY"}
BOTH = ("/", "shop", 80), ("/blog", "blog", 8080)
SCRIPT = "echo page; sleep 1"

CASES = [
    Case(
        "rolling-update: strategy",
        [
            shop(maxUnavailable=0, maxSurge=1),
            shop(maxUnavailable="25%", maxSurge="25%"),
            shop(maxUnavailable="0%", maxSurge="33%"),
        ],
        [
            shop(maxUnavailable=1, maxSurge=1),
            shop(maxUnavailable="34%", maxSurge=1),
            shop(maxUnavailable=0, maxSurge="34%"),
            shop(replicas=5, maxUnavailable="25%", maxSurge="20%"),
            {"kind": "Deployment", "spec": {"replicas": 3, "strategy": {"type": "Recreate"}}},
        ],
    ),
    Case(
        "parallel-job: program",
        [
            job("sh", "-c", SCRIPT),
            job("/bin/sh", "-c", "echo page ; sleep 1;", image="docker.io/tempshell/practice:1"),
            job("sh", "-c", args=['echo "page"\nsleep 1\n']),
            job(args=["sh", "-c", "echo page && sleep 1"]),
        ],
        [
            job("true"),
            job("sh", "-c", "echo page"),
            job("sh", "-c", "sleep 1"),
            job("sh", "-c", "echo pages; sleep 1"),
            job("sh", "-c", "echo page; sleep 10"),
            job("sh", "-c", SCRIPT + "; exit 0"),
            job("sh", "-c", SCRIPT, image="tempshell/practice:2"),
            job(),
        ],
    ),
    Case(
        "nightly-cronjob: schedule, program",
        [
            cronjob(),
            cronjob("30 02 * * *", image="docker.io/tempshell/practice:1"),
            cronjob("30 2 * * 0-6", command=["/bin/sh", "-c"], args=["echo archived"]),
            cronjob("30 2 */1 JAN-DEC SUN-SAT", command=["sh", "-c", "echo 'archived'"]),
        ],
        [
            cronjob("30 14 * * *"),
            cronjob("2 30 * * *"),
            cronjob("*/30 2 * * *"),
            cronjob("30 2 * * 1-5"),
            cronjob(image="tempshell/practice:2"),
            cronjob(suspend=True),
            cronjob(command=["true"]),
            cronjob(command=["sh", "-c", "echo archive"]),
        ],
    ),
    Case(
        "prepared-page: web, volume",
        [
            gallery({}),
            gallery({"command": ["/bin/sh", "-c"], "args": ["exec httpd -f -p 8080 -h /www"]}),
            gallery({"command": ["busybox", "httpd", "-h", "/www/", "-f", "-p8080"]}),
            gallery({}, {"name": "page", "ephemeral": {}}),
        ],
        [
            gallery({"command": ["sh", "-c", "echo opening soon >/www/index.html; httpd -f -p 8080 -h /www"]}),
            gallery({"image": "tempshell/practice:2"}),
            gallery({"command": ["sleep", "86400"]}),
            gallery({"volumeMounts": [{"name": "page", "mountPath": "/srv"}]}),
            gallery({}, {"name": "page", "hostPath": {"path": "/srv"}}),
            gallery({}, {"name": "page", "persistentVolumeClaim": {"claimName": "page"}}),
            gallery({}, EMPTY, {"name": "ready", "configMap": {"name": "page"}}),
        ],
    ),
    Case(
        "log-sidecar: sidecar, shared",
        [
            pods(LEDGER, SHOW, volumes=[EMPTY]),
            pods(SHOW, LEDGER, volumes=[EMPTY]),
            pods(LEDGER, init=[{**SHOW, "restartPolicy": "Always"}], volumes=[EMPTY]),
            pods({"name": "ledger", "volumeMounts": [{"mountPath": "/var/log"}]}, SHOW, volumes=[EMPTY]),
            pods(LEDGER, SHOW, volumes=[{"name": "log", "ephemeral": {}}]),
        ],
        [
            pods(LEDGER, volumes=[EMPTY]),
            pods(LEDGER, init=[SHOW], volumes=[EMPTY]),
            pods(LEDGER, {**SHOW, "image": "tempshell/practice:2"}, volumes=[EMPTY]),
            pods({"name": "ledger", "volumeMounts": [{"mountPath": "/var/log/ledgers"}]}, SHOW, volumes=[EMPTY]),
            pods({"name": "ledger"}, SHOW, volumes=[EMPTY]),
            pods(LEDGER, {"name": "show-log", "image": "tempshell/practice:1"}, volumes=[EMPTY]),
            pods(LEDGER, SHOW, volumes=[{"name": "log", "hostPath": {"path": "/srv"}}]),
        ],
    ),
    Case(
        "secret-file: volume",
        [
            pods(volumes=[EMPTY, {"name": "login", "secret": {"secretName": "db-login"}}]),
            pods(volumes=[{"projected": {"sources": [{"configMap": {}}, {"secret": {"name": "db-login"}}]}}]),
        ],
        [
            pods(volumes=[{"name": "db-login", "emptyDir": {}}]),
            pods(volumes=[{"name": "login", "configMap": {"name": "db-login"}}]),
            pods(volumes=[{"name": "all", "projected": {"sources": [{"secret": {"name": "other"}}]}}]),
        ],
    ),
    Case(
        "slow-start: startup",
        [probe("startup", port, periodSeconds=2, failureThreshold=20) for port in (8080, "http")],
        [
            *(probe("startup", port, periodSeconds=2, failureThreshold=20) for port in (80, "metrics", "web", 9090)),
            probe("startup", path="/", periodSeconds=2, failureThreshold=20),
            probe("startup", periodSeconds=20, failureThreshold=2),
            probe("readiness", periodSeconds=2, failureThreshold=20),
        ],
    ),
    Case(
        "on-every-node: port",
        [
            node_port(),
            node_port(type="LoadBalancer"),
            node_port(ports=[{"port": 443, "nodePort": 31443, "protocol": "TCP"}, *node_port()["spec"]["ports"]]),
        ],
        [
            node_port(type="ClusterIP"),
            node_port(externalTrafficPolicy="Local"),
            node_port(ports=[{"port": 80, "nodePort": 30991, "protocol": "TCP"}]),
            node_port(ports=[{"port": 8080, "nodePort": 30990, "protocol": "TCP"}]),
            node_port(ports=[{"port": 80, "nodePort": 30990, "protocol": "UDP"}]),
        ],
    ),
    Case(
        "ingress-two-paths: host, root, blog, nothing-else",
        [
            ingress(rule(*BOTH)),
            ingress(rule(("/blog/", "blog", 8080), BOTH[0])),
            ingress(rule(BOTH[0]), rule(BOTH[1])),
            {
                **ingress(rule(*BOTH), ingressClassName=None),
                "metadata": {"annotations": {"kubernetes.io/ingress.class": "nginx"}},
            },
        ],
        [
            ingress(rule(BOTH[0], ("/blog", "shop", 80))),
            ingress(rule(("/", "blog", 8080), ("/blog", "shop", 80))),
            ingress(rule(*BOTH, ("/admin", "blog", 8080))),
            ingress(rule(*BOTH), rule(*BOTH, host="other.example")),
            ingress(rule(*BOTH), rule(*BOTH, host="")),
            ingress(rule(*BOTH), rule(("/", "blog", 8080))),
            ingress(rule(*BOTH, kind="Exact")),
            ingress(rule(BOTH[1]), defaultBackend={"service": {"name": "shop"}}),
            ingress(rule(*BOTH), ingressClassName="other"),
        ],
    ),
    Case(
        "least-privilege: no-escalation",
        [teller(), teller(add=[])],
        [
            teller(add=["NET_ADMIN"]),
            teller(["NET_RAW"]),
            teller([]),
            pods({"name": "teller", "securityContext": {"capabilities": {"drop": ["ALL"]}}}),
            pods({"name": "teller"}),
        ],
    ),
    Case(
        "old-manifest: same",
        [
            with_selector(matchLabels={"app": "guide"}),
            with_selector(matchExpressions=[{"key": "app", "operator": "In", "values": ["guide"]}]),
        ],
        [
            with_selector(matchLabels={"app": "guide", "wing": "east"}),
            with_selector(matchExpressions=[{"key": "app", "operator": "Exists"}]),
            with_selector(),
        ],
    ),
    Case(
        "config-two-ways: variable",
        [
            city(envFrom=[{"configMapRef": {"name": "station"}}]),
            city({"name": "CITY", "valueFrom": {"configMapKeyRef": KEY}}),
            city({"name": "TZ", "value": "UTC"}, {"name": "CITY", "valueFrom": {"configMapKeyRef": KEY}}),
        ],
        [
            city({"name": "CITY", "value": "Oslo"}),
            city({"name": "CITY", "value": "Oslo"}, envFrom=[{"configMapRef": {"name": "station"}}]),
            city(
                {"name": "CITY", "value": "Oslo"},
                {"name": "UNIT", "valueFrom": {"configMapKeyRef": {**KEY, "key": "UNIT"}}},
            ),
            city({"name": "CITY", "valueFrom": {"configMapKeyRef": {**KEY, "key": "UNIT"}}}),
            city(envFrom=[{"configMapRef": {"name": "other"}}]),
        ],
    ),
    Case(
        "roll-back: settings",
        [invoice(("MESSAGE", "rates of 2026"))],
        [
            invoice(("MESSAGE", "rates of 2027")),
            invoice(("MESSAGE", "rates of 2026"), ("LOG_LEVEL", "debug")),
            invoice(("MESSAGE", "rates of 2026"), command=["sleep", "86400"]),
            invoice(),
        ],
    ),
    Case(
        "fit-the-quota: requests",
        [resources("50m", "32Mi"), resources("0.05", "33554432"), resources(0.05, "32768Ki")],
        [resources("50m", "32M"), resources("50", "32Mi"), resources("100m", "32Mi")],
    ),
    Case(
        "mend-a-service: endpoints",
        [{"spec": {"selector": {"app": "api"}}}],
        [
            {"spec": {"selector": {"app": "apis"}}},
            {"spec": {"selector": {"app": "api", "pod-template-hash": "7d5b8c9f"}}},
            {"spec": {}},
        ],
    ),
]

# What kubectl prints.
BASICS = """\
selfsubjectreviews.authentication.k8s.io        []   []  [create]
selfsubjectaccessreviews.authorization.k8s.io   []   []  [create]
clustertrustbundles.certificates.k8s.io         []   []  [get list watch]
                                                [/api/*]   []  [get]
"""
PRINTED = [
    (
        "blue-green: switched",
        ["portal-green-7d5b8c9f-x2k4q portal-green-7d5b8c9f-m8v7c "],
        [
            "",
            "portal-green-7d5b8c9f-x2k4q ",
            "portal-blue-6c-a portal-green-7d-b ",
            "portal-green-7-a portal-green-7-b portal-blue-6-c ",
        ],
    ),
    ("mend-a-service: endpoints", ["api-7d5b8c9f-x2k4q api-7d5b8c9f-m8v7c "], ["", "api-7d5b8c9f-x2k4q "]),
    (
        "named-pods: names",
        ["ring-0 ring-1 ", "ring-1 ring-0 "],
        ["", "ring-0 ", "<no value> <no value> ", "ring-0 ring-1 ring-2 "],
    ),
    ("log-sidecar: shown", ["entry 7 0d9f1c1e-31a0-4f0e-9a41-0c6a7a0b9c55\n"], ["", "entry 7\n", "tail: cannot open"]),
    (
        "list-not-delete: nothing-more",
        [BASICS + "pods    []   []   [get list watch]\n", "pods    []   []   [watch get list]\n" + BASICS],
        [
            BASICS + "pods    []   []   [get list watch delete]\n",
            BASICS + "pods    []   []   [*]\n",
            BASICS + "pods    []   []   [get list watch]\npods/log     []    []    [get]\n",
            BASICS + "secrets    []   []   [get]\n",
            BASICS + "*.*    []   []   [get list watch]\n",
        ],
    ),
    (
        "list-not-delete: only-here",
        [
            "ops ServiceAccount:ops:watcher\nkube-system User:<no value>:system:kube-scheduler\n",
            "ops User:<no value>:system:serviceaccount:ops:watcher\nevery namespace Group:<no value>:system:nodes\n",
            "dev ServiceAccount:dev:watcher ServiceAccount:ops:watchers\n",
        ],
        [
            "ops ServiceAccount:ops:watcher\ndev ServiceAccount:ops:watcher\n",
            "every namespace ServiceAccount:a:b ServiceAccount:ops:watcher\n",
            "dev User:<no value>:system:serviceaccount:ops:watcher\n",
            "every namespace Group:<no value>:system:serviceaccounts:ops\n",
        ],
    ),
    (
        "keep-the-notes: kept",
        ["writer-7d5b8c9f-x2k4q\nwriter-5c8d7f6b-m8v7c\n", "writer-7-a\nwriter-7-a\nwriter-7-b\n"],
        [
            "",
            "writer-7d5b8c9f-x2k4q\n",
            "writer-7d5b8c9f-x2k4q\nwriter-7d5b8c9f-x2k4q\n",
            "writer-7d5b8c9f-x2k4q\nsecond pod\n",
        ],
    ),
    (
        "secret-file: files",
        ["app\nturn-left-42"],
        ["app\n\nturn-left-42\n", "app\n", "turn-left-42", "YXBw\ndHVybi1sZWZ0LTQy"],
    ),
]


def checks_of(named: str) -> list[Check]:
    task, ids = named.split(": ")
    found = [check for check in TASKS[task].head.checks if check.id in ids.split(", ")]
    assert len(found) == len(ids.split(", "))
    return found


def passes(named: str, found: Words) -> bool:
    outside = Outside(Cluster(Completed(0, json.dumps(found).encode(), b"")))
    states = [kind for check in checks_of(named) for kind in check.kind.parts() if isinstance(kind, ObjectState)]
    assert states
    return all(state.look(outside, 5) is None for state in states)


def prints(named: str, printed: str) -> bool:
    (check,) = checks_of(named)
    wanted = [kind.expect.stdout for kind in check.kind.parts() if isinstance(kind, Exec) and kind.expect.stdout]
    return output_mismatch(wanted[-1], printed.encode()) is None


@pytest.mark.parametrize(("checks", "found"), [(case.checks, one) for case in CASES for one in case.right])
def test_every_right_answer_passes(checks: str, found: Words) -> None:
    assert passes(checks, found)


@pytest.mark.parametrize(("checks", "found"), [(case.checks, one) for case in CASES for one in case.wrong])
def test_what_comes_near_a_right_answer_does_not_pass(checks: str, found: Words) -> None:
    assert not passes(checks, found)


@pytest.mark.parametrize(("checks", "right", "wrong"), PRINTED, ids=[checks for checks, *_ in PRINTED])
def test_what_kubectl_prints_is_read_as_it_is_meant(checks: str, right: Sequence[str], wrong: Sequence[str]) -> None:
    assert [one for one in right if not prints(checks, one)] == []
    assert [one for one in wrong if prints(checks, one)] == []


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
