"""The way to a session's cluster, when the user's kubeconfig changes under it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tempshell_cli.backends.base import Sandbox
from tempshell_cli.backends.kubernetes import cluster as clusters
from tempshell_cli.backends.kubernetes import credentials, kubectl
from tempshell_cli.backends.kubernetes.api import Api
from tempshell_cli.backends.kubernetes.cluster import Clusters
from tempshell_cli.backends.kubernetes.credentials import Credentials, KubeconfigStore
from tempshell_cli.core.errors import EngineUnavailable, NoSuchSession
from tempshell_cli.core.paths import Paths
from tests.fakes.clock import NOON

pytestmark = pytest.mark.skipif(not kubectl.is_here(), reason="no kubectl here")

ONE, OTHER = "http://127.0.0.1:1", "http://127.0.0.1:2"  # where nothing answers
SESSION = Sandbox("kubernetes", "0a1b2c3d", "ann", NOON, {"context": "lab"}, name="mine")


class World:
    """A kubeconfig, a kept copy, and which cluster is at an address, "" for none that answers."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.file = folder / "config"
        self.kept = KubeconfigStore(Paths(folder / "state", folder / "settings"))
        self.identities: dict[str, str] = {ONE: "a", OTHER: "b"}
        self.changes = 0
        monkeypatch.setenv("KUBECONFIG", str(self.file))
        monkeypatch.setattr(clusters, "identity", self._identity)

    def _identity(self, api: Api) -> str:
        found = self.identities.get(str(api.credentials.cluster["server"]))
        if not found:
            raise EngineUnavailable("nobody answers")
        return found

    def write(self, server: str, token: str, **user: Any) -> None:  # noqa: ANN401 - YAML
        """Write the kubeconfig, each time a moment later."""
        config = {
            "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "me"}}],
            "clusters": [{"name": "lab", "cluster": {"server": server}}],
            "users": [{"name": "me", "user": {"token": token, **user}}],
            "current-context": "lab",
        }
        self.file.write_text(json.dumps(config))
        self.touch(self.file)

    def touch(self, file: Path) -> None:
        self.changes += 1
        os.utime(file, (self.changes, self.changes))

    def clusters(self) -> Clusters:
        """Return what a new command has."""
        return Clusters(self.kept, "lab")

    def way(self) -> Credentials:
        found = self.clusters().way(SESSION.session)
        assert found
        return found


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A session is on the cluster at ONE, whose token is old by now."""
    made = World(tmp_path, monkeypatch)
    made.write(ONE, "old")
    begun = made.clusters()
    begun.keep(SESSION.session, begun.current())
    return made


def test_a_renewed_token_is_taken_over(world: World) -> None:
    assert world.way().user["token"] == "old"  # noqa: S105 - nobody's
    world.write(ONE, "new")
    assert world.way().user["token"] == "new"  # noqa: S105 - nobody's
    kept = world.kept.of(SESSION.session)
    assert kept
    assert (kept.user["token"], kept.identity, kept.is_current()) == ("new", "a", True)


def test_what_stays_open_takes_it_over_too(world: World) -> None:
    long = world.clusters()
    assert long.current().credentials.user["token"] == "old"  # noqa: S105 - nobody's
    world.write(ONE, "new")
    assert long.current().credentials.user["token"] == "new"  # noqa: S105 - nobody's


def test_a_certificate_that_is_renewed_in_its_file_is_taken_over(world: World, tmp_path: Path) -> None:
    certificate = tmp_path / "client.crt"
    certificate.write_text("first")
    world.write(ONE, "old", **{"client-certificate": "client.crt"})
    assert world.way().user["client-certificate-data"] == "Zmlyc3Q="
    certificate.write_text("second")
    world.touch(certificate)
    assert world.way().user["client-certificate-data"] == "c2Vjb25k"


def test_nothing_is_read_while_nothing_changes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "read", lambda *_: pytest.fail("the kubeconfig was read"))
    assert world.way().user["token"] == "old"  # noqa: S105 - nobody's


def test_the_same_cluster_at_another_address_is_followed(world: World) -> None:
    world.identities = {OTHER: "a"}
    world.write(OTHER, "new")
    assert world.way().cluster["server"] == OTHER
    assert not world.way().moved


def test_another_cluster_is_not_followed_and_the_session_there_is_gone(world: World) -> None:
    world.write(OTHER, "new")
    assert (world.way().cluster["server"], world.way().moved) == (ONE, True)
    with pytest.raises(NoSuchSession, match="mine is gone: context lab leads to another cluster now") as raised:
        world.clusters().file(SESSION)
    assert "stop --forget mine" in raised.value.hint
    with pytest.raises(EngineUnavailable, match="mine is gone: context lab leads to another cluster now") as silent:
        world.clusters().of(SESSION)  # to end it, or to extend it
    assert "stop --forget mine" in silent.value.hint
    world.write(ONE, "newer")  # and back
    assert (world.way().user["token"], world.way().moved) == ("newer", False)


def test_a_cluster_that_does_not_say_which_it_is_changes_nothing(world: World) -> None:
    world.identities = {}
    world.write(OTHER, "new")
    assert (world.way().cluster["server"], world.way().moved) == (ONE, False)
    world.identities = {OTHER: "a"}  # it comes up
    assert world.way().cluster["server"] == OTHER


def test_a_kubeconfig_that_is_lost_leaves_the_copy_as_it_is(world: World) -> None:
    world.file.unlink()
    assert (world.way().user["token"], world.way().moved) == ("old", False)
    assert world.clusters().file(SESSION) == str(world.kept.path(SESSION.session))
