"""How kind is called, and what is read from its output."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
import yaml

from tempshell_cli.backends.base import Cluster, Network, Template
from tempshell_cli.backends.kind.backend import KindBackend
from tempshell_cli.backends.kind.command import Kind, _failed, _follow
from tempshell_cli.backends.kind.config import cluster_config
from tempshell_cli.backends.kind.names import session_of
from tempshell_cli.backends.kind.tunnel import tunnel
from tempshell_cli.core.errors import EngineUnavailable, PortTaken, ProvisionFailed, UsageProblem

PORTS = {"api": 30001, "http": 40001, "https": 45001}
USUAL = Cluster()
KUBECONFIG = "clusters:\n- cluster:\n    server: https://127.0.0.1:30001\n"


def _config(wanted: Cluster = USUAL, *, cgroup_v1: bool = False) -> Any:  # noqa: ANN401 - YAML
    return yaml.safe_load(cluster_config("ckad-0", PORTS, wanted, cgroup_v1=cgroup_v1))


def test_everything_is_published_on_loopback_alone() -> None:
    made = _config()
    assert made["networking"] == {"apiServerAddress": "127.0.0.1", "apiServerPort": 30001}
    (node,) = made["nodes"]
    assert {(one["containerPort"], one["hostPort"], one["listenAddress"]) for one in node["extraPortMappings"]} == {
        (80, 40001, "127.0.0.1"),
        (443, 45001, "127.0.0.1"),
    }
    (patch,) = node["kubeadmConfigPatches"]
    reserved = yaml.safe_load(patch)["nodeRegistration"]["kubeletExtraArgs"]
    assert reserved == {"system-reserved": "memory=256Mi", "eviction-hard": "memory.available<100Mi"}


def test_on_cgroup_v1_the_kubelets_of_all_nodes_are_reported_to_start() -> None:
    assert "kubeadmConfigPatches" not in _config()
    extra = "kubeadmConfigPatches: ['{kind: ClusterConfiguration}']"
    theirs, ours = _config(Cluster(nodes=2, config=extra), cgroup_v1=True)["kubeadmConfigPatches"]
    assert yaml.safe_load(theirs) == {"kind": "ClusterConfiguration"}
    assert yaml.safe_load(ours) == {"kind": "KubeletConfiguration", "failCgroupV1": False}


def test_nodes_beyond_the_first_are_workers() -> None:
    assert [node["role"] for node in _config(Cluster(nodes=3))["nodes"]] == ["control-plane", "worker", "worker"]


def test_pods_run_on_a_control_plane_that_people_work_on() -> None:
    first, worker = _config(Cluster(nodes=2, node_shell=True))["nodes"]
    registrations = [yaml.safe_load(patch)["nodeRegistration"] for patch in first["kubeadmConfigPatches"]]
    assert [one["taints"] for one in registrations if "taints" in one] == [[]]
    assert worker == {"role": "worker"}


def test_a_configuration_of_the_users_is_kept_but_for_what_we_need() -> None:
    extra = """
        kind: Cluster
        name: mine
        featureGates: {Special: true}
        networking: {apiServerAddress: 0.0.0.0, disableDefaultCNI: true}
        nodes:
        - role: control-plane
          extraPortMappings: [{containerPort: 30080, hostPort: 8080}]
        - role: worker
          labels: {tier: back}
    """
    made = _config(Cluster(config=extra))
    assert (made["name"], made["featureGates"]) == ("ckad-0", {"Special": True})
    assert made["networking"] == {
        "apiServerAddress": "127.0.0.1", "disableDefaultCNI": True, "apiServerPort": 30001,
    }  # fmt: skip
    assert [one["containerPort"] for one in made["nodes"][0]["extraPortMappings"]] == [30080, 80, 443]
    assert made["nodes"][1] == {"role": "worker", "labels": {"tier": "back"}}


@pytest.mark.parametrize(
    "extra", ["nodes: {", "kind: Pod", "[1, 2]", "nodes: control-plane", "nodes: [{role: worker}]", "nodes: [1]"]
)
def test_what_is_no_kind_configuration_is_refused(extra: str) -> None:
    with pytest.raises(UsageProblem):
        _config(Cluster(config=extra))


def test_each_step_of_kind_is_reported_and_the_one_that_failed_stays_open() -> None:
    output: list[str] = []

    @contextmanager
    def report(what: str) -> Iterator[None]:
        output.append(f"begin {what}")
        try:
            yield
        except ProvisionFailed:
            output.append(f"fail {what}")
            raise
        output.append(f"end {what}")

    lines = ['Creating cluster "c" ...\n', " • Preparing nodes 📦  ...\n", " ✓ Preparing nodes 📦\n",
             " • Starting control-plane 🕹️  ...\n", " ✗ Starting control-plane 🕹️\n", "ERROR: failed\n"]  # fmt: skip
    begun: list[str] = []

    def fail() -> None:
        with ExitStack() as step:
            said = _follow(lines, step, report, begun.append)
            raise ProvisionFailed("\n".join(said))

    with pytest.raises(ProvisionFailed, match="ERROR: failed"):
        fail()
    assert begun == ["Preparing nodes", "Starting control-plane"]
    assert output == [
        "begin kind: Preparing nodes", "end kind: Preparing nodes",
        "begin kind: Starting control-plane", "fail kind: Starting control-plane",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Bind for 127.0.0.1:30001 failed: port is already allocated", PortTaken),
        ("listen tcp4 127.0.0.1:30001: bind: address already in use", PortTaken),
        ("Cannot connect to the Docker daemon at unix:///x", EngineUnavailable),
        ("ERROR: failed to create cluster", ProvisionFailed),
    ],
)
def test_a_failure_is_what_its_words_say(said: str, kind: type[Exception]) -> None:
    assert type(_failed("kind could not", [said])) is kind


@pytest.mark.parametrize("found", ["Image: {} present locally", "Pulling image: {} ..."])
def test_kind_is_asked_which_node_image_it_would_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: str
) -> None:
    image = "kindest/node:v1.37.0@sha256:0badcafe"
    log = tmp_path / "asked"
    kind = tmp_path / "kind"
    kind.write_text(f"""#!/bin/sh
