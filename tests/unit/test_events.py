"""The events of sessions: what is written stays as it is in every store, and is read back."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tempshell_cli.backends.base import Capability
from tempshell_cli.sessions import events
from tempshell_cli.sessions.events import (
    KINDS,
    CapabilityTried,
    Checked,
    CommandRun,
    CouldNotRun,
    Detail,
    Drawn,
    Event,
    ExamBegun,
    ExamGraded,
    Flagged,
    HintShown,
    Kind,
    NotSetUp,
    Recipe,
    Recorded,
    SetUp,
    SetupOutput,
    Started,
    ToSetUp,
    ValuesWritten,
    details,
    words_of,
)
from tempshell_cli.sessions.model import SETTLED

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
# As stores and scripts that read --json have them.
WRITTEN: list[tuple[Detail, str, str]] = [
    (Started("docker"), "started", "docker"),
    (Started("kind", admin=True), "started", "kind admin"),
    (ExamBegun(7, NOON), "exam", "7 2026-03-01T12:00:00+00:00"),
    (ExamBegun(7, NOON.astimezone(timezone(timedelta(hours=1)))), "exam", "7 2026-03-01T13:00:00+01:00"),
    (Recipe({"image": "debian"}), "recipe", '{"image": "debian"}'),
    (Drawn(("links", "web/logs")), "drawn", "links web/logs"),
    (ValuesWritten({"links/mark": "10:b c"}), "values", '{"links/mark": "10:b c"}'),
    (Recorded("links", {"a.txt inode": "1 2"}), "record", 'links {"a.txt inode": "1 2"}'),
    (ToSetUp(("step1", "step2")), "to set up", "step1 step2"),
    (NotSetUp("step1", "its script\nended with 1"), "not set up", "step1 its script\nended with 1"),
    (SetUp("step1"), "set up", "step1"),
    (SetUp("step1", "its script\nended with 1"), "set up", "step1 its script\nended with 1"),
    (Flagged(("links",)), "flagged", "links"),
    (Flagged(()), "flagged", ""),
    (ExamGraded(incomplete=False), "graded", ""),
    (ExamGraded(incomplete=True), "graded", "incomplete"),
    (HintShown("links", 2), "hint", "links 2"),
    (
        CommandRun("links", 1, 0.25, "ls nowhere"),
        "command",
        '{"task": "links", "code": 1, "took": 0.25, "text": "ls nowhere"}',
    ),
    (Checked("links", "pass"), "checked", "links pass"),
    (CouldNotRun("links", "there", "stat: no answer"), "could not run", "links/there: stat: no answer"),
    (SetupOutput("links", "made x\nof two lines"), "setup output", "links made x\nof two lines"),
    (CapabilityTried(Capability.NETPOL_ENFORCED, there=True), "capability", "netpol-enforced yes"),
    (CapabilityTried(Capability.NODE_SHELL, there=False), "capability", "node-shell no"),
]
KINDS_WRITTEN = {
    "creating", "started", "failed", "kept", "adopted", "extended", "paused", "resumed", "restored", "ready", "stopped",
    "broken", "lost", "stopping", "ended", "forgotten", "reaped", "leftover", "searched", "unswept", "sweep", "drawn",
    "exam", "flagged", "graded", "task", "hint", "checked", "found", "could not run", "reset", "capability",
    "kubernetes", "values", "record", "to set up", "set up", "not set up", "solution", "consented", "bug",
    "setup output", "command", "forward", "forward ended", "idle", "recipe", "restarted",
}  # fmt: skip


@pytest.mark.parametrize(("detail", "kind", "text"), WRITTEN)
def test_what_is_written_stays_as_it_is_and_is_read_back(detail: Detail, kind: str, text: str) -> None:
    event = Event.of(NOON, "s1", detail)
    assert tuple(event) == (NOON, "s1", kind, text)
    assert list(details([event], type(detail))) == [(NOON, detail)]


def test_every_class_of_detail_is_of_a_kind_and_tried_above() -> None:
    classes = {one for _, one in inspect.getmembers(events, inspect.isclass) if hasattr(one, "read")}
    assert {one for one in classes if not one.__name__.startswith("_")} - {Detail} == set(KINDS)
    assert {type(detail) for detail, _, _ in WRITTEN} == set(KINDS)


def test_the_kinds_are_those_that_stores_have() -> None:
    assert {str(kind) for kind in Kind} == KINDS_WRITTEN


def test_each_state_that_an_engine_may_report_is_a_kind() -> None:
    assert {Kind(state).value for state in SETTLED} == {str(state) for state in SETTLED}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("exam", ""),
        ("exam", "x 2026"),
        ("exam", "7 soon"),
        ("hint", "links"),
        ("hint", "links two"),
        ("capability", "flight yes"),
    ],
)
def test_what_makes_no_sense_is_left_out(kind: str, text: str) -> None:
    found = next(one for one, of in KINDS.items() if of == kind)
    assert list(details([Event(NOON, "s1", kind, text)], found)) == []


def test_words_are_those_of_one_kind_in_their_order() -> None:
    written = [
        Event.of(NOON, "s1", kind, words) for kind, words in ((Kind.TASK, "a"), (Kind.RESET, "a"), (Kind.TASK, ""))
    ]
    assert words_of(written, Kind.TASK) == ["a", ""]
