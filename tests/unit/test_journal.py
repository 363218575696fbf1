"""The structured log."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from tempshell_cli.core.journal import Journal

_NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_an_event_is_one_json_line(tmp_path: Path) -> None:
    log = tmp_path / "log"
    Journal(log).write(_NOW, "started", session="abc", detail="two\nlines")
    Journal(log).write(_NOW, "ended", session="abc")
    first, second = map(json.loads, log.read_text().splitlines())
    assert (first["event"], first["detail"], first["time"]) == ("started", "two\nlines", "2026-03-01T12:00:00+00:00")
    assert second["event"] == "ended"


def test_the_log_is_the_owners_alone(tmp_path: Path) -> None:
    log = tmp_path / "log"
    Journal(log).write(_NOW, "started")
    assert log.stat().st_mode & 0o077 == 0


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    Journal(tmp_path / "missing" / "log").write(_NOW, "started")


def test_a_log_is_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "log").symlink_to(tmp_path / "target")
    Journal(tmp_path / "log").write(_NOW, "started")
    assert not (tmp_path / "target").exists()


def test_a_large_log_is_put_aside_once(tmp_path: Path) -> None:
    log = tmp_path / "tempshell.log"
    log.write_bytes(b"x" * (6 * 1024**2))
    Journal(log).write(_NOW, "started")
    assert len(log.read_text().splitlines()) == 1
    assert (tmp_path / "tempshell.log.1").stat().st_size == 6 * 1024**2
