"""Many commands about one session at once: it ends once, and nobody fails for another's sake."""

from __future__ import annotations

import subprocess
from contextlib import ExitStack

import pytest

from tempshell_cli.core.errors import ExitCode
from tempshell_cli.sessions.store import open_store
from tests.support.command_line import Tempshell
from tests.support.engines import BUSYBOX
from tests.support.faults import assert_nothing_is_left, containers
from tests.support.leaks import local_leftovers
from tests.support.waiting import eventually

RACERS = 12
LISTS, REAPS, STOPS = ("list",), ("reap",), ("stop", "lab")
on_each_engine = pytest.mark.parametrize(
    "engine", [pytest.param(name, marks=pytest.mark.engine(name)) for name in ("local", "docker")]
)


def _race(tempshell: Tempshell, commands: list[tuple[str, ...]]) -> list[tuple[tuple[str, ...], int, str]]:
    """Run them all at once; return each with its exit code and what it said on standard error."""
    with ExitStack() as running:
        racers = [(command, running.enter_context(tempshell.running(*command))) for command in commands]
        return [(command, *_end(racer)) for command, racer in racers]


def _end(racer: subprocess.Popen[bytes]) -> tuple[int, str]:
    _, said = racer.communicate(timeout=300)
    return racer.returncode, said.decode(errors="replace")


def _ends(tempshell: Tempshell, session: str) -> list[tuple[str, str]]:
    with open_store(tempshell.user.paths) as opened:
        events = opened.store.events(session)
    return [(one.kind, one.detail) for one in events if one.kind in {"ended", "reaped", "forgotten"}]


@on_each_engine
def test_a_session_that_is_over_ends_once_whoever_comes_first(tempshell: Tempshell, engine: str) -> None:
    session = tempshell.start("--backend", engine, "--name", "lab", "--ttl", "12s")
    eventually(lambda: _has_ended(tempshell, engine), "the sandbox ends by itself", 30)
    for command, code, said in _race(tempshell, [LISTS, REAPS, STOPS] * (RACERS // 3)):
        _assert_no_error(command, code, said)
    assert len(_ends(tempshell, session)) == 1
    assert_nothing_is_left(tempshell, docker=engine == "docker", after="a race")


@on_each_engine
def test_a_session_that_is_stopped_while_others_look_ends_once(tempshell: Tempshell, engine: str) -> None:
    session = tempshell.start("--backend", engine, "--name", "lab")
    for command, code, said in _race(tempshell, [STOPS, LISTS, REAPS] * (RACERS // 3)):
        _assert_no_error(command, code, said)
    assert [detail for _, detail in _ends(tempshell, session)] == ["stopped"]
    assert_nothing_is_left(tempshell, docker=engine == "docker", after="a race")


@pytest.mark.parametrize(
    "engine", [pytest.param(name, marks=pytest.mark.engine(name)) for name in ("docker", "kubernetes")]
)
def test_of_starts_that_reuse_at_a_time_one_makes_the_session(tempshell: Tempshell, engine: str) -> None:
    argv = ("start", "--quiet", "--detach", "--reuse", "-b", engine, "--image", BUSYBOX, "--name", "lab")
    raced = _race(tempshell, [argv] * RACERS)
    assert {code for _, code, _ in raced} == {0}, raced
    assert len(tempshell("list", "--json").json()) == 1
    if engine == "docker":
        assert len(containers(tempshell.user)) == 1


def _has_ended(tempshell: Tempshell, engine: str) -> bool:
    if engine == "docker":
        return not containers(tempshell.user)
    return not [line for line in local_leftovers(tempshell.user) if line.startswith("process")]


def _assert_no_error(command: tuple[str, ...], code: int, said: str) -> None:
    """A stop may come when the session has ended, and says so."""
    gone = command == STOPS and code in {ExitCode.NO_SESSION, ExitCode.EXPIRED}
    assert gone or (code, said) == (0, ""), (command, code, said)
