"""What a newcomer meets first is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tempshell_cli import __version__
from tempshell_cli.core.errors import ExitCode

from .markdown import anchors, blocks, documents, rows, section
from .places import ROOT

_LINK = re.compile(r"\]\((?!https?://)([^)#]*)(?:#([^)]*))?\)")


@pytest.mark.parametrize("document", documents(), ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for path, anchor in _LINK.findall(document.read_text("utf-8")):
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), path
        assert not anchor or anchor in anchors(target.read_text("utf-8")), f"{path}#{anchor}"


def test_readme_contributing_and_ci_have_the_same_test_command() -> None:
    lines = [line for block in blocks(_read("README.md"), "console") for line in block.splitlines()]
    (tests,) = [line for line in lines if "nox" in line]
    assert f"\n{tests}\n" in _read("CONTRIBUTING.md")
    assert f"\n{tests.removeprefix('$ ')}\n" in _read(".ci/run")


def test_every_exit_code_is_described() -> None:
    table = section(_read("docs/troubleshooting.md"), "Exit codes")
    assert {cells[0] for cells in rows(table) if cells[0] != "code"} == {str(int(code)) for code in ExitCode}


def test_the_changelog_has_this_version() -> None:
    assert f"\n## [{__version__}]" in _read("CHANGELOG.md")


def _read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")
