"""The shipped packs for clusters are proven on one kind cluster, task by task, several at a time.

All of it is in this file because a file is what one worker gets: another one would make a cluster of its own.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import mean

import pytest

from tempshell_cli.backends.base import Capability, Cluster, SandboxRequest, Template, WorkloadImage
from tempshell_cli.backends.exec import SandboxExec
from tempshell_cli.backends.kind.backend import KindBackend
from tempshell_cli.core.paths import Paths
from tempshell_cli.packs.authoring.prove import State, TaskProof, other_order, prove_task, prove_together
from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.format.pack import Pack, Task
from tempshell_cli.packs.grading.capabilities import out_of_reach, without
from tempshell_cli.packs.grading.grader import Grader
from tempshell_cli.packs.grading.results import Verdict
from tempshell_cli.packs.grading.setup import apply_setup, draw_task, run_solution
from tempshell_cli.packs.library.find import find_pack
from tempshell_cli.packs.reading.fields import seconds
from tests.support import engines
from tests.support.ports import free_port

from . import histories
from .drafts import Draft, with_one_mutant
from .planted import found_by_proof, planted, share_found

CKAD, ZERO_TRUST = PACKS = find_pack("ckad-core"), find_pack("zero-trust")
TASKS = [task for pack in PACKS for task in pack.tasks]
EACH_PACK = pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.id)
EACH_TASK = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.id)
OFFICIAL = {"kubernetes.io", "helm.sh", "gateway-api.sigs.k8s.io", "nginx.org"}  # the pages of the projects
# One for each thing that a check can look at or wait for, in short; all of them, with all of their mutants, are long.
SHORT = {
    *("config-two-ways", "crash-loop", "keep-the-notes", "list-not-delete", "log-sidecar", "mend-a-service"),
    *("install-a-chart", "parallel-job", "rolling-update", "deny-both-ways", "rate-limit"),
}
WHOLE = "whole"
PROVEN = {task.id: with_one_mutant(task) for task in TASKS if task.id in SHORT}
PROVEN |= {f"{task.id}-{WHOLE}": task for task in TASKS}
POLICIES = [task for task in ZERO_TRUST.tasks if task.head.domain == "policies"]
UNENFORCED = {Capability.NETPOL_ENFORCED: "which this sandbox lacks"}
OBJECTS = """\
---
id: one
title: Objects
namespaces: [made]
setup: {run: setup.sh}
checks:
- id: city
  object: {ref: configmap/made/station, match: {data: {CITY: Oslo}}}
- id: pods
  object: {ref: deployment/made/web, match: {spec: {replicas: 2}, status: {updatedReplicas: 2, readyReplicas: 2}}}
- id: version
  object:
    ref: deployment/made/web
    where: [{jsonpath: "$.spec.template.spec.containers[*].image", as: image, value: "tempshell/practice:2"}]
- id: rights
  object:
    ref: role/made/watch
    match: {rules: [{apiGroups: [""], resources: [pods], verbs: [get, watch]}]}
