"""The user's directories: private, and nobody else's."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tempshell_cli.core.config import load_settings
from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.core.paths import Paths, shipped

STRANGER = 45001


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


def test_a_file_in_the_place_of_a_directory_is_reported(paths: Paths) -> None:
    paths.state.parent.mkdir(parents=True)
    paths.state.write_text("")
    with pytest.raises(UsageProblem, match=str(paths.state)) as refused:
        paths.private()
    assert refused.value.hint


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory to another user")
class TestOthers:
    """As under ``sudo -E``: the variables of a user lead root to directories of that user."""

    @pytest.mark.parametrize("level", ["deep", "deep/state", "deep/state/local", "deep/state/local/abc"])
    def test_a_directory_of_another_user_is_refused_at_every_level(
        self, paths: Paths, tmp_path: Path, level: str
    ) -> None:
        (tmp_path / level).mkdir(parents=True)
        os.chown(tmp_path / level, STRANGER, STRANGER)
        with pytest.raises(UsageProblem, match=rf"{level} belongs to the user {STRANGER}, not to you \(0\)") as refused:
            paths.private("local", "abc")
        assert "XDG_STATE_HOME" in refused.value.hint

    def test_a_directory_behind_a_link_is_looked_at_too(self, paths: Paths, tmp_path: Path) -> None:
        (tmp_path / "theirs" / "deep").mkdir(parents=True)
        os.chown(tmp_path / "theirs", STRANGER, STRANGER)
        (tmp_path / "deep").symlink_to(tmp_path / "theirs" / "deep")
        with pytest.raises(UsageProblem, match="theirs belongs to"):
            paths.private()

    def test_settings_of_another_user_are_not_this_users_word(self, paths: Paths) -> None:
        paths.config.mkdir()
        paths.config_file.write_text('owner = "them"\n')
        os.chown(paths.config_file, STRANGER, STRANGER)
        with pytest.raises(UsageProblem, match=f"belongs to the user {STRANGER}"):
            load_settings(paths.config_file)

    def test_a_parent_that_everybody_can_write_is_refused_unless_it_is_sticky(self, paths: Paths) -> None:
        parent = paths.state.parent
        parent.mkdir()
        parent.chmod(0o777)
        with pytest.raises(UsageProblem, match=f"everybody can write to {parent}"):
            paths.private()
        parent.chmod(0o1777)
        paths.private()


@pytest.mark.parametrize(("kind", "holds"), [("images", "shell/Dockerfile"), ("task_packs", "linux-basics/pack.yaml")])
def test_what_is_shipped_is_found(kind: str, holds: str) -> None:
    assert (shipped(kind) / holds).is_file()
