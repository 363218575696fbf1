"""Starting a session: on record before it exists, ready when it returns, gone when it fails."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tempshell_cli.backends.base import Condition
from tempshell_cli.core.errors import EngineUnavailable, ExitCode, LeftoverRemains, ProvisionFailed
from tempshell_cli.sessions.model import State

from .desk import Desk


def _fail(*_: object) -> None:
    raise ProvisionFailed("the setup failed")


def test_a_started_session_is_ready_on_record_and_on_the_engine(desk: Desk) -> None:
    session = desk.start(name="lab", pack="linux-basics")
    assert desk.sessions.store.get(session.id) == session
    assert (session.state, session.name, session.owner, session.pack) == (State.READY, "lab", "ann", "linux-basics")
    assert session.deadline == desk.clock.now() + timedelta(hours=1)
    (sandbox,) = desk.engine.find("ann")
    assert (sandbox.session, sandbox.deadline, sandbox.name) == (session.id, session.deadline, "lab")


def test_the_intent_is_on_record_before_the_engine_is_asked(desk: Desk) -> None:
    def look(*_: object) -> None:
        (session,) = desk.sessions.store.live()
        assert session.state is State.CREATING

    desk.start(prepare=look)


def test_a_session_without_a_name_gets_one_that_tells_what_it_is(desk: Desk) -> None:
    assert desk.start(pack="/somewhere/linux-basics").name.startswith("linux-basics-")


def test_a_name_in_use_is_refused_and_nothing_is_made(desk: Desk) -> None:
    desk.on_record(State.READY, "other", owner="bob", name="lab")
    desk.on_engine("other", "bob")
    with pytest.raises(ProvisionFailed, match="lab"):
        desk.start(name="lab")
    assert desk.ids_on_engine() == ["other"]


@pytest.mark.parametrize("cause", [ProvisionFailed("no room"), KeyboardInterrupt(), SystemExit(143), OSError("odd")])
def test_whatever_stops_a_provision_rolls_it_back_and_is_raised_again(desk: Desk, cause: BaseException) -> None:
    desk.engine.refusal = cause
    with pytest.raises(type(cause)):
        desk.start()
    assert desk.ids_on_engine() == []
    (failed,) = desk.sessions.store.history()
    assert (failed.state, failed.reason) == (State.FAILED, str(cause) or type(cause).__name__)


def test_a_failed_preparation_rolls_back_too(desk: Desk) -> None:
    with pytest.raises(ProvisionFailed, match="the setup failed"):
        desk.start(prepare=_fail)
    assert desk.ids_on_engine() == []
    assert desk.sessions.store.live() == []


def test_a_failed_start_does_not_stand_in_the_way_of_the_next(desk: Desk) -> None:
    for _ in range(5):
        with pytest.raises(ProvisionFailed):
            desk.start(prepare=_fail)
    assert desk.start().state is State.READY


def test_a_rollback_that_fails_names_both_failures_and_keeps_the_record(desk: Desk) -> None:
    def stick(*_: object) -> None:
        desk.engine.stuck.update(desk.ids_on_engine())
        raise ProvisionFailed("the setup failed")

    with pytest.raises(LeftoverRemains, match="the setup failed; and rolling back: could not remove directory") as left:
        desk.start(prepare=stick)
    assert left.value.exit_code is ExitCode.LEFTOVER
    (session,) = desk.sessions.store.live()
    assert session.id in str(left.value)


def test_what_a_failed_rollback_left_goes_with_the_next_sweep(desk: Desk) -> None:
    def stick(*_: object) -> None:
        desk.engine.stuck.update(desk.ids_on_engine())
        _fail()

    with pytest.raises(LeftoverRemains):
        desk.start(prepare=stick)
    desk.engine.stuck.clear()
    desk.sweep()
    assert desk.ids_on_engine() == []
    assert desk.sessions.store.live() == []


def test_an_engine_that_goes_away_during_a_start_keeps_the_record(desk: Desk) -> None:
    """Nobody knows what it has made until it answers again."""

    def go_away(*_: object) -> None:
        desk.engine.silent = True
        raise EngineUnavailable("connection lost")

    with pytest.raises(LeftoverRemains, match="connection lost; and rolling back"):
        desk.start(prepare=go_away)
    assert len(desk.sessions.store.live()) == 1
    desk.engine.silent = False
    desk.sweep()
    assert (desk.ids_on_engine(), desk.sessions.store.live()) == ([], [])


def test_a_silent_engine_fails_the_start_before_anything_is_on_record(desk: Desk) -> None:
    desk.engine.silent = True
    with pytest.raises(EngineUnavailable):
        desk.start()
    assert desk.sessions.store.history() == []


def test_a_failed_start_can_be_kept_for_a_look(desk: Desk) -> None:
    with pytest.raises(ProvisionFailed):
        desk.start(prepare=_fail, keep_on_failure=True)
    (kept,) = desk.sessions.store.live()
    assert (kept.state, kept.reason) == (State.KEPT, "the setup failed")
    assert desk.ids_on_engine() == [kept.id]


def test_a_kept_sandbox_can_be_entered_and_stays_until_its_deadline(desk: Desk) -> None:
    with pytest.raises(ProvisionFailed):
        desk.start(prepare=_fail, keep_on_failure=True)
    desk.sweep()
    kept = desk.sessions.select()
    (sandbox,) = desk.engine.find()
    assert (kept.home, kept.details) == (sandbox.home, sandbox.details)
    desk.clock.advance(hours=2)
    desk.sweep()
    assert desk.ids_on_engine() == []


def test_an_interrupted_start_is_rolled_back_even_when_failures_are_kept(desk: Desk) -> None:
    desk.engine.refusal = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        desk.start(keep_on_failure=True)
    assert desk.ids_on_engine() == []


def test_a_start_sweeps_first(desk: Desk) -> None:
    desk.on_record(State.READY, deadline=desk.clock.now() - timedelta(seconds=1))
    desk.on_engine(condition=Condition.DEAD)
    assert desk.start().state is State.READY
    assert "s1" not in desk.ids_on_engine()


def test_the_history_tells_what_happened(desk: Desk) -> None:
    session = desk.start()
    desk.sessions.extend(session)
    desk.sessions.stop(session)
    assert [kind for kind, _ in desk.events(session.id)] == ["creating", "started", "extended", "stopping", "ended"]