solution: solution.sh
---
In `made`, make the ConfigMap `station` with `CITY` and `UNIT` and the Role `watch`, and give `web` two pods with the
image `tempshell/practice:2`.
"""
OBJECTS_SETUP = """\
set -eu
kubectl -n made delete configmap/station role/watch deployment/web --ignore-not-found --now
kubectl -n made create deployment web --image tempshell/practice:1
kubectl -n made rollout status deployment/web --timeout 50s
"""
OBJECTS_SOLUTION = """\
set -eu
kubectl -n made create configmap station --from-literal CITY=Oslo --from-literal UNIT=celsius
kubectl -n made create role watch --verb get,watch --resource pods
kubectl -n made set image deployment/web practice=tempshell/practice:2
kubectl -n made scale deployment/web --replicas 2
kubectl -n made rollout status deployment/web --timeout 50s
"""
AT_ONCE = 4  # each task has namespaces of its own, and what it does is mostly to wait


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxShell]:
    """One cluster, whose nodes have the images for pods: the setup of each task puts it back to its start."""
    user = tmp_path_factory.mktemp("user")
    backend = KindBackend(paths=Paths(user / "state", user / "config"))
    request = SandboxRequest(
        session=uuid.uuid4().hex[:8],
        owner="packs-test",
        deadline=datetime.now(UTC) + timedelta(minutes=40),
        template=Template(image=engines.NODE_IMAGE, cluster=Cluster(shipped=tuple(WorkloadImage))),
        ports={kind: free_port() for kind in KindBackend.port_kinds},
    )
    try:
        yield SandboxExec(backend, backend.provision(request, lambda _: nullcontext()))
    finally:
        backend.destroy(request.half_made(backend.name))


@pytest.fixture(scope="module")
def proofs(cluster: SandboxShell, request: pytest.FixtureRequest) -> dict[str, TaskProof]:
    """Prove what this run has tests for, several at a time, but none in short and whole at once."""
    chosen = {item.name for item in request.session.items}
    tasks = {name: task for name, task in PROVEN.items() if f"{test_a_task_is_proven.__name__}[{name}]" in chosen}
    found: dict[str, TaskProof] = {}
    for is_whole in (False, True):
        names = [name for name in tasks if (WHOLE in name) is is_whole]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found |= zip(
                names, pool.map(partial(prove_task, shell=cluster), [tasks[name] for name in names]), strict=True
            )
    return found


@pytest.mark.engine("kind")
@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.long] * (WHOLE in name)) for name in PROVEN])
def test_a_task_is_proven(name: str, proofs: dict[str, TaskProof], cluster: SandboxShell) -> None:
    """Nothing is free, every right answer passes, every wrong one is caught, and setting up starts it anew.

    With every probe: the network of the tests' node image enforces policies. In short, one of the author's wrong
    answers is tried.
    """
    proof = proofs.pop(name, None) or prove_task(PROVEN[name], cluster)  # a test that is run again proves again
    assert (proof.state, proof.why) == (State.PROVEN, "")
    assert WHOLE not in name or not proof.unseen


@pytest.mark.engine("kind")
def test_its_objects_are_proven_where_policies_are_not_enforced(cluster: SandboxShell) -> None:
    """One task for all, with a policy to begin with: the others differ in nothing that matters here."""
    proof = prove_task(with_one_mutant(POLICIES[1]), cluster, UNENFORCED)
    assert proof.state is State.PROVEN
    assert proof.left_out == tuple(out_of_reach(POLICIES[1], UNENFORCED))


@pytest.mark.long
@pytest.mark.engine("kind")
@EACH_PACK
def test_the_tasks_of_a_pack_hold_together(pack: Pack, cluster: SandboxShell) -> None:
    """No task's setup and no answer disturbs another's, in another order than theirs."""
    steps = prove_together(other_order(pack.tasks, seed=1), cluster)
    assert {task: step.problem for task, step in steps.items() if step.problem} == {}
    assert steps.keys() == {task.id for task in pack.tasks}


@pytest.mark.long
@pytest.mark.engine("kind")
def test_nine_of_ten_faults_in_checks_of_objects_are_found(cluster: SandboxShell) -> None:
    """They are planted by chance, and found without the wrong answers of the packs' authors."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = [*pool.map(partial(found_by_proof, shell=cluster), planted(TASKS, count=30, seed=1))]
    by_fault = {fault: one for of_task in found for fault, one in of_task.items()}
    assert share_found(by_fault.values()) >= 0.9, by_fault


@pytest.mark.long
@pytest.mark.engine("kind")
def test_answers_are_made_from_objects(draft: Draft, cluster: SandboxShell) -> None:
    """Each is applied and undone on a real API server, and just the field that no check looks at is found."""
    draft.write("tasks/one.md", OBJECTS)
    draft.write("setup.sh", OBJECTS_SETUP)
    draft.write("solution.sh", OBJECTS_SOLUTION)
    proof = prove_task(draft.load().tasks[0], cluster, mutants=None)
    unit = "configmap/made/station"
    assert {one.name for one in proof.made if one.problem} == {
        f"{unit}: data.UNIT is `celsiusx`",
        f"{unit} without data.UNIT",
    }
    assert (proof.state, proof.unseen, [step.problem for step in proof.steps if step.problem]) == (State.FOOLED, (), [])
    assert {
        f"{unit} is in the namespace `default`",
        "deployment/made/web: spec.replicas is 3",
        "deployment/made/web: spec.template.spec.containers[0].image is `docker.io/tempshell/practice:2`",
        "role/made/watch: also `delete` in rules[0].verbs",
        "role/made/watch: rules[0].verbs has another order",
    } < {one.name for one in proof.made}


