"""The shipped tasks about NetworkPolicies, without a cluster: what their checks say of answers, right and nearly right.

The objects are those of the tasks' own scripts. That these run, and that a network does what is worked out here, is for
tests/packs/test_cluster_packs.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import yaml

from tempshell_cli.backends.base import Capability
from tempshell_cli.core.process import Completed
from tempshell_cli.packs.checks.network.state import READ_NETWORK
from tempshell_cli.packs.format.pack import Task
from tempshell_cli.packs.grading.grader import Grader
from tempshell_cli.packs.grading.results import Verdict
from tempshell_cli.packs.library.find import find_pack

from .networks import Listing, namespace, pod

PACKS = [find_pack("zero-trust"), find_pack("ckad-core")]
TASKS = {
    task.id: task
    for pack in PACKS
    for task in pack.tasks
    if any(kind.listing for check in task.head.checks for kind in check.kind.parts())
    and not any(check.exec and not check.caps for check in task.head.checks)  # such need more than policies
}
LABELLED = {"gate": {"role": "ingress"}, "web": {"team": "web"}}
NOT_FOUND = Completed(1, b"", b'Error from server (NotFound): networkpolicies.networking.k8s.io "x" not found')
_HEREDOC = re.compile(r"<<'END'\n(.*?)\nEND\n?", re.DOTALL)
_TIER = re.compile(r"^  tier (\S+) (\S+)", re.MULTILINE)
_DELETED = re.compile(r"^kubectl -n (\S+) delete networkpolicy (\S+)$", re.MULTILINE)
DNS = [
    pod("kube-system", f"coredns-{n}", {"k8s-app": "kube-dns"}, f"10.244.0.{n}",
        [{"name": "dns", "containerPort": 53, "protocol": "UDP"}, {"name": "dns-tcp", "containerPort": 53}])
    for n in (2, 3)
]  # fmt: skip


class Answered(Listing):
    """A cluster that has the objects of a task, and answers."""

    def kubectl(self, *argv: str, stdin: bytes = b"", timeout: float) -> Completed:
        """List all that matters, or return one object."""
        if argv == READ_NETWORK:
            return super().kubectl(*argv, stdin=stdin, timeout=timeout)
        _, kind, name, _, space, *_ = argv
        assert kind == "networkpolicy"
        found = [one for one in self.objects if (one["kind"], *_place(one)) == ("NetworkPolicy", space, name)]
        return Completed(0, json.dumps(found[0]).encode(), b"") if found else NOT_FOUND


def _place(one: Any) -> tuple[str, str]:  # noqa: ANN401 - JSON
    return one["metadata"].get("namespace", ""), one["metadata"]["name"]


def _begun(task: Task) -> list[Any]:
    """Return the objects of a task at its start."""
    script = _script(task, str(task.head.setup.run))
    pods = [{"kind": "Pod", "metadata": {"name": name, "namespace": space, "labels": {"app": name}}}
            for space, name in _TIER.findall(script)]  # fmt: skip
    written = [*pods, *_written(script)]
    placed = [
        one if one["kind"] != "Pod" else
        pod(*_place(one), one["metadata"].get("labels", {}), f"10.244.1.{n}", **one.get("spec", {"containers": []}))
        for n, one in enumerate(written, 10)
    ]  # fmt: skip
    spaces = [namespace(name, **LABELLED.get(name, {})) for name in (*task.head.namespaces, "kube-system")]
    return [*spaces, *DNS, *placed]


def _script(task: Task, file: str) -> str:
    return task.assets[file].decode()


def _written(script: str) -> Iterator[Any]:
    for block in _HEREDOC.findall(script):
        yield from (one for one in yaml.safe_load_all(block) if one)


def _after(objects: Sequence[Any], script: str) -> list[Any]:
    """Return the objects after a script: what it deletes, then what it applies."""
    deleted = _DELETED.findall(script)
    gone = {(space, name) for space, name in map(_place, objects) if {(space, name), (space, "--all")} & {*deleted}}
    applied = {_place(one): one for one in _written(script)}
    kept = [one for one in objects if one["kind"] != "NetworkPolicy" or _place(one) not in gone | applied.keys()]
    return [*kept, *applied.values()]


def _failed(task: Task, objects: Sequence[Any]) -> set[str]:
    """Return the checks that fail, of those that need no network."""
    result = Grader(Answered(objects), lacking={Capability.NETPOL_ENFORCED: "which nothing here has"}).grade(task)
    by_network = {check.id for check in task.head.checks if check.caps}
    assert {one.check for one in result.results if one.verdict is Verdict.ERROR} == by_network
    return {one.check for one in result.results if one.verdict is Verdict.FAIL}


EACH = pytest.mark.parametrize("task", TASKS.values(), ids=lambda task: task.id)


@EACH
def test_nothing_is_free_and_every_solution_passes(task: Task) -> None:
    begun = _begun(task)
    assert _failed(task, begun) == {check.id for check in task.head.checks if not check.caps and not check.gate}
    for right in (task.head.solution, *task.head.alternatives):
        assert _failed(task, _after(begun, _script(task, str(right)))) == set()


@EACH
def test_every_mutant_is_caught_by_its_checks(task: Task) -> None:
    needs_network = {check.id for check in task.head.checks if check.caps}
    for mutant in task.head.mutants:
        answer = _after(_begun(task), _script(task, mutant.run))
        assert _failed(task, answer) == set(mutant.must_fail) - needs_network, mutant.run


@EACH
def test_labels_may_be_written_as_expressions(task: Task) -> None:
    script = re.sub(
        r"matchLabels: \{([^:}]+): ([^}]+)\}",
        r"matchExpressions: [{key: \1, operator: In, values: [\2]}]",
        _script(task, str(task.head.solution)),
    )
    assert _failed(task, _after(_begun(task), script)) == set()


FROM_WEB = "from: [{podSelector: {matchLabels: {role: web}}}]"
FROM_GATE = "from: [{namespaceSelector: {matchLabels: {role: ingress}}}]"
FROM_FRONTEND = "from: [{podSelector: {matchLabels: {app: frontend}}}]"
TO_DNS = "ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]"
ANYWHERE = FROM_FRONTEND.replace("[{", "[{namespaceSelector: {}, ")
CONTROLLERS = FROM_GATE.replace("}}}]", "}}, podSelector: {matchLabels: {app: controller}}}]")
AUTH_ONLY = "{matchLabels: {app: auth}, matchExpressions: [{key: app, operator: NotIn, values: [task]}]}"
OWN = "namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: guarded}}"

DENY_IN_STREET = """apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: street}
spec: {podSelector: {}, policyTypes: [Ingress]}"""


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("only-from-web", FROM_WEB, f"from: [{{{OWN}, podSelector: {{matchLabels: {{role: web}}}}}}]"),
        ("only-from-web", "policyTypes: [Ingress]", "policyTypes: [Ingress, Egress]\n  egress: [{}]"),
        ("ask-for-names", TO_DNS, "ports: [{protocol: UDP, port: dns}, {protocol: TCP, port: dns-tcp}]"),
        ("no-metadata", "to: [{ipBlock", "to: [{ipBlock: {cidr: '::/0'}}, {ipBlock"),
        ("into-the-database", "policyTypes: [Ingress]", ""),
        ("frontend-to-task", "port: 8002", "port: 8002, endPort: 8002"),
        ("deny-both-ways", "podSelector: {}", "podSelector: {matchExpressions: []}"),
        ("front-door", FROM_GATE, FROM_GATE.replace("}}}]", "}}, podSelector: {}}]")),
        ("frontend-to-auth", "podSelector: {matchLabels: {app: auth}}\n", f"podSelector: {AUTH_ONLY}\n"),
        ("no-metadata", "except: [169", "except: [169.254.169.254/32, 169"),
    ],
)
def test_other_right_answers_pass(name: str, old: str, new: str) -> None:
    assert _failed(TASKS[name], _changed(name, old, new)) == set()


@pytest.mark.parametrize(
    ("name", "old", "new", "failed"),
    [
        ("only-from-web", "{role: db}", "{role: db, zone: eu}", {"target", "peer", "port"}),
        ("only-from-web", FROM_WEB, "from: [{podSelector: {matchLabels: {role: web, tier: x}}}]", {"peer", "port"}),
        ("ask-for-names", "policyTypes: [Egress]", "policyTypes: [Egress, Ingress]\n  ingress: [{}]", {"everyone"}),
        ("ask-for-names", TO_DNS, f"{TO_DNS[:-1]}, {{protocol: SCTP, port: 53}}]", {"ports"}),
        ("frontend-to-auth", FROM_FRONTEND, ANYWHERE, {"arrives", "way"}),
        ("frontend-to-auth", "policyTypes: [Egress]", "ingress: [{}]", {"leaves", "way"}),
        ("frontend-to-auth", "policyTypes: [Ingress]", "egress: [{}]", {"arrives", "way"}),
        ("frontend-to-auth", "port: 8001}]", "port: 8001}, {protocol: UDP, port: 8001}]", {"leaves", "arrives", "way"}),
        ("front-door", FROM_GATE, CONTROLLERS, {"port"}),
        ("front-door", FROM_GATE, FROM_GATE.replace("role: ingress", "role: ingress, team: x"), {"port"}),
        ("frontend-to-task", "{app: frontend}", "{app: frontend, tier: web}", {"target", "peer", "port"}),
        ("no-metadata", "/32]", "/32, 8.8.8.8/32]", {"block"}),
        ("no-metadata", "policyTypes: [Egress]", "policyTypes: [Egress, Ingress]", {"everyone", "block"}),
        ("or-and", "port: 8001", "port: 8001, endPort: 8002", {"kept", "peer"}),
        ("or-and", "namespaceSelector: {matchLabels: {team: web}}", "namespaceSelector: {}", {"peer"}),
        ("or-and", "{app: auth}", "{}", {"kept"}),
        ("deny-both-ways", "Ingress, Egress]", "Ingress, Egress]\n  egress: [{ports: [{port: 53}]}]", {"closed-out"}),
        ("deny-both-ways", "\nEND", "\n---\n" + DENY_IN_STREET + "\nEND", {"street"}),
        ("ask-for-names", "namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: kube-dns}}",
         "namespaceSelector: {}", {"peer", "ports"}),
        ("ask-for-names", "podSelector: {}\n", "podSelector: {matchLabels: {app: frontend}}\n",
         {"everyone", "peer", "ports"}),
        ("front-door", FROM_GATE, "from: [{namespaceSelector: {}, podSelector: {matchLabels: {role: ingress}}}]",
         {"peer", "port"}),
        ("front-door", "policyTypes: [Ingress]", "policyTypes: [Ingress, Egress]", {"target", "peer", "port"}),
        ("front-door", "{app: frontend}", "{}", {"target", "peer", "port"}),
        ("frontend-to-auth", "    ports: [{protocol: TCP, port: 8001}]\n", "", {"leaves", "arrives", "way"}),
        ("frontend-to-task", "{app: task}", "{}", {"target", "peer", "port"}),
        ("into-the-database", "policyTypes: [Ingress]", "policyTypes: [Ingress, Egress]", {"target", "peers", "port"}),
        ("into-the-database", "port: 3306", "port: 3306, endPort: 3307", {"port"}),
        ("no-metadata", "/32]}}]", "/32]}}]\n    ports: [{protocol: TCP, port: 80}]", {"block"}),
    ],
)  # fmt: skip
def test_near_misses_fail(name: str, old: str, new: str, failed: set[str]) -> None:
    assert _failed(TASKS[name], _changed(name, old, new)) == failed


def _changed(name: str, old: str, new: str) -> list[Any]:
    """Return a task's objects after a solution in which something is written differently."""
    script = _script(TASKS[name], str(TASKS[name].head.solution))
    assert old in script
    return _after(_begun(TASKS[name]), script.replace(old, new))
