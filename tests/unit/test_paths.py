"""The user's directories: private, and nobody else's."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.core.paths import Paths, shipped


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(state=tmp_path / "deep" / "state", config=tmp_path / "config")


def test_the_xdg_variables_say_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/somewhere/state")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/somewhere/config")
    paths = Paths.of_user()
    assert paths.store == Path("/somewhere/state/tempshell/tempshell.db")
    assert paths.config_file == Path("/somewhere/config/tempshell/config.toml")


def test_a_private_directory_is_made_for_its_owner_alone(paths: Paths) -> None:
    made = paths.private("local", "abc")
    assert made == paths.state / "local" / "abc"
    for directory in (made, made.parent, paths.state):
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_a_directory_that_was_open_to_others_is_closed(paths: Paths) -> None:
    paths.state.mkdir(parents=True)
    paths.state.chmod(0o755)
    paths.private()
    assert stat.S_IMODE(paths.state.stat().st_mode) == 0o700


def test_a_link_put_there_by_another_is_refused(paths: Paths, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    paths.private()
    (paths.state / "local").symlink_to(elsewhere)
    with pytest.raises(UsageProblem, match="local"):
        paths.private("local", "abc")
    assert list(elsewhere.iterdir()) == []


def test_a_file_in_the_place_of_a_directory_is_told(paths: Paths) -> None:
    paths.state.parent.mkdir(parents=True)
    paths.state.write_text("")
    with pytest.raises(UsageProblem, match=str(paths.state)) as refused:
        paths.private()
    assert refused.value.hint


@pytest.mark.parametrize(("kind", "holds"), [("images", "shell/Dockerfile"), ("task_packs", "linux-basics/pack.yaml")])
def test_what_is_shipped_is_found(kind: str, holds: str) -> None:
    assert (shipped(kind) / holds).is_file()
