"""Which session a person means."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tempshell_cli.core.errors import ExitCode, NoSuchSession, SessionExpired
from tempshell_cli.sessions.model import State

from .fake_sessions import FakeSessions


@pytest.mark.parametrize("token", ["abc123", "web-lab", "abc", "web", ""])
def test_an_id_a_name_a_prefix_of_them_or_nothing_finds_the_only_session(fake: FakeSessions, token: str) -> None:
    fake.on_record(State.READY, "abc123", name="web-lab")
    assert fake.sessions.select(token).id == "abc123"


def test_an_exact_name_wins_over_a_prefix(fake: FakeSessions) -> None:
    fake.on_record(State.READY, "aaa1", name="web")
    fake.on_record(State.READY, "aaa2", name="web-lab")
    assert fake.sessions.select("web").id == "aaa1"


@pytest.mark.parametrize("token", ["aaa", "", "web"])
def test_several_matches_are_all_named(fake: FakeSessions, token: str) -> None:
    fake.on_record(State.READY, "aaa1", name="web-1")
    fake.on_record(State.READY, "aaa2", name="web-2")
    with pytest.raises(NoSuchSession, match=r"web-1 \(aaa1\), web-2 \(aaa2\)") as refused:
        fake.sessions.select(token)
    assert refused.value.exit_code is ExitCode.NO_SESSION


@pytest.mark.parametrize("token", ["nothing", ""])
def test_no_match_is_reported_with_what_to_do(fake: FakeSessions, token: str) -> None:
    with pytest.raises(NoSuchSession) as refused:
        fake.sessions.select(token)
    assert refused.value.hint


def test_an_ended_session_matches_nothing(fake: FakeSessions) -> None:
    fake.on_record(State.ENDED, "abc123")
    with pytest.raises(NoSuchSession):
        fake.sessions.select("abc123")


@pytest.mark.parametrize("token", ["web", "s1", ""])
def test_a_session_past_its_deadline_has_expired(fake: FakeSessions, token: str) -> None:
    fake.on_record(State.READY, name="web")
    fake.clock.advance(hours=1)
    with pytest.raises(SessionExpired, match="web") as expired:
        fake.sessions.select(token)
    assert expired.value.exit_code is ExitCode.EXPIRED


def test_one_that_was_swept_is_still_said_to_have_expired(fake: FakeSessions) -> None:
    fake.on_record(State.READY, name="web")
    fake.on_engine()
    fake.clock.advance(hours=1)
    fake.sweep()
    with pytest.raises(SessionExpired):
        fake.sessions.select("web")


def test_one_that_is_over_by_its_record_alone_is_asked_about(fake: FakeSessions) -> None:
    """Another machine has extended it, or this machine's clock was set; only what its engine ends is over."""
    session = fake.start()
    found = fake.engine.find()[0]
    fake.engine.set_deadline(found, found.deadline + timedelta(hours=2))
    fake.clock.advance(hours=2)
    assert fake.sessions.select(session.id).deadline == found.deadline + timedelta(hours=2)
    fake.clock.advance(hours=2)
    with pytest.raises(SessionExpired, match="expired at"):
        fake.sessions.select(session.id)
