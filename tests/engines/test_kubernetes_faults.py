"""Bad days of a pod: whatever ends a start, whatever becomes of cluster or kubeconfig, nothing is left or lost."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tempshell_cli.backends import labels
from tempshell_cli.backends.docker.images import shipped_image
from tempshell_cli.backends.kubernetes import metadata as ours
from tests.packs.drafts import Draft
from tests.support import pods
from tests.support.command_line import Tempshell
from tests.support.engines import BUSYBOX
from tests.support.faults import (
    Starting,
    Step,
    assert_nothing_is_left,
    assert_one_reap_clears,
    is_recorded,
    recorded,
    runs_setup,
    shows,
    starting,
)
from tests.support.pods import Gate, kubectl, objects_of, write_kubeconfig
from tests.support.user import User

pytestmark = pytest.mark.engine("kubernetes")

ON_PODS = ("--backend", "kubernetes")
ON_MINIKUBE = ("--backend", "minikube", "--context", "lab")
UNAVAILABLE = 4
INTERRUPTED = 130


def _has(kind: str) -> Step:
    def there(start: Starting) -> bool:
        return any(one.startswith(kind) for one in pods.leftovers(start.user.owner))

    return there


STEPS: Mapping[str, Step] = {
    "the intent is recorded": is_recorded,
    "the pod is announced": shows("starting the pod"),
    "the namespace is there": _has("Namespace"),
    "the job is there": _has("Job"),
    "the pod is there": _has("Pod"),
    "the setup script runs": runs_setup,
}
at_each_step = pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)


@pytest.fixture
def slow_pack(tmp_path: Path, user: User) -> Draft:
    """A pack that takes longer to set up than any test lasts."""
    draft = Draft.made_in(tmp_path / "draft")
    draft.replace("tasks/one.md", "solution: solution.sh", "setup: {run: setup.sh}\nsolution: solution.sh")
    draft.write("setup.sh", f"(exec -a {user.owner} sleep 300)\n")
    return draft


@pytest.fixture
def gate() -> Iterator[Gate]:
    """A way to the cluster that a test can close."""
    made = Gate()
    made.open()
    yield made
    made.close()


@at_each_step
def test_one_reap_clears_a_start_that_was_killed_at_a_step(tempshell: Tempshell, slow_pack: Draft, step: Step) -> None:
    with starting(tempshell, *ON_PODS, str(slow_pack.root)) as start:
        start.has_come_to(step)
        start.kill()
        assert_one_reap_clears(tempshell, docker=True)


@at_each_step
def test_a_start_that_is_interrupted_rolls_back_at_once(tempshell: Tempshell, slow_pack: Draft, step: Step) -> None:
    with starting(tempshell, *ON_PODS, str(slow_pack.root)) as start:
        start.has_come_to(step)
        start.interrupt()
        assert start.ended(within=40) == INTERRUPTED, start.shown()
        assert_nothing_is_left(tempshell, docker=True, after=f"an interrupt: {start.shown()}")


def test_a_namespace_that_somebody_deleted_is_reported_and_cleared_by_reap(tempshell: Tempshell) -> None:
    session = tempshell.start(*ON_PODS)
    kubectl("delete", "namespace", f"tempshell-{session}", "--wait=false")
    assert [one["state"] for one in tempshell("list", "--json").json()] == ["lost"]
    tempshell("reap")
    assert "vanished" in tempshell("log", session).stdout
    assert_nothing_is_left(tempshell, docker=True, after="reap")


def test_a_pod_that_somebody_deleted_is_swept_with_what_is_around_it(tempshell: Tempshell) -> None:
    session = tempshell.start(*ON_PODS)
    kubectl("delete", "job", f"tempshell-{session}", "-n", f"tempshell-{session}", "--wait=true")
    tempshell("reap")
    assert "died" in tempshell("log", session).stdout
    assert_nothing_is_left(tempshell, docker=True, after="reap")


def test_an_api_server_that_goes_away_loses_no_session(tempshell: Tempshell, gate: Gate, tmp_path: Path) -> None:
    through = _with(tempshell, _through(gate), tmp_path / "gated.json")
    session = through.start(*ON_PODS)
    gate.close()
    assert "does not answer" in through("stop", session, code=4).stderr
    listed = through("list", "--json")
    assert [one["id"] for one in listed.json()] == [session]
    assert "does not answer" in listed.stderr
    assert "stay on record" in through("reap").stderr
    gate.open()
    assert through("exec", session, "--", "echo", "back").stdout == "back\n"
    through("stop", session)
    assert_nothing_is_left(through, docker=True, after="stop")


def test_an_api_server_that_goes_away_during_a_start_is_reported_and_cleared_later(
    tempshell: Tempshell, gate: Gate, tmp_path: Path, slow_pack: Draft
) -> None:
    through = _with(tempshell, _through(gate), tmp_path / "gated.json")
    with starting(through, *ON_PODS, str(slow_pack.root)) as start:
        start.has_come_to(_has("Job"))
        gate.close()
        assert start.ended(within=60) in {4, 9}, start.shown()
        assert "does not answer" in start.shown()
    (kept,) = recorded(through.user)
    assert kept.state == "creating"
    gate.open()
    assert_one_reap_clears(through, docker=True)


@pytest.mark.parametrize("loss", ["deleted", "another context", "another cluster"])
def test_a_kubeconfig_that_changes_loses_no_session(tempshell: Tempshell, tmp_path: Path, loss: str) -> None:
    """It was lost, or its current context changed, or its context has come to mean another cluster."""
    config = objects_of(pods.kubeconfig())
    file = tmp_path / "config.json"
    mine = _with(tempshell, config, file)
    session = mine.start(*ON_PODS)
    if loss == "deleted":
        file.unlink()
    elif loss == "another context":
        write_kubeconfig(file, _elsewhere(config, "elsewhere"))
    else:
        write_kubeconfig(file, _elsewhere(config, config["current-context"]))
    assert mine("exec", session, "--", "echo", "in").stdout == "in\n"
    output = mine.any_code("list", "--quiet")
    assert output.stdout.split() == [session], output
    assert "left over: nothing" in mine("stop", session).stdout
    assert_nothing_is_left(mine, docker=True, after="stop")


def test_a_cluster_that_was_deleted_and_made_again_takes_new_sessions_at_once(
    tempshell: Tempshell, gate: Gate, tmp_path: Path
) -> None:
    """Under the same name. The old one, here behind the gate, is another by what its session's copy says."""
    file = tmp_path / "config.json"
    mine = _with(tempshell, _through(gate), file)
    mine.user.configure(limits={"per_owner": 3})
    old = mine.start(*ON_PODS, "--image", BUSYBOX, "--name", "old")
    kept = mine.user.paths.state / "kubeconfig" / f"{old}.json"
    config = json.loads(kept.read_text())
    config["extensions"][0]["extension"]["identity"] = "another"
    kept.write_text(json.dumps(config))
    gate.close()
    made_again = objects_of(pods.kubeconfig())
    del made_again["clusters"][0]["cluster"]["certificate-authority-data"]
    made_again["clusters"][0]["cluster"]["insecure-skip-tls-verify"] = True  # known by another authority
    write_kubeconfig(file, made_again)
    new = mine.start(*ON_PODS, "--image", BUSYBOX, "--name", "new")
    assert mine("exec", new, "--", "echo", "in").stdout == "in\n"
    gone = mine("exec", "old", "--", "true", code=3)
    assert "old is gone" in gone.stderr
    assert "leads to another cluster now" in gone.stderr
    assert "stop --forget old" in gone.stderr
    listed = mine("list", "--json")
    assert {one["name"] for one in listed.json()} == {"old", "new"}
    assert "its cluster does not answer, and context" in listed.stderr
    left = mine("stop", "old", code=4)
    assert "leads to another cluster now" in left.stderr
    assert "stop --forget old" in left.stderr
    mine("stop", "--forget", "old")
    assert not kept.exists()
    assert "left over: nothing" in mine("stop", "new").stdout
    pods.remove_all(mine.user.owner)


