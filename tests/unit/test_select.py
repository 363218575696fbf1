"""Which session a person means."""

from __future__ import annotations

import pytest

from tempshell_cli.core.errors import ExitCode, NoSuchSession, SessionExpired
from tempshell_cli.sessions.model import State

from .desk import Desk


@pytest.mark.parametrize("token", ["abc123", "web-lab", "abc", "web", ""])
def test_an_id_a_name_a_prefix_of_them_or_nothing_finds_the_only_session(desk: Desk, token: str) -> None:
    desk.on_record(State.READY, "abc123", name="web-lab")
    assert desk.sessions.select(token).id == "abc123"


def test_an_exact_name_wins_over_a_prefix(desk: Desk) -> None:
    desk.on_record(State.READY, "aaa1", name="web")
    desk.on_record(State.READY, "aaa2", name="web-lab")
    assert desk.sessions.select("web").id == "aaa1"


@pytest.mark.parametrize("token", ["aaa", "", "web"])
def test_several_matches_are_all_named(desk: Desk, token: str) -> None:
    desk.on_record(State.READY, "aaa1", name="web-1")
    desk.on_record(State.READY, "aaa2", name="web-2")
    with pytest.raises(NoSuchSession, match=r"web-1 \(aaa1\), web-2 \(aaa2\)") as refused:
        desk.sessions.select(token)
    assert refused.value.exit_code is ExitCode.NO_SESSION


@pytest.mark.parametrize("token", ["nothing", ""])
def test_no_match_is_reported_with_what_to_do(desk: Desk, token: str) -> None:
    with pytest.raises(NoSuchSession) as refused:
        desk.sessions.select(token)
    assert refused.value.hint


def test_an_ended_session_matches_nothing(desk: Desk) -> None:
    desk.on_record(State.ENDED, "abc123")
    with pytest.raises(NoSuchSession):
        desk.sessions.select("abc123")


@pytest.mark.parametrize("token", ["web", "s1", ""])
def test_a_session_past_its_deadline_has_expired(desk: Desk, token: str) -> None:
    desk.on_record(State.READY, name="web")
    desk.clock.advance(hours=1)
    with pytest.raises(SessionExpired, match="web") as expired:
        desk.sessions.select(token)
    assert expired.value.exit_code is ExitCode.EXPIRED


def test_one_that_was_swept_is_still_said_to_have_expired(desk: Desk) -> None:
    desk.on_record(State.READY, name="web")
    desk.on_engine()
    desk.clock.advance(hours=1)
    desk.sweep()
    with pytest.raises(SessionExpired):
        desk.sessions.select("web")
