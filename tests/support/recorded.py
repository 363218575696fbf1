"""What a run has tested, by engine and version, written to a file: ``pytest --record-tested`` does so.

A run replaces the record of the same engine, version and Python, and leaves those of others.
"""

from __future__ import annotations

import json
import platform
import subprocess
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from . import pods

FILE = Path(__file__).parents[1] / "docs" / "tested.json"
ANY = "Python alone"  # what needs no engine
OUTCOMES = ("passed", "skipped", "failed")
_KEY = ("engine", "version", "python")
_COMMANDS = {
    "docker": ("docker", "version", "--format", "{{.Server.Version}}"),
    "kind": ("kind", "version", "--quiet"),
}
_TIMEOUT = 20  # seconds


class Recorder:
    """Counts how the tests of each engine end; a worker hands on with each report whose it is."""

    def __init__(self, file: Path = FILE) -> None:
        self._file = file
        self._counts: dict[str, Counter[str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test once: at its call, or where it came to none; a failure after its call counts as well."""
        if report.when != "call" and report.outcome == "passed":
            return
        properties: dict[str, object] = dict(report.user_properties)
        engines = properties.get("engines")
        for engine in engines if isinstance(engines, list) and engines else [ANY]:
            self._counts.setdefault(engine, Counter())[report.outcome] += 1

    def pytest_sessionfinish(self) -> None:
        """Write what was counted. An engine of which nothing ran, or that does not say its version, is left out."""
        ran = {engine: counts for engine, counts in self._counts.items() if counts["passed"] or counts["failed"]}
        made = [record(engine, version, counts) for engine, counts in ran.items() if (version := version_of(engine))]
        if made:
            self._file.write_text(json.dumps(merged(read(self._file), made), indent=1) + "\n", "utf-8")


Record = dict[str, str | int]


def record(engine: str, version: str, counts: Counter[str]) -> Record:
    """Return what one run says of an engine; the date is in UTC."""
    today = datetime.now(UTC).date().isoformat()
    known = {"engine": engine, "version": version, "python": platform.python_version(), "date": today}
    return {**known, **{outcome: counts[outcome] for outcome in OUTCOMES}}


def merged(before: list[Record], made: list[Record]) -> list[Record]:
    """Return all records, the new ones instead of those of the same key."""
    by_key = {tuple(str(one[part]) for part in _KEY): one for one in (*before, *made)}
    return [by_key[key] for key in sorted(by_key)]


def read(file: Path = FILE) -> list[Record]:
    """Return what is recorded."""
    found: list[Record] = json.loads(file.read_text("utf-8")) if file.is_file() else []
    return found


def version_of(engine: str) -> str:
    """Return an engine's version, in its own words; "" where it does not say."""
    if engine == ANY:
        return platform.python_version()
    if engine == "local":
        return f"Linux {platform.release().partition('-')[0]}"  # what follows is the machine's own
    if engine == "kubernetes":
        said = _output(("kubectl", "--kubeconfig", pods.kubeconfig(), "version", "--output=json"))
        return str(json.loads(said)["serverVersion"]["gitVersion"]) if said else ""
    return _output(_COMMANDS[engine]) if engine in _COMMANDS else ""


def _output(argv: tuple[str, ...]) -> str:
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=_TIMEOUT, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
