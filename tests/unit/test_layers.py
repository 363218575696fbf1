"""Imports point down the house, as the design has it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_no_wing_imports_one_above_it() -> None:
    pytest.importorskip("importlinter", reason="import-linter is not installed here; the lint session runs it")
    lint = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        (sys.executable, "-c", lint, "--no-cache"), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout
