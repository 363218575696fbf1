"""Kubeconfigs that people have written by hand: what is wrong is said, and is never a bug."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as some

from tempshell_cli.backends.kubernetes import credentials, kubectl
from tempshell_cli.backends.kubernetes.backend import KubernetesBackend
from tempshell_cli.backends.minikube.backend import MinikubeBackend
from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.paths import Paths

pytestmark = pytest.mark.skipif(not kubectl.is_here(), reason="no kubectl here")

SERVER = "http://127.0.0.1:1"  # where nothing answers
GOOD: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Config",
    "clusters": [{"name": "one", "cluster": {"server": SERVER}}],
    "users": [{"name": "me", "user": {}}],
    "contexts": [{"name": "a", "context": {"cluster": "one", "user": "me"}}],
    "current-context": "a",
}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the user's kubeconfig is."""
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    return tmp_path / "config"


def _problem(file: Path, paths: Path, **changes: Any) -> str:  # noqa: ANN401 - YAML
    """Return the one problem that doctor has with a kubeconfig, and its hint."""
    file.write_text(json.dumps({**GOOD, **changes}))
    (problem,) = KubernetesBackend(paths=Paths(paths, paths)).doctor()
    return f"{problem.what}\n{problem.hint}"


def _with_cluster(**cluster: Any) -> dict[str, Any]:  # noqa: ANN401 - YAML
    return {"clusters": [{"name": "one", "cluster": cluster}]}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"contexts": [{"name": 123, "context": {}}]}, 'put the value of contexts.name in quotes: "123"'),
        ({"contexts": [{"name": True, "context": {}}]}, 'put the value of contexts.name in quotes: "true"'),
        ({"current-context": 5}, 'put the value of current-context in quotes: "5"'),
        (
            {"contexts": [{"name": "a", "context": {"cluster": "one", "user": "me", "namespace": 7}}]},
            'put the value of contexts.context.namespace in quotes: "7"',
        ),
        ({"contexts": {"name": "a"}}, "cannot unmarshal object"),
        ({"contexts": [{"name": "a", "context": ["one"]}]}, "cannot unmarshal array"),
        ({"clusters": "one"}, "cannot unmarshal string"),
        ({"clusters": []}, "one"),
        (_with_cluster(), "names no cluster with a server"),
        (_with_cluster(server="https://127.0.0.1:99999"), "Port out of range"),
        (_with_cluster(server="https://[::1"), "Invalid IPv6 URL"),
        (_with_cluster(server="http://127.0.0.1:1", **{"proxy-url": "http://h:99999"}), "Port out of range"),
        (_with_cluster(server="https://127.0.0.1:1", **{"certificate-authority-data": "eA=="}), "cannot be used"),
        ({"users": [{"name": "me", "user": {"exec": {"env": [{}]}}}]}, "plugin"),
        ({"current-context": ""}, "no current context"),
        ({"current-context": "b"}, "no context 'b'"),
    ],
)
def test_what_is_wrong_is_said(file: Path, tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    assert said in _problem(file, tmp_path, **changes)


def test_a_token_that_is_a_number_is_not_shown(file: Path, tmp_path: Path) -> None:
    output = _problem(file, tmp_path, users=[{"name": "me", "user": {"token": 47110815}}])
    assert "put the value of users.user.token in quotes" in output
    assert "47110815" not in output


def test_an_answer_of_nobody_is_a_problem_of_the_server(file: Path, tmp_path: Path) -> None:
    assert SERVER in _problem(file, tmp_path)


_SCALARS = some.none() | some.booleans() | some.integers(-5, 99999) | some.sampled_from(["a", "one", "", "http://h"])
_KEYS = some.sampled_from(["name", "cluster", "context", "user", "server", "extensions", "extension", "provider"])
_VALUES = some.recursive(
    _SCALARS, lambda inner: some.lists(inner, max_size=3) | some.dictionaries(_KEYS, inner, max_size=4), max_leaves=8
)


@settings(max_examples=100)
@given(config=some.dictionaries(some.sampled_from(["contexts", "clusters", "users", "current-context"]), _VALUES))
def test_no_kubeconfig_keeps_a_backend_from_being_made(
    config: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        file = tmp_path_factory.mktemp("kubeconfig") / "config"
        file.write_text(yaml.safe_dump(config))
        patch.setenv("KUBECONFIG", str(file))
        assert all(isinstance(name, str) for name in credentials.contexts())
        for backend in (KubernetesBackend, MinikubeBackend):
            assert isinstance(backend().target.context, str)


def test_a_start_says_it_in_the_same_words(file: Path) -> None:
    file.write_text(json.dumps({**GOOD, "contexts": [{"name": 123, "context": {}}]}))
    with pytest.raises(EngineUnavailable, match="unmarshal") as raised:
        credentials.read("")
    assert '"123"' in raised.value.hint
