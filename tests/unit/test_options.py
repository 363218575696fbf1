"""Every option that makes a sandbox is honoured or refused by name, on every backend."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tempshell_cli.backends import registry
from tempshell_cli.backends.base import Access, Network, Option, Profile, Template, Toleration, Workspace
from tempshell_cli.cli.options import SandboxOptions
from tempshell_cli.cli.parsing import sandbox_request
from tempshell_cli.core.clock import SystemClock
from tempshell_cli.core.config import KubernetesSettings, SandboxSettings, Settings
from tempshell_cli.core.errors import ExitCode, UsageProblem
from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions.engines import Engines
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.start import Plan, plan_session
from tempshell_cli.sessions.store import open_store

LOCAL, DOCKER, KIND, PODS = ("local",), ("docker",), ("kind",), ("kubernetes", "minikube")
BACKENDS = (*LOCAL, *DOCKER, *KIND, *PODS)
CONFIG = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n"

# What is typed, who can honour it, and where it is then in the template, or in the endpoint.
Where = Callable[[Template], object]
TABLE: Mapping[str, tuple[dict[str, Any], tuple[str, ...], Where, object]] = {
    "--image": ({"image": "debian"}, DOCKER + KIND + PODS, lambda made: made.image, "debian"),
    "--runtime": ({"runtime": "runsc"}, DOCKER, lambda made: made.runtime, "runsc"),
    "--profile": ({"profile": "admin"}, BACKENDS, lambda made: made.profile, Profile.ADMIN),
    "--profile machine": ({"profile": "machine"}, DOCKER, lambda made: made.profile, Profile.MACHINE),
    "--env": ({"env": ["A=1"]}, BACKENDS, lambda made: made.env, {"A": "1"}),
    "--secret": ({"secret_file": [f"a={__file__}"]}, BACKENDS, lambda made: [one.name for one in made.secrets], ["a"]),
    "--pids-limit": ({"pids_limit": 64}, LOCAL + DOCKER + KIND, lambda made: made.pids, 64),
    "--idle": ({"idle": "30m"}, LOCAL + DOCKER, lambda made: made.idle, timedelta(minutes=30)),
    "--workspace": ({"workspace": "a"}, BACKENDS, lambda made: made.workspace, Workspace("a", 10 * 1024**3)),
    "--memory": ({"memory": "1g"}, BACKENDS, lambda made: made.memory, 1024**3),
    "--network none": ({"network": "none"}, LOCAL + DOCKER + KIND + PODS, lambda made: made.network, Network.NONE),
    "--network default": ({"network": "default"}, DOCKER + KIND + PODS, lambda made: made.network, Network.DEFAULT),
    "--nodes": ({"nodes": 3}, KIND, lambda made: made.cluster.nodes, 3),
    "--node-cpus": ({"node_cpus": 2.0}, KIND, lambda made: made.cluster.cpus, 2.0),
    "--node-memory": ({"node_memory": "3g"}, KIND, lambda made: made.cluster.memory, 3 * 1024**3),
    "--load": ({"load": ["web:1"]}, KIND, lambda made: made.cluster.images, ("web:1",)),
    "--cluster-access": ({"cluster_access": "view"}, PODS, lambda made: made.access, Access.VIEW),
    "--pull-secret": ({"pull_secret": ["a/b"]}, PODS, lambda made: made.placement.pull_secrets, ("a/b",)),
    "--node-selector": ({"node_selector": ["a=b"]}, PODS, lambda made: made.placement.node_selector, {"a": "b"}),
    "--toleration": ({"toleration": ["a"]}, PODS, lambda made: made.placement.tolerations, (Toleration("a"),)),
    "--runtime-class": ({"runtime_class": "gvisor"}, PODS, lambda made: made.placement.runtime_class, "gvisor"),
    "--priority-class": ({"priority_class": "low"}, PODS, lambda made: made.placement.priority_class, "low"),
}
ENGINES: Mapping[str, tuple[dict[str, Any], tuple[str, ...], str]] = {
    "--docker-context": ({"docker_context": "ssh://me@box"}, DOCKER + KIND, "ssh://me@box"),
    "--context": ({"kube_context": "lab"}, PODS, "lab"),
    "--namespace": ({"kube_context": "lab", "namespace": "class-a"}, PODS, "lab#class-a"),
}


class Planned:
    """Plans sessions from what is typed, on the real backends, whose engines are not asked."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions

    def __call__(self, backend: str, **typed: Any) -> Plan:  # noqa: ANN401 - as options are
        return plan_session(self.sessions, sandbox_request(SandboxOptions(backend=backend, **typed)))

    def refused(self, backend: str, **typed: Any) -> UsageProblem:  # noqa: ANN401 - as above
        with pytest.raises(UsageProblem) as refused:
            self(backend, **typed)
        assert refused.value.exit_code is ExitCode.USAGE
        assert self.sessions.store.history() == []
        return refused.value


