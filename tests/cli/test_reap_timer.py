"""`reap --timer`: what it prints runs, and it installs what it prints."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.command_line import Tempshell

_CRONTAB = """#!/bin/sh
case $1 in
  -l) cat "$HOME/table" 2>/dev/null || { echo "no crontab for me" >&2; exit 1; } ;;
  -) cat > "$HOME/table" ;;
esac
"""


@pytest.fixture
def cron(tmp_path: Path) -> dict[str, str]:
    """A machine with cron alone: variables for a command."""
    if Path("/run/systemd/system").is_dir():
        pytest.skip("this machine has systemd")
    home = tmp_path / "home"
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "crontab").write_text(_CRONTAB, "utf-8")
    (home / "bin" / "crontab").chmod(0o755)
    return {"HOME": str(home), "PATH": f"{home}/bin:{os.environ['PATH']}"}


def test_the_timer_is_printed_installed_and_removed(tempshell: Tempshell, cron: dict[str, str]) -> None:
    printed = tempshell("reap", "--timer", "--expired", env=cron).stdout
    assert "reap --quiet --expired" in printed
    assert str(tempshell.user.environment["XDG_STATE_HOME"]) in printed
    table = Path(cron["HOME"], "table")
    assert not table.exists()
    installed = tempshell("reap", "--timer", "--install", "--expired", env=cron).stdout
    assert installed.strip() == printed.splitlines()[-1] == table.read_text("utf-8").strip()
    assert "removed" in tempshell("reap", "--timer", "--uninstall", env=cron).stdout
    assert table.read_text("utf-8") == ""
    assert "no timer was installed" in tempshell("reap", "--timer", "--uninstall", env=cron).stderr


def test_what_makes_no_sense_with_a_timer_is_refused(tempshell: Tempshell) -> None:
    for argv in (("--install",), ("--timer", "--install", "--uninstall"), ("--timer", "--json")):
        refused = tempshell("reap", *argv, code=2).stderr
        assert "--timer" in refused or "cannot be used together" in refused


def test_a_machine_without_cron_says_so(tempshell: Tempshell, cron: dict[str, str]) -> None:
    Path(cron["HOME"], "bin", "crontab").unlink()
    if any(Path(place, "crontab").exists() for place in cron["PATH"].split(":")):
        pytest.skip("this machine has a cron of its own")
    assert "crontab" in tempshell("reap", "--timer", "--install", env=cron, code=4).stderr
