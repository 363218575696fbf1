"""Workspaces in a cluster: where their claims are, and what becomes of a start that gets none."""

from __future__ import annotations

import json
import os
import subprocess
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tempshell_cli.backends.base import SandboxRequest, Template, Workspace
from tempshell_cli.backends.kubernetes.api import Api, Refused
from tempshell_cli.backends.kubernetes.backend import KubernetesBackend
from tempshell_cli.backends.kubernetes.helpers import BATCH
from tempshell_cli.backends.kubernetes.metadata import Keeping, Origin
from tempshell_cli.backends.kubernetes.pod import Image, job
from tempshell_cli.backends.kubernetes.workspaces import WorkspaceClaim, claim_of
from tempshell_cli.core.errors import ProvisionFailed
from tests.support import pods
from tests.support.command_line import Tempshell
from tests.support.engines import BUSYBOX
from tests.support.pods import kubectl, objects
from tests.support.waiting import eventually

pytestmark = pytest.mark.engine("kubernetes")

NAME = f"thesis-{os.getpid()}"
ON_PODS = ("-b", "kubernetes", "--workspace", NAME)
SOON = 40  # seconds, on two cores that others use, too; what would be waited for otherwise is minutes


@pytest.fixture
def namespace(tempshell: Tempshell) -> Iterator[str]:
    """A namespace of an administrator's, in which pods keep to the strictest rules."""
    tempshell.user.configure(limits={"per_owner": 5, "starts_per_hour": 50})
    name = f"given-{uuid.uuid4().hex[:8]}"
    kubectl("create", "namespace", name)
    kubectl("label", "namespace", name, "pod-security.kubernetes.io/enforce=restricted")
    yield name
    tempshell.any_code("stop", "--all")
    kubectl("delete", "namespace", name, "--wait=false")


def _claims(namespace: str) -> list[str]:
    return [one["metadata"]["name"] for one in objects("persistentvolumeclaims", "-n", namespace)]


def _refused(tempshell: Tempshell, *options: str, code: int = 5) -> str:
    began = time.monotonic()
    output = tempshell("start", "--detach", *ON_PODS, *options, code=code).stderr
    assert time.monotonic() - began < SOON, output
    eventually(lambda: not pods.leftovers(tempshell.user.owner), "nothing is left", 10)
    return output


def test_a_start_that_fails_leaves_no_workspace(tempshell: Tempshell) -> None:
    """Neither claim nor namespace: there are no files in it yet."""
    assert "localhost:1/missing:1" in _refused(tempshell, "--image", "localhost:1/missing:1")
    assert tempshell("workspace", "ls", "-b", "kubernetes", "--json").json() == []


def test_a_quota_that_leaves_no_room_for_the_claim(tempshell: Tempshell, namespace: str) -> None:
    kubectl("create", "quota", "small", "--hard=requests.storage=1Gi", "-n", namespace)
    eventually(lambda: objects("quota", "-n", namespace)[0]["status"], "the quota is counted")
    output = _refused(tempshell, "--namespace", namespace)
    assert "exceeded quota: small" in output
    assert "requests.storage=10Gi" in output
    assert _claims(namespace) == []


def test_a_claim_that_nothing_will_ever_provide_a_volume_for(tempshell: Tempshell, namespace: str) -> None:
    """As every claim is where no class is the default: here one of no class, which was there before and stays."""
    wanted = Keeping(tempshell.user.owner, "kubernetes", NAME)
    spec = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "",
        "resources": {"requests": {"storage": "1Gi"}},
    }
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": wanted.metadata(), "spec": spec}
    kubectl("apply", "-n", namespace, "-f", "-", stdin=json.dumps(claim))
    output = _refused(tempshell, "--namespace", namespace)
    assert "no persistent volumes available for this claim and no storage class is set" in output
    assert "a default one is needed" in output
    assert _claims(namespace) == [wanted.object_name]


