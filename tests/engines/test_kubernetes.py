"""The pod of a session, as the cluster itself describes it, and what stands around it."""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tempshell_cli.backends.kubernetes.metadata import OWNER_HASH, owner_hash
from tests.support import pods
from tests.support.command_line import Tempshell
from tests.support.engines import BUSYBOX
from tests.support.guard import guarding
from tests.support.pods import kubectl, objects
from tests.support.waiting import eventually

pytestmark = pytest.mark.engine("kubernetes")

ON_PODS = ("-b", "kubernetes")


@pytest.fixture
def namespace() -> Iterator[str]:
    """A namespace that was there before us."""
    name = f"given-{uuid.uuid4().hex[:8]}"
    kubectl("create", "namespace", name)
    yield name
    kubectl("delete", "namespace", name, "--wait=false")


def _one(kind: str, session: str, namespace: str = "") -> dict[str, object]:
    (found,) = objects(kind, "-n", namespace or f"tempshell-{session}", "-l", f"io.tempshell/session={session}")
    return found


def test_a_pod_as_the_cluster_has_it(tempshell: Tempshell) -> None:
    options = ("--ttl", "10m", "--name", "lab", "--env", "CANARY=in-a-secret")
    session = tempshell.start(*ON_PODS, *options)
    _the_pod_is_hardened_in_every_way_the_design_names(session)
    _a_job_owns_the_pod_and_ends_it_without_anybodys_help(session)
    _its_namespace_holds_to_the_rules(session)
    _everything_carries_the_session_and_its_owner(session, tempshell.user.owner)
    _variables_reach_it_by_a_secret_and_are_in_no_spec(tempshell, session)
    assert "No such file" in tempshell("exec", session, "--", "ls", "/var/run/secrets", code=2).stderr
    assert "use it with docker or kind" in tempshell("exec", "--user", "nobody", session, "--", "true", code=2).stderr


