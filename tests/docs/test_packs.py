"""The example of docs/packs.md is a pack, and does what is said beside it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tempshell_cli.packs.load import load_pack
from tests.support.command_line import Tempshell

from .places import ROOT

_FILE = re.compile(r"^`(hello/[^`]+)`\n\n```\w+\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture
def hello(tmp_path: Path) -> Path:
    """The pack, with each file as the documentation shows it."""
    for name, content in _FILE.findall((ROOT / "docs" / "packs.md").read_text("utf-8")):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return tmp_path / "hello"


def test_the_example_is_accepted(hello: Path) -> None:
    assert [task.id for task in load_pack(hello).tasks] == ["greeting"]


@pytest.mark.engine("local")
def test_the_example_fails_at_first_and_passes_with_its_solution(hello: Path, tempshell: Tempshell) -> None:
    tempshell.start(str(hello))
    tempshell("check", code=6)
    tempshell("exec", "--", "sh", "-s", stdin=(hello / "assets" / "no-mode.sh").read_bytes())
    tempshell("check", code=6)
    tempshell("exec", "--", "sh", "-s", stdin=(hello / "assets" / "solution.sh").read_bytes())
    tempshell("check")