def test_a_cluster_that_is_another_now_is_not_touched(tempshell: Tempshell) -> None:
    """Same name, same address, same key: only its identity tells. Here the record of that is changed instead."""
    session = tempshell.start(*ON_PODS)
    kept = tempshell.user.paths.state / "kubeconfig" / f"{session}.json"
    output = kept.read_text()
    config = json.loads(output)
    config["extensions"][0]["extension"]["identity"] = "another"
    kept.write_text(json.dumps(config))
    refused = tempshell("stop", session, code=4)
    assert "another cluster" in refused.stderr
    assert [one for one in pods.leftovers(tempshell.user.owner) if one.startswith("Pod")]
    kept.write_text(output)
    tempshell("stop", session)


@pytest.fixture
def two_namespaces() -> Iterator[tuple[str, str]]:
    """One where a learner may write whatever they like, and one of somebody else's session."""
    made = (f"class-a-{uuid.uuid4().hex[:8]}", f"class-b-{uuid.uuid4().hex[:8]}")
    for name in made:
        kubectl("create", "namespace", name)
    yield made
    kubectl("delete", "namespace", *made)


def test_nothing_that_a_tenant_makes_has_anybody_remove_a_session_elsewhere(
    tempshell: Tempshell, two_namespaces: tuple[str, str], tmp_path: Path
) -> None:
    """A pod and a Job with another session's marks, long over, of no owner, of the session's, of the one who looks."""
    theirs, ours = two_namespaces
    teacher = Tempshell(replace(tempshell.user, root=tmp_path / "teacher", owner="teacher"), tmp_path)
    teacher.user.configure()
    session = tempshell.start(*ON_PODS, "--namespace", ours)
    for number, owner in enumerate(("", tempshell.user.owner, "teacher")):
        for kind, name in (("Pod", f"forged-{number}"), ("Job", f"forged-{number}")):
            kubectl("create", "--filename", "-", stdin=json.dumps(_forged(kind, name, theirs, session, owner)))
    same_name = _forged("Job", f"tempshell-{session}", theirs, session, "")
    kubectl("create", "--filename", "-", stdin=json.dumps(same_name))
    for looks in (("list", "--all-owners"), ("reap",), ("list",), ("stop", "--all")):
        teacher.any_code(*looks)
    for looks in (("list", "--all-owners"), ("reap",), ("list",)):
        tempshell.any_code(*looks)
    assert tempshell("exec", session, "--", "echo", "alive").stdout == "alive\n"
    assert "left over: nothing" in tempshell("stop", session).stdout