@pytest.fixture
def planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Planned]:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    paths = Paths(state=tmp_path / "state", config=tmp_path / "config")
    with open_store(paths) as opened:
        yield Planned(Sessions(opened.store, Settings(owner="ann"), paths, SystemClock(), Engines()))


def test_the_table_has_every_option() -> None:
    tabled = {
        *TABLE,
        *ENGINES,
        "--cpus",
        "--kind-config",
        "--backend",
        "--template",
        "--env-file",
        "--secret-file",
        "--workspace-size",
        Option.USER,
        Option.DEVCONTAINER,
    }
    options = {f"--{field.replace('_', '-')}" for field in SandboxOptions._fields} - {"--kube-context", "--network"}
    assert options <= tabled
    assert set(Option) <= tabled
    assert tuple(registry.names())[: len(BACKENDS)] == BACKENDS
    assert all(any(option in registry.find(name).options() for name in BACKENDS) for option in Option)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("option", TABLE)
def test_an_option_is_in_the_template_or_refused_by_name(planned: Planned, option: str, backend: str) -> None:
    typed, able, where, value = TABLE[option]
    if backend in able:
        assert where(planned(backend, **typed).template) == value
        return
    refused = planned.refused(backend, **typed)
    assert str(refused) == f"{option} cannot be used with {backend}"
    assert refused.hint == f"use it with {' or '.join(able)}"


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("option", ENGINES)
def test_an_engine_is_the_one_that_was_named_or_refused(planned: Planned, option: str, backend: str) -> None:
    typed, able, endpoint = ENGINES[option]
    if backend in able:
        assert planned(backend, **typed).backend.endpoint == endpoint
    else:
        assert option in str(planned.refused(backend, **typed))


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_configuration_of_kind_is_kinds_and_read_before_anything_is_made(
    planned: Planned, backend: str, tmp_path: Path
) -> None:
    file = tmp_path / "kind.yaml"
    for content in (CONFIG, ""):  # an empty one was asked for, too
        file.write_text(content, "utf-8")
        if backend in KIND:
            assert planned(backend, kind_config=file).template.cluster.config == content
        else:
            assert "--kind-config cannot" in str(planned.refused(backend, kind_config=file))
    file.write_text("kind: Pod", "utf-8")
    if backend in KIND:
        assert "does not describe a Cluster" in str(planned.refused(backend, kind_config=file))


@pytest.mark.parametrize("can", [True, False])
def test_a_local_sandbox_has_the_cores_that_are_asked_for_where_it_can_limit_them(
    planned: Planned,
    monkeypatch: pytest.MonkeyPatch,
    can: bool,  # noqa: FBT001 - what is tried
) -> None:
    monkeypatch.setattr("tempshell_cli.backends.local.limits.can_limit_cpus", lambda: can)
    if can:
        assert planned("local", cpus=2.0).template.cpus == 2
    else:
        assert str(planned.refused("local", cpus=2.0)) == "--cpus cannot be used with local"
    for backend in BACKENDS[1:]:
        assert planned(backend, cpus=2.0).template.cpus == 2
    assert planned("local").template.cpus == Settings().sandbox.cpus  # what nobody asked for is no reason to refuse


