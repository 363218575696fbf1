"""A session is ready with its first task; the others are set up behind it, each once, and none is lost."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import AbstractContextManager, ExitStack, nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from tempshell_cli.cli.practice import LivePractice
from tempshell_cli.cli.watching import WatchedPractice
from tempshell_cli.core.config import Limits, Settings
from tempshell_cli.core.errors import TempshellError
from tempshell_cli.core.paths import Paths
from tempshell_cli.packs.grading.results import Verdict
from tempshell_cli.packs.grading.setup import SetupFailed
from tempshell_cli.sessions import setting_up
from tempshell_cli.sessions.behind import set_up_rest
from tempshell_cli.sessions.effort import effort
from tempshell_cli.sessions.events import Event, Kind, NotSetUp, SetUp, SetupOutput, ToSetUp, details
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.practice import Practice
from tempshell_cli.sessions.report import report
from tempshell_cli.sessions.setups import setups_of
from tempshell_cli.sessions.start import make
from tempshell_cli.sessions.starting import start_mark
from tempshell_cli.tui.port import TaskState
from tests.fakes.clock import FakeClock
from tests.packs.drafts import Draft
from tests.support.waiting import eventually

from .conftest import NewFake
from .fake_sessions import FakeSessions

TASKS = ("one", "two", "three", "four")


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    """A pack of four tasks; each setup writes down that it ran."""
    draft = Draft.made_in(tmp_path / "draft")
    head = (draft.root / "tasks/one.md").read_text()
    for task in TASKS:
        mine = head.replace("id: one", f"id: {task}\nsetup: {{run: {task}.sh}}").replace("The first", f"Task {task}")
        draft.write(f"tasks/{task}.md", mine)
        draft.write(f"{task}.sh", f"echo {task} >>ran\n")
    draft.replace("pack.yaml", "- tasks/one.md\n", "".join(f"- tasks/{task}.md\n" for task in TASKS))
    return draft


def start(fake: FakeSessions, draft: Draft, *, first_task_alone: bool = True) -> Session:
    plan = fake.plan(pack=draft.load(), reference=str(draft.root), first_task_alone=first_task_alone)
    return make(fake.sessions, plan, lambda _: nullcontext())


def ran(session: Session) -> list[str]:
    """Return the tasks whose setup ran, as often as it did, in that order."""
    return Path(session.home, "ran").read_text().split()


def waiting(fake: FakeSessions, session: Session) -> list[str]:
    return list(setups_of(fake.sessions.store.events(session.id)).waiting)


def holding(draft: Draft, task: str) -> Path:
    """Have the setup of a task wait, once it has begun, for the file that is returned."""
    go = draft.root.parent / f"go-{task}"
    draft.write(f"{task}.sh", f"echo {task} >>ran; until [ -e {go} ]; do sleep 0.02; done\n")
    return go


def test_a_session_is_ready_with_its_first_task_and_the_others_are_on_record(fake: FakeSessions, draft: Draft) -> None:
    session = start(fake, draft)
    assert session.state is State.READY
    assert ran(session) == ["one"]
    assert waiting(fake, session) == ["two", "three", "four"]
    assert setups_of(fake.sessions.store.events(session.id)).words == "1/4 set up"


def test_who_does_not_ask_for_that_gets_a_session_with_all_tasks(fake: FakeSessions, draft: Draft) -> None:
    session = start(fake, draft, first_task_alone=False)
    assert ran(session) == list(TASKS)
    assert waiting(fake, session) == []


def test_a_screen_sets_up_the_others_each_once(fake: FakeSessions, draft: Draft) -> None:
    session = start(fake, draft)
    practice = LivePractice(fake.sessions, session)
    states = [task.state for task in practice.tasks()]
    assert states == [TaskState.UNTOUCHED, *[TaskState.WAITING] * 3]
    assert practice.session().setup == "1/4 set up"
    assert "being set up" in practice.tasks()[1].prompt
    with practice.following():
        eventually(lambda: not practice.session().setup, "all are set up")
        assert {task.state for task in practice.tasks()} == {TaskState.UNTOUCHED}
        assert "being set up" not in practice.tasks()[1].prompt
    assert sorted(ran(session)) == sorted(TASKS)


def test_a_task_that_is_taken_in_hand_comes_before_the_others(fake: FakeSessions, draft: Draft) -> None:
    go = holding(draft, "two")
    for task in ("five", "six", "seven", "eight"):
        draft.write(f"tasks/{task}.md", (draft.root / "tasks/four.md").read_text().replace("four", task))
        draft.write(f"{task}.sh", f"echo {task} >>ran\n")
        draft.write("pack.yaml", (draft.root / "pack.yaml").read_text() + f"- tasks/{task}.md\n")
    session = start(fake, draft)
    practice = LivePractice(fake.sessions, session)
    with practice.following():
        eventually(lambda: "two" in ran(session), "the second one is under way")
        practice.took("eight")
        go.touch()
        eventually(lambda: not waiting(fake, session), "all are set up")
    assert ran(session).index("eight") < ran(session).index("seven")


def test_of_two_screens_one_sets_up_each_task(new_fake: NewFake, draft: Draft) -> None:
    with new_fake() as here, new_fake() as there:
        session = start(here, draft)
        screens = [LivePractice(one.sessions, session) for one in (here, there)]
        with ExitStack() as open_ones:
            for screen in screens:
                open_ones.enter_context(screen.following())
            for screen in screens:
                eventually(lambda: not screen.session().setup, "all are set up")  # noqa: B023 - looked at here alone
    assert sorted(ran(session)) == sorted(TASKS)


def test_who_only_watches_sets_up_nothing(fake: FakeSessions, draft: Draft) -> None:
    session = start(fake, draft)
    with WatchedPractice(fake.sessions, session).following():
        pass
    assert ran(session) == ["one"]


def test_a_check_sets_up_its_task_first(fake: FakeSessions, draft: Draft) -> None:
    session = start(fake, draft)
    practice = Practice(fake.sessions, session)
    (result,) = practice.check_all([practice.pack.task("three")])
    assert result.verdict is Verdict.FAIL
    assert ran(session) == ["one", "three"]
    practice.check_all(practice.pack.tasks)
    assert ran(session) == ["one", "three", "two", "four"]


def test_a_reset_sets_up_a_task_that_waits_for_it(fake: FakeSessions, draft: Draft) -> None:
    session = start(fake, draft)
    practice = Practice(fake.sessions, session)
    practice.reset(practice.pack.task("two"))
    assert ran(session) == ["one", "two"]
    assert waiting(fake, session) == ["three", "four"]


def test_what_is_left_is_set_up_by_the_next_screen(new_fake: NewFake, draft: Draft) -> None:
    go = holding(draft, "two")
    with new_fake() as fake:
        session = start(fake, draft)
        practice = LivePractice(fake.sessions, session)
        with practice.following():
            eventually(lambda: "two" in ran(session), "the second one is under way")
            threading.Timer(0.3, go.touch).start()
        left = waiting(fake, session)  # what was under way has been recorded
        assert sorted([*ran(session), *left]) == sorted(TASKS)
    with new_fake() as fake:
        practice = LivePractice(fake.sessions, session)
        with practice.following():
            eventually(lambda: not practice.session().setup, "all are set up")
    assert sorted(ran(session)) == sorted(TASKS)


def test_a_setup_that_fails_is_said_everywhere_and_can_be_tried_again(fake: FakeSessions, draft: Draft) -> None:
    draft.write("three.sh", "echo no room; test -e mended\n")
    session = start(fake, draft)
    practice = LivePractice(fake.sessions, session)
    with practice.following():
        eventually(lambda: not practice.session().setup, "nothing waits any more")
        failed = next(task for task in practice.tasks() if task.id == "three")
        assert failed.state is TaskState.ERROR
        assert "- `the task three cannot be set up: three.sh ended with exit code 1:`\n- `no room`" in failed.prompt
        assert "Reset the task to try its setup again." in failed.prompt
        assert practice.check("three")[0].verdict is Verdict.ERROR
    found = report(fake.sessions, session)
    assert "no room" in found.setups.lines()[-1]
    assert found.score.incomplete
    Path(session.home, "mended").touch()
    grader = Practice(fake.sessions, session)
    grader.reset(grader.pack.task("three"))
    assert grader.setups().failed == {}
    assert grader.grade(grader.pack.task("three")).verdict is Verdict.FAIL


def test_a_task_that_is_not_set_up_has_not_passed_unasked(fake: FakeSessions, draft: Draft) -> None:
    """Its checks could hold by chance: what is to be put right was never made."""
    draft.write("three.sh", "exit 3\n")
    session = start(fake, draft)
    practice = Practice(fake.sessions, session)
    Path(session.home, "answer.txt").write_text("42")
    one, two, three, _ = practice.pack.tasks
    practice.ensure_set_up(three)
    assert practice.setups().failed.keys() == {"three"}
    passed = [practice.grade_if_passed(task) is not None for task in (one, two, three)]
    assert passed == [True, False, False]
    with start_mark(fake.sessions.paths, f"{session.id}.one"):  # as a reset in another terminal does
        assert practice.grade_if_passed(one) is None


def test_a_setup_that_fails_is_no_news_of_another_task(fake: FakeSessions, draft: Draft) -> None:
    draft.write("three.sh", "exit 3\n")
    session = start(fake, draft)
    practice = Practice(fake.sessions, session)
    practice.ensure_set_up(practice.pack.task("three"))
    result = practice.grade(practice.pack.task("one"))
    assert result.verdict is Verdict.FAIL
    assert "three" not in " ".join(check.message for check in result.results)


def test_a_failed_setup_is_kept_without_the_secrets_of_the_session(
    fake: FakeSessions, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft.write("three.sh", "echo the word is hunter2; exit 3\n")
    monkeypatch.setattr(setting_up, "secrets_in", lambda *_: ["hunter2"])
    session = start(fake, draft)
    practice = Practice(fake.sessions, session)
    practice.ensure_set_up(practice.pack.task("three"))
    kept = [event.detail for event in fake.sessions.store.events(session.id)]
    assert [line for line in kept if "the word is" in line]
    assert not [line for line in kept if "hunter2" in line]
    assert [one.task for _, one in details(fake.sessions.store.events(session.id), SetupOutput)] == ["three"]


def test_a_task_may_have_the_name_of_what_scripts_take_turns_by(fake: FakeSessions, draft: Draft) -> None:
    draft.write("tasks/four.md", (draft.root / "tasks/four.md").read_text().replace("id: four", "id: scripts"))
    session = start(fake, draft)
    practice = Practice(fake.sessions, session)
    setting = threading.Thread(target=practice.ensure_set_up, args=[practice.pack.task("scripts")], daemon=True)
    setting.start()
    setting.join(20)
    assert "scripts" not in waiting(fake, session)


def test_time_on_a_task_counts_from_when_it_is_set_up() -> None:
    began = datetime(2030, 1, 1, tzinfo=UTC)
    at = [began + timedelta(seconds=seconds) for seconds in (0, 60, 90)]
    events = [Event.of(at[0], "s", Kind.TASK, "two"), Event.of(at[1], "s", SetUp("two"))]
    session = Session("s", "s", "ann", "fake", "", State.READY, began, began + timedelta(hours=1))
    assert effort(session, events, [], at[2]).spent == {"two": timedelta(seconds=30)}


def test_a_first_task_that_cannot_be_set_up_fails_the_start(fake: FakeSessions, draft: Draft) -> None:
    draft.write("one.sh", "exit 3\n")
    with pytest.raises(SetupFailed, match="exit code 3"):
        start(fake, draft)
    assert fake.ids_on_engine() == []


def test_a_stop_in_the_middle_removes_everything_and_reports_no_failed_setup(fake: FakeSessions, draft: Draft) -> None:
    holding(draft, "two")
    session = start(fake, draft)
    practice = LivePractice(fake.sessions, session)
    with practice.following():
        eventually(lambda: "two" in ran(session), "the second one is under way")
        assert practice.stop().leftover == ()
    (draft.root.parent / "go-two").touch()
    assert fake.ids_on_engine() == []
    assert not [kind for kind, _ in fake.events(session.id) if kind == "not set up"]


def test_while_a_session_is_paused_its_tasks_wait_and_that_is_said(
    fake: FakeSessions, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempshell_cli.sessions.behind._AGAIN", 0.05)
    session = start(fake, draft)
    paused = session._replace(state=State.PAUSED, frozen=timedelta(minutes=5))
    fake.sessions.store.save(paused)
    practice = LivePractice(fake.sessions, paused)
    with practice.following():
        eventually(lambda: practice.session().news, "it is said")
    assert "cannot be set up yet" in practice.session().news[0]
    assert len({line.partition(":")[2] for line in practice.session().news}) == 1
    assert waiting(fake, session) == ["two", "three", "four"]


_KILLED = """
import os, sys
from pathlib import Path
from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions.starting import start_mark
with start_mark(Paths(state=Path(sys.argv[1]), config=Path(sys.argv[2])), sys.argv[3]):
    os.kill(os.getpid(), 9)
