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
    for measured in (
        "--version",
        "--help",
        "a completion",
        "run -- true, local",
        "home screen: first frame",
        "linux-basics: first frame of its screen",
        "idle practice screen",
        "processor",
    ):
        assert measured in done.stdout, done.stdout + done.stderr
    assert "run and exec, docker  " in done.stdout  # and why it was not measured


def test_the_benchmarks_of_the_terminal_measure_how_fast_it_parses(user: User) -> None:
    rows, printed = _measured_by_the_terminal(user, "parse", "interrupt")
    for measured in ("parse, log lines, worker's CPU", "parse, unicode, worker's CPU"):
        assert "not here" not in rows[measured], printed
    assert "not here: no engine answers" in printed


@pytest.mark.long
@pytest.mark.engine("local")
def test_the_benchmarks_of_the_terminal_measure_what_this_machine_has(user: User) -> None:
    """On a busy machine a pane may take longer to answer than they wait."""
    rows, printed = _measured_by_the_terminal(user, "flood", "keys", "memory")
    for measured in (
        "1 MB of logs through the pane", "time between frames, p99", "under dense SGR, the worst", "key to echo, p50",
        "p99", "during a flood, p99", "a bare Esc, p99", "what --plain adds to that",
        "memory with 10,000 full lines, shared pages once (PSS)",
    ):  # fmt: skip
        assert measured in rows, printed
        assert "not here" not in rows[measured], printed


@pytest.mark.long
@pytest.mark.engine("local")
def test_the_benchmark_of_the_store_compares_every_command(user: User) -> None:
    argv = (sys.executable, "-m", "benchmarks.store", "--sessions", "20", "--runs", "1")
    done = subprocess.run(argv, cwd=ROOT, env=user.environment, capture_output=True, text=True, check=True)
    for measured in (
        "list",
        "exec nobody -- true",
        "history",
        "drill --list",
        "run -- true",
        "a completion (exec <Tab>)",
    ):
        assert f"\n{measured}  " in done.stdout, done.stdout + done.stderr


@pytest.mark.long
@pytest.mark.engine("local")
def test_the_benchmark_of_green_times_an_act(user: User) -> None:
    argv = (sys.executable, "-m", "benchmarks.green", "--acts", "1", "--seconds", "1")
    done = subprocess.run(argv, cwd=ROOT, env=user.environment, capture_output=True, text=True, check=True)
    for measured in ("idle screen, before a command", "idle screen, after one", "to green, 1 acts, p50"):
        assert measured in done.stdout, done.stdout + done.stderr


def _measured_by_the_terminal(user: User, *what: str) -> tuple[dict[str, str], str]:
    """Return the rows by what they measure, and all that was printed."""
    argv = (sys.executable, "-m", "benchmarks.terminal", *what, "--rounds", "1", "--size", "1", "--keys", "3")
    done = subprocess.run(argv, cwd=ROOT, env=user.environment, capture_output=True, text=True, check=True)
    rows = {line.split("  ")[0]: line for line in done.stdout.replace("\n  ", "\n").splitlines()}
    return rows, done.stdout + done.stderr
