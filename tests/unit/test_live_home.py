"""What the home screen reads and acts through, on a fake engine."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tempshell_cli.cli import practised
from tempshell_cli.cli.home import LiveHome
from tempshell_cli.core.errors import LimitReached, UsageProblem
from tempshell_cli.sessions.events import ExamBegun
from tempshell_cli.sessions.model import State
from tempshell_cli.sessions.practice import Practice
from tempshell_cli.sessions.starting import start_mark
from tempshell_cli.tui.home.port import SessionEntry
from tests.packs.drafts import Draft
from tests.support.waiting import eventually

from .conftest import NewFake


def test_a_session_that_another_command_starts_or_stops_comes_and_goes(new_fake: NewFake) -> None:
    with new_fake() as fake:
        home = LiveHome(fake.sessions)
        assert home.view().sessions == []
        assert home.view().new_here
        with home.following():
            session = fake.start()
            eventually(lambda: [one.id for one in home.view().sessions or ()] == [session.id], "it is seen")
            assert not home.view().new_here
            fake.sessions.stop(session)
            eventually(lambda: home.view().sessions == [], "it is gone")


def test_it_extends_and_stops_by_the_same_rules_as_the_commands(new_fake: NewFake) -> None:
    with new_fake() as fake:
        session = fake.start()
        home = LiveHome(fake.sessions)
        assert _only(home).extendable
        assert home.extend(session.id) == session.deadline + timedelta(minutes=30)
        assert not _only(home).extendable
        with pytest.raises(LimitReached):
            home.extend(session.id)
        with pytest.raises(UsageProblem, match="cannot be paused"):
            home.pause(session.id)
        assert not home.stop(session.id).leftover
        assert home.view().sessions == []


def test_packs_show_what_was_passed_and_the_past_what_came_of_it(new_fake: NewFake, tmp_path: Path) -> None:
    draft = Draft.made_in(tmp_path / "draft")
    with new_fake() as fake:
        session = fake.start(pack=str(draft.root))
        Path(session.home, "answer.txt").write_text("42\n", "utf-8")
        practice = Practice(fake.sessions, session)
        practice.check_all(practice.pack.tasks)
        home = LiveHome(fake.sessions)
        with home.following():
            eventually(lambda: home.view().packs, "the packs are read")
            past = home.view().past or ()
            assert [(one.id, one.tasks) for one in past] == [(session.id, len(practice.pack.tasks))]
            assert {"linux-basics", "ckad-core"} <= {one.name for one in home.view().packs or ()}


def test_an_exam_shows_the_time_until_it_is_to_be_handed_in(new_fake: NewFake) -> None:
    with new_fake() as fake:
        session = fake.start()
        ends = fake.clock.now() + timedelta(minutes=20)
        fake.sessions.journal(session.id, ExamBegun(7, ends))
        one = _only(LiveHome(fake.sessions))
        assert (one.exam, one.extendable, one.pausable, one.deadline) == (True, False, False, ends)


def test_what_another_process_is_making_is_marked(new_fake: NewFake) -> None:
    with new_fake() as fake:
        session = fake.on_record(State.CREATING)
        with start_mark(fake.sessions.paths, session.id):
            assert _only(LiveHome(fake.sessions)).held
        assert not _only(LiveHome(fake.sessions)).held


def test_an_engine_that_does_not_answer_is_a_problem_until_it_does(
    new_fake: NewFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(practised, "list_packs", list)  # to read them takes longer than all the rest
    with new_fake() as fake:
        fake.start()
        home = LiveHome(fake.sessions)
        fake.engine.silent = True
        home.refresh()
        home.refresh()
        assert any("its sessions stay on record" in problem for problem in home.view().problems)
        fake.engine.silent = False
        home.refresh()
        assert home.view().problems == []


def _only(home: LiveHome) -> SessionEntry:
    (one,) = home.view().sessions or ()
    return one
