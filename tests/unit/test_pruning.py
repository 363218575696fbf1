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

from .conftest import NewFake
from .fake_sessions import FakeSessions

DAY = timedelta(days=1)
KEEP = History(keep="240h", most=3, keep_graded="2400h", most_graded=3)


def _past(fake: FakeSessions, session: str, days: float, *graded: str, verdict: str = "pass", **fields: Any) -> Session:  # noqa: ANN401 - of a Session
    """Put a session on record that ended so many days ago, with an event, and a score for each graded task."""
    at = fake.clock.now() - days * DAY
    fields = {"pack": "linux-basics", "reason": "stopped"} | fields
    one = fake.on_record(State.ENDED, session, created=at, deadline=at + DAY / 24, ended=at + DAY / 48)
    one = one._replace(**fields)
    fake.sessions.store.save(one)
    fake.sessions.store.add_event(Event(at, session, "started", "fake"))
    for task in graded:
        fake.sessions.store.add_score(Score(session, task, at, verdict, 1, 1))
    return one


def _left(fake: FakeSessions, keep: History = KEEP, most: int = 200) -> list[str]:
    """Prune, and return the sessions that are still on record, oldest first."""
    prune(fake.sessions.store, keep, fake.clock.now(), most)
    return [one.id for one in fake.sessions.store.history()]


def test_what_is_too_old_is_forgotten_with_its_events(fake: FakeSessions) -> None:
    _past(fake, "old", 11)
    _past(fake, "new", 9)
    assert _left(fake) == ["new"]
    assert [event.session for event in fake.sessions.store.events()] == ["new"]


def test_of_too_many_the_oldest_are_forgotten(fake: FakeSessions) -> None:
    for days in range(1, 8):
        _past(fake, f"s{days}", days)
    assert _left(fake) == ["s3", "s2", "s1"]
    assert _left(fake, KEEP._replace(most=0)) == []


def test_only_so_many_are_forgotten_at_once_and_the_oldest_first(fake: FakeSessions) -> None:
    for days in range(1, 8):
        _past(fake, f"s{days}", days)
    assert _left(fake, most=2) == ["s5", "s4", "s3", "s2", "s1"]


def test_what_lives_or_could_still_be_found_on_an_engine_is_kept(fake: FakeSessions) -> None:
    long_ago = fake.clock.now() - 1000 * DAY
    fake.on_record(State.READY, "lives", created=long_ago, deadline=long_ago)
    fake.on_record(State.ENDED, "forgotten", created=long_ago, deadline=fake.clock.now() + DAY, reason="forgotten")
    assert _left(fake, KEEP._replace(most=0)) == ["lives", "forgotten"]


def test_a_start_of_the_last_hour_counts_against_the_limit_though_it_is_one_too_many(new_fake: NewFake) -> None:
    settings = Settings(owner="ann", history=KEEP._replace(most=0))
    with new_fake(settings) as fake:
        for _ in range(settings.limits.starts_per_hour):
            fake.sessions.stop(fake.start())
        fake.clock.advance(minutes=59)
        now = fake.clock.now()
        _left(fake, settings.history)
        assert fake.sessions.store.started_since(now - timedelta(hours=1)) == settings.limits.starts_per_hour


def test_every_start_forgets(new_fake: NewFake) -> None:
    with new_fake(Settings(owner="ann", history=KEEP)) as fake:
        _past(fake, "old", 11)
        started = fake.start()
        assert [one.id for one in fake.sessions.store.history()] == [started.id]


def test_graded_sessions_have_settings_of_their_own(fake: FakeSessions) -> None:
    for number in range(1, 9):
        _past(fake, f"graded{number}", 10 + number, "files")
        _past(fake, f"plain{number}", number)
    left = _left(fake)
    assert left == [*(f"graded{number}" for number in range(OUTCOMES, 0, -1)), "plain3", "plain2", "plain1"]
    assert fake.sessions.store.scores("graded1")
    assert not fake.sessions.store.scores("graded8")


def test_a_proof_is_no_practice(fake: FakeSessions) -> None:
    _past(fake, "proof", 11, "files", reason=PROOF)
    assert _left(fake) == []


def test_drill_keeps_the_last_outcomes_of_each_task_whatever_the_settings_say(fake: FakeSessions) -> None:
    _past(fake, "once", 900, "links")
    _past(fake, "error", 900, "permissions", verdict="error")  # says nothing of the task
    for days in range(500, 492, -1):
        _past(fake, f"s{days}", days, "files", pack=f"added@{days}")
    kept = _left(fake, KEEP._replace(most_graded=0))
    assert kept == ["once", *(f"s{days}" for days in range(497, 492, -1))]


@given(st.lists(st.booleans(), max_size=14))
def test_the_outcomes_that_are_kept_say_all_that_drill_needs(went: Sequence[bool]) -> None:
    assert len(WAITS) == OUTCOMES
    attempts = [Attempt("p", "a", NOON + day * DAY, well) for day, well in enumerate(went)]
    assert cards(attempts[-OUTCOMES:]) == cards(attempts)
