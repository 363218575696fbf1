"""What the testbed's node image is to do: what kind's own does, with a worker, and on this machine's cgroups."""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tempshell_cli.packs.checks.network.rules import port_range
from tempshell_cli.packs.checks.network.state import READ_NETWORK, network_state
from tests.support.engines import BUSYBOX, NODE_IMAGE
from tests.support.policies import World, draw_policy
from tests.support.waiting import eventually

pytestmark = pytest.mark.engine("kind")

NAMESPACES = {"front": {"team": "front", "zone": "dmz"}, "back": {"team": "back"}}
NAMED = {"http": 80, "admin": 8080}  # container ports that every pod names
PORTS = (80, 81, 82, 8080)
_ROUNDS = int(os.environ.get("TEMPSHELL_TEST_POLICY_ROUNDS", "8"))
_CONFIG = "{kind: Cluster, apiVersion: kind.x-k8s.io/v1alpha4, nodes: [{role: control-plane}, {role: worker}]}"
_SERVE = f"mkdir /www; for port in {' '.join(map(str, PORTS))}; do httpd -h /www -p $port; done; sleep 36000"
# What answers is printed. (wget of a static busybox crashes: it looks for libraries to resolve names with.)
_PROBE = """
for to in "$@"; do
  (printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 1 "${to%:*}" "${to#*:}" | grep -q HTTP && echo "$to") &
done
wait
"""


class Pod(NamedTuple):
    """A pod, named as its label ``app``, that serves on PORTS over TCP."""

    namespace: str
    app: str
    address: str = ""

    def __str__(self) -> str:
        return f"{self.namespace}/{self.app}"


