"""kind sessions on a real engine: what is made, what a person finds inside, and how it ends."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tempshell_cli.backends.kind.backend import KindBackend
from tests.packs.drafts import Draft
from tests.support.clusters import BOOT, configure_for_kind, node_of
from tests.support.command_line import Tempshell
from tests.support.engines import BUSYBOX
from tests.support.leaks import docker_session, leftovers
from tests.support.ports import free_port
from tests.support.waiting import eventually

pytestmark = pytest.mark.engine("kind")

MIB, GIB = 1024**2, 1024**3
API, HTTP, HTTPS = range(30000, 40000), range(40000, 45000), range(45000, 50000)


def _docker(*argv: str) -> str:
    return subprocess.run(("docker", *argv), capture_output=True, text=True, check=True).stdout


def _inspect(*what: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads(_docker("inspect", *what))[0]


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else "none"


@pytest.fixture(autouse=True)
def _clusters(tempshell: Tempshell) -> None:
    configure_for_kind(tempshell.user)


@pytest.fixture
def session(tempshell: Tempshell) -> Iterator[str]:
    """A cluster for one test. Something else has one of its two ports: whichever it takes first, it gets the other."""
    first = free_port()
    configure_for_kind(tempshell.user, ports={"api": f"{first}-{first + 1}"})
    with socket.create_server(("127.0.0.1", first)):
        session = tempshell.start("-b", "kind", "--name", "lab")
    (api,) = _inspect(node_of(session))["HostConfig"]["PortBindings"]["6443/tcp"]
    assert int(api["HostPort"]) == first + 1
    yield session
    tempshell.any_code("stop", "--all")


def test_a_session_follows_the_lifecycle_and_ends_with_nothing_left(tempshell: Tempshell) -> None:
    own = Path.home() / ".kube" / "config"
    before = _digest(own)
    done = tempshell("start", "--detach", "-b", "kind", "--name", "lab")
    session = done.stdout.strip()
    assert "kind: Starting control-plane" in done.stderr
    cluster, node, terminal = f"ckad-{session}", _inspect(node_of(session)), _inspect(f"term-ckad-{session}")
    _the_node_is_published_on_loopback_in_its_ranges(node)
    _the_node_is_limited(node, min(1.5, os.cpu_count() or 1), 2 * GIB)
    _the_terminal_has_the_limits_of_the_seed(terminal, cluster)
    _everything_carries_labels(tempshell, session)
    (kubeconfig,) = (tempshell.user.paths.state / "kubeconfig").iterdir()
    assert kubeconfig.stat().st_mode & 0o777 == 0o600
    _a_person_inside_has_the_cluster(tempshell, session)
    _the_hosts_kubectl_reaches_it(tempshell, session)
    (receipt,) = tempshell("stop", "--json").json()
    assert [what.split("-")[0] for what in receipt["removed"]] == [
        "container term", "container ckad", "kubeconfig " + str(kubeconfig).split("-", maxsplit=1)[0],
        "network ckad", "volume ckad", "volume ckad",
    ]  # fmt: skip
    assert receipt["leftover"] == []
    assert leftovers(tempshell.user, docker=True) == []
    assert _digest(own) == before


def _the_node_is_published_on_loopback_in_its_ranges(node: Any) -> None:  # noqa: ANN401 - JSON
    bindings = {inside: bound for inside, (bound,) in node["HostConfig"]["PortBindings"].items()}
    assert {bound["HostIp"] for bound in bindings.values()} == {"127.0.0.1"}
    for inside, numbers in {"6443/tcp": API, "80/tcp": HTTP, "443/tcp": HTTPS}.items():
        assert int(bindings[inside]["HostPort"]) in numbers


def _the_node_is_limited(node: Any, cpus: float, memory: int) -> None:  # noqa: ANN401 - JSON
    host = node["HostConfig"]
    assert (host["NanoCpus"], host["Memory"], host["MemorySwap"]) == (cpus * 1e9, memory, memory)


def _the_terminal_has_the_limits_of_the_seed(terminal: Any, cluster: str) -> None:  # noqa: ANN401 - JSON
    host = terminal["HostConfig"]
    assert (host["Memory"], host["NanoCpus"], host["PidsLimit"]) == (512 * MIB, 500_000_000, 100)
    assert (host["ReadonlyRootfs"], host["CapDrop"], host["Privileged"]) == (True, ["ALL"], False)
    assert host["Tmpfs"]["/tmp"].startswith("rw,noexec,nosuid")  # noqa: S108 - a path inside
    assert list(terminal["NetworkSettings"]["Networks"]) == [cluster]
    (mount,) = terminal["Mounts"]
    assert (mount["Type"], mount["RW"], mount["Name"]) == ("volume", False, f"{cluster}-kubeconfig")


def _everything_carries_labels(tempshell: Tempshell, session: str) -> None:
    cluster = f"ckad-{session}"
    found = docker_session(session)
    assert f"container term-{cluster}" in found
    assert f"network {cluster}" in found
    (record,) = [name for name in found if name.startswith(f"volume {cluster}-") and not name.endswith("kubeconfig")]
    labels = json.loads(_docker("volume", "inspect", record.split()[1]))[0]["Labels"]
    assert (labels["io.tempshell/owner"], labels["io.tempshell/name"]) == (tempshell.user.owner, "lab")
    assert labels["io.tempshell/deadline"] == tempshell("status", "lab", "--json").json()["deadline"]


def _a_person_inside_has_the_cluster(tempshell: Tempshell, session: str) -> None:
    def inside(script: str) -> str:
        return tempshell("exec", session, "--", "bash", "-lc", script).stdout

    assert " Ready " in inside("kubectl get nodes")
    versions = json.loads(inside("kubectl version -o json"))
    assert versions["clientVersion"]["gitVersion"] == versions["serverVersion"]["gitVersion"]
    assert inside("kubectl config set-context --current --namespace kube-system && kubectl get pods").count("etcd")
    tempshell("exec", session, "--", "sh", "-c", "echo > /etc/tempshell/kube/config", code=2)
    assert inside("ls /var/run/docker.sock 2>&1 || true").count("No such file")


def _the_hosts_kubectl_reaches_it(tempshell: Tempshell, session: str) -> None:
    file = tempshell.directory / "kubeconfig"
    file.write_text(tempshell("kubeconfig", session).stdout)
    done = subprocess.run(("kubectl", "--kubeconfig", file, "get", "nodes"), capture_output=True, text=True, check=True)
    assert " Ready " in done.stdout


@pytest.mark.long  # the contract shows that a node ends by itself
def test_the_deadline_holds_with_no_tempshell_running(tempshell: Tempshell) -> None:
    session = tempshell.start("-b", "kind", "--ttl", f"{BOOT}s")
    node = node_of(session)
    eventually(lambda: _inspect(node)["State"]["Status"] == "exited", "the node has powered itself off", BOOT + 30)
    assert f"container term-ckad-{session}" not in docker_session(session)
    assert _inspect(node)["HostConfig"]["RestartPolicy"]["Name"] in {"", "no"}
    assert tempshell("list", "--quiet").stdout == ""
    assert leftovers(tempshell.user, docker=True) == []


def test_a_paused_session_stands_still_and_goes_on(tempshell: Tempshell, session: str) -> None:
    before = tempshell("pause", "--json").json()
    assert before["state"] == "paused"
    states = {_inspect(name)["State"]["Status"] for name in (node_of(session), f"term-ckad-{session}")}
    assert states == {"paused"}
    for command in (("exec", session, "--", "true"), ("extend",), ("cp", __file__, f"{session}:")):
        assert "is paused" in tempshell(*command, code=2).stderr
    for file in tempshell.user.paths.state.glob("tempshell.db*"):
        file.unlink()  # the engine knows how much was left
    (found,) = tempshell("list", "--json").json()
    assert (found["state"], found["remaining"]) == ("paused", before["remaining"])
    after = tempshell("resume", "--json").json()
    assert after["state"] == "ready"
    assert before["remaining"] - 5 <= after["remaining"] <= before["remaining"]
    assert " Ready " in tempshell("exec", session, "--", "kubectl", "get", "nodes").stdout
    assert "is not paused" in tempshell("resume", code=2).stderr


def test_an_extension_moves_every_deadline_and_a_lost_store_and_kubeconfig_lose_no_cluster(
    tempshell: Tempshell, session: str
) -> None:
    extended = tempshell("extend", "--json").json()
    timers = _docker("exec", node_of(session), "systemctl", "show", "tempshell-deadline.timer", "-p", "TimersCalendar")
    assert extended["deadline"].replace("T", " ").removesuffix("+00:00") in timers
    for file in [*tempshell.user.paths.state.glob("tempshell.db*"), *tempshell.user.paths.state.glob("kubeconfig/*")]:
        file.unlink()
    (found,) = tempshell("list", "--json").json()
    assert (found["id"], found["name"], found["backend"]) == (session, "lab", "kind")
    assert found["deadline"] == extended["deadline"]
    tempshell("exec", "lab", "--", "kubectl", "get", "nodes")
    assert "127.0.0.1" in tempshell("kubeconfig", "lab").stdout
    assert tempshell("stop", "lab", "--json").json()[0]["leftover"] == []


def test_workers_images_and_a_configuration_of_ones_own_behind_a_proxy(tempshell: Tempshell) -> None:
    """Nothing answers at the proxy: what goes there by mistake fails."""
    mine = tempshell.directory / "kind.yaml"
    mine.write_text("nodes: [{role: control-plane, labels: {tier: front}}]\n")
    docker = tempshell.directory / "docker"
    docker.mkdir()
    proxy = {"httpProxy": "http://user:s3cret@127.0.0.1:9", "httpsProxy": "http://user:s3cret@127.0.0.1:9"}
    (docker / "config.json").write_text(json.dumps({"proxies": {"default": proxy}}))
    behind = {"DOCKER_CONFIG": str(docker), "ALL_PROXY": "http://user:s3cret@127.0.0.1:9"}
    own = ("--nodes", "2", "--node-cpus", "1", "--node-memory", "1g", "--kind-config", str(mine), "--load", BUSYBOX)
    started = tempshell("start", "-d", "-b", "kind", *own, env=behind)
    assert started.stderr.count("leaving out the password of the proxy") == 1
    session = started.stdout.strip()
    for name in (node_of(session), f"ckad-{session}-worker"):
        _the_node_is_limited(_inspect(name), 1, GIB)
    inside = tempshell("exec", session, "--", "env").stdout
    assert "HTTPS_PROXY=http://127.0.0.1:9" in inside.splitlines()
    parts = (f"term-ckad-{session}", node_of(session), f"ckad-{session}-worker")
    assert "s3cret" not in inside + _docker("inspect", *parts) + _docker("exec", node_of(session), "env")
    nodes = json.loads(tempshell("exec", session, "--", "kubectl", "get", "nodes", "-o", "json").stdout)["items"]
    ready = {condition["status"] for node in nodes for condition in node["status"]["conditions"][-1:]}
    assert (len(nodes), ready) == (2, {"True"})
    assert [node["metadata"]["labels"].get("tier") for node in nodes] == ["front", None]
    pod = ("run", "one", "--image", BUSYBOX, "--image-pull-policy", "Never", "--restart", "Never", "--", "true")
    tempshell("exec", session, "--", "kubectl", *pod)

    def phase() -> str:
        return tempshell("exec", session, "--", "kubectl", "get", "pod", "one", "-o", "jsonpath={.status.phase}").stdout

    eventually(lambda: phase() == "Succeeded", "a pod runs the loaded image", 60)
    assert len(tempshell("stop", "--json").json()[0]["removed"]) == 7


CLUSTER_TASK = """\
---
id: one
title: Serve
namespaces: [shop]
requires: {kubernetes: ">=1.20"}
setup:
  manifests: [assets/probe.yaml]
  run: setup.sh
  ready:
  - {object: {ref: pod/shop/probe, match: {status: {phase: Running}}}, retry: {for: 60s}}
