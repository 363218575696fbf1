"""How many sessions there may be, of whom, and for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tempshell_cli.core.config import NO_LIMITS, Limits, Settings
from tempshell_cli.core.errors import ExitCode, LimitReached
from tempshell_cli.sessions.model import State

from .conftest import NewDesk
from .desk import Desk


def test_an_owner_has_one_session_unless_settings_allow_more(desk: Desk) -> None:
    session = desk.start()
    with pytest.raises(LimitReached, match=session.name) as reached:
        desk.start()
    assert reached.value.exit_code is ExitCode.LIMIT
    assert session.name in reached.value.hint
    assert desk.ids_on_engine() == [session.id]


def test_a_stopped_session_makes_room(desk: Desk) -> None:
    desk.sessions.stop(desk.start())
    desk.start()


def test_more_sessions_an_owner_can_be_allowed(new_desk: NewDesk) -> None:
    with new_desk(Settings(owner="ann", limits=Limits(per_owner=2))) as desk:
        desk.start()
        desk.start()
        with pytest.raises(LimitReached, match="2 sessions"):
            desk.start()


def test_another_owners_session_does_not_count_as_mine(desk: Desk, new_desk: NewDesk) -> None:
    desk.start()
    with new_desk(Settings(owner="bob")) as other:
        other.start()


def test_an_engine_has_a_cap_that_counts_everybodys_sandboxes(new_desk: NewDesk) -> None:
    with new_desk(Settings(owner="ann", limits=Limits(per_engine=2))) as desk:
        desk.on_engine("x1", "bob")
        desk.on_engine("x2", "eve")
        with pytest.raises(LimitReached, match="fake engine already runs 2"):
            desk.start()


def test_starts_an_hour_are_limited(desk: Desk) -> None:
    for _ in range(3):
        desk.sessions.stop(desk.start())
    with pytest.raises(LimitReached, match="3 sessions were started in the last hour"):
        desk.start()
    desk.clock.advance(minutes=61)
    desk.start()


def test_ci_may_lift_the_owners_limits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NO_LIMITS, "1")
    for _ in range(5):
        desk.start()


def test_ci_does_not_lift_the_engines_cap(new_desk: NewDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NO_LIMITS, "1")
    with new_desk(Settings(owner="ann", limits=Limits(per_engine=1))) as desk:
        desk.start()
        with pytest.raises(LimitReached):
            desk.start()


def test_an_extension_moves_the_deadline_on_record_and_on_the_engine(desk: Desk) -> None:
    session = desk.start()
    extended = desk.sessions.extend(session)
    assert extended.deadline == session.deadline + timedelta(minutes=30)
    assert desk.sessions.store.get(session.id) == extended
    assert desk.engine.find()[0].deadline == extended.deadline


def test_a_session_is_extended_once(desk: Desk) -> None:
    session = desk.start()
    desk.sessions.extend(session)
    with pytest.raises(LimitReached, match="already extended"):
        desk.sessions.extend(session)


def test_no_extension_leads_beyond_the_longest_lease(new_desk: NewDesk) -> None:
    with new_desk(Settings(owner="ann", limits=Limits(extensions=9))) as desk:
        session = desk.start(ttl=timedelta(minutes=61))
        with pytest.raises(LimitReached, match="longer than 1h30m"):
            desk.sessions.extend(session)


def test_an_extension_that_the_engine_does_not_take_is_not_on_record(desk: Desk) -> None:
    session = desk.start()
    desk.engine.silent = True
    with pytest.raises(Exception, match="does not answer"):
        desk.sessions.extend(session)
    assert desk.sessions.store.get(session.id) == session
    desk.engine.silent = False
    desk.sessions.extend(session)


def test_a_session_on_another_engine_does_not_fill_this_one(new_desk: NewDesk) -> None:
    with new_desk(Settings(owner="ann", limits=Limits(per_owner=9, per_engine=1))) as desk:
        desk.on_record(State.READY, endpoint="elsewhere")
        desk.start()
