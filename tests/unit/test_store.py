"""The index: whole or not at all, one writer at a time, and never in the way of the sandboxes."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import ExitStack, suppress
from datetime import timedelta
from typing import Any

import pytest

from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions.events import Event, Kind
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.store import PROOF, Score, Store, open_store
from tests.fakes.clock import NOON

SESSION = Session(
    id="s1",
    name="lab",
    owner="ann",
    backend="docker",
    endpoint="ssh://box",
    state=State.READY,
    created=NOON,
    deadline=NOON + timedelta(hours=1),
    pack="linux-basics",
    extensions=1,
    home="/root",
    details={"container": "tempshell-s1", "odd": "ü\n'"},
)


def test_a_session_comes_back_as_it_was_saved(paths: Paths) -> None:
    ended = SESSION._replace(id="s2", state=State.ENDED, ended=NOON + timedelta(minutes=5), reason="stopped")
    with open_store(paths) as opened:
        opened.store.save(SESSION)
        opened.store.save(ended)
    with open_store(paths) as opened:
        assert opened.store.get("s1") == SESSION
        assert opened.store.get("s2") == ended
        assert opened.store.get("s3") is None


def test_saving_again_replaces(paths: Paths) -> None:
    with open_store(paths) as opened:
        opened.store.save(SESSION)
        opened.store.save(SESSION._replace(state=State.STOPPING))
        assert [one.state for one in opened.store.history()] == [State.STOPPING]


def test_live_sessions_are_those_that_may_have_something_on_an_engine(paths: Paths) -> None:
    with open_store(paths) as opened:
        for number, state in enumerate(State):
            opened.store.save(SESSION._replace(id=state, state=state, created=NOON - timedelta(minutes=number)))
        live = [one.state for one in opened.store.live()]
        assert set(live) == set(State) - {State.ENDED, State.FAILED}
        assert [one.created for one in opened.store.live()] == sorted(one.created for one in opened.store.live())
        assert len(opened.store.history()) == len(State)


def test_starts_are_counted_by_time_and_failed_ones_are_not(paths: Paths) -> None:
    with open_store(paths) as opened:
        opened.store.save(SESSION)
        opened.store.save(SESSION._replace(id="old", created=NOON - timedelta(hours=2), state=State.ENDED))
        opened.store.save(SESSION._replace(id="failed", state=State.FAILED))
        assert opened.store.started_since(NOON - timedelta(hours=1)) == 1


def test_events_come_back_in_their_order(paths: Paths) -> None:
    with open_store(paths) as opened:
        for number, session in enumerate(("s1", "s2", "s1")):
            opened.store.add_event(Event(NOON, session, f"kind-{number}", "detail"))
        assert [event.kind for event in opened.store.events()] == ["kind-0", "kind-1", "kind-2"]
        assert [event.kind for event in opened.store.events("s1")] == ["kind-0", "kind-2"]


def test_the_latest_score_of_each_task_counts(paths: Paths) -> None:
    scores = [
        Score("s1", "links", NOON, "fail", 0, 3),
        Score("s1", "files", NOON, "pass", 4, 4),
        Score("s1", "links", NOON + timedelta(minutes=1), "pass", 3, 3),
        Score("s2", "links", NOON + timedelta(minutes=2), "error", 0, 3),
    ]
    with open_store(paths) as opened:
        for score in scores:
            opened.store.add_score(score)
        assert opened.store.latest_scores("s1") == {"links": scores[2], "files": scores[1]}


def test_a_task_that_was_put_back_has_no_score_until_it_is_checked_again(paths: Paths) -> None:
    later = NOON + timedelta(minutes=1)
    with open_store(paths) as opened:
        opened.store.add_score(Score("s1", "links", NOON, "pass", 3, 3))
        opened.store.add_score(Score("s1", "files", NOON, "pass", 4, 4, "1.0", "sha256:0"))
        opened.store.add_event(Event(NOON, "s1", Kind.RESET, "links"))
        assert opened.store.latest_scores("s1").keys() == {"files"}
        opened.store.add_score(Score("s1", "links", later, "fail", 0, 3))
        assert opened.store.latest_scores("s1")["links"].verdict == "fail"
        assert [score.version for score in opened.store.scores("s1")] == ["", "1.0", ""]


def test_proofs_do_not_count_as_starts(paths: Paths) -> None:
    with open_store(paths) as opened:
        opened.store.save(SESSION._replace(state=State.ENDED, reason=PROOF))
        assert opened.store.started_since(NOON - timedelta(hours=1)) == 0


def test_what_fails_in_a_transaction_has_changed_nothing(paths: Paths) -> None:
    with open_store(paths) as opened:
        _save_and_fail(opened.store)
        assert opened.store.history() == []
        with opened.store.transaction():
            opened.store.save(SESSION)


def _save_and_fail(store: Store) -> None:
    with suppress(KeyboardInterrupt), store.transaction():
        store.save(SESSION)
        raise KeyboardInterrupt


class Interrupted:
    """A connection that is interrupted when it has just run a statement."""

    def __init__(self, connection: sqlite3.Connection, after: str) -> None:
        self._connection = connection
        self._after = after

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a connection has
        return getattr(self._connection, name)

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:  # noqa: ANN401 - as above
        """Run it, and be interrupted by the one that was named, once."""
        done = self._connection.execute(statement, *values)
        if statement == self._after:
            self._after = ""
            raise KeyboardInterrupt
        return done


@pytest.mark.parametrize("statement", ["BEGIN IMMEDIATE", "COMMIT"])
def test_what_is_saved_after_an_interrupted_transaction_stays(paths: Paths, statement: str) -> None:
    """The roll-back of a start writes right after one."""
    with open_store(paths) as opened:
        opened.store._connection = Interrupted(opened.store._connection, statement)  # type: ignore[assignment]  # noqa: SLF001 - no signal falls there by plan
        with suppress(KeyboardInterrupt), opened.store.transaction():
            opened.store.save(SESSION)
        opened.store.save(SESSION._replace(state=State.FAILED))
    with open_store(paths) as opened:
        assert [one.state for one in opened.store.history()] == [State.FAILED]


def test_one_writer_waits_for_another(paths: Paths) -> None:
    order = []
    held, released = threading.Event(), threading.Event()

    def hold() -> None:
        with open_store(paths) as opened, opened.store.transaction():
            held.set()
            released.wait(10)
            order.append("first")

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    threading.Timer(0.2, released.set).start()
    with open_store(paths) as opened, opened.store.transaction():
        order.append("second")
    holder.join()
    assert order == ["first", "second"]


def test_what_is_not_committed_is_not_seen_by_others(paths: Paths) -> None:
    with open_store(paths) as one, open_store(paths) as other:
        with one.store.transaction():
            one.store.save(SESSION)
            assert other.store.history() == []
        assert len(other.store.history()) == 1


def test_workers_of_one_process_share_a_store(paths: Paths) -> None:
    with open_store(paths) as opened:

        def work(number: int) -> None:
            for turn in range(20):
                with opened.store.transaction():
                    opened.store.add_event(Event(NOON, f"s{number}", f"{turn}"))

        workers = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert len(opened.store.events()) == 120


def test_the_store_and_its_directory_are_the_owners_alone(paths: Paths) -> None:
    with open_store(paths):
        assert stat.S_IMODE(paths.state.stat().st_mode) == 0o700


@pytest.mark.parametrize("content", [b"no database" * 1000, b"SQLite format 3\0" + b"\xff" * 8192])
def test_a_corrupt_file_is_moved_aside_and_a_new_one_made(paths: Paths, content: bytes) -> None:
    paths.private()
    paths.store.write_bytes(content)
    with open_store(paths) as opened:
        assert opened.moved_aside
        assert opened.moved_aside.read_bytes() == content
        opened.store.save(SESSION)
    with open_store(paths) as opened:
        assert opened.moved_aside is None
        assert opened.store.get("s1") == SESSION


def test_a_corrupt_file_stays_where_its_finder_cannot_say_so(paths: Paths) -> None:
    paths.private()
    paths.store.write_bytes(b"no database" * 1000)
    with pytest.raises(UsageProblem, match="damaged"), open_store(paths, repair=False):
        pass
    assert paths.store.exists()


def test_an_empty_file_becomes_a_store(paths: Paths) -> None:
    paths.private()
    paths.store.touch()
    with open_store(paths) as opened:
        assert opened.moved_aside is None
        assert opened.store.history() == []


def test_a_store_of_the_version_before_keeps_its_scores_and_takes_new_ones(paths: Paths) -> None:
    with open_store(paths) as opened:
        opened.store.add_score(Score("s1", "files", NOON, "pass", 4, 4, "1.0", "sha256:0"))
    connection = sqlite3.connect(paths.store)
    connection.execute("ALTER TABLE score DROP COLUMN incomplete")
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    for _ in range(2):
        with open_store(paths) as opened:
            opened.store.add_score(Score("s1", "links", NOON, "error", 0, 3, incomplete=("target", "kind")))
    with open_store(paths) as opened:
        found = [(score.task, score.points, score.incomplete) for score in opened.store.scores("s1")]
    assert found == [("files", 4, ()), *[("links", 3, ("target", "kind"))] * 2]


def test_a_newer_store_is_refused_and_left_as_it_is(paths: Paths) -> None:
    with open_store(paths):
        pass
    connection = sqlite3.connect(paths.store)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = paths.store.read_bytes()
    with pytest.raises(UsageProblem, match="newer"), open_store(paths):
        pass
    assert paths.store.read_bytes() == before


def test_a_directory_in_the_place_of_the_store_is_reported(paths: Paths) -> None:
    paths.private()
    paths.store.mkdir()
    with pytest.raises(UsageProblem, match=r"tempshell\.db"), open_store(paths):
        pass


_OPEN = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions.events import Event
from tempshell_cli.sessions.store import open_store
sys.stdin.read()
with open_store(Paths(state=Path(sys.argv[1]), config=Path(sys.argv[2]))) as opened:
    opened.store.add_event(Event(datetime.now(UTC), "s1", "moved" if opened.moved_aside else "opened"))
"""