checks:
- id: there
  object:
    ref: deployment/shop/web
    match: {spec: {replicas: 2}}
    where: [{jsonpath: "{.status.readyReplicas}", op: ">=", value: 2}]
  retry: {for: 60s}
- id: answers
  needs: [there]
  exec: {in: deploy/web, ns: shop, argv: [cat, /etc/hostname], expect: {stdout: {regex: "^web-"}}}
- id: closed
  caps: [netpol-enforced]
  exec: {in: pod/probe, ns: shop, argv: ["false"], expect: {exit: nonzero}}
  control: {argv: ["true"]}
- id: gone
  object: {ref: configmap/shop/leftover, exists: false}
solution: solution.sh
---
Run two pods of `web` in the namespace `shop`.
"""
PROBE = f"""\
apiVersion: v1
kind: Pod
metadata: {{name: probe, namespace: shop}}
spec: {{containers: [{{name: box, image: "{BUSYBOX}", imagePullPolicy: Never, command: [sleep, "3600"]}}]}}
"""
SETUP = """\
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n shop delete configmap leftover --ignore-not-found
"""
# With it `delete` asks first, and where nobody answers deletes nothing.
PREFERENCES = """\
apiVersion: kubectl.config.k8s.io/v1beta1
kind: Preference
defaults:
- {command: delete, options: [{name: interactive, default: "true"}]}
"""
SOLUTION = f"""\
kubectl -n shop create deployment web --image {BUSYBOX} --dry-run=client -o json |
  jq '.spec.replicas = 2 |
    .spec.template.spec.containers[0] += {{command: ["sleep", "3600"], imagePullPolicy: "Never"}}' |
  kubectl apply -f -
