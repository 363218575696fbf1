"""Starting a session: on record before it exists, ready when it returns, gone when it fails."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from pathlib import Path

import pytest

from tempshell_cli.backends.base import Condition, Report, Sandbox, SandboxRequest
from tempshell_cli.core.config import Limits, Settings
from tempshell_cli.core.errors import EngineUnavailable, ExitCode, LeftoverRemains, ProvisionFailed, SessionExpired
from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions.model import State
from tempshell_cli.sessions.start import make
from tests.fakes.clock import FakeClock
from tests.fakes.engine import FakeEngine

from .conftest import NewFake
from .fake_sessions import TEMPLATE, FakeSessions, open_fake


def _fail(*_: object) -> None:
    raise ProvisionFailed("the setup failed")


def test_a_started_session_is_ready_on_record_and_on_the_engine(fake: FakeSessions) -> None:
    session = fake.start(name="lab", pack="linux-basics")
    assert fake.sessions.store.get(session.id) == session
    assert (session.state, session.name, session.owner, session.pack) == (State.READY, "lab", "ann", "linux-basics")
    assert session.deadline == fake.clock.now() + timedelta(hours=1)
    (sandbox,) = fake.engine.find("ann")
    assert (sandbox.session, sandbox.deadline, sandbox.name) == (session.id, session.deadline, "lab")


def test_the_intent_is_on_record_before_the_engine_is_asked(fake: FakeSessions) -> None:
    def look(*_: object) -> None:
        (session,) = fake.sessions.store.live()
        assert session.state is State.CREATING

    fake.engine.during = look
    fake.start()


def test_a_session_without_a_name_gets_one_that_tells_what_it_is(fake: FakeSessions) -> None:
    assert fake.start(pack="/somewhere/linux-basics").name.startswith("linux-basics-")


@pytest.mark.parametrize(
    ("pack", "name"),
    [
        ("", "shell-"),
        ("linux-basics@0123456789", "linux-basics-"),
        ("/home/ann/My Päck_v1.0 and a very long name that goes on and on", "my-pack-v1-0-and-a-very-long-name-t-"),
        ("/home/ann/Übung (1)", "ubung-1-"),
        ("/home/ann/...", "pack-"),
        ("/home/ann/演習", "pack-"),
        ("/home/ann/a" + "-" * 60 + "b", "a-b-"),
    ],
)
def test_whatever_a_pack_is_called_the_name_can_be_that_of_a_host(fake: FakeSessions, pack: str, name: str) -> None:
    made = fake.start(pack=pack).name
    assert made.startswith(name)
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", made)


ROOMY = Settings(owner="ann", limits=Limits(per_owner=9, starts_per_hour=9))


def test_a_name_in_use_is_refused_and_nothing_is_made(new_fake: NewFake) -> None:
    with new_fake(ROOMY) as fake:
        first = fake.start(name="lab")
        with pytest.raises(ProvisionFailed, match="lab"):
            fake.start(name="lab")
        assert fake.ids_on_engine() == [first.id]


def test_a_name_that_nobody_has_chosen_gives_way_to_another(new_fake: NewFake, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = iter([b"\x01\x23\x45\x67", b"\x01\x23\x45\x68", b"\x89\xab\xcd\xef"])
    with new_fake(ROOMY) as fake:
        monkeypatch.setattr(os, "urandom", lambda _: next(ids))
        assert [fake.start().name for _ in range(2)] == ["shell-0123", "shell-89ab"]


class Stumbling(FakeEngine):
    """Refuses the first ``times`` sandboxes for a reason that passes."""

    times = 1

    def provision(self, request: SandboxRequest, report: Report) -> Sandbox:
        made = super().provision(request, report)
        if self.times:
            self.times -= 1
            raise ProvisionFailed("the pool overlaps", passing=True)
        return made


@pytest.fixture
def stumbling(tmp_path: Path, clock: FakeClock, paths: Paths) -> Iterator[FakeSessions]:
    with open_fake(paths, Stumbling(tmp_path / "engine", clock), clock, ROOMY) as fake:
        yield fake


def test_what_passes_by_itself_is_tried_once_more(stumbling: FakeSessions) -> None:
    shown: list[str] = []

    def report(line: str) -> AbstractContextManager[None]:
        shown.append(line)
        return nullcontext()

    session = make(stumbling.sessions, stumbling.plan(), report)
    assert stumbling.ids_on_engine() == [session.id]
    assert "trying once more: the pool overlaps" in shown
    assert [one.state for one in stumbling.sessions.store.history()] == [State.FAILED, State.READY]


def test_but_only_once_and_not_where_what_has_failed_is_to_be_kept(stumbling: FakeSessions) -> None:
    with pytest.raises(ProvisionFailed, match="overlaps"):
        stumbling.start(keep_on_failure=True)
    assert isinstance(stumbling.engine, Stumbling)
    stumbling.engine.times = 2
    with pytest.raises(ProvisionFailed, match="overlaps"):
        stumbling.start()
    assert len(stumbling.ids_on_engine()) == 1


def test_a_start_that_takes_longer_than_its_session_lasts_is_reported_as_expired(fake: FakeSessions) -> None:
    fake.engine.during = lambda: fake.clock.advance(hours=1)
    with pytest.raises(SessionExpired, match="expired before it was ready: starting it took longer"):
        fake.start()
    assert fake.ids_on_engine() == []


def test_so_is_one_whose_engine_ends_the_sandbox_at_its_deadline(fake: FakeSessions) -> None:
    fake.engine.during = lambda: fake.clock.advance(minutes=59, seconds=59)
    fake.engine.refusal = ProvisionFailed("the sandbox ended as soon as it had started")
    with pytest.raises(SessionExpired, match="expired before it was ready: the sandbox ended") as raised:
        fake.start()
    assert "--ttl" in raised.value.hint
    (failed,) = fake.sessions.store.history()
    assert failed.state is State.FAILED


@pytest.mark.parametrize("cause", [ProvisionFailed("no room"), KeyboardInterrupt(), SystemExit(143), OSError("odd")])
def test_whatever_stops_a_provision_rolls_it_back_and_is_raised_again(fake: FakeSessions, cause: BaseException) -> None:
    fake.engine.refusal = cause
    with pytest.raises(type(cause)):
        fake.start()
    assert fake.ids_on_engine() == []
    (failed,) = fake.sessions.store.history()
    assert (failed.state, failed.reason) == (State.FAILED, str(cause) or type(cause).__name__)


@pytest.mark.parametrize(
    "env", [{"BIG": "x" * 128 * 1024}, {"BIG": "ä" * 65536}, {f"V{number}": "x" * 100_000 for number in range(22)}]
)
def test_an_environment_that_no_program_can_be_started_with_fails_the_start(
    fake: FakeSessions, env: dict[str, str]
) -> None:
    """On Linux, whatever the engine: here on this machine itself, whose kernel says the same."""
    with pytest.raises(OSError, match="too long"):
        subprocess.run(("true",), env=env, check=True)
    with pytest.raises(ProvisionFailed, match="no program could be started with"):
        fake.start(template=TEMPLATE._replace(env=env))
    assert fake.ids_on_engine() == []


def test_a_large_environment_that_programs_can_be_started_with_is_none_of_these(fake: FakeSessions) -> None:
    env = {f"V{number}": "x" * (128 * 1024 - 10) for number in range(13)}
    subprocess.run(("true",), env=env, check=True)
    assert fake.start(template=TEMPLATE._replace(env=env)).state is State.READY


def test_a_failed_preparation_rolls_back_too(fake: FakeSessions) -> None:
    fake.engine.during = _fail
    with pytest.raises(ProvisionFailed, match="the setup failed"):
        fake.start()
    assert fake.ids_on_engine() == []
    assert fake.sessions.store.live() == []


def test_a_failed_start_does_not_stand_in_the_way_of_the_next(fake: FakeSessions) -> None:
    fake.engine.during = _fail
    for _ in range(5):
        with pytest.raises(ProvisionFailed):
            fake.start()
    fake.engine.during = lambda: None
    assert fake.start().state is State.READY


def test_a_rollback_that_fails_names_both_failures_and_keeps_the_record(fake: FakeSessions) -> None:
    def stick(*_: object) -> None:
        fake.engine.stuck.update(fake.ids_on_engine())
        raise ProvisionFailed("the setup failed")

    fake.engine.during = stick
    with pytest.raises(LeftoverRemains, match="the setup failed; and rolling back: could not remove directory") as left:
        fake.start()
    assert left.value.exit_code is ExitCode.LEFTOVER
    (session,) = fake.sessions.store.live()
    assert session.id in str(left.value)


def test_what_a_failed_rollback_left_goes_with_the_next_sweep(fake: FakeSessions) -> None:
    def stick(*_: object) -> None:
        fake.engine.stuck.update(fake.ids_on_engine())
        _fail()

    fake.engine.during = stick
    with pytest.raises(LeftoverRemains):
        fake.start()
    fake.engine.stuck.clear()
    fake.sweep()
    assert fake.ids_on_engine() == []
    assert fake.sessions.store.live() == []


def test_an_engine_that_goes_away_during_a_start_keeps_the_record(fake: FakeSessions) -> None:
    """Nobody knows what it has made until it answers again."""

    def go_away(*_: object) -> None:
        fake.engine.silent = True
        raise EngineUnavailable("connection lost")

    fake.engine.during = go_away
    with pytest.raises(LeftoverRemains, match="connection lost; and rolling back"):
        fake.start()
    assert len(fake.sessions.store.live()) == 1
    fake.engine.silent = False
    fake.sweep()
    assert (fake.ids_on_engine(), fake.sessions.store.live()) == ([], [])


def test_a_silent_engine_fails_the_start_before_anything_is_on_record(fake: FakeSessions) -> None:
    fake.engine.silent = True
    with pytest.raises(EngineUnavailable):
        fake.start()
    assert fake.sessions.store.history() == []


def test_a_failed_start_can_be_kept_for_a_look(fake: FakeSessions) -> None:
    fake.engine.during = _fail
    with pytest.raises(ProvisionFailed):
        fake.start(keep_on_failure=True)
    (kept,) = fake.sessions.store.live()
    assert (kept.state, kept.reason) == (State.KEPT, "the setup failed")
    assert fake.ids_on_engine() == [kept.id]


def test_a_kept_sandbox_can_be_entered_and_stays_until_its_deadline(fake: FakeSessions) -> None:
    fake.engine.during = _fail
    with pytest.raises(ProvisionFailed):
        fake.start(keep_on_failure=True)
    fake.sweep()
    kept = fake.sessions.select()
    (sandbox,) = fake.engine.find()
    assert (kept.home, kept.details) == (sandbox.home, sandbox.details)
    fake.clock.advance(hours=2)
    fake.sweep()
    assert fake.ids_on_engine() == []


def test_an_interrupted_start_is_rolled_back_even_when_failures_are_kept(fake: FakeSessions) -> None:
    fake.engine.refusal = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        fake.start(keep_on_failure=True)
    assert fake.ids_on_engine() == []


def test_a_start_sweeps_first(fake: FakeSessions) -> None:
    fake.on_record(State.READY, deadline=fake.clock.now() - timedelta(seconds=1))
    fake.on_engine(condition=Condition.DEAD)
    assert fake.start().state is State.READY
    assert "s1" not in fake.ids_on_engine()


def test_the_history_tells_what_happened(fake: FakeSessions) -> None:
    session = fake.start()
    fake.sessions.extend(session)
    fake.sessions.stop(session)
    assert [kind for kind, _ in fake.events(session.id)] == ["creating", "started", "extended", "stopping", "ended"]