def _open_in_ten_processes(paths: Paths) -> None:
    """At the same instant, as far as that can be had."""
    argv = (sys.executable, "-c", _OPEN, *map(str, paths))
    with ExitStack() as all_of_them:
        racers = [
            all_of_them.enter_context(subprocess.Popen(argv, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
            for _ in range(10)
        ]
        for racer in racers:
            assert racer.stdin
            racer.stdin.close()  # the signal to go: they wait for its end
        output = [racer.stderr.read() for racer in racers if racer.stderr]
    assert [racer.returncode for racer in racers] == [0] * 10, output


def test_many_processes_make_one_store(paths: Paths) -> None:
    _open_in_ten_processes(paths)
    with open_store(paths) as opened:
        assert [event.kind for event in opened.store.events()] == ["opened"] * 10


def test_of_many_processes_one_moves_a_corrupt_file_aside_and_no_other_moves_the_new_one(paths: Paths) -> None:
    paths.private()
    paths.store.write_bytes(b"no database" * 1000)
    _open_in_ten_processes(paths)
    (aside,) = paths.state.glob("*.corrupt-*")
    assert aside.read_bytes() == b"no database" * 1000
    with open_store(paths) as opened:
        assert sorted(event.kind for event in opened.store.events()) == ["moved", *["opened"] * 9]
