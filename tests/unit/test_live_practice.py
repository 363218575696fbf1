"""What the practice screen reads and acts through, on a fake engine."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from tempshell_cli.cli.practice import LivePractice
from tempshell_cli.packs.grading.results import CheckResult
from tempshell_cli.sessions.model import State
from tests.packs.drafts import Draft
from tests.support.waiting import eventually

from .conftest import NewDesk


def test_a_check_that_outlasts_the_screen_keeps_no_score(new_desk: NewDesk, tmp_path: Path) -> None:
    """Its store is closed by then; the next screen shows what was known before."""
    draft = Draft.made_in(tmp_path / "draft")
    wait = "touch begun; until [ -e go ]; do sleep 0.02; done"
    draft.replace("tasks/one.md", "file: {path: answer.txt}", f"exec: {{argv: [sh, -c, '{wait}']}}")
    found: list[Sequence[CheckResult]] = []
    with new_desk() as desk:
        session = desk.start(pack=str(draft.root))
        practice = LivePractice(desk.sessions, session)
        checking = threading.Thread(target=lambda: found.append(practice.check("one")))
        with practice.following():
            checking.start()
            eventually(Path(session.home, "begun").exists, "the check is under way")
    Path(session.home, "go").touch()
    checking.join()
    assert [row.check for row in found[0]] == ["there", "right"]
    with new_desk() as desk:
        assert desk.sessions.store.latest_scores(session.id) == {}


def test_of_a_paused_session_the_screen_shows_the_time_that_it_has_left(new_desk: NewDesk) -> None:
    with new_desk() as desk:
        session = desk.on_record(State.PAUSED, frozen=timedelta(minutes=23))
        view = LivePractice(desk.sessions, session).session()
        assert view.left(desk.clock.now()) == timedelta(minutes=23)
        desk.clock.advance(hours=2)
        assert view.left(desk.clock.now()) == timedelta(minutes=23)
        session = desk.on_record(State.READY, "s2")
        assert LivePractice(desk.sessions, session).session().left(desk.clock.now()) == timedelta(hours=1)
