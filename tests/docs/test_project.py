"""What a contributor and GitHub run is what there is: sessions of nox, pinned actions, templates."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tempshell_cli.backends.registry import names

from .markdown import rows
from .places import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
_SESSION = re.compile(r"@nox\.session.*\n(?:@nox\.parametrize.*\n)?def (\w+)")
_CHOSEN = re.compile(r"nox (?:-s|--session) (\w+)")
_PINNED = re.compile(r"uses: (?:\$/\.github/workflows/\w+\.yml|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$")


def _read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_contributing_lists_every_session() -> None:
    described = {word for cells in rows(_read("CONTRIBUTING.md")) for word in _CHOSEN.findall(cells[0])}
    assert described == set(_SESSION.findall(_read("noxfile.py"))) - {"lock"}  # which has a section of its own


@pytest.mark.parametrize("path", [*WORKFLOWS, ROOT / ".pre-commit-config.yaml"], ids=lambda path: path.name)
def test_github_and_pre_commit_run_sessions_that_there_are(path: Path) -> None:
    text = path.read_text("utf-8")
    chosen = set(_CHOSEN.findall(text))
    for matrix in re.findall(r"session: \[(.*)\]", text):
        chosen |= set(matrix.split(", "))
    assert chosen <= set(_SESSION.findall(_read("noxfile.py")))
    assert chosen or ".ci/run" in text


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_an_action_is_a_commit_and_says_its_version(path: Path) -> None:
    lines = [line.strip().removeprefix("- ") for line in path.read_text("utf-8").splitlines()]
    unpinned = [line for line in lines if line.startswith("uses: ") and not _PINNED.match(line)]
    assert unpinned == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_do_nothing_and_its_jobs_what_they_say(path: Path) -> None:
    workflow: dict[Any, Any] = yaml.safe_load(path.read_text("utf-8"))
    assert workflow["permissions"] == {}
    assert all("permissions" in job for job in workflow["jobs"].values())
    assert "${{ secrets" not in path.read_text("utf-8")


def test_the_report_of_a_bug_offers_every_backend() -> None:
    form: dict[str, Any] = yaml.safe_load(_read(".github/ISSUE_TEMPLATE/bug.yml"))
    (backend,) = [field for field in form["body"] if field.get("id") == "backend"]
    assert backend["attributes"]["options"][:-1] == list(names())
