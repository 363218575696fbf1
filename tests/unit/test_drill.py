"""Past practice on a fake engine: what each domain came to, and what is to be repeated when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tempshell_cli.packs.grading.results import TaskResult, Verdict
from tempshell_cli.sessions.drill import WAITS, Attempt, attempts, cards, still_there
from tempshell_cli.sessions.events import Kind
from tempshell_cli.sessions.history import past_practice, trends
from tempshell_cli.sessions.practice import Practice
from tests.packs.drafts import Draft

from .fake_sessions import FakeSessions

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
WELL, BADLY = True, False


def boxes(*went: bool, days: float = 1) -> list[tuple[int, timedelta]]:
    """Return the box of a task that went so, day after day, and how long after its last time it is due."""
    attempts = [Attempt("p", "a", START + timedelta(days=days * number), well) for number, well in enumerate(went)]
    return [(card.box, card.due - attempts[-1].at) for card in cards(attempts)]


def test_what_always_went_well_is_not_repeated() -> None:
    assert boxes(WELL, WELL) == []


@pytest.mark.parametrize("box", range(1, len(WAITS) + 1))
def test_a_task_moves_a_box_on_with_each_time_that_it_goes_well(box: int) -> None:
    assert boxes(BADLY, *[WELL] * (box - 1)) == [(box, WAITS[box - 1])]


def test_it_is_learnt_behind_the_last_box_and_comes_back_when_it_goes_wrong_again() -> None:
    assert boxes(BADLY, *[WELL] * len(WAITS)) == []
    assert boxes(BADLY, *[WELL] * len(WAITS), BADLY) == [(1, WAITS[0])]


def test_it_falls_back_to_the_first_box() -> None:
    assert boxes(BADLY, WELL, WELL, BADLY) == [(1, WAITS[0])]


def test_what_is_due_first_comes_first() -> None:
    attempts = [Attempt("p", name, START, BADLY) for name in "abc"] + [Attempt("p", "a", START, WELL)]
    assert [card.task for card in cards(attempts)] == ["b", "c", "a"]


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    """A pack of one task, which may take five minutes."""
    draft = Draft.made_in(tmp_path / "draft")
    draft.in_domains("files: 100")
    draft.replace("tasks/one.md", "title: The first", "title: The first\ntime: 5m")
    return draft


def practise(fake: FakeSessions, draft: Draft, earned: int, *, minutes: float, verdict: Verdict = Verdict.FAIL) -> None:
    """Spend a session on the task: it earns so many of three points after so many minutes."""
    session = fake.start(pack=str(draft.root))
    fake.sessions.journal(session.id, Kind.TASK, "one")
    fake.clock.advance(minutes=minutes)
    found = TaskResult(
        task="one",
        verdict=Verdict.PASS if earned == 3 else verdict,
        share=earned / 3,
        earned=earned,
        total=3,
        void=False,
        results=(),
    )
    Practice(fake.sessions, session).keep(found)
    fake.sessions.stop(session)
    fake.clock.advance(hours=1)


def test_a_task_goes_well_that_passes_within_its_time(fake: FakeSessions, draft: Draft) -> None:
    practise(fake, draft, 1, minutes=1)
    practise(fake, draft, 3, minutes=6)
    practise(fake, draft, 3, minutes=4)
    practise(fake, draft, 0, minutes=1, verdict=Verdict.ERROR)
    assert [one.well for one in attempts(fake.sessions, past_practice(fake.sessions))] == [BADLY, BADLY, WELL]


def test_a_domain_has_a_point_for_each_session_and_a_session_its_effort(fake: FakeSessions, draft: Draft) -> None:
    practise(fake, draft, 0, minutes=1)
    practise(fake, draft, 3, minutes=2)
    fake.sessions.stop(fake.start(pack=str(draft.root)))  # in which nothing was checked
    past = past_practice(fake.sessions)
    (trend,) = trends(past)
    assert (trend.pack, trend.domain, [share for _, share in trend.points]) == ("draft", "files", [0, 1])
    assert [one.spent for one in past] == [timedelta(minutes=1), timedelta(minutes=2)]
    assert past_practice(fake.sessions, "draft") == past_practice(fake.sessions, f"{draft.root}/.") == past
    assert past_practice(fake.sessions, "other") == []


def test_a_pack_that_is_gone_is_reported_and_nothing_of_it_is_repeated(fake: FakeSessions, draft: Draft) -> None:
    practise(fake, draft, 0, minutes=1)
    repeated = cards(attempts(fake.sessions, past_practice(fake.sessions)))
    assert len(still_there(repeated)) == 1
    (draft.root / "pack.yaml").unlink()
    (past,) = past_practice(fake.sessions)
    assert past.report is None
    assert "not a pack" in past.problem
    assert still_there(repeated) == []
    assert trends([past]) == []
