"""`pause` and `resume` as a person has them: what a paused session refuses, and what becomes of it."""

from __future__ import annotations

import time

import pytest

from tempshell_cli.core.errors import ExitCode
from tests.support.command_line import Tempshell
from tests.support.waiting import eventually

from .conftest import AsOrdinary

on_each_engine = pytest.mark.parametrize(
    "engine", [pytest.param(name, marks=pytest.mark.engine(name)) for name in ("local", "docker")]
)
_HOLD = 3  # seconds
_NESTED = "unshare --pid --fork --mount-proc sh -c 'while :; do echo x >> ticks; sleep 0.1; done'"


@on_each_engine
def test_a_paused_session_stands_still_and_goes_on(tempshell: Tempshell, engine: str) -> None:
    session = tempshell.start("--backend", engine)
    before = tempshell("pause", "--json").json()
    assert before["state"] == "paused"
    for command in (
        ("exec", session, "--", "true"),
        ("extend",),
        ("cp", __file__, f"{session}:"),
    ):
        refused = tempshell(*command, code=ExitCode.USAGE).stderr
        assert "is paused" in refused, command
        assert "tempshell resume" in refused, command
    assert "paused" in tempshell("why").stdout
    for file in tempshell.user.paths.state.glob("tempshell.db*"):
        file.unlink()  # the engine knows how much was left
    (found,) = tempshell("list", "--json").json()
    assert (found["state"], found["remaining"]) == ("paused", before["remaining"])
    assert tempshell("pause", "--json").json()["remaining"] == before["remaining"]
    after = tempshell("resume", "--json").json()
    assert after["state"] == "ready"
    assert before["remaining"] - 5 <= after["remaining"] <= before["remaining"]
    assert tempshell("exec", session, "--", "echo", "in").stdout == "in\n"
    assert "is not paused" in tempshell("resume", code=ExitCode.USAGE).stderr
    tempshell("pause")
    tempshell("stop", session)
    assert tempshell("list", "--quiet").stdout == ""


@on_each_engine
@pytest.mark.long  # more than a minute: that is the grace
def test_an_idle_session_is_paused_where_that_is_asked_for_and_goes_on(tempshell: Tempshell, engine: str) -> None:
    tempshell.user.configure(lease={"idle": "pause"})
    session = tempshell.start("--backend", engine, "--idle", "5s")
    assert "is paused (or ends, where no tempshell runs)" in tempshell("why").stdout

    def state() -> str:
        (found,) = tempshell("list", "--json").json()
        return str(found["state"])

    began = time.monotonic()
    eventually(lambda: state() == "paused", "it is paused", 100)
    assert time.monotonic() - began > 60
    assert "nothing happened in it" in tempshell("events").stdout
    tempshell("resume")
    assert tempshell("exec", session, "--", "echo", "in").stdout == "in\n"
    assert state() == "ready"


@on_each_engine
def test_a_paused_session_is_removed_at_the_end_of_its_hold(tempshell: Tempshell, engine: str) -> None:
    tempshell.user.configure(lease={"hold": f"{_HOLD}s"})
    session = tempshell.start("--backend", engine)
    tempshell("pause")
    time.sleep(_HOLD + 1)
    assert "expired" in tempshell("resume", code=ExitCode.EXPIRED).stderr
    tempshell("reap")
    assert tempshell("list", "--quiet").stdout == ""
    (ended,) = tempshell("list", "--all", "--json").json()
    assert (ended["id"], ended["reason"]) == (session, "expired")


@pytest.mark.engine("local")
def test_an_ordinary_user_pauses_a_session_too(as_ordinary: AsOrdinary) -> None:
    """Who can make no control group has every process stopped by a signal, also in PID namespaces that root makes."""
    as_ordinary("start", "--backend", "local", "--profile", "admin", "--detach", "--name", "lab")
    as_ordinary("exec", "lab", "--", "sh", "-c", f"{_NESTED} >&- 2>&- &")
    before = _ticks(as_ordinary)
    as_ordinary("pause", "lab")
    assert "is paused" in as_ordinary("exec", "lab", "--", "true", code=ExitCode.USAGE).stderr
    time.sleep(8)
    as_ordinary("resume", "lab")
    after = _ticks(as_ordinary)
    assert after - before < 60  # there would be eighty more
    eventually(lambda: _ticks(as_ordinary) > after, "it goes on")
    as_ordinary("pause", "lab")
    as_ordinary("stop", "lab")


def _ticks(as_ordinary: AsOrdinary) -> int:
    return int(as_ordinary("exec", "lab", "--", "sh", "-c", "wc -l < ticks").stdout)