"""


def test_a_screen_that_was_killed_in_the_middle_of_a_setup_is_in_nobodys_way(
    fake: FakeSessions, paths: Paths, draft: Draft
) -> None:
    session = start(fake, draft)
    for mark in ("two", "scripts"):
        subprocess.run((sys.executable, "-c", _KILLED, *map(str, paths), f"{session.id}.{mark}"), check=False)
    set_up_rest(fake.sessions, session, lambda _: nullcontext())
    assert ran(session) == list(TASKS)


def test_a_session_of_an_older_release_has_nothing_waiting(fake: FakeSessions, draft: Draft) -> None:
    session = fake.start(pack=str(draft.root))
    practice = Practice(fake.sessions, session)
    assert practice.setups().waiting == []
    practice.reset(practice.pack.task("two"))
    assert practice.setups().waiting == []


def test_scripts_take_turns(fake: FakeSessions, draft: Draft) -> None:
    """Two at a time would find each other's file: only what is waited for overlaps."""
    for task in TASKS:
        alone = "test ! -e busy; touch busy; sleep 0.1; rm busy\n"
        draft.write(f"{task}.sh", f"set -e\necho {task} >>ran\n{alone}")
    session = start(fake, draft)
    practice = LivePractice(fake.sessions, session)
    with practice.following():
        eventually(lambda: not practice.session().setup, "nothing waits any more")
    assert Practice(fake.sessions, session).setups().failed == {}