def test_settings_for_one_backend_are_nothing_to_another(planned: Planned) -> None:
    settings = KubernetesSettings(pull_secrets=("a/b",), node_selector=("pool=a", "disk=ssd"), runtime_class="gvisor")
    sandbox = SandboxSettings(image="debian", node_image="kindest/node:v1.36.4")
    planned.sessions.settings = Settings(owner="ann", kubernetes=settings, sandbox=sandbox)
    assert [planned(backend).template.image for backend in BACKENDS] == [
        "",
        "debian",
        sandbox.node_image,
        *["debian"] * 2,
    ]
    assert [bool(planned(backend).template.placement.pull_secrets) for backend in BACKENDS] == [False] * 3 + [True] * 2
    over = planned("kubernetes", node_selector=["pool=b"]).template.placement  # an option goes over its setting
    assert (over.node_selector, over.runtime_class) == ({"pool": "b"}, "gvisor")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"cpus": float("nan")}, "not a valid CPU count"),
        ({"memory": "5m"}, "5m of memory is too little"),
        ({"pull_secret": ["a/b"], "cluster_access": "edit"}, "could read the pull secret"),
        ({"workspace": "a", "cluster_access": "edit"}, "could remove the workspace"),
        ({"namespace": "Upper"}, "cannot be a namespace"),
        ({"namespace": "tempshell-0badcafe"}, "is named like that of a session"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_before_anything_is_on_record(
    planned: Planned, typed: dict[str, Any], said: str
) -> None:
    assert said in str(planned.refused("kubernetes", **typed))


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_size_of_a_workspace_is_taken_and_said_not_to_be_enforced(planned: Planned, backend: str) -> None:
    warned: list[str] = []
    planned.sessions.warn = warned.append
    assert planned(backend, workspace="a", workspace_size="1g").template.workspace == Workspace("a", 1024**3)
    assert warned == [f"the size of a workspace is not enforced on {backend}"]
    settings = SandboxSettings(workspace_size="2g")
    planned.sessions.settings = Settings(owner="ann", sandbox=settings)
    assert planned(backend, workspace="a").template.workspace == Workspace("a", 2 * 1024**3)
    assert len(warned) == 1


@pytest.mark.parametrize("name", ["Upper", "a b", "-a", "a-", "../a", ".a", "a" * 41, "a\n", "ä"])
def test_what_cannot_be_the_name_of_a_workspace_is_refused(planned: Planned, name: str) -> None:
    assert "cannot be the name of a workspace" in str(planned.refused("local", workspace=name))


def test_a_size_without_a_workspace_and_a_workspace_for_a_machine_are_refused(planned: Planned) -> None:
    assert "--workspace-size needs --workspace" in str(planned.refused("local", workspace_size="1g"))
    assert "--profile machine" in str(planned.refused("docker", workspace="a", profile="machine"))


def test_what_a_learner_could_forge_says_the_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    for uid, able in ((0, {"kind"}), (1000, {"local", "kind"})):
        monkeypatch.setattr("os.geteuid", lambda uid=uid: uid)
        assert {name for name in BACKENDS if registry.find(name).forgeable()} == able


def test_what_cannot_be_paused_names_what_can(planned: Planned) -> None:
    now = planned.sessions.clock.now()
    session = Session("0a1b2c3d", "lab", "ann", "kubernetes", "nowhere", State.READY, now, now + timedelta(hours=1))
    with pytest.raises(UsageProblem, match="a kubernetes session cannot be paused") as refused:
        planned.sessions.pause(session)
    assert refused.value.hint == "only local, docker, kind sessions can be paused"
