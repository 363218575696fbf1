"""The script of docs/ci.md grades as is said beside it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tempshell_cli.core.errors import ExitCode
from tempshell_cli.packs.format.pack import Task
from tempshell_cli.packs.library.find import find_pack
from tests.support.command_line import Tempshell

from .markdown import blocks
from .places import ROOT
from .shell import run

SCRIPT, ONE_COMMAND = blocks((ROOT / "docs" / "ci.md").read_text("utf-8"), "bash")
SLUG, TOTAL = find_pack("ci-sandbox").tasks

pytestmark = pytest.mark.engine("local")


@pytest.fixture
def repository(tempshell: Tempshell) -> Path:
    """A repository with nothing handed in."""
    (tempshell.directory / "work").mkdir()
    return tempshell.directory


def hand_in(task: Task, repository: Path) -> None:
    """Let the task's solution leave its files among the work."""
    script = task.assets[str(task.head.solution)]
    subprocess.run(("bash", "-s"), input=script, cwd=repository / "work", check=True)


def verdicts(repository: Path) -> dict[str, set[str]]:
    """Return what the report says of each task's checks: "failure", "error" or nothing."""
    report = ET.parse(repository / "report.xml")  # noqa: S314 - our own
    found: dict[str, set[str]] = {}
    for case in report.iter("testcase"):
        task = case.attrib["classname"].rpartition(".")[2]
        found.setdefault(task, set()).add(next((one.tag for one in case), ""))
    return found


def test_what_is_missing_fails_and_leaves_no_sandbox(repository: Path, tempshell: Tempshell) -> None:
    hand_in(SLUG, repository)
    assert run(SCRIPT, tempshell).code == ExitCode.CHECK_FAILED
    assert verdicts(repository) == {"slug": {""}, "total": {"failure"}}
    assert tempshell("list", "--quiet").stdout == ""


def test_what_is_right_passes(repository: Path, tempshell: Tempshell) -> None:
    hand_in(SLUG, repository)
    hand_in(TOTAL, repository)
    assert run(SCRIPT, tempshell).code == ExitCode.DONE
    assert verdicts(repository) == {"slug": {""}, "total": {""}}
    assert tempshell("list", "--quiet").stdout == ""


@pytest.mark.parametrize("code", [0, 3])
def test_one_command_passes_the_suites_own_code_on(repository: Path, tempshell: Tempshell, code: int) -> None:
    suite = repository / "work" / "test.sh"
    suite.write_text(f"#!/bin/sh\nexit {code}\n", "utf-8")
    suite.chmod(0o755)
    assert run(ONE_COMMAND, tempshell).code == code
