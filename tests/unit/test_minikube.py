"""How minikube is called: on a stand-in that writes down what it is asked, for the real one is not everywhere."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tempshell_cli.backends.minikube.backend import MinikubeBackend
from tempshell_cli.backends.minikube.profile import MinikubeProfile
from tempshell_cli.core.errors import EngineUnavailable, ProvisionFailed
from tempshell_cli.core.paths import Paths

STAND_IN = Path(__file__).parents[1] / "support" / "minikube.sh"


@pytest.fixture
def minikube(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a stand-in on the PATH."""
    folder = tmp_path / "stand-in"
    folder.mkdir()
    shutil.copy(STAND_IN, folder / "minikube")
    (folder / "minikube").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    monkeypatch.setenv("STAND_IN", str(folder))
    return folder


@pytest.fixture
def profile(tmp_path: Path) -> MinikubeProfile:
    return MinikubeProfile("lab", tmp_path / "kubeconfig")


def _asked(minikube: Path) -> list[str]:
    return (minikube / "asked").read_text().splitlines()


def test_a_profile_is_started_with_its_steps_as_progress(minikube: Path, profile: MinikubeProfile) -> None:
    steps = []

    @contextmanager
    def report(step: str) -> Iterator[None]:
        steps.append(step)
        yield

    assert not profile.runs()
    profile.start(report)
    assert profile.runs()
    assert steps == ["minikube: Initial Minikube Setup", "minikube: Starting Node"]
    assert "--profile lab start --driver=docker --keep-context --output=json" in _asked(minikube)


def test_minikube_is_kept_from_the_users_kubeconfig(
    minikube: Path, profile: MinikubeProfile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = tmp_path / "users"
    users.write_text("mine")
    monkeypatch.setenv("KUBECONFIG", str(users))
    (minikube / "cluster").write_text("written by minikube")
    monkeypatch.setenv("STAND_IN_CLUSTER", str(minikube / "cluster"))
    profile.start(lambda _: _nothing())
    assert users.read_text() == "mine"
    assert (tmp_path / "kubeconfig").read_text() == "written by minikube"


def test_a_start_that_fails_is_reported_in_minikubes_words(minikube: Path, profile: MinikubeProfile) -> None:
    (minikube / "broken").touch()
    with pytest.raises(ProvisionFailed, match="out of luck"):
        profile.start(lambda _: _nothing())


def test_an_image_is_loaded(minikube: Path, profile: MinikubeProfile) -> None:
    profile.load("tempshell/shell:1")
    assert _asked(minikube) == ["--profile lab image load tempshell/shell:1"]


def test_the_context_is_the_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The current one where minikube has made it, else the one that minikube starts with."""
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    paths = Paths(tmp_path / "state", tmp_path / "config")
    assert MinikubeBackend(paths=paths).endpoint == "minikube"
    for provider, meant in (("minikube.sigs.k8s.io", "lab"), ("another", "minikube")):
        cluster = {"server": "https://x", "extensions": [{"name": "c", "extension": {"provider": provider}}]}
        context = {"name": "lab", "context": {"cluster": "lab", "user": "lab"}}
        config = {"current-context": "lab", "contexts": [context], "clusters": [{"name": "lab", "cluster": cluster}]}
        (tmp_path / "config").write_text(json.dumps(config))
        assert MinikubeBackend(paths=paths).endpoint == meant
    assert MinikubeBackend("other", paths=paths).endpoint == "other"


@pytest.mark.usefixtures("minikube")
def test_a_profile_that_nobody_has_started_has_no_sandboxes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    backend = MinikubeBackend(paths=Paths(tmp_path / "state", tmp_path / "config"))
    assert (backend.find(), backend.answers()) == ([], False)
    assert not (tmp_path / "state").exists()


def test_what_a_profile_has_is_unknown_where_no_kubeconfig_leads_there(
    minikube: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may run: nobody may take that for gone. So it is where minikube is gone, or says nothing of use."""
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    backend = MinikubeBackend("lab", paths=Paths(tmp_path / "state", tmp_path / "config"))
    (minikube / "runs").touch()
    with pytest.raises(EngineUnavailable, match="no kubeconfig knows it") as caught:
        backend.find()
    assert "update-context" in caught.value.hint
    (minikube / "minikube").write_text("#!/bin/sh\necho out of luck\n")
    with pytest.raises(EngineUnavailable):
        backend.find()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineUnavailable, match="the minikube command is missing"):
        backend.find()


@contextmanager
def _nothing() -> Iterator[None]:
    yield
