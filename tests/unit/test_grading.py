"""The end of an exam, on a fake engine: graded once, or not at all."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest

from tempshell_cli.cli.practice import LivePractice
from tempshell_cli.core.errors import EngineUnavailable, SessionExpired, UsageProblem
from tempshell_cli.sessions.exam import DRAWN, EXAM, FOR_GRADING, exam_detail, exam_of
from tempshell_cli.sessions.grading import finish, review
from tempshell_cli.sessions.model import Session
from tempshell_cli.sessions.report import report
from tests.packs.drafts import Draft

from .desk import Desk


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    draft = Draft.made_in(tmp_path / "draft")
    draft.replace("tasks/one.md", "title: The first", "title: The first\nnamespaces: [orbit, moon]")
    return draft


def begin(desk: Desk, draft: Draft, **time: float) -> Session:
    """Begin an exam in a session of an hour."""
    session = desk.start(pack=str(draft.root))
    detail = exam_detail(7, desk.clock.now(), timedelta(**time), session.deadline)
    desk.sessions.journal(DRAWN, session.id, "one")
    desk.sessions.journal(EXAM, session.id, detail)
    return session


def end(desk: Desk, session: Session) -> None:
    finish(desk.sessions, session, lambda _: nullcontext())


def test_an_exam_ends_before_its_sandbox_so_that_it_can_be_graded(desk: Desk, draft: Draft) -> None:
    found = exam_of(desk.sessions.store, begin(desk, draft, minutes=90).id)
    assert found
    assert found.time == timedelta(hours=1) - FOR_GRADING


def test_what_is_graded_once_is_not_graded_again(desk: Desk, draft: Draft) -> None:
    session = begin(desk, draft, minutes=40)
    end(desk, session)
    with pytest.raises(UsageProblem, match="was graded"):
        end(desk, session)
    assert len(desk.sessions.store.scores(session.id)) == 1
    (result,) = review(desk.sessions, session)
    assert [(one.check, one.verdict) for one in result.results] == [("there", "fail"), ("right", "fail")]


def test_past_its_deadline_it_is_not_graded(desk: Desk, draft: Draft) -> None:
    session = begin(desk, draft, minutes=40)
    desk.clock.advance(hours=1)
    with pytest.raises(SessionExpired, match=r"gone before it was handed in \(expired\)"):
        end(desk, session)
    assert desk.sessions.store.scores(session.id) == []
    found = report(desk.sessions, session)
    assert found.exam
    assert found.exam.graded is None


def test_where_nothing_could_be_looked_at_it_can_be_tried_again(desk: Desk, draft: Draft) -> None:
    whole = (draft.root / "tasks/one.md").read_text()
    draft.replace("tasks/one.md", "file: {path: answer.txt}", "exec: {argv: [/no/such/program]}")
    session = begin(desk, draft, minutes=40)
    with pytest.raises(EngineUnavailable, match="could be looked at"):
        end(desk, session)
    draft.write("tasks/one.md", whole)
    end(desk, session)
    assert len(desk.sessions.store.scores(session.id)) == 1


def test_the_screen_counts_to_the_exams_end_names_the_namespaces_and_keeps_flags(desk: Desk, draft: Draft) -> None:
    session = begin(desk, draft, minutes=40)
    practice = LivePractice(desk.sessions, session)
    with practice.following():
        practice.took("one")
        practice.flag("one")
    view = LivePractice(desk.sessions, session)
    assert (view.session().exam, view.session().extendable) == (True, False)
    assert view.session().deadline == desk.clock.now() + timedelta(minutes=40)
    (task,) = view.tasks()
    assert task.prompt.startswith("Namespaces: `orbit`, `moon`\n\n")
    assert task.flagged
    assert [event for event in desk.events(session.id) if event[0] == "task"] == [("task", "one"), ("task", "")]


def test_in_practice_the_prompt_is_as_it_was_written(desk: Desk, draft: Draft) -> None:
    (task,) = LivePractice(desk.sessions, desk.start(pack=str(draft.root))).tasks()
    assert task.prompt == "Write the answer to `answer.txt`."


def test_a_hint_that_costs_is_told_by_the_screen_and_taken_off(desk: Desk, draft: Draft) -> None:
    draft.replace("tasks/one.md", "- text: Think", "- {text: Think, cost: 40}")
    session = desk.start(pack=str(draft.root))
    Path(session.home, "answer.txt").write_text("42")
    practice = LivePractice(desk.sessions, session)
    with practice.following():
        practice.check("one")
        desk.clock.advance(minutes=1)
        practice.hinted("one", 1)
    assert report(desk.sessions, session).score.percent == 100
    desk.clock.advance(minutes=1)
    with practice.following():
        LivePractice(desk.sessions, session).check("one")
    assert report(desk.sessions, session).score.percent == 60