def _forged(kind: str, name: str, namespace: str, session: str, owner: str) -> dict[str, Any]:
    metadata = {
        "name": name,
        "namespace": namespace,
        "labels": {
            "app.kubernetes.io/managed-by": "tempshell",
            labels.SESSION: session,
            labels.COMPONENT: "terminal",
            ours.BACKEND: "kubernetes",
            **({ours.OWNER_HASH: ours.owner_hash(owner)} if owner else {}),
        },
        "annotations": {
            labels.DEADLINE: "2020-01-01T00:00:00+00:00",
            **({labels.OWNER: owner} if owner else {}),
        },
    }
    pod = {"restartPolicy": "Never", "containers": [{"name": "terminal", "image": "nothing"}]}
    if kind == "Pod":
        return {"apiVersion": "v1", "kind": kind, "metadata": metadata, "spec": pod}
    spec = {"parallelism": 0, "template": {"spec": pod}}
    return {"apiVersion": "batch/v1", "kind": kind, "metadata": metadata, "spec": spec}


def test_the_users_kubeconfig_is_never_written(tempshell: Tempshell, tmp_path: Path) -> None:
    config = objects_of(pods.kubeconfig())
    file = tmp_path / "config.json"
    mine = _with(tempshell, {**config, "current-context": ""}, file)
    before = hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_mtime_ns
    session = mine.start(*ON_PODS, "--context", config["current-context"])
    mine("exec", session, "--", "true")
    mine("extend", session)
    mine("list")
    mine("stop", session)
    assert (hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_mtime_ns) == before


def test_a_copy_of_the_kubeconfig_that_is_lost_is_made_again(tempshell: Tempshell) -> None:
    session = tempshell.start(*ON_PODS)
    shutil.rmtree(tempshell.user.paths.state / "kubeconfig")
    assert tempshell("exec", session, "--", "echo", "in").stdout == "in\n"
    tempshell("stop", session)