def test_a_volume_that_is_made_where_the_pod_is_to_run(tempshell: Tempshell) -> None:
    """As most clusters have it. A pod that no node has room for waits for no volume."""
    if not pods.is_ours():
        pytest.skip("the class is made in a cluster of the tests' own")
    wanted, late = Keeping(tempshell.user.owner, "kubernetes", NAME), f"late-{uuid.uuid4().hex[:8]}"
    made: list[dict[str, Any]] = [
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": late},
            "provisioner": "kubernetes.io/host-path",
            "volumeBindingMode": "WaitForFirstConsumer",
        },
        {"apiVersion": "v1", "kind": "Namespace", "metadata": wanted.metadata()},
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {**wanted.metadata(), "namespace": wanted.object_name},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": late,
                "resources": {"requests": {"storage": "1Gi"}},
            },
        },
    ]
    try:
        for one in made:
            kubectl("apply", "-f", "-", stdin=json.dumps(one))
        began = time.monotonic()
        refused = tempshell("start", "-d", *ON_PODS, "--node-selector", "nowhere=1", code=5).stderr
        assert time.monotonic() - began < SOON
        assert "node affinity" in refused or "node selector" in refused
        assert tempshell("run", "-q", *ON_PODS, "--", "sh", "-c", "echo kept >file; cat file").stdout == "kept\n"
        tempshell("workspace", "rm", "--yes", NAME, "-b", "kubernetes")
    finally:
        kubectl("delete", "storageclass", late)


def test_files_of_root_are_given_away_in_a_given_namespace_too(tempshell: Tempshell, namespace: str) -> None:
    kubectl("label", "namespace", namespace, "--overwrite", "pod-security.kubernetes.io/enforce=baseline")
    given = ("-q", *ON_PODS, "--namespace", namespace)
    tempshell("run", *given, "--profile", "admin", "--", "sh", "-c", "echo kept >file && chmod 600 file")
    look = ("sh", "-c", "stat -c %a:%U . file && cat file")
    assert tempshell("run", *given, "--", *look).stdout == "700:learner\n600:learner\nkept\n"
    tempshell("workspace", "rm", "--yes", NAME, "--namespace", namespace)


def test_a_volume_that_the_sandbox_may_not_write_to(tempshell: Tempshell, namespace: str) -> None:
    """The tests' cluster gives directories that are root's, and no ``fsGroup`` changes that."""
    if not pods.is_ours():
        pytest.skip("another cluster may provide other volumes")
    output = _refused(tempshell, "--namespace", namespace)
    assert "the workspace cannot be given to the user of the sandbox" in output
    assert "Permission denied" in output
    assert "fsGroup" in output
    eventually(lambda: not _claims(namespace), "the claim is gone")


