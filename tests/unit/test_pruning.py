"""The store forgets what is too old or too many, and nothing that somebody still needs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tempshell_cli.core.config import History, Settings
from tempshell_cli.sessions.drill import WAITS, Attempt, cards
from tempshell_cli.sessions.events import Event
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.pruning import OUTCOMES, prune
from tempshell_cli.sessions.store import PROOF, Score
from tests.fakes.clock import NOON

from .conftest import NewDesk
from .desk import Desk

DAY = timedelta(days=1)
KEEP = History(keep="240h", most=3, keep_graded="2400h", most_graded=3)


def _past(desk: Desk, session: str, days: float, *graded: str, verdict: str = "pass", **fields: Any) -> Session:  # noqa: ANN401 - of a Session
    """Put a session on record that ended so many days ago, with an event, and a score for each graded task."""
    at = desk.clock.now() - days * DAY
    fields = {"pack": "linux-basics", "reason": "stopped"} | fields
    one = desk.on_record(State.ENDED, session, created=at, deadline=at + DAY / 24, ended=at + DAY / 48)
    one = one._replace(**fields)
    desk.sessions.store.save(one)
    desk.sessions.store.add_event(Event(at, session, "started", "fake"))
    for task in graded:
        desk.sessions.store.add_score(Score(session, task, at, verdict, 1, 1))
    return one


def _left(desk: Desk, keep: History = KEEP, most: int = 200) -> list[str]:
    """Prune, and return the sessions that are still on record, oldest first."""
    prune(desk.sessions.store, keep, desk.clock.now(), most)
    return [one.id for one in desk.sessions.store.history()]


def test_what_is_too_old_is_forgotten_with_its_events(desk: Desk) -> None:
    _past(desk, "old", 11)
    _past(desk, "new", 9)
    assert _left(desk) == ["new"]
    assert [event.session for event in desk.sessions.store.events()] == ["new"]


def test_of_too_many_the_oldest_are_forgotten(desk: Desk) -> None:
    for days in range(1, 8):
        _past(desk, f"s{days}", days)
    assert _left(desk) == ["s3", "s2", "s1"]
    assert _left(desk, KEEP._replace(most=0)) == []


def test_only_so_many_are_forgotten_at_once_and_the_oldest_first(desk: Desk) -> None:
    for days in range(1, 8):
        _past(desk, f"s{days}", days)
    assert _left(desk, most=2) == ["s5", "s4", "s3", "s2", "s1"]


def test_what_lives_or_could_still_be_found_on_an_engine_is_kept(desk: Desk) -> None:
    long_ago = desk.clock.now() - 1000 * DAY
    desk.on_record(State.READY, "lives", created=long_ago, deadline=long_ago)
    desk.on_record(State.ENDED, "forgotten", created=long_ago, deadline=desk.clock.now() + DAY, reason="forgotten")
    assert _left(desk, KEEP._replace(most=0)) == ["lives", "forgotten"]


def test_a_start_of_the_last_hour_counts_against_the_limit_though_it_is_one_too_many(new_desk: NewDesk) -> None:
    settings = Settings(owner="ann", history=KEEP._replace(most=0))
    with new_desk(settings) as desk:
        for _ in range(settings.limits.starts_per_hour):
            desk.sessions.stop(desk.start())
        desk.clock.advance(minutes=59)
        now = desk.clock.now()
        _left(desk, settings.history)
        assert desk.sessions.store.started_since(now - timedelta(hours=1)) == settings.limits.starts_per_hour


def test_every_start_forgets(new_desk: NewDesk) -> None:
    with new_desk(Settings(owner="ann", history=KEEP)) as desk:
        _past(desk, "old", 11)
        started = desk.start()
        assert [one.id for one in desk.sessions.store.history()] == [started.id]


def test_graded_sessions_have_settings_of_their_own(desk: Desk) -> None:
    for number in range(1, 9):
        _past(desk, f"graded{number}", 10 + number, "files")
        _past(desk, f"plain{number}", number)
    left = _left(desk)
    assert left == [*(f"graded{number}" for number in range(OUTCOMES, 0, -1)), "plain3", "plain2", "plain1"]
    assert desk.sessions.store.scores("graded1")
    assert not desk.sessions.store.scores("graded8")


def test_a_proof_is_no_practice(desk: Desk) -> None:
    _past(desk, "proof", 11, "files", reason=PROOF)
    assert _left(desk) == []


def test_drill_keeps_the_last_outcomes_of_each_task_whatever_the_settings_say(desk: Desk) -> None:
    _past(desk, "once", 900, "links")
    _past(desk, "error", 900, "permissions", verdict="error")  # says nothing of the task
    for days in range(500, 492, -1):
        _past(desk, f"s{days}", days, "files", pack=f"added@{days}")
    kept = _left(desk, KEEP._replace(most_graded=0))
    assert kept == ["once", *(f"s{days}" for days in range(497, 492, -1))]


@given(st.lists(st.booleans(), max_size=14))
def test_the_outcomes_that_are_kept_say_all_that_drill_needs(went: Sequence[bool]) -> None:
    assert len(WAITS) == OUTCOMES
    attempts = [Attempt("p", "a", NOON + day * DAY, well) for day, well in enumerate(went)]
    assert cards(attempts[-OUTCOMES:]) == cards(attempts)
