"""Stopping: nothing is called gone that is not."""

from __future__ import annotations

import pytest

from tempshell_cli.core.errors import EngineUnavailable, LeftoverRemains, ProvisionFailed
from tempshell_cli.sessions.model import State

from .desk import Desk


def test_a_stop_removes_the_sandbox_and_gives_the_receipt(desk: Desk) -> None:
    session = desk.start()
    receipt = desk.sessions.stop(session)
    assert (receipt.session, list(receipt.removed)) == (session.id, [f"directory {session.id}"])
    assert desk.ids_on_engine() == []
    assert desk.state_of(session.id) == (State.ENDED, "stopped")


def test_what_cannot_be_removed_is_named_and_stays_on_record(desk: Desk) -> None:
    session = desk.start()
    desk.engine.stuck.add(session.id)
    with pytest.raises(LeftoverRemains, match=f"directory {session.id}") as left:
        desk.sessions.stop(session)
    assert "reap" in left.value.hint
    assert desk.state_of(session.id)[0] is State.STOPPING
    desk.engine.stuck.clear()
    desk.sweep()
    assert desk.state_of(session.id) == (State.ENDED, "stopped")


def test_a_removal_that_the_engine_refuses_is_no_other_than_one_that_fails(desk: Desk) -> None:
    """By a policy before the engine, say."""
    session = desk.start()
    desk.engine.refused[session.id] = ProvisionFailed("the engine refused: forbidden by proxy")
    with pytest.raises(LeftoverRemains, match="forbidden by proxy"):
        desk.sessions.stop(session)
    assert desk.state_of(session.id)[0] is State.STOPPING


def test_a_stop_while_the_engine_is_away_is_done_by_a_later_sweep(desk: Desk) -> None:
    session = desk.start()
    desk.engine.silent = True
    with pytest.raises(EngineUnavailable):
        desk.sessions.stop(session)
    desk.engine.silent = False
    desk.sweep()
    assert desk.ids_on_engine() == []
    assert desk.sessions.store.live() == []


def test_a_sandbox_that_is_gone_already_can_be_stopped(desk: Desk) -> None:
    session = desk.start()
    desk.engine.lose(session.id)
    assert desk.sessions.stop(session).leftover == ()
    assert desk.state_of(session.id) == (State.ENDED, "stopped")
