"""No question to the store reads all of the past for an answer: what SQLite plans for each statement says so."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tempshell_cli.core.config import History
from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions.events import Event, Kind
from tempshell_cli.sessions.lookup import select
from tempshell_cli.sessions.model import State
from tempshell_cli.sessions.pruning import prune
from tempshell_cli.sessions.schema import VERSION
from tempshell_cli.sessions.store import Score, Store, open_store
from tests.fakes.clock import NOON

from .test_store import SESSION

EARLIER = Path(__file__).parent / "stores" / "version-2.db"  # made by the release before VERSION
SINCE = NOON - timedelta(hours=1)

QUESTIONS: dict[str, Callable[[Store], object]] = {
    "a live session": lambda store: select(store, NOON, "lab"),
    "live sessions": lambda store: store.live(),
    "the newest of a name": lambda store: store.last("nobody"),
    "the newest with a pack": lambda store: store.last_with_pack(),
    "the starts of a pack": lambda store: store.alike(SESSION, SINCE, 5),
    "the newest exam": lambda store: store.last_with_event(Kind.EXAM),
    "an exam by its name": lambda store: store.last_with_event(Kind.EXAM, "lab"),
    "the starts of an hour": lambda store: store.started_since(SINCE),
    "the events of a session": lambda store: store.events("s1"),
    "the events of a name": lambda store: store.events_of("lab"),
    "whether engines were searched": lambda store: store.was_searched("ann"),
    "the scores of a session": lambda store: store.latest_scores("s1"),
    "a change": lambda store: store.save(SESSION),
    "an event": lambda store: store.add_event(Event(NOON, "s1", "started", "")),
}


@pytest.mark.parametrize("what", QUESTIONS)
def test_it_is_answered_by_an_index(paths: Paths, what: str) -> None:
    with open_store(paths) as opened:
        opened.store.save(SESSION)
        plan = _plan(opened.store, QUESTIONS[what])
    # The last of an index that is in the order asked for is not looked for.
    assert not [line for line in plan if line.startswith("SCAN") and line != "SCAN session USING INDEX session_pack"]
    if what == "live sessions":  # by their state; in the order of `created` all would be looked at
        assert any("session_state" in line for line in plan), plan


def test_forgetting_reads_no_more_of_what_stays_than_an_index(paths: Paths) -> None:
    """It counts sessions, and reads the graded ones, which are few; no statement scans the table itself."""
    with open_store(paths) as opened:
        opened.store.save(SESSION._replace(state=State.ENDED, created=NOON - timedelta(days=99)))
        opened.store.add_score(Score("s1", "links", NOON - timedelta(days=99), "fail", 0, 3))
        everything = History(most=0, most_graded=0)
        plan = _plan(opened.store, lambda store: prune(store, everything, NOON + timedelta(days=1)))
    assert not [line for line in plan if re.match(r"SCAN (session|event)(?! USING (COVERING )?INDEX)", line)], plan


def _plan(store: Store, ask: Callable[[Store], object]) -> list[str]:
    """Return how SQLite does each statement of a question, a line a step."""
    statements: list[str] = []
    connection = store._connection  # noqa: SLF001 - no command shows a plan
    connection.set_trace_callback(statements.append)
    ask(store)
    connection.set_trace_callback(None)
    words = ("SELECT", "INSERT", "DELETE", "UPDATE")
    asked = [one for one in statements if one.startswith(words)]
    assert asked
    return [row[3] for one in asked for row in connection.execute(f"EXPLAIN QUERY PLAN {one}")]


def test_a_store_of_the_release_before_keeps_what_it_has_and_gets_its_indexes(paths: Paths) -> None:
    paths.private()
    shutil.copyfile(EARLIER, paths.store)
    with open_store(paths) as opened:
        store = opened.store
        assert [(one.id, one.state) for one in store.history()] == [("0ld00001", "ended"), ("5e55104a", "ready")]
        assert store.ports() == {30000: "5e55104a"}
        assert [event.kind for event in store.events()] == ["exam", "creating", Kind.SEARCHED]
        assert store.scores("0ld00001")[0].incomplete == ("kind",)
        store.add_score(Score("5e55104a", "links", NOON, "pass", 3, 3))
        assert _indexes(paths.store) == _indexes_of_a_new_store(paths)
    with open_store(paths) as opened:
        assert [score.task for score in opened.store.scores("5e55104a")] == ["files", "links"]


def _indexes_of_a_new_store(paths: Paths) -> list[tuple[str, str]]:
    other = Paths(state=paths.state.with_name("other"), config=paths.config)
    with open_store(other):
        return _indexes(other.store)


def _indexes(file: Path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(file)
    assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
    found = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'index' ORDER BY name").fetchall()
    connection.close()
    return found
