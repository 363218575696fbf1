"""docs/platforms.md has the runs that are recorded, and a run is recorded as it was."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.support import recorded
from tests.support.recorded import OUTCOMES, Recorder, merged, read, record

from .matrix import PLATFORMS, matrix, renewed


def test_the_table_is_that_of_the_recorded_runs() -> None:
    """`python -m tests.docs.matrix` renews it."""
    text = PLATFORMS.read_text("utf-8")
    assert text == renewed(text, read())


def test_every_record_says_how_many_tests_passed() -> None:
    for one in read():
        assert set(one) == {"engine", "version", "python", "date", *OUTCOMES}
        assert int(one["passed"]) + int(one["failed"]) > 0


def test_a_record_is_a_row_and_where_there_is_none_the_page_says_so() -> None:
    row = record("docker", "28.5.2", Counter(passed=2, skipped=1))
    assert f"| docker | 28.5.2 | {row['python']} | {row['date']} | 2 | 1 | 0 |\n" in matrix([row])
    assert matrix([]).endswith("\nNo run is recorded yet.\n")


def test_a_run_replaces_its_own_record_and_no_other() -> None:
    old, other = record("docker", "1", Counter(passed=1)), record("docker", "2", Counter(passed=2))
    new = record("docker", "1", Counter(passed=3, skipped=1))
    assert merged([old, other], [new]) == [new, other]


def _report(when: str, outcome: str, *engines: str) -> pytest.TestReport:
    properties = [("engines", list(engines))]
    return pytest.TestReport("test", ("file", 1, "test"), {}, outcome, None, when, user_properties=properties)  # type: ignore[arg-type]


def test_a_run_is_counted_by_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "tested.json"
    monkeypatch.setattr(recorded, "version_of", lambda engine: "" if engine == "kind" else "9")
    recorder = Recorder(file)
    for when in ("setup", "call", "teardown"):
        recorder.pytest_runtest_logreport(_report(when, "passed", "docker"))
    recorder.pytest_runtest_logreport(_report("setup", "skipped", "docker"))
    recorder.pytest_runtest_logreport(_report("call", "failed", "local", "kind"))
    recorder.pytest_runtest_logreport(_report("setup", "skipped", "kubernetes"))
    recorder.pytest_sessionfinish()
    counts = {one["engine"]: tuple(one[outcome] for outcome in OUTCOMES) for one in json.loads(file.read_text("utf-8"))}
    assert counts == {"docker": (1, 1, 0), "local": (0, 0, 1)}