"""


def test_a_pack_is_graded_from_outside_the_learners_reach(tempshell: Tempshell, tmp_path: Path) -> None:
    """Before the solution the checks fail, afterwards they pass, whatever the learner does to kubectl."""
    draft = Draft.made_in(tmp_path / "draft")
    draft.write("tasks/one.md", CLUSTER_TASK)
    draft.write("assets/probe.yaml", PROBE)
    draft.write("setup.sh", SETUP)
    draft.write("solution.sh", SOLUTION)
    session = tempshell.start("-b", "kind", "--load", BUSYBOX, str(draft.root))
    before = tempshell("check", "--json", code=6).json()
    assert _verdicts(before) == {"there": "fail", "answers": "fail", "closed": "pass", "gone": "pass"}
    tempshell("exec", session, "--", "sh", "-c", "cat > ~/.kube/kuberc", stdin=PREFERENCES.encode())
    tempshell("exec", session, "--", "kubectl", "-n", "shop", "create", "configmap", "leftover")
    tempshell("reset", "one")
    assert "leftover" not in tempshell("exec", session, "--", "kubectl", "-n", "shop", "get", "configmaps").stdout
    tempshell("exec", session, "--", "bash", "-s", stdin=SOLUTION.encode())
    tempshell("exec", session, "--", "sh", "-c", "echo spoilt > ~/.kube/config")
    assert set(_verdicts(tempshell("check", "--json").json()).values()) == {"pass"}
    failing = {"PATH": f"{_docker_that_enters_no(node_of(session), tmp_path)}:{os.environ['PATH']}"}
    assert _verdicts(tempshell("check", "--json", env=failing, code=10).json())["there"] == "error"

    assert "netpol-enforced yes" in tempshell("log").stdout
    on_node = ("exec", node_of(session))
    namespaces = (*on_node, "kubectl", "get", "namespaces")
    eventually(lambda: "tempshell-trial" not in _docker(*namespaces), "what was measured with is gone", 60)
    # From here on the network of the tests' node image may read no policies.
    _docker(*on_node, "kubectl", "delete", "--filename", "/kind/manifests/default-cni.yaml")
    _docker(*on_node, "systemctl", "restart", "pod-network")
    (sandbox,) = KindBackend().find(tempshell.user.owner)
    assert KindBackend().enforces_policies(sandbox) is False


def _docker_that_enters_no(container: str, place: Path) -> Path:
    """Return a folder with a docker command that finds everything but that container."""
    (place / "bin").mkdir()
    command = place / "bin" / "docker"
    real = shutil.which("docker")
    command.write_text(
        f'#!/bin/sh\ncase " $* " in *" {container} "*) echo "cannot reach {container}" >&2; exit 1;; esac\n'
        f'exec {real} "$@"\n'
    )
    command.chmod(0o755)
    return command.parent


def _verdicts(output: Any) -> dict[str, str]:  # noqa: ANN401 - JSON
    (task,) = output
    return {one["check"]: one["verdict"] for one in task["results"]}


def test_a_pack_for_another_version_is_refused_before_anything_is_made(tempshell: Tempshell, tmp_path: Path) -> None:
    draft = Draft.made_in(tmp_path / "draft")
    draft.replace("pack.yaml", "license: MIT", 'license: MIT\nkubernetes: "<1.20"')
    refused = tempshell("start", "-b", "kind", str(draft.root), code=2).stderr
    assert "the pack draft needs Kubernetes <1.20, and this cluster has 1." in refused
    assert "--image kindest/node" in refused
    assert leftovers(tempshell.user, docker=True) == []


def test_nothing_leads_out_of_a_closed_cluster_and_its_services_answer(tempshell: Tempshell) -> None:
    session = tempshell.start("-b", "kind", "--network", "none", "--name", "lab", "--load", BUSYBOX)
    network = _inspect(f"ckad-{session}")
    assert network["Internal"]
    (closed,) = _docker("network", "ls", "--quiet", "--filter", f"name=ckad-{session}").split()
    addresses = subprocess.run(("ip", "-4", "address", "show", f"br-{closed}"), capture_output=True, check=True)
    assert addresses.stdout == b""  # this machine is not on it
    tempshell("exec", "lab", "--", "sh", "-c", "! getent hosts example.com && ! curl -m 5 http://192.0.2.1")
    tempshell("exec", "lab", "--", "kubectl", "run", "inside", f"--image={BUSYBOX}", "--", "sleep", "600")
    tempshell("exec", "lab", "--", "kubectl", "wait", "pod/inside", "--for", "condition=Ready", "--timeout", "60s")
    ask = ("exec", "lab", "--", "kubectl", "exec", "inside", "--", "nslookup", "kubernetes.default.svc.cluster.local")
    eventually(lambda: "10.96.0.1" in tempshell.any_code(*ask).stdout, "the cluster has no DNS", timeout=60)
    _metrics_come(tempshell)
    assert "nothing outside reaches a closed cluster" in tempshell("kubeconfig", "lab", code=2).stderr
    tempshell("stop", "lab")
    assert leftovers(tempshell.user, docker=True) == []


def _metrics_come(tempshell: Tempshell) -> None:
    """The API server reaches them by a Service's address, for which the node needs a route."""
    top = ("exec", "lab", "--", "kubectl", "top", "node")
    eventually(lambda: not tempshell.any_code(*top).code, "the cluster serves no metrics", timeout=90)


