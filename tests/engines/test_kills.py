"""kill -9 at each step of start, extend, pause and stop: the next command finds one truth, and nothing is left behind.

Beside them a session of somebody else's on the same engine, of which nothing may change.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tempshell_cli.backends import registry
from tempshell_cli.backends.base import Sandbox
from tests.support.clusters import configure_for_kind
from tests.support.command_line import Tempshell
from tests.support.faults import assert_nothing_is_left, recorded
from tests.support.leaks import remove_all
from tests.support.user import User

_ROOMY = {"extensions": 1000, "per_owner": 1000}
_LONG = {"longest": "9000h"}
MOST = 400  # steps of one command
HALF_AN_HOUR = timedelta(minutes=30)
# An engine, and every how many of its places a command is killed at: all of them in `nox -s long`.
MATRIX = [
    pytest.param("local", 4, marks=pytest.mark.engine("local"), id="local"),
    pytest.param("docker", 9, marks=pytest.mark.engine("docker"), id="docker"),
    *(
        pytest.param(name, 1, marks=[pytest.mark.engine(name), pytest.mark.long], id=f"{name}, every step")
        for name in ("local", "docker", "kubernetes")
    ),
]
on_each_engine = pytest.mark.parametrize(("engine", "every"), MATRIX)
_ON_KIND = pytest.mark.engine("kind")


class Killer:
    """Runs commands on one engine that are killed at one step after another."""

    def __init__(self, tempshell: Tempshell, engine: str, every: int, log: Path) -> None:
        self.tempshell = tempshell
        self.engine = engine
        self._every = every
        self._log = log

    def places(self, argv: Callable[[], Sequence[str]]) -> Iterator[str]:
        """Run the command, killed at its first place, then at the next, until it comes to its end; yield each place."""
        for number in range(1, MOST, self._every):
            self._log.write_text("")
            done = subprocess.run(
                (sys.executable, "-m", "tests.support.killed", str(number), str(self._log), *argv()),
                env=self.tempshell.user.environment,
                cwd=Path(__file__).parents[2],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
            passed = self._log.read_text().splitlines()
            if done.returncode != -signal.SIGKILL:
                assert done.returncode == 0, done
                assert number > 1, "it was killed nowhere"
                return
            yield f"{number}, {passed[-1]}"
        pytest.fail(f"{argv()} has more than {MOST} steps")

    def start(self) -> str:
        return self.tempshell.start("--backend", self.engine)

    def listed(self) -> list[dict[str, Any]]:
        """Return what the next command shows."""
        found: list[dict[str, Any]] = self.tempshell("list", "--json").json()
        return found

    def on_engine(self, session: str) -> Sandbox:
        """Return what the engine says itself."""
        backend = registry.load(self.engine, "")
        return next(one for one in backend.find(self.tempshell.user.owner) if one.session == session)

    def assert_nothing_is_left(self, after: str) -> None:
        assert_nothing_is_left(self.tempshell, docker=self.engine in {"docker", "kind"}, after=after)


@pytest.fixture
def bystander(tempshell: Tempshell, engine: str, tmp_path: Path) -> Iterator[None]:
    """Somebody else's session, which is the same at the end."""
    user = User(
        tmp_path / "somebody", f"{tempshell.user.owner}-else", tempshell.user.docker_host, tempshell.user.kubeconfig
    )
    user.configure()
    other = Tempshell(user, tempshell.directory)
    session = other.start("--backend", engine, "--ttl", "80m")
    (before,) = other("list", "--json").json()
    try:
        yield
        (after,) = other("list", "--json").json()
        assert {**after, "remaining": 0} == {**before, "remaining": 0}
        assert other("exec", session, "--", "echo", "unharmed").stdout == "unharmed\n"
        other("stop", session)
    finally:
        remove_all(user, docker=engine == "docker")


