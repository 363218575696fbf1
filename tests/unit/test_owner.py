"""Whose sessions these are: a name that is kept, and those that were given before."""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tempshell_cli.core.config import Settings
from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions.owner import owners
from tests.fakes.engine import FakeEngine

from .conftest import NewFake

UNSET = Settings()


def _call_this_machine(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    found = os.uname()
    monkeypatch.setattr(os, "uname", lambda: os.uname_result((found[0], name, *found[2:])))


@pytest.fixture
def state(paths: Paths) -> Path:
    return paths.private()


@pytest.mark.usefixtures("state")
def test_it_is_the_user_on_this_machine_and_stays_that_under_another_name(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    _call_this_machine(monkeypatch, "laptop")
    name, earlier = owners(paths, UNSET)
    assert re.fullmatch(r"[^@]+@laptop-[0-9a-f]{8}", name)
    assert earlier == name[:-9]
    _call_this_machine(monkeypatch, "laptop.fritz.box")
    assert owners(paths, UNSET) == (name, earlier)


def test_two_machines_of_one_name_are_two_owners(tmp_path: Path) -> None:
    """As containers and fresh virtual machines have it."""
    places = [Paths(state=tmp_path / name, config=tmp_path) for name in ("one", "two")]
    for place in places:
        place.private()
    assert owners(places[0], UNSET)[0] != owners(places[1], UNSET)[0]


def test_the_setting_is_the_only_name(paths: Paths) -> None:
    assert owners(paths, Settings(owner="ci@runner-01234567")) == ("ci@runner-01234567",)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff", b"ann@box", b"ann-01234567", b"a@b\n\x1b[m-01234567"])
def test_a_file_that_nobody_here_has_written_is_replaced(paths: Paths, state: Path, content: bytes) -> None:
    (state / "owner").write_bytes(content)
    name, _ = owners(paths, UNSET)
    assert re.fullmatch(r"[^@]+@[^@]+-[0-9a-f]{8}", name)
    assert owners(paths, UNSET)[0] == name


@pytest.mark.usefixtures("state")
def test_all_who_need_a_name_at_once_get_the_same(paths: Paths) -> None:
    with ThreadPoolExecutor(12) as racers:
        assert len(set(racers.map(lambda _: owners(paths, UNSET), range(12)))) == 1


def test_without_a_place_to_keep_it_the_name_is_plain(paths: Paths) -> None:
    (name,) = owners(paths, UNSET)
    assert "@" in name
    assert not paths.state.exists()


def test_what_an_earlier_release_has_left_is_swept_and_adopted(
    new_fake: NewFake, state: Path, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    (state / "owner").write_text("ann@box-01234567\n")
    _call_this_machine(monkeypatch, "elsewhere")
    with new_fake(Settings()) as fake:
        fake.on_engine("before", owner="ann@box")
        fake.on_engine("others", owner="ann@elsewhere")
        fake.sweep()
        assert fake.sessions.select("before").owner == "ann@box"
        assert [one.id for one in fake.sessions.store.live()] == ["before"]
        fake.clock.advance(hours=2)
        fake.sweep()
    assert [one.session for one in engine.find()] == ["others"]