def test_the_lease_counts_from_when_the_first_task_can_be_worked_on(
    fake: FakeSessions, draft: Draft, clock: FakeClock
) -> None:
    fake.engine.during = lambda: clock.advance(seconds=90)
    session = start(fake, draft)
    assert session.deadline == clock.now() + timedelta(hours=1)
    (sandbox,) = fake.engine.find("ann")
    assert sandbox.deadline == session.deadline
    assert fake.sessions.store.get(session.id) == session


def test_where_the_deadline_cannot_be_moved_the_start_is_rolled_back(
    fake: FakeSessions, draft: Draft, clock: FakeClock
) -> None:
    fake.engine.during = lambda: clock.advance(seconds=90)
    fake.engine.failing_move = TempshellError("no answer")
    with pytest.raises(TempshellError, match="no answer"):
        start(fake, draft)
    assert fake.ids_on_engine() == []


def test_of_each_task_the_last_outcome_counts(fake: FakeSessions) -> None:
    session = fake.start()
    for what in (ToSetUp(("a", "b", "c")), NotSetUp("a", "no room"), SetUp("b", "odd"), NotSetUp("b", "x"), SetUp("a")):
        fake.sessions.journal(session.id, what)
    found = setups_of(fake.sessions.store.events(session.id))
    assert (found.waiting, found.failed, found.lines()) == (["c"], {"b": "x"}, ["b: x"])
    assert found.words == "2/3 set up"


# How long it usually takes.


def steps_of(fake: FakeSessions, draft: Draft, *, first_task_alone: bool) -> list[str]:
    """Return the steps that a start reports, and stop its session."""
    steps: list[str] = []

    def report(what: str) -> AbstractContextManager[None]:
        steps.append(what)
        return nullcontext()

    plan = fake.plan(pack=draft.load(), reference=str(draft.root), first_task_alone=first_task_alone)
    fake.sessions.stop(make(fake.sessions, plan, report))
    return steps


def test_what_a_start_usually_takes_is_learned_from_those_before_it(
    new_fake: NewFake, draft: Draft, clock: FakeClock
) -> None:
    with new_fake(Settings(owner="ann", limits=Limits(starts_per_hour=9))) as fake:
        for seconds in (40, 4, 8):
            fake.engine.during = partial(clock.advance, seconds=seconds)
            fake.sessions.stop(start(fake, draft))
        fake.engine.during = lambda: None
        assert steps_of(fake, draft, first_task_alone=True) == [
            "making a directory (usually ready after 8s here)", "setting up one [1/4]",
        ]  # fmt: skip
        # Nothing is known of starts that wait for all tasks.
        assert steps_of(fake, draft, first_task_alone=False)[0] == "making a directory"