def test_a_given_namespace_keeps_the_claim_under_the_strictest_rules(tempshell: Tempshell, namespace: str) -> None:
    if not pods.is_ours():
        pytest.skip("the volume is made on a node of the tests' own")
    claim = Keeping(tempshell.user.owner, "kubernetes", NAME).object_name
    volume, given = f"tempshell-test-{uuid.uuid4().hex[:8]}", ("--namespace", namespace)
    place = f"/var/{volume}"
    node = ("docker", "exec", f"{pods.CLUSTER}-control-plane")
    subprocess.run((*node, "mkdir", "-m", "2777", place), check=True)
    spec = {
        "capacity": {"storage": "10Gi"},
        "accessModes": ["ReadWriteOnce"],
        "hostPath": {"path": place},
        "storageClassName": "standard",
        "claimRef": {"namespace": namespace, "name": claim},
    }
    body = {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": volume}, "spec": spec}
    kubectl("apply", "-f", "-", stdin=json.dumps(body))
    try:
        keep = "echo kept >file && chmod 600 file && stat -c %a:%U . file"
        assert tempshell("run", "-q", *ON_PODS, *given, "--", "sh", "-c", keep).stdout == "700:learner\n600:learner\n"
        session = tempshell.start(*ON_PODS, *given, "--name", "lab")
        assert tempshell("exec", "lab", "--", "cat", "file").stdout == "kept\n"
        (listed,) = tempshell("workspace", "ls", "-b", "kubernetes", *given, "--json").json()
        assert (listed["name"], listed["session"], listed["size_enforced"]) == (NAME, session, False)
        assert tempshell("workspace", "ls", "-b", "kubernetes", "--json").json() == []  # the namespaces of their own
        assert f"kept: workspace {NAME}\n" in tempshell("stop", "lab").stdout
        assert _claims(namespace) == [claim]
        tempshell("workspace", "rm", "--yes", NAME, *given)
        assert _claims(namespace) == []
    finally:
        kubectl("delete", "pv", volume, "--wait=false")
        subprocess.run((*node, "rm", "-r", place), check=True)


def test_a_removal_that_was_cut_short_is_finished_before_the_next_start(tempshell: Tempshell) -> None:
    tempshell("run", "-q", *ON_PODS, "--", "touch", "file")
    space = Keeping(tempshell.user.owner, "kubernetes", NAME).object_name
    kubectl("annotate", "namespace", space, "io.tempshell/removing=true")
    assert "is being removed" in tempshell("start", "--detach", *ON_PODS, code=8).stderr
    tempshell("workspace", "rm", "--yes", NAME, "-b", "kubernetes")
    assert tempshell("run", "-q", *ON_PODS, "--", "ls").stdout == ""
    tempshell("workspace", "rm", "--yes", NAME, "-b", "kubernetes")
    assert not pods.leftovers(tempshell.user.owner)


def test_what_a_start_that_was_killed_has_made_is_listed_and_removed(tempshell: Tempshell) -> None:
    """Its namespace, though there is no claim in it yet."""
    wanted = Keeping(tempshell.user.owner, "kubernetes", NAME)
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": wanted.metadata()}
    kubectl("apply", "-f", "-", stdin=json.dumps(body))
    assert tempshell("workspace", "ls", "-b", "kubernetes", "-o", "name").stdout == f"{NAME}\n"
    tempshell("reap", "--expired")
    tempshell("workspace", "rm", "--yes", NAME, "-b", "kubernetes")
    assert not pods.leftovers(tempshell.user.owner)


def _late(tempshell: Tempshell) -> tuple[Api, WorkspaceClaim, Origin]:
    """A start that this process makes step by step."""
    session, until = uuid.uuid4().hex[:8], datetime.now(UTC) + timedelta(minutes=5)
    template = Template(image=BUSYBOX, workspace=Workspace(NAME, 1024**3))
    origin = Origin(SandboxRequest(session, tempshell.user.owner, until, template), "kubernetes")
    api = KubernetesBackend(paths=tempshell.user.paths).clusters.current()
    claim = claim_of(api, origin, "")
    assert claim
    return api, claim, origin


def test_a_start_that_fails_late_leaves_what_another_has_had_meanwhile(tempshell: Tempshell) -> None:
    """As on a machine that has slept until its Job was over."""
    api, claim, origin = _late(tempshell)
    jobs = f"{BATCH}/namespaces/{claim.namespace}/jobs"

    def start() -> None:
        with claim.undone():
            claim.make_namespace()
            made = api.create(jobs, job(origin, claim.namespace, Image(BUSYBOX), 300))
            claim.take(made)
            api.delete(f"{jobs}/{made['metadata']['name']}", propagationPolicy="Background")
            tempshell("run", "-q", *ON_PODS, "--", "sh", "-c", "echo kept >file")
            raise ProvisionFailed("no pod")

    with pytest.raises(ProvisionFailed):
        start()
    assert tempshell("run", "-q", *ON_PODS, "--", "cat", "file").stdout == "kept\n"
    tempshell("workspace", "rm", "--yes", NAME, "-b", "kubernetes")


def test_a_namespace_in_which_no_job_could_be_made_goes(tempshell: Tempshell) -> None:
    api, claim, _ = _late(tempshell)

    def start() -> None:
        with claim.undone():
            claim.make_namespace()
            api.create(f"{BATCH}/namespaces/{claim.namespace}/jobs", {"kind": "Job"})

    with pytest.raises(Refused):
        start()
    eventually(lambda: not pods.leftovers(tempshell.user.owner), "the namespace is gone")


def test_a_namespace_or_claim_of_that_name_that_is_no_workspace_is_not_used(
    tempshell: Tempshell, namespace: str
) -> None:
    """Anyone who can create a namespace of that name administers it, and every pod in it."""
    wanted = Keeping(tempshell.user.owner, "kubernetes", NAME).object_name
    kubectl("create", "namespace", wanted)
    try:
        assert f"the namespace {wanted} is there, and is not of the workspace {NAME}" in _refused(tempshell)
        assert wanted in kubectl("get", "namespace", wanted, "--output", "name")
    finally:
        kubectl("delete", "namespace", wanted, "--wait=false")
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    theirs = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": wanted}, "spec": spec}
    kubectl("apply", "-n", namespace, "-f", "-", stdin=json.dumps(theirs))
    assert f"the claim {wanted} is there" in _refused(tempshell, "--namespace", namespace)
    assert _claims(namespace) == [wanted]
