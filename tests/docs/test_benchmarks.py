"""`python -m benchmarks` prints its table; what it finds is not judged here."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.user import User

from .places import ROOT


@pytest.mark.engine("local")
def test_the_benchmarks_measure_what_this_machine_has(user: User) -> None:
    argv = (sys.executable, "-m", "benchmarks", "--runs", "1", "--seconds", "1")
    done = subprocess.run(argv, cwd=ROOT, env=user.environment, capture_output=True, text=True, check=True)
    for measured in ("--version", "--help", "a completion", "run -- true, local", "idle practice screen", "processor"):
        assert measured in done.stdout, done.stdout + done.stderr
    assert "run and exec, docker  " in done.stdout  # and why it was not measured
