"""What the practice screen reads and acts through, on a fake engine."""

from __future__ import annotations

import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tempshell_cli.cli import practice as practice_module
from tempshell_cli.cli.practice import LivePractice
from tempshell_cli.cli.watching import WatchedPractice
from tempshell_cli.core.config import EngineSettings, Limits, PracticeSettings, Settings
from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.core.paths import Paths
from tempshell_cli.packs.grading.results import CheckResult, Verdict
from tempshell_cli.packs.library.load import load_pack
from tempshell_cli.sessions.events import Drawn, Event, ExamBegun, Kind
from tempshell_cli.sessions.exam import exam_of
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.practice import Practice
from tempshell_cli.sessions.report import report
from tempshell_cli.sessions.store import Store, StoreUnavailable
from tempshell_cli.tui.port import TaskState
from tests.packs.drafts import Draft
from tests.support.waiting import eventually

from .conftest import NewFake
from .fake_sessions import FakeSessions

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_check_that_outlasts_the_screen_keeps_no_score(new_fake: NewFake, tmp_path: Path) -> None:
    """Its store is closed by then; the next screen shows what was known before."""
    draft = Draft.made_in(tmp_path / "draft")
    wait = "touch begun; until [ -e go ]; do sleep 0.02; done"
    draft.replace("tasks/one.md", "file: {path: answer.txt}", f"exec: {{argv: [sh, -c, '{wait}']}}")
    found: list[Sequence[CheckResult]] = []
    with new_fake() as fake:
        session = fake.start(pack=str(draft.root))
        practice = LivePractice(fake.sessions, session)
        checking = threading.Thread(target=lambda: found.append(practice.check("one")))
        with practice.following():
            checking.start()
            eventually(Path(session.home, "begun").exists, "the check is under way")
    Path(session.home, "go").touch()
    checking.join()
    assert [row.check for row in found[0]] == ["there", "right"]
    with new_fake() as fake:
        assert fake.sessions.store.latest_scores(session.id) == {}


@pytest.mark.parametrize("kind", [LivePractice, WatchedPractice])
def test_a_port_is_forwarded_until_the_screen_is_left(new_fake: NewFake, kind: type[LivePractice]) -> None:
    with new_fake() as fake, socket.create_server(("127.0.0.1", 0)) as inside:
        practice, port = kind(fake.sessions, fake.start()), inside.getsockname()[1]
        with practice.following():
            if kind is WatchedPractice:
                with pytest.raises(UsageProblem, match="read-only"):
                    practice.forward(port)
                return
            local = practice.forward(port)
            assert practice.forward(port) == local
            assert practice.session().ports == [f"{local}→{port}"]
            with socket.create_connection(("127.0.0.1", local)) as client:
                server, _ = inside.accept()
                with server:
                    server.sendall(b"here")
                    assert client.recv(4) == b"here"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", local))


def test_of_a_paused_session_the_screen_shows_the_time_that_it_has_left(new_fake: NewFake) -> None:
    with new_fake() as fake:
        session = fake.on_record(State.PAUSED, frozen=timedelta(minutes=23))
        view = LivePractice(fake.sessions, session).session()
        assert view.left(fake.clock.now()) == timedelta(minutes=23)
        fake.clock.advance(hours=2)
        assert view.left(fake.clock.now()) == timedelta(minutes=23)
        session = fake.on_record(State.READY, "s2")
        assert LivePractice(fake.sessions, session).session().left(fake.clock.now()) == timedelta(hours=1)


# A store that cannot be used for a while: what SQLite itself says then.


