"""What becomes of the record of a session that ends when nothing happens in it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tempshell_cli.core.errors import SessionExpired
from tempshell_cli.sessions.events import Kind
from tempshell_cli.sessions.lookup import select
from tempshell_cli.sessions.model import State
from tempshell_cli.sessions.reaper import state_of
from tests.fakes.clock import FakeClock

from .fake_sessions import FakeSessions


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