echo "$KIND_EXPERIMENTAL_DOCKER_NETWORK $*" >{log}
echo ' • Ensuring node image (kindest/node:v1.37.0)  ...' >&2
echo 'DEBUG: docker/images.go:58] {found.format(image)}' >&2
echo 'ERROR: failed to create cluster: operation is not permitted on predefined default network' >&2
exit 1
""")
    kind.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert Kind("").default_image(tmp_path / "kubeconfig", lambda _: nullcontext()) == image
    network, *asked = log.read_text().split()
    assert network == "default"  # which no engine makes, so that the creation ends there
    assert asked[asked.index("--kubeconfig") + 1] == str(tmp_path / "kubeconfig")


@pytest.mark.parametrize("said", ["DEBUG: Pulling image: x ...\nERROR: failed to pull image x: no route", "ERROR: no"])
def test_without_a_node_image_kinds_own_words_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    kind = tmp_path / "kind"
    kind.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
    kind.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(ProvisionFailed, match="ERROR: "):
        Kind("").default_image(tmp_path / "kubeconfig", lambda _: nullcontext())


def test_a_failure_shows_the_error_and_no_stack_trace() -> None:
    trace = [
        " ✗ Starting control-plane", "ERROR: failed to init node", "Stack Trace:", "k8s.io/x/cmd.(*Command).execute",
        "\t/go/src/x/command.go:850", "main.main", "error execution phase wait-control-plane",
    ]  # fmt: skip
    output = str(_failed("kind could not", trace))
    assert "ERROR: failed to init node" in output
    assert "error execution phase" in output
    assert "command.go" not in output
    assert "main.main" not in output


@pytest.mark.parametrize(
    ("host", "command"),
    [
        ("ssh://me@box:2222", "ssh -p 2222 -N -L 30001:127.0.0.1:30001 me@box"),
        ("ssh://box", "ssh -N -L 30001:127.0.0.1:30001 box"),
        ("unix:///var/run/docker.sock", ""),
        ("", ""),
    ],
)
def test_the_way_to_a_remote_cluster(host: str, command: str) -> None:
    assert " ".join(tunnel(host, KUBECONFIG)) == command


@pytest.mark.parametrize("name", ["kind", "ckad-mine", "ckad-0123456", "ckad-0123456789", "my-ckad-01234567"])
def test_a_cluster_of_another_name_is_not_ours(name: str) -> None:
    assert session_of(name) == ""
    assert session_of("ckad-01234567") == "01234567"


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("kindest/node:v1.35.8", "v1.35.8"),
        ("kindest/node:v1.37.2@sha256:0123", "v1.37.2"),
        ("docker.io/kindest/node:v1.36.0-rc.1", "v1.36.0"),
        ("mirror.example:5000/kindest/node:v1.34.11", "v1.34.11"),
        ("", ""),  # kind's own choice
        ("kindest/node:latest", ""),
        ("kindest/node:v1.35", ""),
        ("my-kindest/node:v1.35.8", ""),
        ("course/cluster:v1.2.3", ""),  # an image with a version of its own
    ],
)
def test_the_tag_of_a_node_image_states_the_version(image: str, version: str) -> None:
    assert KindBackend("unix:///nowhere").kubernetes_version(Template(image)) == version


@pytest.mark.parametrize(("network", "found"), [(Network.NONE, 1), (Network.DEFAULT, 0)])
def test_a_closed_cluster_publishes_no_port(network: Network, found: int) -> None:
    config = "nodes: [{role: control-plane, extraPortMappings: [{containerPort: 30080, hostPort: 30080}]}]"
    problems = KindBackend().refuses(Template(image="", network=network, cluster=Cluster(config=config)))
    assert [one.what for one in problems] == found * [
        "with --network none no port is published, and the kind configuration has some"
    ]