@pytest.mark.long
@pytest.mark.engine("kind")
def test_what_kubernetes_records_of_a_rollout_tells_how_it_went(cluster: SandboxShell) -> None:
    task, grader = histories.task(), Grader(cluster)
    for name, (way, failing) in histories.WAYS.items():
        apply_setup(task, grader)
        done = cluster.run(("bash", "-c", way), timeout=90)
        assert done.exit_code == 0, (name, done.stderr)
        results = grader.grade(task).results
        assert {one.check: one.verdict for one in results if one.verdict is not Verdict.PASS} == dict.fromkeys(
            failing, Verdict.FAIL
        ), (name, results)


@pytest.mark.long
@pytest.mark.engine("kind")
def test_a_learner_who_removes_the_traces_of_a_rollout_does_not_pass(cluster: SandboxShell) -> None:
    task, grader = histories.task(), Grader(cluster)
    apply_setup(task, grader)
    way, _ = histories.WAYS["down"]
    cluster.run(("bash", "-c", f"{way}; kubectl -n history delete events --all"), timeout=90)
    assert {one.check: one.verdict for one in grader.grade(task).results} == {
        "full": Verdict.ERROR,
        "same": Verdict.PASS,
        "available": Verdict.FAIL,
    }


@pytest.mark.engine("kind")
def test_a_learner_who_gives_up_all_rights_is_graded_and_has_them_again_after_a_reset(
    draft: Draft, cluster: SandboxShell
) -> None:
    draft.write("setup.sh", "kubectl -n lockout delete configmap door --ignore-not-found")
    draft.write("solution.sh", "kubectl -n lockout create configmap door --from-literal is=open")
    checks = "- id: door\n  object: {ref: configmap/lockout/door, match: {data: {is: open}}}\n"
    draft.replace("tasks/one.md", "checks:\n", f"namespaces: [lockout]\nsetup: {{run: setup.sh}}\nchecks:\n{checks}")
    (task,), grader = draft.load().tasks, Grader(cluster)
    apply_setup(task, grader)
    run_solution(task, cluster)
    lock_out = "kubectl delete clusterrole cluster-admin && kubectl delete clusterrolebinding kubeadm:cluster-admins"
    done = cluster.run(("bash", "-c", f"{lock_out}; kubectl get nodes"), timeout=20)
    assert b"Forbidden" in done.stderr
    assert grader.grade(task).results[0].verdict is Verdict.PASS
    apply_setup(task, grader, clear=True)
    run_solution(task, cluster)
    assert grader.grade(task).results[0].verdict is Verdict.PASS


# What an administrator of a cluster can do to it: in the way of a task, and none of it in what the task has made.
FOULED = """
kubectl apply -f - <<'END'
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: nobody-answers}
webhooks:
- name: nobody.answers.example
  clientConfig: {service: {name: nobody, namespace: default, path: /}}
  rules:
  - apiGroups: ["", apps]
    apiVersions: ["*"]
    operations: [CREATE, UPDATE, DELETE]
    resources: [pods, deployments, services, namespaces]
  admissionReviewVersions: [v1]
  sideEffects: None
  failurePolicy: Fail
END
for node in $(kubectl get nodes -o name); do kubectl cordon "$node"; kubectl taint "$node" mine=here:NoSchedule; done
kubectl -n kube-system scale deployment coredns --replicas 0
kubectl delete clusterrolebinding kubeadm:cluster-admins
"""
# What a learner can do in the namespace of a task, $1, and beside it.
FOULED_NAMESPACE = """
for one in $(kubectl -n "$1" get deployments,services,configmaps -o name); do
  kubectl -n "$1" patch "$one" --type merge -p '{"metadata": {"finalizers": ["example.org/forever"]}}'
done
kubectl -n "$1" create quota nothing --hard pods=0,services=0
kubectl -n "$1" create -f - <<'END'
apiVersion: v1
kind: LimitRange
metadata: {name: tiny}
spec: {limits: [{type: Container, max: {memory: 1Ki}}]}
END
kubectl label namespace "$1" pod-security.kubernetes.io/enforce=restricted mine=1 --overwrite
kubectl -n default create service nodeport radio-public --tcp 80:8080 --node-port 30990 2>/dev/null || true
"""
LAST = {"on-every-node": "kubectl delete namespace radio --wait=false", "roll-back": "true"}


