"""docs/architecture.md: what it names is there, and the backend that it shows works from outside of the package."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tempshell_cli.backends.base import Backend
from tests.support.command_line import Tempshell

from .markdown import blocks
from .places import ROOT

TEXT = (ROOT / "docs" / "architecture.md").read_text("utf-8")
SOURCE = ROOT / "src" / "tempshell_cli"
WINGS = ("cli", "tui", "sessions", "packs", "backends", "terminal", "core")
_PROSE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_PATH = re.compile(rf"`((?:tests|docs|images|task_packs|{'|'.join(WINGS)})/[\w./-]+|(?:{'|'.join(WINGS)}))`")
# `name` in `file`, or the file before it.
_NAME_IN = re.compile(r"`(?:\w+\.)?(\w+)`\s+in\s+`([\w/]+\.py)`")


def where(path: str) -> Path:
    """Return the file or folder that the document means."""
    return (SOURCE if path.partition("/")[0] in WINGS else ROOT) / path


def test_every_path_is_there() -> None:
    paths = _PATH.findall(_PROSE.sub("", TEXT))
    assert len(paths) > 60
    assert [path for path in paths if not where(path).exists()] == []


def test_every_name_is_in_its_file() -> None:
    named = _NAME_IN.findall(_PROSE.sub("", TEXT))
    assert len(named) > 8
    assert [(name, path) for name, path in named if not re.search(rf"\b{name}\b", where(path).read_text("utf-8"))] == []


def test_every_wing_and_every_room_is_on_the_map() -> None:
    rooms = [one.parent.relative_to(SOURCE).as_posix() for one in SOURCE.glob("*/*/__init__.py")]
    assert len(rooms) > len(WINGS)
    for place in (*WINGS, *(room for room in rooms if not room.startswith("backends/"))):  # a folder for each engine
        assert f"| `{place}` |" in TEXT, place


@pytest.fixture
def with_plain(tmp_path: Path) -> dict[str, str]:
    """An environment in which the document's backend is installed."""
    site = tmp_path / "site"
    registered = site / "plain-1.dist-info"
    registered.mkdir(parents=True)
    (code,) = blocks(TEXT, "python")
    (site / "plain.py").write_text(code, "utf-8")
    (entry,) = blocks(TEXT, "toml")
    group, _, target = entry.strip().partition("\n")
    group = re.sub(r'^\[project\.entry-points\."(.*)"\]$', r"[\1]", group)
    (registered / "METADATA").write_text("Metadata-Version: 2.1\nName: plain\nVersion: 1\n", "utf-8")
    (registered / "entry_points.txt").write_text(f"{group}\n{target.replace(chr(34), '')}\n", "utf-8")
    return {"PYTHONPATH": str(site)}


def test_the_backend_that_it_shows_has_whole_sessions(tempshell: Tempshell, with_plain: dict[str, str]) -> None:
    session = tempshell("start", "--backend", "plain", "--name", "lab", "--detach", "--quiet", env=with_plain)
    inside = tempshell("exec", "lab", "--", "sh", "-c", 'echo "$HOME"; exit 3', env=with_plain, code=3)
    assert inside.stdout.strip().endswith(f"{session.stdout.strip()}/home")
    before = tempshell("status", "lab", "--json", env=with_plain).json()["deadline"]
    tempshell("extend", "lab", env=with_plain)
    assert tempshell("status", "lab", "--json", env=with_plain).json()["deadline"] > before
    stopped = tempshell("stop", "lab", env=with_plain)
    assert session.stdout.strip() in stopped.stdout + stopped.stderr


def test_the_backend_that_it_shows_refuses_options_and_is_not_taken_unasked(
    tempshell: Tempshell, with_plain: dict[str, str]
) -> None:
    refused = tempshell("start", "--backend", "plain", "--nodes", "3", "--detach", env=with_plain, code=2)
    assert "--nodes cannot be used with plain" in refused.stderr
    refused = tempshell(
        "start", "--image", "debian", "--detach", env={**with_plain, "DOCKER_HOST": "tcp://127.0.0.1:9"}, code=4
    )
    assert "plain" not in refused.stderr


def test_the_backend_that_it_shows_keeps_a_session_whose_store_is_lost(
    tempshell: Tempshell, with_plain: dict[str, str]
) -> None:
    session = tempshell("start", "--backend", "plain", "--detach", "--quiet", env=with_plain).stdout.strip()
    for file in tempshell.user.paths.state.glob("*.db*"):
        file.unlink()
    tempshell("reap", env=with_plain)
    assert [one["id"] for one in tempshell("list", "--json", env=with_plain).json()] == [session]
    tempshell("stop", session, env=with_plain)


def test_the_backend_that_it_shows_has_all_that_the_protocol_asks_for() -> None:
    (code,) = blocks(TEXT, "python")
    asked = {*Backend.__abstractmethods__, *(Backend.__annotations__.keys() - vars(Backend).keys())}
    assert len(asked) > 10
    assert [name for name in sorted(asked) if not re.search(rf"\b{name}\b", code)] == []