def test_minikube_is_kubernetes_with_a_profile(tempshell: Tempshell, tmp_path: Path) -> None:
    """On the real cluster, with a stand-in for the minikube command: it starts the profile, then all goes as ever."""
    mine, folder = _with_minikube(tempshell, tmp_path)
    session = mine.start(*ON_MINIKUBE)
    reference = shipped_image("shell").reference
    assert mine("exec", session, "--", "id", "-u").stdout == "10001\n"
    asked = (folder / "asked").read_text()
    assert "start --driver=docker" in asked
    assert ("image load" in asked) is (reference not in _images())
    assert mine("list", "--json").json()[0]["backend"] == "minikube"
    assert tempshell("list", "--quiet").stdout.split() == [session]
    assert "left over: nothing" in mine("stop", session).stdout
    (mine.user.paths.state / "kubeconfig" / "minikube-lab.yaml").unlink()  # stays as long as the profile may


@pytest.mark.parametrize("backend", ["kubernetes", "minikube"])
def test_a_session_outlives_the_loss_of_every_kubeconfig(tempshell: Tempshell, tmp_path: Path, backend: str) -> None:
    """The pod runs on: no command may take it for gone, and all is as before once there is a way to it again."""
    options: tuple[str, ...] = ON_PODS
    mine = tempshell
    if backend == "minikube":
        mine, _ = _with_minikube(tempshell, tmp_path)
        options = ON_MINIKUBE
    session = mine.start(*options)
    copies, aside = mine.user.paths.state / "kubeconfig", tmp_path / "aside"
    copies.rename(aside)
    nowhere = {"KUBECONFIG": str(tmp_path / "none")}
    listed = mine("list", "--json", env=nowhere)
    assert [one["state"] for one in listed.json()] == ["ready"]
    assert "its sessions stay on record" in listed.stderr
    assert mine.any_code("start", "--quiet", "--detach", *options, env=nowhere).code == UNAVAILABLE
    mine("reap", env=nowhere)
    assert [one["state"] for one in mine("list", "--json", env=nowhere).json()] == ["ready"]
    shutil.rmtree(copies, ignore_errors=True)
    aside.rename(copies)
    assert mine("exec", session, "--", "echo", "in").stdout == "in\n"
    assert "left over: nothing" in mine("stop", session).stdout
    (copies / "minikube-lab.yaml").unlink(missing_ok=True)  # stays as long as the profile may


def _with_minikube(tempshell: Tempshell, tmp_path: Path) -> tuple[Tempshell, Path]:
    """Return a user without a kubeconfig who has a stand-in for minikube, whose profile "lab" is the real cluster."""
    folder = tmp_path / "stand-in"
    folder.mkdir()
    shutil.copy(Path(__file__).parents[1] / "support" / "minikube.sh", folder / "minikube")
    (folder / "minikube").chmod(0o755)
    config = objects_of(pods.kubeconfig())
    config["contexts"][0]["name"] = config["current-context"] = "lab"
    path = f"{folder}:{os.environ['PATH']}"
    cluster = write_kubeconfig(folder / "cluster.json", config)
    own = {"PATH": path, "STAND_IN": str(folder), "STAND_IN_CLUSTER": cluster}
    user = replace(tempshell.user, kubeconfig=str(tmp_path / "none"), extra=own)
    return Tempshell(user, tempshell.directory), folder


def _images() -> str:
    return kubectl("get", "nodes", "--output", "jsonpath={.items[*].status.images[*].names}")


def _through(gate: Gate) -> dict[str, Any]:
    config = objects_of(pods.kubeconfig())
    config["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{gate.port}"
    return config


def _elsewhere(config: Mapping[str, Any], context: str) -> dict[str, Any]:
    """Return a kubeconfig whose context leads to where nothing is ours: a cluster that never heard of us."""
    copy: dict[str, Any] = json.loads(json.dumps(config))
    copy["current-context"] = copy["contexts"][0]["name"] = context
    copy["clusters"][0]["cluster"]["server"] = config["clusters"][0]["cluster"]["server"].replace(
        "127.0.0.1", "localhost"
    )
    return copy


def _with(tempshell: Tempshell, config: Mapping[str, Any], file: Path) -> Tempshell:
    return Tempshell(replace(tempshell.user, kubeconfig=write_kubeconfig(file, config)), tempshell.directory)
