"""Every engine in turn on the stage of the contract."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tempshell_cli.backends import registry
from tempshell_cli.backends.base import Backend, Sandbox, Template
from tempshell_cli.backends.docker.backend import DockerBackend
from tempshell_cli.backends.kind.backend import KindBackend
from tempshell_cli.backends.kubernetes.backend import KubernetesBackend
from tempshell_cli.backends.local.backend import LocalBackend
from tempshell_cli.core.clock import SystemClock
from tempshell_cli.core.paths import Paths
from tests.fakes.clock import FakeClock
from tests.fakes.engine import FakeEngine
from tests.support import pods
from tests.support.engines import NODE_IMAGE

from .engines import EVERY
from .stage import CANARY, SECRET, Promise, Stage

_TEMPLATE = Template(
    image="tempshell/shell",
    cpus=1,
    env={"GREETING": "a b=c", "EMPTY": "", "SECRET": CANARY},
    secrets=[SECRET],
)
_CLUSTER = _TEMPLATE._replace(image=NODE_IMAGE)
_NEEDING_AN_IMAGE = {"docker", "kubernetes"}


@pytest.fixture(scope="package", params=EVERY)
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """An engine, with an owner of its own; nothing of that owner remains."""
    made = _stage(request.param, tmp_path_factory.mktemp(request.param))
    if request.param in _NEEDING_AN_IMAGE:
        # Builds or loads the image, which takes longer than the short leases of some tests.
        with made.sandbox() as first:
            lacks = {**_lacking_of_network(made.backend, first), **_lacking_of_release(made.backend)}
            made = replace(made, lacks={**made.lacks, **lacks})
    yield made
    assert made.backend.find(made.owner) == []


@pytest.fixture(scope="package")
def sandbox(stage: Stage) -> Iterator[Sandbox]:
    """A sandbox for the tests that leave it as it was."""
    with stage.sandbox() as made:
        yield made


@pytest.fixture(scope="package")
def neighbour(stage: Stage) -> Iterator[Sandbox]:
    """Another one of the same owner, with nothing in it that matters."""
    with stage.sandbox() as made:
        yield made


def _stage(name: str, root: Path) -> Stage:
    owner = f"contract-{uuid.uuid4().hex[:12]}"
    if name == "fake":
        clock = FakeClock()
        return Stage(FakeEngine(root, clock), owner, clock, lambda seconds: clock.advance(seconds=seconds), _TEMPLATE)
    backend = _real(name, root)
    template = _CLUSTER if name == "kind" else _TEMPLATE
    return Stage(backend, owner, SystemClock(), lambda _: None, template, _LACKING.get(name, {}))


_LACKING = {
    "local": {
        Promise.NO_SETUID: "the programs are the machine's own; no_new_privs makes their bits useless",
        **({Promise.UNSIGNALLED: "an ordinary user has no other for the grader"} if os.geteuid() else {}),
    },
    "kind": {Promise.NO_DEVICE: "the terminal is on the cluster's network, which leads nowhere with --network none"},
    "kubernetes": {
        Promise.PROCESS_LIMIT: "a pod's process limit is its kubelet's setting",
        Promise.NO_DEVICE: "a pod always has a network device; network policies close it",
        Promise.UNREAD_INPUT: "`kubectl exec` waits until a large input has been read",
    },
}


def _lacking_of_network(backend: Backend, sandbox: Sandbox) -> dict[Promise, str]:
    """Return what a cluster's network cannot promise; ours can, and others are measured."""
    if not isinstance(backend, KubernetesBackend) or pods.is_ours() or backend.enforces_policies(sandbox):
        return {}
    return {Promise.WALLED_NETWORK: "this cluster's network enforces no NetworkPolicies"}


def _lacking_of_release(backend: Backend) -> dict[Promise, str]:
    """Return what old Docker engines cannot promise; docs/backends.md says so, too."""
    if not isinstance(backend, DockerBackend):
        return {}
    release = int(backend.engine.client.version()["Version"].partition(".")[0])
    old = {
        Promise.POWERLESS_PID_1: (25, "PID 1 is root on engines before 25"),
        Promise.LISTED_REACH: (23, "engines before 23 refuse less"),
    }
    return {promise: why for promise, (since, why) in old.items() if release < since}


def _on_pods(paths: Paths) -> Backend:
    """Return the backend with the cluster read: the tests' own environment has no kubeconfig while this is made."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KUBECONFIG", pods.kubeconfig())
        backend = KubernetesBackend(paths=paths)
        backend.clusters.current()
    return backend


def _real(name: str, root: Path) -> Backend:
    paths = Paths(state=root / "state", config=root / "config")
    if name == "local":
        return LocalBackend(paths=paths)
    if name == "kind":
        return KindBackend(os.environ.get("DOCKER_HOST", ""), paths)
    if name == "kubernetes":
        return _on_pods(paths)
    return registry.load(name, os.environ.get("DOCKER_HOST", ""))
