"""A test that needs an engine says so: without it the test is skipped, or fails; without the mark it reaches none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.command_line import Tempshell
from tests.support.engines import NOWHERE, REQUIRED

ROOT = Path(__file__).parents[2]
NEEDY = ("tests/contract/test_labels.py", "-k", "healthy_engine and docker")


def _without_docker(required: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *NEEDY),
        cwd=ROOT,
        env={**env, "DOCKER_HOST": NOWHERE, REQUIRED: required},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_missing_engine_skips_its_tests_with_the_reason() -> None:
    done = _without_docker(required="local")
    assert "no docker engine here" in done.stdout
    assert "1 skipped" in done.stdout
    assert done.returncode == 0


def test_a_missing_engine_that_must_be_there_fails_them() -> None:
    done = _without_docker(required="local,docker")
    assert "no docker engine here" in done.stdout
    assert done.returncode == 1


def test_a_test_without_the_mark_reaches_no_engine(tempshell: Tempshell) -> None:
    assert tempshell.any_code("doctor", "--json").json()["backends"]["docker"]