@pytest.mark.long
@pytest.mark.engine("kind")
@EACH_TASK
def test_a_reset_task_is_solvable_whatever_the_learner_has_left(task: Task, cluster: SandboxShell) -> None:
    assert cluster.cluster
    task, _ = draw_task(task, "1", cluster)
    grader = Grader(cluster)
    apply_setup(task, grader)
    run_solution(task, cluster)
    last = LAST.get(task.id, "true")
    for namespace in task.head.namespaces:
        done = cluster.run(("bash", "-c", FOULED_NAMESPACE, "bash", namespace), timeout=60)
        assert done.exit_code == 0, done.stderr
    done = cluster.run(("bash", "-c", f"{last} && {{ {FOULED}; }}"), timeout=60)
    assert done.exit_code == 0, done.stderr
    apply_setup(task, grader, clear=True)
    at_start = {one.check for one in grader.grade(task).results if one.verdict is not Verdict.PASS}
    assert at_start == {check.id for check in task.head.checks if not check.gate}
    run_solution(task, cluster)
    assert [(one.check, one.message) for one in grader.grade(task).results if one.verdict is not Verdict.PASS] == []


@EACH_TASK
def test_every_task_teaches_in_two_steps(task: Task) -> None:
    assert len(task.head.hints) == 2
    assert task.head.mutants
    assert task.head.docs
    assert {address.split("/")[2] for address in task.head.docs} <= OFFICIAL


@pytest.mark.parametrize("task", CKAD.tasks, ids=lambda task: task.id)
def test_every_task_has_other_right_answers_and_wrong_ones(task: Task) -> None:
    assert len(task.head.alternatives) >= 2
    assert len(task.head.mutants) >= 3


@EACH_TASK
def test_every_task_says_where_to_work(task: Task) -> None:
    assert task.head.namespaces
    assert all(f"`{name}`" in task.prompt for name in task.head.namespaces)


@EACH_PACK
def test_each_task_has_namespaces_of_its_own(pack: Pack) -> None:
    """They are proven side by side, and a learner's other tasks stay as they are when one is started again."""
    used = Counter(name for task in pack.tasks for name in task.head.namespaces)
    assert set(used.values()) == {1}


def test_no_two_packs_use_the_same_namespace() -> None:
    """They are proven on one cluster."""
    used = Counter(name for task in TASKS for name in task.head.namespaces)
    assert set(used.values()) == {1}


def test_the_domains_have_their_shares_of_the_curriculum() -> None:
    """The percentages of the CKAD curriculum: https://github.com/cncf/curriculum."""
    assert CKAD.head.domains == {"build": 20, "deploy": 20, "observe": 15, "config": 25, "net": 20}


def test_an_exam_has_time_for_the_tasks_that_it_draws() -> None:
    """It draws 16 where nothing else is asked for, by the weights of their domains."""
    minutes = {
        domain: mean(seconds(task.head.time or "0") / 60 for task in CKAD.tasks if task.head.domain == domain)
        for domain in CKAD.head.domains
    }
    drawn = 16 * sum(share / 100 * minutes[domain] for domain, share in CKAD.head.domains.items())
    assert drawn <= seconds(CKAD.head.time or "0") / 60 < drawn + 15


@pytest.mark.parametrize("task", POLICIES, ids=lambda task: task.id)
def test_every_policy_is_tried_out_both_ways_and_read(task: Task) -> None:
    """What must be let through and what must not be are both tried, and no probe is all that a task has."""
    probes = [check for check in task.head.checks if check.exec]
    assert all(check.caps == (Capability.NETPOL_ENFORCED,) for check in probes)
    assert {bool(check.control) for check in probes} == ({True} if task.id == "deny-both-ways" else {True, False})
    left = without(task, out_of_reach(task, UNENFORCED))
    assert any(not check.gate for check in left.head.checks)
    assert left.head.mutants