class Cluster:
    """A kind cluster with a worker, made by kind as it comes."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.kubeconfig = str(folder / "kubeconfig")

    def kind(self, *argv: str, stdin: str = "") -> None:
        subprocess.run(("kind", *argv, "--name", self.name), input=stdin, text=True, check=True, capture_output=True)

    def kubectl(self, *argv: str, stdin: str = "") -> str:
        command = ("kubectl", "--kubeconfig", self.kubeconfig, *argv)
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done
        return done.stdout

    def objects(self, *argv: str) -> list[Any]:
        return list(json.loads(self.kubectl("get", *argv, "-o", "json"))["items"])

    def apply(self, objects: Sequence[Any]) -> None:
        self.kubectl("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))

    def inside(self, pod: Pod, *argv: str) -> str:
        return self.kubectl("exec", "-n", pod.namespace, pod.app, "--", *argv)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(f"node-image-{os.getpid()}", tmp_path_factory.mktemp("cluster"))
    create = ("create", "cluster", "--image", NODE_IMAGE, "--kubeconfig", made.kubeconfig, "--config", "-")
    try:
        made.kind(*create, "--wait", "180s", stdin=_CONFIG)
        made.kind("load", "docker-image", BUSYBOX)
        yield made
    finally:
        made.kind("delete", "cluster", "--kubeconfig", made.kubeconfig)


@pytest.fixture(scope="module")
def pods(cluster: Cluster) -> Sequence[Pod]:
    """Two kinds of pods in each of two namespaces, spread over both nodes."""
    nodes = [node["metadata"]["name"] for node in cluster.objects("nodes")]
    made = [Pod(space, app) for space in NAMESPACES for app in ("web", "db")]
    cluster.apply([
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
        for name, labels in NAMESPACES.items()
    ])  # fmt: skip
    eventually(
        lambda: all(cluster.kubectl("get", "serviceaccounts", "-n", space) for space in NAMESPACES), "accounts", 30
    )
    cluster.apply([_manifest(pod, nodes[number % 2]) for number, pod in enumerate(made)])
    for space in NAMESPACES:
        cluster.kubectl("wait", "pod", "--all", "-n", space, "--for=condition=Ready", "--timeout=60s")
    found = {
        (one["metadata"]["namespace"], one["metadata"]["name"]): one["status"]["podIP"]
        for one in cluster.objects("pods", "-A")
    }
    return [pod._replace(address=found[pod.namespace, pod.app]) for pod in made]


def _manifest(pod: Pod, node: str) -> Any:  # noqa: ANN401 - JSON
    container = {
        "name": "serve",
        "image": BUSYBOX,
        "imagePullPolicy": "Never",
        "command": ["sh", "-c", _SERVE],
        "ports": [{"name": name, "containerPort": port} for name, port in NAMED.items()],
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": pod.app, "namespace": pod.namespace, "labels": {"app": pod.app}},
        "spec": {
            "containers": [container],
            "nodeName": node,
            "tolerations": [{"operator": "Exists"}],
            "terminationGracePeriodSeconds": 0,
        },
    }


def test_every_node_is_ready_and_of_the_version_that_the_image_names(cluster: Cluster) -> None:
    nodes = cluster.objects("nodes")
    assert [node["status"]["nodeInfo"]["kubeletVersion"] for node in nodes] == [NODE_IMAGE.rpartition(":")[2]] * 2
    assert {condition["status"] for node in nodes for condition in node["status"]["conditions"][-1:]} == {"True"}
    versions = json.loads(cluster.kubectl("version", "-o", "json"))
    assert versions["serverVersion"]["gitVersion"] == NODE_IMAGE.rpartition(":")[2]


def test_names_of_services_pods_and_aliases_resolve(cluster: Cluster, pods: Sequence[Pod]) -> None:
    front = pods[0]
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "front"}}
    ports = [{"port": 8000, "targetPort": "http"}]
    cluster.apply([
        {**service, "spec": {"selector": {"app": "web"}, "ports": ports}},
        {**service, "metadata": {"name": "each", "namespace": "back"},
         "spec": {"selector": {"app": "db"}, "clusterIP": "None", "ports": ports}},
        {**service, "metadata": {"name": "alias", "namespace": "back"},
         "spec": {"type": "ExternalName", "externalName": "web.front.svc.cluster.local"}},
    ])  # fmt: skip

    def is_reached(name: str, port: int) -> bool:
        *_, address = _lookup(cluster, front, f"{name}.svc.cluster.local").split()
        return _answering(cluster, front, [f"{address}:{port}"]) != []

    for name, port in (("web.front", 8000), ("each.back", 80), ("alias.back", 8000)):
        eventually(partial(is_reached, name, port), f"{name} is reached by its name", 60)
    assert "NXDOMAIN" in _lookup(cluster, front, "nowhere.front.svc.cluster.local")
    # The engine's own resolver knows the nodes, and nothing else that is sure to have a name here.
    node = f"{cluster.name}-control-plane"
    assert _addresses([node])[node] in _lookup(cluster, front, f"{node}.")


def _lookup(cluster: Cluster, pod: Pod, name: str) -> str:
    return cluster.inside(pod, "sh", "-c", 'nslookup -type=a "$1" 2>&1 || true', "sh", name)


def test_usage_is_measured(cluster: Cluster, pods: Sequence[Pod]) -> None:
    def measured() -> bool:
        command = ("kubectl", "--kubeconfig", cluster.kubeconfig, "top", "pods", "-n", pods[0].namespace)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode == 0 and "web" in done.stdout

    eventually(measured, "kubectl top has what the pods use", 90)


def test_a_claim_gets_a_volume_that_a_pod_writes_to(cluster: Cluster) -> None:
    classes = {
        one["metadata"]["name"]: one["metadata"].get("annotations", {}) for one in cluster.objects("storageclasses")
    }
    assert set(classes) == {"standard", "local-path"}
    assert classes["standard"]["storageclass.kubernetes.io/is-default-class"] == "true"
    claims: list[Any] = [
        {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name or "default"},
         "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}},
                  **({"storageClassName": name} if name else {})}}
        for name in ("", "local-path")
    ]  # fmt: skip
    volumes = [
        {"name": one["metadata"]["name"], "persistentVolumeClaim": {"claimName": one["metadata"]["name"]}}
        for one in claims
    ]
    writes = " && ".join(f"echo kept >/{one['name']}/file && cat /{one['name']}/file" for one in volumes)
    mounts = [{"name": one["name"], "mountPath": f"/{one['name']}"} for one in volumes]
    container = {"name": "write", "image": BUSYBOX, "imagePullPolicy": "Never", "command": ["sh", "-c", writes]}
    spec = {"restartPolicy": "Never", "volumes": volumes, "containers": [{**container, "volumeMounts": mounts}]}
    cluster.apply([*claims, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "writes"}, "spec": spec}])
    cluster.kubectl("wait", "pod/writes", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s")
    assert cluster.kubectl("logs", "writes") == "kept\nkept\n"


@pytest.mark.parametrize("seed", range(_ROUNDS))
def test_policies_let_through_what_the_api_says(cluster: Cluster, pods: Sequence[Pod], seed: int) -> None:
    """Every pair of pods and every port is tried; TEMPSHELL_TEST_POLICY_ROUNDS sets how many sets of policies are."""
    policies = _drawn(random.Random(seed), pods)  # noqa: S311 - no secret
    cluster.apply(policies)
    expected = _worked_out(cluster, pods)
    found: set[str] = set()

    def agrees() -> bool:
        nonlocal found
        found = _measured(cluster, pods)
        return found == expected

    try:
        eventually(agrees, "the network lets through what it should", 10)
    except AssertionError:
        pytest.fail(
            f"wrongly let through: {sorted(found - expected)}\nwrongly kept out: {sorted(expected - found)}\n"
            f"{json.dumps(policies, indent=1)}"
        )
    finally:
        for space in NAMESPACES:
            cluster.kubectl("delete", "networkpolicies", "--all", "-n", space)


def _drawn(chance: random.Random, pods: Sequence[Pod]) -> list[Any]:
    """Return one to four policies for the pods' namespaces."""
    world = World(
        NAMESPACES,
        [{"app": pod.app} for pod in pods],
        [pod.address for pod in pods],
        PORTS,
        list(NAMED),
        names_need_pods=True,  # as in tests/packs/test_reach_enforced.py
    )
    return [
        draw_policy(chance, world, f"policy-{number}", chance.choice(list(NAMESPACES)))
        for number in range(chance.randint(1, 4))
    ]