@pytest.mark.long
def test_a_closed_cluster_that_is_brought_back_is_closed(tempshell: Tempshell) -> None:
    session = tempshell.start("-b", "kind", "--network", "none", "--name", "lab")
    node, terminal, network = node_of(session), f"term-ckad-{session}", f"ckad-{session}"
    _docker("rm", "--force", terminal)
    _docker("network", "disconnect", "--force", network, node)
    _docker("network", "rm", network)
    tempshell("exec", "lab", "--", "kubectl", "wait", "node", "--all", "--for", "condition=Ready", "--timeout", "120s")
    assert _inspect(network)["Internal"]
    _metrics_come(tempshell)
    tempshell("stop", "lab")


@pytest.mark.parametrize("option", ["--nodes", "--kind-config"])
def test_a_closed_cluster_has_one_node(tempshell: Tempshell, tmp_path: Path, option: str) -> None:
    config = tmp_path / "kind.yaml"
    config.write_text("nodes: [{role: control-plane}, {role: worker}]\n", encoding="utf-8")
    value = {"--nodes": "2", "--kind-config": str(config)}[option]
    refused = tempshell("start", "-b", "kind", "--network", "none", option, value, code=2).stderr
    assert "with --network none a cluster has one node" in refused
    assert leftovers(tempshell.user, docker=True) == []