@contextmanager
def locked(store: Store, paths: Paths) -> Iterator[None]:
    """Another process is writing."""
    with closing(sqlite3.connect(paths.store, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        _pragma(store, "busy_timeout = 20")
        yield
        other.execute("ROLLBACK")


@contextmanager
def read_only(store: Store, paths: Paths) -> Iterator[None]:  # noqa: ARG001 - as the others
    _pragma(store, "query_only = 1")
    yield
    _pragma(store, "query_only = 0")


@contextmanager
def full(store: Store, paths: Paths) -> Iterator[None]:  # noqa: ARG001 - as the others
    """There is no page left: the largest number of them is the smallest that SQLite takes."""
    _pragma(store, "max_page_count = 1")
    for size in (4000, 1):  # until what is left on the last pages is used up
        with suppress(StoreUnavailable):
            while True:
                store.add_event(Event(NOON, "", "filling", "x" * size))
    yield
    _pragma(store, "max_page_count = 1000000")


def _pragma(store: Store, setting: str) -> None:
    store._connection.execute(f"PRAGMA {setting}").fetchall()  # noqa: SLF001 - as above


TROUBLES = pytest.mark.parametrize("trouble", [locked, read_only, full])
Trouble = Callable[[Store, Paths], AbstractContextManager[None]]


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    return Draft.made_in(tmp_path / "draft")


def sweep_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EngineSettings, "sweep_every", timedelta(seconds=0.01))


def seconds(monkeypatch: pytest.MonkeyPatch, **constants: float) -> None:
    for name, value in constants.items():
        monkeypatch.setattr(practice_module, name, value)


@TROUBLES
def test_what_is_done_while_the_store_cannot_be_used_is_recorded_afterwards(
    fake: FakeSessions, paths: Paths, draft: Draft, monkeypatch: pytest.MonkeyPatch, trouble: Trouble
) -> None:
    seconds(monkeypatch, _LOOK=0.01)
    session = fake.start(pack=str(draft.root))
    store = fake.sessions.store
    practice = LivePractice(fake.sessions, session)
    with practice.following():
        with trouble(store, paths):
            practice.took("one")
            practice.hinted("one", 1)
            practice.flag("one")
            assert [row.verdict for row in practice.check("one")] == [Verdict.FAIL, Verdict.FAIL]
            eventually(lambda: practice.session().trouble, "it is reported")
            (task,) = practice.tasks()
            assert (task.state, task.flagged, len(task.results)) == (TaskState.FAILING, True, 2)
        eventually(lambda: not practice.session().trouble, "that is over")
        eventually(lambda: store.latest_scores(session.id), "the score is kept")
    kinds = [kind for kind, _ in fake.events(session.id)][2:]
    assert kinds == ["task", "hint", "flagged", "checked", "found", "task"]


@TROUBLES
def test_what_an_exam_is_graded_to_is_kept_when_the_store_can_be_used_again(
    fake: FakeSessions, paths: Paths, draft: Draft, trouble: Trouble
) -> None:
    """The checks run once: meanwhile nobody has changed anything in the sandbox, but it might be gone."""
    counting = "exec: {argv: [sh, -c, 'echo ran >>ran; cat answer.txt']}"
    draft.replace("tasks/one.md", "file: {path: answer.txt}", counting)
    session = fake.start(pack=str(draft.root))
    fake.sessions.journal(session.id, Drawn(("one",)))
    fake.sessions.journal(session.id, ExamBegun(7, fake.clock.now() + timedelta(minutes=40)))
    Path(session.home, "answer.txt").write_text("42")
    practice = LivePractice(fake.sessions, session)
    with trouble(fake.sessions.store, paths):
        practice.took("one")
        with pytest.raises(StoreUnavailable):
            practice.finish()
    assert practice.finish().result.startswith("100 %")
    found = exam_of(fake.sessions.store, session.id)
    assert found
    assert found.graded
    assert (Kind.TASK, "one") in fake.events(session.id)


def test_what_cannot_be_recorded_in_the_end_is_said(
    fake: FakeSessions,
    paths: Paths,
    draft: Draft,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    seconds(monkeypatch, _LOOK=0.01, _LAST_TRIES=0.05)
    practice = LivePractice(fake.sessions, fake.start(pack=str(draft.root)))
    with read_only(fake.sessions.store, paths):
        with practice.following():
            practice.took("one")
        said = capsys.readouterr().err
    assert "2 entries are not on record: cannot use the store" in said
    assert "attempt to write a readonly database; gave up" in said


def test_a_bug_in_the_background_is_logged_and_the_screen_follows_on(
    fake: FakeSessions, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds(monkeypatch, _LOOK=0.01)
    sweep_all_the_time(monkeypatch)
    session = fake.start(pack=str(draft.root))
    practice = LivePractice(fake.sessions, session)

    def broken(*, quiet: bool) -> None:  # noqa: ARG001 - as of a sweep
        raise RuntimeError("the sweep is broken")

    monkeypatch.setattr(fake.sessions, "sweep", broken)
    with practice.following():
        log = fake.sessions.paths.log
        eventually(lambda: "RuntimeError: the sweep is broken" in log.read_text(), "it is in the log")
        fake.sessions.extend(session)
        eventually(lambda: not practice.session().extendable, "the screen follows")
    assert log.read_text().count("Traceback") == 1


def test_an_engine_that_hangs_does_not_keep_the_screen_from_following(
    fake: FakeSessions, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds(monkeypatch, _LOOK=0.01, _LAST_SWEEP=0.01)
    sweep_all_the_time(monkeypatch)
    session = fake.start(pack=str(draft.root))
    practice = LivePractice(fake.sessions, session)
    hanging, let_go = threading.Event(), threading.Event()

    def hang(*, quiet: bool) -> None:  # noqa: ARG001 - as of a sweep
        hanging.set()
        let_go.wait(10)

    monkeypatch.setattr(fake.sessions, "sweep", hang)
    with practice.following():
        assert hanging.wait(10)
        fake.sessions.stop(session)
        eventually(lambda: practice.session().ended, "the end is seen")
    let_go.set()


# What another terminal does.


def test_the_screen_sees_what_another_terminal_does(
    new_fake: NewFake, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds(monkeypatch, _LOOK=0.01)
    with new_fake() as here, new_fake() as there:
        session = here.start(pack=str(draft.root))
        practice = LivePractice(here.sessions, session)
        other = Practice(there.sessions, session)

        def state() -> TaskState:
            return practice.tasks()[0].state

        with practice.following():
            Path(session.home, "answer.txt").write_text("42")
            other.check_all(other.pack.tasks)
            eventually(lambda: state() is TaskState.PASSED, "the check is seen")
            assert [row.verdict for row in practice.tasks()[0].results] == [Verdict.PASS, Verdict.PASS]
            there.clock.advance(seconds=1)
            other.reset(other.pack.tasks[0])
            eventually(lambda: state() is TaskState.UNTOUCHED, "the reset is seen")
            assert practice.tasks()[0].results == ()
            before = practice.session().deadline
            there.sessions.extend(session)
            eventually(lambda: practice.session().deadline > before, "the extension is seen")
            frozen = session._replace(state=State.PAUSED, frozen=timedelta(minutes=5))
            there.sessions.store.save(frozen)
            eventually(lambda: practice.session().frozen == timedelta(minutes=5), "the pause is seen")
            there.sessions.stop(session)
            eventually(lambda: practice.session().ended == "stopped", "the end is seen")


# Coming back.


def two_tasks(draft: Draft) -> Draft:
    second = (draft.root / "tasks/one.md").read_text().replace("id: one", "id: two").replace("The first", "The second")
    draft.write("tasks/two.md", second)
    draft.replace("pack.yaml", "- tasks/one.md\n", "- tasks/one.md\n- tasks/two.md\n")
    return draft


def test_after_an_attach_everything_is_where_it_was(new_fake: NewFake, draft: Draft) -> None:
    with new_fake() as fake:
        session = fake.start(pack=str(two_tasks(draft).root))
        practice = LivePractice(fake.sessions, session)
        assert practice.task_in_hand() == "one"
        with practice.following():
            practice.took("two")
            practice.hinted("two", 1)
            practice.check("two")
    with new_fake() as fake:
        practice = LivePractice(fake.sessions, session)
        assert practice.task_in_hand() == "two"
        first, second = practice.tasks()
        assert (second.state, second.hints_shown, [row.check for row in second.results]) == (
            TaskState.FAILING, 1, ["there", "right"],
        )  # fmt: skip
        assert (first.state, first.hints_shown, first.results) == (TaskState.UNTOUCHED, 0, ())


def test_without_a_task_in_hand_it_begins_with_the_first_that_is_open(fake: FakeSessions, draft: Draft) -> None:
    session = fake.start(pack=str(two_tasks(draft).root))
    Path(session.home, "answer.txt").write_text("42")
    other = Practice(fake.sessions, session)
    other.check_all([other.pack.task("one")])
    assert LivePractice(fake.sessions, session).task_in_hand() == "two"


# A check that nobody has asked for.


def solve(session: Session) -> None:
    Path(session.home, "answer.txt").write_text("42")


def test_unasked_only_a_pass_is_kept_and_it_is_kept_as_any_other(new_fake: NewFake, draft: Draft) -> None:
    with new_fake(Settings(owner="ann", limits=Limits(per_owner=2))) as fake:
        _keeps_a_pass_alone(fake, draft)


def _keeps_a_pass_alone(fake: FakeSessions, draft: Draft) -> None:
    sessions = [fake.start(pack=str(draft.root)) for _ in range(2)]
    for session, unasked in zip(sessions, (True, False), strict=True):
        practice = LivePractice(fake.sessions, session)
        with practice.following():
            practice.took("one")
            if unasked:
                for _ in range(3):
                    assert practice.check_unasked("one") == ()
                (task,) = practice.tasks()
                assert (task.checks_itself, task.state, task.results) == (True, TaskState.UNTOUCHED, ())
                assert practice.session().worked is None
            solve(session)
            rows = practice.check_unasked("one") if unasked else practice.check("one")
            assert [row.verdict for row in rows] == [Verdict.PASS, Verdict.PASS]
            (task,) = practice.tasks()
            assert (task.state, task.results) == (TaskState.PASSED, rows)
            assert practice.session().worked == timedelta()
    assert fake.events(sessions[0].id)[2:] == fake.events(sessions[1].id)[2:]
    assert [len(fake.sessions.store.scores(session.id)) for session in sessions] == [1, 1]
    assert [report(fake.sessions, session).attempts for session in sessions] == [{"one": 1}, {"one": 1}]


def test_what_has_failed_before_is_looked_at_first_and_alone(fake: FakeSessions, draft: Draft) -> None:
    counting = "exec: {argv: [sh, -c, 'echo ran >>ran; cat answer.txt']}"
    draft.replace("tasks/one.md", "file: {path: answer.txt}", counting)
    session = fake.start(pack=str(draft.root))
    practice = LivePractice(fake.sessions, session)
    Path(session.home, "answer.txt").write_text("41")
    for _ in range(3):
        assert practice.check_unasked("one") == ()
    assert Path(session.home, "ran").read_text() == "ran\n"
    solve(session)
    assert practice.check_unasked("one")


def test_a_reset_meanwhile_forgets_a_pass(fake: FakeSessions, draft: Draft) -> None:
    draft.replace(
        "tasks/one.md", "file: {path: answer.txt}", "exec: {argv: [sh, -c, 'touch begun; until [ -e go ]; do :; done']}"
    )
    session = fake.start(pack=str(draft.root))
    solve(session)
    practice = LivePractice(fake.sessions, session)
    found: list[Sequence[CheckResult]] = []
    checking = threading.Thread(target=lambda: found.append(practice.check_unasked("one")))
    checking.start()
    eventually(Path(session.home, "begun").exists, "the check is under way")
    practice.reset("one")
    solve(session)
    Path(session.home, "go").touch()
    checking.join()
    assert found == [()]
    assert fake.sessions.store.scores(session.id) == []


def test_a_step_that_is_not_reached_is_not_checked_unasked(fake: FakeSessions, draft: Draft) -> None:
    session = fake.start(pack=str(two_tasks(draft).root))
    solve(session)
    practice = Practice(fake.sessions, session, lambda _: replace(load_pack(draft.root), in_order=True))
    assert practice.grade_if_passed(practice.pack.task("two")) is None
    assert practice.grade_if_passed(practice.pack.task("one"))


def test_with_the_setting_off_and_in_an_exam_no_task_is_checked_unasked(new_fake: NewFake, draft: Draft) -> None:
    off = Settings(owner="ann", practice=PracticeSettings(auto_check=False))
    with new_fake(off) as fake:
        session = fake.start(pack=str(draft.root))
        assert [task.checks_itself for task in LivePractice(fake.sessions, session).tasks()] == [False]
    with new_fake() as fake:
        assert [task.checks_itself for task in LivePractice(fake.sessions, session).tasks()] == [True]
        fake.sessions.journal(session.id, ExamBegun(7, fake.clock.now() + timedelta(minutes=40)))
        practice = LivePractice(fake.sessions, session)
        assert [task.checks_itself for task in practice.tasks()] == [False]
        solve(session)
        with pytest.raises(UsageProblem, match="graded once"):
            practice.check_unasked("one")
