"""What becomes of the record of a session that ends when nothing happens in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tempshell_cli.backends.base import Sandbox
from tempshell_cli.core.config import Lease, Settings
from tempshell_cli.core.errors import EngineUnavailable, SessionExpired
from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions.events import Event, Kind
from tempshell_cli.sessions.lease import is_to_be_paused
from tempshell_cli.sessions.lookup import select
from tempshell_cli.sessions.model import State
from tempshell_cli.sessions.reaper import state_of
from tempshell_cli.sessions.request import StartRequest
from tempshell_cli.sessions.start import Plan, plan_session
from tests.fakes.clock import FakeClock
from tests.fakes.engine import FakeEngine

from .fake_sessions import FakeSessions, open_fake


def test_the_notice_is_the_reason_of_a_session_that_is_ready(fake: FakeSessions, clock: FakeClock) -> None:
    sandbox = fake.on_engine()
    assert state_of(sandbox)["reason"] == ""
    said = state_of(sandbox._replace(idle_end=clock.now() + timedelta(minutes=1)))
    assert said["state"] is State.READY
    assert "it ends at" in said["reason"]


@pytest.mark.parametrize("is_dead", [True, False])
def test_one_that_has_ended_before_its_deadline_was_idle(fake: FakeSessions, *, is_dead: bool) -> None:
    idle = fake.start()
    fake.sessions.journal(idle.id, Kind.IDLE, "30m")
    (fake.engine.die if is_dead else fake.engine.lose)(idle.id)
    fake.sweep()
    assert fake.state_of(idle.id) == (State.ENDED, "idle")
    with pytest.raises(SessionExpired, match="nothing happened in it"):
        select(fake.sessions.store, fake.clock.now(), idle.name)


def test_one_whose_deadline_has_passed_has_expired(fake: FakeSessions) -> None:
    idle = fake.start()
    fake.sessions.journal(idle.id, Kind.IDLE, "30m")
    fake.clock.advance(hours=2)
    fake.engine.lose(idle.id)
    fake.sweep()
    assert fake.state_of(idle.id) == (State.ENDED, "expired")


class Pausable(FakeEngine):
    """A fake engine that can pause, and whose sandboxes may have given notice."""

    def __init__(self, root: Path, clock: FakeClock) -> None:
        super().__init__(root, clock)
        self.idle_end: datetime | None = None
        self.paused: list[str] = []
        self.failing = False
        self.looks = 9  # how often it is looked at before something happens in the sandboxes

    def find(self, owner: str | None = None) -> Sequence[Sandbox]:
        self.looks -= 1
        if self.looks < 0:
            self.idle_end = None
        return [one._replace(idle_end=self.idle_end) for one in super().find(owner)]

    def pause(self, sandbox: Sandbox, *, left: timedelta, until: datetime) -> None:
        del left, until
        if self.failing:
            raise EngineUnavailable("it cannot be frozen", hint="none")
        self.paused.append(sandbox.session)

    def resume(self, sandbox: Sandbox, deadline: datetime) -> None:
        del sandbox, deadline


@pytest.fixture
def pausable(paths: Paths, tmp_path: Path, clock: FakeClock) -> Iterator[tuple[FakeSessions, Pausable]]:
    engine = Pausable(tmp_path / "engine", clock)
    with open_fake(paths, engine, clock, Settings(owner="ann", lease=Lease(idle="pause"))) as fake:
        yield fake, engine


def _planned(fake: FakeSessions) -> Plan:
    return plan_session(fake.sessions, StartRequest(backend="fake", idle=timedelta(minutes=30)))


@pytest.mark.parametrize(("seconds", "pauses"), [(420, False), (361, False), (359, True), (5, True)])
def test_one_that_is_to_be_paused_is_a_minute_after_the_notice(
    pausable: tuple[FakeSessions, Pausable], clock: FakeClock, *, seconds: int, pauses: bool
) -> None:
    fake, engine = pausable
    plan = _planned(fake)
    assert plan.template.notice == timedelta(minutes=7)
    session = fake.start(template=plan.template)
    assert ("idle", "30m, then it is paused") in fake.events(session.id)
    engine.idle_end = clock.now() + timedelta(seconds=seconds)
    fake.sweep()
    assert engine.paused == ([session.id] if pauses else [])
    assert (fake.state_of(session.id)[0] is State.PAUSED) is pauses
    assert (("paused", "nothing happened in it") in fake.events(session.id)) is pauses
    assert ("it is paused, or ends at" in fake.state_of(session.id)[1]) is not pauses


def test_one_in_which_something_happens_meanwhile_is_not_paused(
    pausable: tuple[FakeSessions, Pausable], clock: FakeClock
) -> None:
    fake, engine = pausable
    session = fake.start(template=_planned(fake).template)
    engine.idle_end = clock.now() + timedelta(minutes=5)
    engine.looks = 1
    fake.sweep()
    assert engine.paused == []
    assert fake.state_of(session.id) == (State.READY, "")


def test_one_that_cannot_be_paused_ends_and_says_why(pausable: tuple[FakeSessions, Pausable], clock: FakeClock) -> None:
    fake, engine = pausable
    session = fake.start(template=_planned(fake).template)
    engine.idle_end, engine.failing = clock.now() + timedelta(minutes=1), True
    fake.sweep()
    assert fake.state_of(session.id)[0] is State.READY
    assert ("sweep", "not paused: it cannot be frozen") in fake.events(session.id)


def test_one_that_is_to_end_is_not_paused(fake: FakeSessions, clock: FakeClock) -> None:
    plan = _planned(fake)
    assert plan.template.notice == timedelta(minutes=1)
    assert ("idle", "30m") in fake.events(fake.start(template=plan.template).id)
    assert not is_to_be_paused([Event.of(clock.now(), "s1", Kind.IDLE, "30m")], timedelta(seconds=1))


def test_an_engine_that_cannot_pause_lets_it_end(paths: Paths, tmp_path: Path, clock: FakeClock) -> None:
    engine = FakeEngine(tmp_path / "engine", clock)
    with open_fake(paths, engine, clock, Settings(owner="ann", lease=Lease(idle="pause"))) as fake:
        assert not _planned(fake).pauses_when_idle
