"""The script of docs/ci.md grades as is said beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tempshell_cli.core.errors import ExitCode
from tests.support.command_line import Tempshell

from .markdown import blocks
from .places import ROOT

SCRIPT, ONE_COMMAND = blocks((ROOT / "docs" / "ci.md").read_text("utf-8"), "bash")

pytestmark = pytest.mark.engine("local")


@pytest.fixture
def repository(tempshell: Tempshell) -> Path:
    """A repository with a pack as `pack new` writes it, and nothing handed in."""
    tempshell("pack", "new", "exercise")
    (tempshell.directory / "work").mkdir()
    return tempshell.directory


def run(script: str, tempshell: Tempshell) -> int:
    """Run a script as CI does: the installed program is found by its name."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ("bash", "-c", script), cwd=tempshell.directory, env={**tempshell.user.environment, "PATH": path}, check=False
    )
    return done.returncode


def verdicts(repository: Path) -> list[str]:
    """Return what the report says of each check: "failure", "error" or nothing."""
    report = ET.parse(repository / "report.xml")  # noqa: S314 - our own
    return [next((one.tag for one in case), "") for case in report.iter("testcase")]


def test_what_is_missing_fails_and_leaves_no_sandbox(repository: Path, tempshell: Tempshell) -> None:
    assert run(SCRIPT, tempshell) == ExitCode.CHECK_FAILED
    assert "failure" in verdicts(repository)
    assert tempshell("list", "--quiet").stdout == ""


def test_what_is_right_passes(repository: Path, tempshell: Tempshell) -> None:
    script = repository / "work" / "hello.sh"
    script.write_text("#!/bin/sh\necho Hello\n", "utf-8")
    script.chmod(0o755)
    assert run(SCRIPT, tempshell) == ExitCode.DONE
    assert set(verdicts(repository)) == {""}
    assert tempshell("list", "--quiet").stdout == ""


@pytest.mark.parametrize("code", [0, 3])
def test_one_command_passes_the_suites_own_code_on(repository: Path, tempshell: Tempshell, code: int) -> None:
    suite = repository / "work" / "test.sh"
    suite.write_text(f"#!/bin/sh\nexit {code}\n", "utf-8")
    suite.chmod(0o755)
    assert run(ONE_COMMAND, tempshell) == code
