"""The pod of a session, as the cluster itself describes it, and what stands around it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import pods
from tests.support.command_line import Tempshell
from tests.support.engines import BUSYBOX
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


def test_the_pod_is_hardened_in_every_way_the_design_names(tempshell: Tempshell) -> None:
    session = tempshell.start(*ON_PODS)
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
    assert all(volume["emptyDir"]["sizeLimit"] for volume in pod["volumes"])
    assert terminal["resources"]["limits"] == {"cpu": "500m", "memory": "512Mi", "ephemeral-storage": "1Gi"}
    assert terminal["resources"]["requests"] == {"cpu": "100m", "memory": "256Mi", "ephemeral-storage": "32Mi"}
    assert grader["resources"]["limits"] == {"cpu": "500m", "memory": "256Mi", "ephemeral-storage": "32Mi"}
    assert grader["resources"]["requests"] == {"cpu": "20m", "memory": "32Mi", "ephemeral-storage": "32Mi"}
    mounted = {mount["name"]: mount["mountPath"] for mount in terminal["volumeMounts"]}
    assert mounted == {"home": "/home/learner", "tmp": "/tmp", "var-tmp": "/var/tmp", "run": "/run"}  # noqa: S108
    of_grader = {(mount["name"], mount["mountPath"], mount.get("readOnly")) for mount in grader["volumeMounts"]}
    assert of_grader == {
        ("graders-tmp", "/var/tmp", None),  # noqa: S108 - paths inside
        *((name, path, True) for name, path in mounted.items() if name != "var-tmp"),
    }


def test_a_job_owns_the_pod_and_ends_it_whatever_becomes_of_us(tempshell: Tempshell) -> None:
    session = tempshell.start(*ON_PODS, "--ttl", "10m")
    pod, job = _one("pods", session), _one("jobs", session)
    assert pod["metadata"]["ownerReferences"][0]["uid"] == job["metadata"]["uid"]  # type: ignore[index]
    spec = json.loads(json.dumps(job["spec"]))
    assert (spec["backoffLimit"], spec["ttlSecondsAfterFinished"]) == (0, 60)
    assert 500 < spec["activeDeadlineSeconds"] <= 601


def test_the_namespace_of_a_session_holds_to_the_rules(tempshell: Tempshell) -> None:
    session = tempshell.start(*ON_PODS)
    space = f"tempshell-{session}"
    labels = objects("namespace", space)[0]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    (quota,), (limits,) = objects("resourcequota", "-n", space), objects("limitrange", "-n", space)
    assert (quota["spec"]["hard"]["pods"], quota["spec"]["hard"]["services.nodeports"]) == ("1", "0")
    assert limits["spec"]["limits"][0]["max"]["memory"] == "512Mi"
    policies = {
        one["metadata"]["name"].removeprefix(f"{space}-"): one["spec"] for one in objects("netpol", "-n", space)
    }
    assert set(policies) == {"deny", "dns", "out"}
    assert policies["deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    refused = policies["out"]["egress"][0]["to"][0]["ipBlock"]["except"]
    assert {"169.254.0.0/16", "10.0.0.0/8"} <= set(refused)


def test_without_a_network_nothing_is_allowed(tempshell: Tempshell) -> None:
    session = tempshell.start(*ON_PODS, "--network", "none")
    assert [one["metadata"]["name"] for one in objects("netpol", "-n", f"tempshell-{session}")] == [
        f"tempshell-{session}-deny"
    ]


def test_everything_made_carries_the_session_and_tells_the_owner_in_full(tempshell: Tempshell) -> None:
    session = tempshell.start(*ON_PODS, "--name", "lab", "--env", "A=1")
    made = [
        *objects("namespace", "-l", f"io.tempshell/session={session}"),
        *objects("jobs,pods,secrets,netpol,quota,limits", "-n", f"tempshell-{session}", "-l", "io.tempshell/session"),
    ]
    assert {one["kind"] for one in made} >= {"Namespace", "Job", "Pod", "Secret", "NetworkPolicy"}
    for one in made:
        told = one["metadata"]["annotations"]
        assert (told["io.tempshell/owner"], told["io.tempshell/name"]) == (tempshell.user.owner, "lab")
        assert one["metadata"]["labels"]["io.tempshell/session"] == session


def test_variables_reach_the_pod_by_a_secret_and_stand_in_no_spec(tempshell: Tempshell) -> None:
    session = tempshell.start(*ON_PODS, "--env", "CANARY=in-a-secret")
    assert tempshell("exec", session, "--", "sh", "-c", "echo $CANARY").stdout == "in-a-secret\n"
    assert "in-a-secret" not in kubectl("get", "jobs,pods,events", "-n", f"tempshell-{session}", "-o", "json")


def test_the_admin_profile_is_root_in_a_pod_it_may_write_to(tempshell: Tempshell) -> None:
    script = "id -u; touch /usr/bin/mine && echo written; pwd; echo $TOLD"
    done = tempshell("run", "-q", *ON_PODS, "--profile", "admin", "--env", "TOLD=x", "--", "sh", "-c", script)
    assert done.stdout.split() == ["0", "written", "/root", "x"]


def test_another_user_is_refused_and_not_ignored(tempshell: Tempshell) -> None:
    session = tempshell.start(*ON_PODS)
    assert "one user" in tempshell("exec", "--user", "nobody", session, "--", "true", code=2).stderr


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


def test_a_namespace_that_is_not_there_is_told(tempshell: Tempshell) -> None:
    refused = tempshell("start", "-d", *ON_PODS, "--namespace", "never-made", code=5)
    assert "never-made" in refused.stderr


def test_the_deadline_ends_a_pod_with_nobody_at_hand(tempshell: Tempshell) -> None:
    session = tempshell.start(*ON_PODS, "--ttl", "10s")
    live = ("pods", "-n", f"tempshell-{session}", "--field-selector", "status.phase=Running")
    eventually(lambda: not objects(*live), f"{session} ends by itself", 30)
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
