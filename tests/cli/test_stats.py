"""`stats` shows what sessions use, once or again and again, and says what cannot be measured."""

from __future__ import annotations

import json

import pexpect
import pytest

from tests.support.command_line import PROGRAM, Tempshell

on_each_engine = pytest.mark.parametrize(
    "engine", [pytest.param(name, marks=pytest.mark.engine(name)) for name in ("local", "docker")]
)
_BUSY = "cd; head -c 3000000 /dev/zero > big; (while :; do :; done) >/dev/null 2>&1 &"


@on_each_engine
def test_what_a_session_uses_is_measured(tempshell: Tempshell, engine: str) -> None:
    session = tempshell.start("--backend", engine, "--memory", "256m")
    tempshell("exec", session, "--", "sh", "-c", _BUSY)
    (found,) = tempshell("stats", session, "--json").json()
    assert set(found) == {"id", "name", "cpu_percent", "memory", "memory_limit", "processes", "disk"}
    assert found["id"] == session
    assert 5 < found["cpu_percent"] < 150
    assert 0 < found["memory"] < found["memory_limit"] == 256 * 1024**2
    assert 2 <= found["processes"] < 20
    assert 3_000_000 <= found["disk"] < 4_000_000
    heading, line = tempshell("stats").stdout.splitlines()
    assert heading.split()[:2] == ["ID", "NAME"]
    assert f"/ {256} MB" in line


@pytest.mark.engine("local")
def test_what_runs_no_more_is_shown_without_figures(tempshell: Tempshell) -> None:
    assert tempshell("stats").stdout.splitlines()[1:] == []
    assert tempshell("stats", "--json").json() == []
    tempshell.start("--name", "lab")
    tempshell("pause")
    (found,) = tempshell("stats", "--json").json()
    assert (found["cpu_percent"], found["disk"]) == (0.0, None)
    assert "no session 'else'" in tempshell("stats", "else", code=3).stderr
    assert "cannot be used together" in tempshell("stats", "--watch", "--no-stream", code=2).stderr


@pytest.mark.engine("local")
def test_a_watch_goes_on_until_it_is_interrupted(tempshell: Tempshell) -> None:
    session = tempshell.start()
    argv = [*PROGRAM[1:], "stats", "-w", "--json"]
    with pexpect.spawn(PROGRAM[0], argv, env=tempshell.user.environment, encoding="utf-8", timeout=20) as shown:
        for _ in range(2):
            shown.expect(r"(\{.*?\})\r\n")
            assert json.loads(shown.match[1])["id"] == session
        shown.sendintr()
        shown.expect(pexpect.EOF)
