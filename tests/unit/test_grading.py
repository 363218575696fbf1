"""The end of an exam, on a fake engine: graded once, or not at all."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest

from tempshell_cli.cli.output import reports
from tempshell_cli.cli.practice import LivePractice
from tempshell_cli.core.errors import EngineUnavailable, Incomplete, SessionExpired, UsageProblem
from tempshell_cli.sessions.events import Drawn, ExamBegun
from tempshell_cli.sessions.grading import finish, grade, keep, review
from tempshell_cli.sessions.model import Session
from tempshell_cli.sessions.report import report
from tests.packs.drafts import Draft

from .fake_sessions import FakeSessions


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    draft = Draft.made_in(tmp_path / "draft")
    draft.replace("tasks/one.md", "title: The first", "title: The first\nnamespaces: [orbit, moon]")
    return draft


def begin(fake: FakeSessions, draft: Draft, **time: float) -> Session:
    """Begin an exam in a session of an hour."""
    session = fake.start(pack=str(draft.root))
    fake.sessions.journal(session.id, Drawn(("one",)))
    fake.sessions.journal(session.id, ExamBegun(7, fake.clock.now() + timedelta(**time)))
    return session


def end(fake: FakeSessions, session: Session) -> None:
    finish(fake.sessions, session, lambda _: nullcontext())


def test_what_is_graded_once_is_not_graded_again(fake: FakeSessions, draft: Draft) -> None:
    session = begin(fake, draft, minutes=40)
    end(fake, session)
    with pytest.raises(UsageProblem, match="was graded"):
        end(fake, session)
    assert len(fake.sessions.store.scores(session.id)) == 1
    (result,) = review(fake.sessions, session)
    assert [(one.check, one.verdict) for one in result.results] == [("there", "fail"), ("right", "fail")]


def test_a_task_takes_no_time_once_it_is_handed_in(fake: FakeSessions, draft: Draft) -> None:
    """Grading takes its time, and the screen that then says goodbye is left later still."""
    session = begin(fake, draft, minutes=40)
    practice = LivePractice(fake.sessions, session)
    with practice.following():
        practice.took("one")
        fake.clock.advance(minutes=10)
        graded = grade(fake.sessions, session, lambda _: nullcontext())
        fake.clock.advance(minutes=5)
        keep(graded)
        fake.clock.advance(minutes=3)
    assert report(fake.sessions, session).spent == {"one": timedelta(minutes=10)}


def test_past_its_deadline_it_is_not_graded(fake: FakeSessions, draft: Draft) -> None:
    session = begin(fake, draft, minutes=40)
    fake.clock.advance(hours=1)
    with pytest.raises(SessionExpired, match=r"gone before it was handed in \(expired\)"):
        end(fake, session)
    assert fake.sessions.store.scores(session.id) == []
    found = report(fake.sessions, session)
    assert found.exam
    assert found.exam.graded is None


def spoil(draft: Draft) -> str:
    """Have the second check not run, and return what stood there."""
    whole = (draft.root / "tasks/one.md").read_text()
    draft.replace("tasks/one.md", "argv: [cat, answer.txt]", "argv: [/no/such/program]")
    return whole


def test_where_a_check_could_not_run_it_is_incomplete_and_is_tried_again(fake: FakeSessions, draft: Draft) -> None:
    whole = spoil(draft)
    session = begin(fake, draft, minutes=40)
    answer = Path(session.home, "answer.txt")
    answer.write_text("42")
    for _ in range(2):
        with pytest.raises(Incomplete, match="one/right could not run: the sandbox has no /no/such/program"):
            end(fake, session)
    assert len(fake.sessions.store.scores(session.id)) == 1
    found = report(fake.sessions, session)
    assert (found.score.percent, found.score.passed, found.score.incomplete) == (66.7, False, ("one/right",))
    assert reports.result(found).startswith("66.7 % (incomplete: one/right could not run; the pass mark is 66 %)")
    draft.write("tasks/one.md", whole)
    end(fake, session)
    found = report(fake.sessions, session)
    assert (found.score.percent, found.score.passed, found.score.incomplete) == (100, True, ())
    with pytest.raises(UsageProblem, match="was graded"):
        end(fake, session)


def test_another_try_changes_nothing_that_was_found(fake: FakeSessions, draft: Draft) -> None:
    """Else an error that a learner causes would show what is wrong, and leave the time to put it right."""
    draft.replace("tasks/one.md", "  needs: [there]\n", "")
    whole = spoil(draft)
    session = begin(fake, draft, minutes=40)
    with pytest.raises(Incomplete):
        end(fake, session)
    with pytest.raises(UsageProblem, match="is incomplete"):
        review(fake.sessions, session)
    draft.write("tasks/one.md", whole)
    Path(session.home, "answer.txt").write_text("42")
    end(fake, session)
    (result,) = review(fake.sessions, session)
    assert [(one.check, one.verdict) for one in result.results] == [("there", "fail"), ("right", "pass")]


def test_an_engine_that_is_away_leaves_all_of_it_to_another_try(
    fake: FakeSessions, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = begin(fake, draft, minutes=40)

    def gone(*_: object) -> None:
        raise EngineUnavailable("the engine does not answer")

    with monkeypatch.context() as away:
        away.setattr("tempshell_cli.sessions.practice.lacking_in", gone)
        with pytest.raises(Incomplete, match="one/there, one/right could not run: the engine does not answer"):
            end(fake, session)
    end(fake, session)
    (result,) = review(fake.sessions, session)
    assert [one.verdict for one in result.results] == ["fail", "fail"]


def test_what_the_sandbox_lacks_is_not_waited_for(fake: FakeSessions, draft: Draft) -> None:
    draft.replace("tasks/one.md", "- id: right", "- id: right\n  caps: [netpol-enforced]")
    session = begin(fake, draft, minutes=40)
    Path(session.home, "answer.txt").write_text("42")
    end(fake, session)
    found = report(fake.sessions, session)
    assert (found.score.passed, found.score.incomplete) == (False, ("one/right",))


def test_incomplete_stays_on_record_when_the_sandbox_is_gone(fake: FakeSessions, draft: Draft) -> None:
    spoil(draft)
    session = begin(fake, draft, minutes=40)
    Path(session.home, "answer.txt").write_text("42")
    practice = LivePractice(fake.sessions, session)
    with pytest.raises(Incomplete):
        practice.finish()
    assert practice.session().handed_in
    with pytest.raises(UsageProblem, match="was handed in"):
        practice.attach_command()
    fake.clock.advance(hours=1)
    finished = practice.finish()
    assert finished.receipt is None
    assert "incomplete: one/right could not run" in finished.result


def test_the_screen_counts_to_the_exams_end_names_the_namespaces_and_keeps_flags(
    fake: FakeSessions, draft: Draft
) -> None:
    session = begin(fake, draft, minutes=40)
    practice = LivePractice(fake.sessions, session)
    with practice.following():
        practice.took("one")
        practice.flag("one")
    view = LivePractice(fake.sessions, session)
    assert (view.session().exam, view.session().extendable) == (True, False)
    assert view.session().deadline == fake.clock.now() + timedelta(minutes=40)
    (task,) = view.tasks()
    assert task.prompt.startswith("Namespaces: `orbit`, `moon`\n\n")
    assert task.flagged
    assert [event for event in fake.events(session.id) if event[0] == "task"] == [("task", "one"), ("task", "")]


def test_in_practice_the_prompt_is_as_it_was_written(fake: FakeSessions, draft: Draft) -> None:
    (task,) = LivePractice(fake.sessions, fake.start(pack=str(draft.root))).tasks()
    assert task.prompt == "Write the answer to `answer.txt`."


def test_a_hint_that_costs_is_reported_by_the_screen_and_taken_off(fake: FakeSessions, draft: Draft) -> None:
    draft.replace("tasks/one.md", "- text: Think", "- {text: Think, cost: 40}")
    session = fake.start(pack=str(draft.root))
    Path(session.home, "answer.txt").write_text("42")
    practice = LivePractice(fake.sessions, session)
    with practice.following():
        practice.check("one")
        fake.clock.advance(minutes=1)
        practice.hinted("one", 1)
    assert report(fake.sessions, session).score.percent == 100
    fake.clock.advance(minutes=1)
    practice = LivePractice(fake.sessions, session)
    with practice.following():
        practice.check("one")
    assert report(fake.sessions, session).score.percent == 60