def _the_pod_is_hardened_in_every_way_the_design_names(session: str) -> None:
    pod = json.loads(json.dumps(_one("pods", session)))["spec"]
    terminal, grader = pod["containers"]
    assert pod["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 10001,
        "runAsGroup": 10001,
        "fsGroup": 10001,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    for container in (terminal, grader):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "runAsNonRoot": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["imagePullPolicy"] == "Never"
    assert (pod["automountServiceAccountToken"], pod["enableServiceLinks"]) == (False, False)
    assert {"hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"}.isdisjoint(pod)
    (variables,) = [volume["name"] for volume in pod["volumes"] if "secret" in volume]
    assert all(volume["emptyDir"]["sizeLimit"] for volume in pod["volumes"] if "secret" not in volume)
    assert terminal["resources"]["limits"] == {"cpu": "500m", "memory": "512Mi", "ephemeral-storage": "1Gi"}
    assert terminal["resources"]["requests"] == {"cpu": "100m", "memory": "256Mi", "ephemeral-storage": "32Mi"}
    assert grader["resources"]["limits"] == {"cpu": "500m", "memory": "256Mi", "ephemeral-storage": "32Mi"}
    assert grader["resources"]["requests"] == {"cpu": "20m", "memory": "32Mi", "ephemeral-storage": "32Mi"}
    mounted = {mount["name"]: mount["mountPath"] for mount in terminal["volumeMounts"] if not mount.get("readOnly")}
    assert [mount["name"] for mount in terminal["volumeMounts"] if mount.get("readOnly")] == [variables]
    assert mounted == {"home": "/home/learner", "tmp": "/tmp", "var-tmp": "/var/tmp", "run": "/run"}  # noqa: S108
    of_grader = {(mount["name"], mount["mountPath"], mount.get("readOnly")) for mount in grader["volumeMounts"]}
    assert of_grader == {
        ("graders-tmp", "/var/tmp", None),  # noqa: S108 - paths inside
        *((name, path, True) for name, path in mounted.items() if name != "var-tmp"),
    }


def _a_job_owns_the_pod_and_ends_it_without_anybodys_help(session: str) -> None:
    pod, job = _one("pods", session), _one("jobs", session)
    assert pod["metadata"]["ownerReferences"][0]["uid"] == job["metadata"]["uid"]  # type: ignore[index]
    spec = json.loads(json.dumps(job["spec"]))
    assert (spec["backoffLimit"], spec["ttlSecondsAfterFinished"]) == (0, 60)
    assert 500 < spec["activeDeadlineSeconds"] <= 601


def _its_namespace_holds_to_the_rules(session: str) -> None:
    space = f"tempshell-{session}"
    labels = objects("namespace", space)[0]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    (quota,), (limits,) = objects("resourcequota", "-n", space), objects("limitrange", "-n", space)
    assert (quota["spec"]["hard"]["pods"], quota["spec"]["hard"]["services.nodeports"]) == ("1", "0")
    assert limits["spec"]["limits"][0]["default"]["memory"] == "512Mi"
    policies = {
        one["metadata"]["name"].removeprefix(f"{space}-"): one["spec"] for one in objects("netpol", "-n", space)
    }
    assert set(policies) == {"deny", "dns", "out"}
    assert policies["deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    refused = policies["out"]["egress"][0]["to"][0]["ipBlock"]["except"]
    assert {"169.254.0.0/16", "10.0.0.0/8"} <= set(refused)


def _everything_carries_the_session_and_its_owner(session: str, owner: str) -> None:
    made = [
        *objects("namespace", "-l", f"io.tempshell/session={session}"),
        *objects("jobs,pods,secrets,netpol,quota,limits", "-n", f"tempshell-{session}", "-l", "io.tempshell/session"),
    ]
    assert {one["kind"] for one in made} >= {"Namespace", "Job", "Pod", "Secret", "NetworkPolicy"}
    for one in made:
        annotations = one["metadata"]["annotations"]
        assert (annotations["io.tempshell/owner"], annotations["io.tempshell/name"]) == (owner, "lab")
        assert one["metadata"]["labels"]["io.tempshell/session"] == session


def _variables_reach_it_by_a_secret_and_are_in_no_spec(tempshell: Tempshell, session: str) -> None:
    assert tempshell("exec", session, "--", "sh", "-c", "echo $CANARY").stdout == "in-a-secret\n"
    assert "in-a-secret" not in kubectl("get", "jobs,pods,events", "-n", f"tempshell-{session}", "-o", "json")


@pytest.mark.parametrize("access", ["none", "edit"])
def test_what_the_cluster_puts_into_a_pod_has_room(tempshell: Tempshell, tmp_path: Path, access: str) -> None:
    """A service mesh's proxy, with more than the terminal has. With ``edit`` the LimitRange refuses it, and says so."""
    limits = {"cpu": "2", "memory": "1Gi"}
    security = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    mesh = {
        "name": "mesh",
        "image": BUSYBOX,
        "imagePullPolicy": "Never",
        "command": ["sleep", "600"],
        "resources": {"limits": limits, "requests": {"cpu": "10m", "memory": "16Mi"}},
        "securityContext": security,
    }
    with guarding(tmp_path) as guard, guard.adding(mesh, {OWNER_HASH: owner_hash(tempshell.user.owner)}):
        started = tempshell.any_code("start", "-d", *ON_PODS, "--image", BUSYBOX, "--cluster-access", access)
    if access == "edit":
        assert started.code == 5
        assert "maximum cpu usage per Container" in started.stderr
        assert "--cpus and --memory" in started.stderr
        return
    session = started.stdout.strip()
    pod = json.loads(json.dumps(_one("pods", session)))["spec"]
    assert [one["name"] for one in pod["containers"]] == ["mesh", "terminal", "grader"]
    assert tempshell("exec", session, "--", "echo", "in").stdout == "in\n"


@pytest.fixture
def dns_namespace() -> Iterator[str]:
    """The namespace of OpenShift's DNS."""
    kubectl("create", "namespace", "openshift-dns")
    yield "openshift-dns"
    kubectl("delete", "pods", "--all", "-n", "openshift-dns", "--now")
    kubectl("delete", "namespace", "openshift-dns")  # waits: the next one has the same name


def test_names_are_asked_for_where_distributions_answer_and_nowhere_else(
    tempshell: Tempshell, namespace: str, dns_namespace: str
) -> None:
    """On OpenShift that is port 5353, by pods without the usual label."""
    if not pods.is_ours():
        pytest.skip("the network of a cluster that is not the tests' own may enforce no NetworkPolicies")
    serve = "httpd -p 5353 -h /tmp; httpd -p 80 -h /tmp; sleep 600"
    for space in (namespace, dns_namespace):
        kubectl(
            "run", "server", "-n", space, "--image", BUSYBOX, "--image-pull-policy", "Never", "--", "sh", "-c", serve
        )

    def address(space: str) -> str:
        return str(objects("pod", "server", "-n", space)[0]["status"].get("podIP", ""))

    for space in (namespace, dns_namespace):
        eventually(lambda space=space: bool(address(space)), f"the server in {space} runs", 60)  # type: ignore[misc]
    session = tempshell.start(*ON_PODS, "--image", BUSYBOX)
    wanted = [(dns_namespace, 5353), (dns_namespace, 80), (namespace, 5353), (namespace, 80)]
    ask = "for at in $0; do nc -w 2 ${at%:*} ${at#*:} </dev/null >/dev/null 2>&1 && echo $at; done; true"
    servers = " ".join(f"{address(space)}:{port}" for space, port in wanted)
    eventually(
        lambda: (
            tempshell("exec", session, "--", "sh", "-c", ask, servers).stdout.split()
            == [f"{address(dns_namespace)}:5353"]
        ),
        "OpenShift's DNS is reached, and nothing else",
        30,
    )


def test_without_a_network_nothing_is_allowed(tempshell: Tempshell) -> None:
    session = tempshell.start(*ON_PODS, "--network", "none")
    assert [one["metadata"]["name"] for one in objects("netpol", "-n", f"tempshell-{session}")] == [
        f"tempshell-{session}-deny"
    ]


def test_the_admin_profile_is_root_in_a_pod_it_may_write_to(tempshell: Tempshell) -> None:
    script = "id -u; touch /usr/bin/mine && echo written; pwd; echo $TOLD"
    done = tempshell("run", "-q", *ON_PODS, "--profile", "admin", "--env", "TOLD=x", "--", "sh", "-c", script)
    assert done.stdout.split() == ["0", "written", "/root", "x"]


@pytest.fixture
def classes() -> Iterator[str]:
    """A runtime class and a priority class of one name, which a label of the first node has, too."""
    name = f"class-{uuid.uuid4().hex[:8]}"
    runtime = {"apiVersion": "node.k8s.io/v1", "kind": "RuntimeClass", "metadata": {"name": name}, "handler": "runc"}
    kubectl("create", "-f", "-", stdin=json.dumps(runtime))
    kubectl("create", "priorityclass", name, "--value=7")
    node = objects("nodes")[0]["metadata"]["name"]
    kubectl("label", "node", node, f"tempshell-test={name}")
    yield name
    kubectl("delete", "runtimeclass,priorityclass", name)
    kubectl("label", "node", node, "tempshell-test-")


def test_a_pod_runs_where_and_as_what_was_asked_for(tempshell: Tempshell, classes: str) -> None:
    """By settings and by options."""
    tempshell.user.configure(kubernetes={"node_selector": [f"tempshell-test={classes}"], "runtime_class": "none"})
    own = ("--toleration", "practice:NoSchedule", "--runtime-class", classes, "--priority-class", classes)
    session = tempshell.start(*ON_PODS, "--image", BUSYBOX, *own)
    spec = json.loads(json.dumps(_one("pods", session)))["spec"]
    assert spec["nodeSelector"] == {"tempshell-test": classes}
    assert {"key": "practice", "operator": "Exists", "effect": "NoSchedule"} in spec["tolerations"]
    assert (spec["runtimeClassName"], spec["priorityClassName"], spec["priority"]) == (classes, classes, 7)
    assert tempshell("exec", session, "--", "echo", "in").stdout == "in\n"


@pytest.mark.parametrize(
    ("option", "said", "hint"),
    [
        ("--runtime-class=never-made", "never-made", "kubectl get runtimeclasses"),
        ("--priority-class=never-made", "never-made", "kubectl get priorityclasses"),
        ("--node-selector=never=made", "Unschedulable", "--node-selector"),
        ("--pull-secret=never/made", "there is no secret never/made", "kubectl get secrets -n never"),
    ],
)
def test_a_wish_that_the_cluster_cannot_grant_fails_in_its_words(
    tempshell: Tempshell, option: str, said: str, hint: str
) -> None:
    output = tempshell("start", "-d", *ON_PODS, "--image", BUSYBOX, option, code=5).stderr
    assert said in output
    assert hint in output
    eventually(lambda: not pods.leftovers(tempshell.user.owner), "nothing is left")


def test_a_pull_secret_is_copied_and_goes_with_the_session(tempshell: Tempshell, namespace: str) -> None:
    login = ("--docker-server=registry.invalid", "--docker-username=me", "--docker-password=s3cret")
    kubectl("create", "secret", "docker-registry", "regcred", "-n", namespace, *login)
    kubectl("create", "secret", "generic", "other", "-n", namespace)
    image = ("--image", BUSYBOX)
    session = tempshell.start(*ON_PODS, *image, "--pull-secret", f"{namespace}/regcred", "--cluster-access", "view")
    spec = json.loads(json.dumps(_one("pods", session)))["spec"]
    ((copy,), (original,)) = (
        objects("secrets", "-n", f"tempshell-{session}"),
        objects("secret", "regcred", "-n", namespace),
    )
    assert spec["imagePullSecrets"] == [{"name": copy["metadata"]["name"]}]
    assert (copy["type"], copy["data"]) == (original["type"], original["data"])
    may = ("auth", "can-i", "get", "secrets", "-n", f"tempshell-{session}")
    learner = f"--as=system:serviceaccount:tempshell-{session}:tempshell-{session}"
    with pytest.raises(subprocess.CalledProcessError, match="status 1"):  # that is a no
        kubectl(*may, learner)
    tempshell("stop", session)
    eventually(lambda: not pods.leftovers(tempshell.user.owner), "the copy is gone")
    assert objects("secret", "regcred", "-n", namespace)
    refused = tempshell("start", "-d", *ON_PODS, *image, "--pull-secret", f"{namespace}/other", code=5)
    assert "is of the type Opaque" in refused.stderr
    session = tempshell.start(*ON_PODS, *image, "--pull-secret", "regcred", "--namespace", namespace)
    assert json.loads(json.dumps(_one("pods", session, namespace)))["spec"]["imagePullSecrets"] == [{"name": "regcred"}]
    tempshell("stop", session)
    assert {one["metadata"]["name"] for one in objects("secrets", "-n", namespace)} >= {"regcred", "other"}


def test_a_foreign_image_gets_the_same_life(tempshell: Tempshell, tmp_path: Path) -> None:
    """Busybox alone: neither bash nor tmux nor our user."""
    session = tempshell.start(*ON_PODS, "--image", BUSYBOX)
    assert tempshell("extend", "--json").json()["remaining"] > 4000
    (tmp_path / "file").write_text("in and out")
    tempshell("cp", str(tmp_path / "file"), f"{session}:copied")
    tempshell("cp", f"{session}:copied", str(tmp_path / "back"))
    assert (tmp_path / "back").read_text() == "in and out"
    assert tempshell("exec", session, "--", "id", "-u").stdout == "10001\n"


def test_a_given_namespace_is_used_and_left_as_it_was(tempshell: Tempshell, namespace: str) -> None:
    session = tempshell.start(*ON_PODS, "--namespace", namespace, "--env", "A=1")
    pod = _one("pods", session, namespace)
    job = _one("jobs", session, namespace)
    owned = objects("secrets,serviceaccounts,netpol", "-n", namespace, "-l", f"io.tempshell/session={session}")
    assert {one["kind"] for one in owned} == {"Secret", "ServiceAccount", "NetworkPolicy"}
    for one in owned:
        assert one["metadata"]["ownerReferences"][0]["uid"] == job["metadata"]["uid"]  # type: ignore[index]
    policies = [one for one in owned if one["kind"] == "NetworkPolicy"]
    assert {json.dumps(one["spec"]["podSelector"]["matchLabels"]) for one in policies} == {
        json.dumps({"io.tempshell/session": session})
    }
    receipt = tempshell("stop", "--json").json()[0]
    assert f"pod {namespace}/{pod['metadata']['name']}" in receipt["removed"]  # type: ignore[index]
    assert not objects(
        "jobs,pods,secrets,serviceaccounts,netpol", "-n", namespace, "-l", f"io.tempshell/session={session}"
    )


def test_a_namespace_that_is_not_there_is_reported(tempshell: Tempshell) -> None:
    refused = tempshell("start", "-d", *ON_PODS, "--namespace", "never-made", code=5)
    assert "never-made" in refused.stderr


def test_the_deadline_ends_a_pod_with_nobody_at_hand(tempshell: Tempshell) -> None:
    session = tempshell.start(*ON_PODS, "--ttl", "40s")
    live = ("pods", "-n", f"tempshell-{session}", "--field-selector", "status.phase=Running")
    eventually(lambda: not objects(*live), f"{session} ends by itself", 75)
    assert tempshell("list", "--quiet").stdout == ""
    eventually(lambda: not pods.leftovers(tempshell.user.owner), "the sweep has removed the namespace")


def test_a_lost_store_loses_no_pod(tempshell: Tempshell) -> None:
    session = tempshell.start(*ON_PODS, "--name", "lab")
    for file in tempshell.user.paths.state.glob("tempshell.db*"):
        file.unlink()
    assert tempshell("list", "--quiet").stdout.split() == [session]
    assert tempshell("exec", "lab", "--", "echo", "in").stdout == "in\n"
    assert "left over: nothing" in tempshell("stop", "lab").stdout


def test_an_engine_count_takes_other_peoples_pods_in(tempshell: Tempshell) -> None:
    tempshell.start(*ON_PODS)
    tempshell.user.configure(limits={"per_owner": 5, "per_engine": 1})
    assert "already runs 1" in tempshell("start", "-d", *ON_PODS, code=8).stderr