def _worked_out(cluster: Cluster, pods: Sequence[Pod]) -> set[str]:
    """Return every connection between two pods that the cluster's policies let through, as ``reach`` has it."""
    state = network_state(cluster.kubectl(*READ_NETWORK).encode())
    ends = [end for end in state.pods if end.namespace in {pod.namespace for pod in pods}]
    return {
        f"{one.namespace}/{one.name} > {to.namespace}/{to.name}:{port}"
        for one in ends
        for to in ends
        for port in PORTS
        if state.network.open_ports(one, to) & port_range("TCP", port, port)
    }


def _measured(cluster: Cluster, pods: Sequence[Pod]) -> set[str]:
    targets = {f"{pod.address}:{port}": f"{pod}:{port}" for pod in pods for port in PORTS}

    def reached_from(pod: Pod) -> list[str]:
        return [f"{pod} > {targets[address]}" for address in _answering(cluster, pod, list(targets))]

    with ThreadPoolExecutor() as all_at_once:
        return {one for each in all_at_once.map(reached_from, pods) for one in each}


def _answering(cluster: Cluster, pod: Pod, addresses: Sequence[str]) -> list[str]:
    return cluster.inside(pod, "sh", "-c", _PROBE, "sh", *addresses).split()


def test_a_cluster_goes_on_when_its_nodes_get_other_addresses(cluster: Cluster) -> None:
    """The nodes are containers: stopped and started in another order, they swap addresses."""
    nodes = [f"{cluster.name}-control-plane", f"{cluster.name}-worker"]
    before = _addresses(nodes)
    _docker("stop", *nodes)
    for node in sorted(nodes, key=lambda node: ip_address(before[node]), reverse=True):
        _docker("start", node)
    after = _addresses(nodes)
    assert set(before.values()) == set(after.values())
    assert before != after
    eventually(lambda: _ready_at(cluster) == after, "every node and pod is ready, where the engine has put it", 180)


def _ready_at(cluster: Cluster) -> dict[str, str]:
    """Return the address of each node as the cluster knows it; nothing while a node or a pod is not ready."""
    command = ("--kubeconfig", cluster.kubeconfig, "--request-timeout=5s", "get", "nodes,pods", "-A", "-o", "json")
    done = subprocess.run(("kubectl", *command), capture_output=True, text=True, check=False)
    items = json.loads(done.stdout)["items"] if done.returncode == 0 else []
    running = [item for item in items if item["status"].get("phase") != "Succeeded"]
    conditions = [{one["type"]: one["status"] for one in item["status"].get("conditions", [])} for item in running]
    if any(each.get("Ready") != "True" for each in conditions):
        return {}
    return {
        node["metadata"]["name"]: address["address"]
        for node in items if node["kind"] == "Node"
        for address in node["status"]["addresses"] if address["type"] == "InternalIP"
    }  # fmt: skip


def _addresses(nodes: Sequence[str]) -> dict[str, str]:
    template = "{{.Name}} {{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    lines = _docker("inspect", "--format", template, *nodes).splitlines()
    return {name.removeprefix("/"): address for name, address in map(str.split, lines)}


def _docker(*argv: str) -> str:
    return subprocess.run(("docker", *argv), capture_output=True, text=True, check=True).stdout
