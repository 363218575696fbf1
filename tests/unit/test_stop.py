"""Stopping: nothing is called gone that is not."""

from __future__ import annotations

import pytest

from tempshell_cli.core.errors import EngineUnavailable, LeftoverRemains, ProvisionFailed
from tempshell_cli.sessions.model import State

from .fake_sessions import FakeSessions


def test_a_stop_removes_the_sandbox_and_gives_the_receipt(fake: FakeSessions) -> None:
    session = fake.start()
    receipt = fake.sessions.stop(session)
    assert (receipt.session, list(receipt.removed)) == (session.id, [f"directory {session.id}"])
    assert fake.ids_on_engine() == []
    assert fake.state_of(session.id) == (State.ENDED, "stopped")


def test_what_cannot_be_removed_is_named_and_stays_on_record(fake: FakeSessions) -> None:
    session = fake.start()
    fake.engine.stuck.add(session.id)
    with pytest.raises(LeftoverRemains, match=f"directory {session.id}") as left:
        fake.sessions.stop(session)
    assert "reap" in left.value.hint
    assert fake.state_of(session.id)[0] is State.STOPPING
    fake.engine.stuck.clear()
    fake.sweep()
    assert fake.state_of(session.id) == (State.ENDED, "stopped")


def test_a_removal_that_the_engine_refuses_is_no_other_than_one_that_fails(fake: FakeSessions) -> None:
    """By a policy before the engine, say."""
    session = fake.start()
    fake.engine.refused[session.id] = ProvisionFailed("the engine refused: forbidden by proxy")
    with pytest.raises(LeftoverRemains, match="forbidden by proxy"):
        fake.sessions.stop(session)
    assert fake.state_of(session.id)[0] is State.STOPPING


def test_a_stop_while_the_engine_is_away_is_done_by_a_later_sweep(fake: FakeSessions) -> None:
    session = fake.start()
    fake.engine.silent = True
    with pytest.raises(EngineUnavailable):
        fake.sessions.stop(session)
    fake.engine.silent = False
    fake.sweep()
    assert fake.ids_on_engine() == []
    assert fake.sessions.store.live() == []


def test_a_sandbox_that_is_gone_already_can_be_stopped(fake: FakeSessions) -> None:
    session = fake.start()
    fake.engine.lose(session.id)
    assert fake.sessions.stop(session).leftover == ()
    assert fake.state_of(session.id) == (State.ENDED, "stopped")