@pytest.fixture
def killer(tempshell: Tempshell, engine: str, every: int, tmp_path: Path) -> Killer:
    if engine == "kind":
        configure_for_kind(tempshell.user, limits=_ROOMY, lease=_LONG)
    else:
        tempshell.user.configure(limits=_ROOMY, lease=_LONG)
    return Killer(tempshell, engine, every, tmp_path / "steps")


@on_each_engine
@pytest.mark.usefixtures("bystander")
def test_a_start_that_is_killed_leaves_a_session_or_nothing(killer: Killer) -> None:
    for place in killer.places(lambda: ("start", "--detach", "--quiet", "--backend", killer.engine)):
        shown = killer.listed()
        for session in shown:
            assert session["state"] == "ready", (place, session)
            assert killer.tempshell("exec", session["id"], "--", "echo", "in").stdout == "in\n"
        for session in shown:
            killer.tempshell("stop", session["id"])
        killer.assert_nothing_is_left(place)
    killer.tempshell("stop", "--all")


@on_each_engine
@pytest.mark.usefixtures("bystander")
def test_an_extension_that_is_killed_was_made_or_was_not(killer: Killer) -> None:
    session = killer.start()
    began = killer.on_engine(session)
    for place in killer.places(lambda: ("extend", session)):
        (shown,) = killer.listed()
        found = killer.on_engine(session)
        assert not found.is_torn, place
        assert shown["extensions"] == found.terms.extensions, place
        output = datetime.fromisoformat(shown["deadline"])
        assert abs(output - found.deadline) < timedelta(seconds=2), place
        assert abs(found.deadline - began.deadline - found.terms.extensions * HALF_AN_HOUR) < timedelta(seconds=2), (
            place
        )
        assert found.terms.lease == began.terms.lease + found.terms.extensions * HALF_AN_HOUR, place
        assert killer.tempshell("exec", session, "--", "echo", "in").stdout == "in\n", place
    killer.tempshell("stop", session)
    killer.assert_nothing_is_left("stop")


@on_each_engine
@pytest.mark.usefixtures("bystander")
def test_a_stop_that_is_killed_is_finished_by_the_next_command(killer: Killer) -> None:
    sessions = [killer.start()]
    for place in killer.places(lambda: ("stop", sessions[-1])):
        shown = killer.listed()
        if recorded(killer.tempshell.user)[-1].state == "ready":  # killed before it had said what it was about to do
            assert [one["id"] for one in shown] == sessions[-1:], place
            continue
        assert shown == [], place
        killer.assert_nothing_is_left(place)
        sessions.append(killer.start())


@pytest.mark.parametrize(
    ("engine", "every"),
    [
        pytest.param("local", 4, marks=pytest.mark.engine("local"), id="local"),
        pytest.param("docker", 12, marks=pytest.mark.engine("docker"), id="docker"),
        pytest.param("kind", 12, marks=_ON_KIND, id="kind"),
        pytest.param("kind", 1, marks=[_ON_KIND, pytest.mark.long], id="kind, every step"),
    ],
)
def test_a_session_is_extended_paused_and_resumed_wholly_or_not_at_all(killer: Killer) -> None:
    session = killer.start()
    for command in ("extend", "pause", "resume"):
        for place in killer.places(partial(tuple, (command, session))):
            (shown,) = killer.listed()
            found = killer.on_engine(session)
            assert not found.is_torn, (command, place)
            assert shown["extensions"] == found.terms.extensions, (command, place)
            assert abs(datetime.fromisoformat(shown["deadline"]) - found.deadline) < timedelta(seconds=3)
            assert (shown["state"] == "paused") == (found.frozen is not None), (command, place)
            if command == "resume" and found.frozen is None:
                killer.tempshell("pause", session)
            if command == "pause" and found.frozen is not None:
                killer.tempshell("resume", session)
            if command != "resume":
                assert killer.tempshell("exec", session, "--", "echo", "in").stdout == "in\n", (command, place)
    killer.tempshell("stop", session)
    killer.assert_nothing_is_left("stop")
