"""What a shell reports of commands is bounded, stripped and redacted: a program in the sandbox can report anything."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tempshell_cli.cli.practice import LivePractice
from tempshell_cli.cli.watching import WatchedPractice
from tempshell_cli.core.config import PracticeSettings, Settings
from tempshell_cli.sessions.commands import (
    AT_ONCE,
    LONGEST,
    MOST,
    CommandReader,
    Typed,
    read_record,
    records,
    reporting,
)
from tempshell_cli.sessions.events import CommandRun, Event, ExamBegun, details
from tests.support.waiting import eventually

from .conftest import NewFake
from .fake_sessions import FakeSessions

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
_FILES: list[str] = []  # written for a reader


def _micros(at: datetime) -> int:
    return int(at.timestamp() * 1e6)


def _record(text: str, code: int = 0, ended: datetime = NOON + timedelta(minutes=1), took: float = 1.5) -> bytes:
    return f"{code} {_micros(ended) - int(took * 1e6)} {_micros(ended)}   12  {text}".encode()


def _read(record: bytes, *secrets: str) -> Typed | None:
    return read_record(record, secrets, since=NOON, now=LATER)


def test_a_record_is_read() -> None:
    assert _read(_record("ls  'a  b'", 2)) == (NOON + timedelta(minutes=1), 2, 1.5, "ls  'a  b'")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("for x in 1\ndo\techo\ndone", "for x in 1 do echo done"),
        ("a\x1b]52;c;AAAA\x07b\x1b[31m\x9b1m\u202ec", "abc"),
        ("login s3cr\n\x1b[0met-value", "login s3cr et-value"),
        ("login plain-known-value", "login [redacted]"),
        ("login plain-\x1b[1mknown-value", "login [redacted]"),
        ("k create secret --from-literal=password=hunter2", "k create secret --from-literal=password=[redacted]"),
        ("x" * 3 * LONGEST, "x" * (LONGEST - 1) + "…"),
    ],
)  # fmt: skip
def test_a_line_is_one_line_without_controls_and_secrets(text: str, kept: str) -> None:
    typed = _read(_record(text), "plain-known-value")
    assert typed is not None
    assert typed.text == kept


@pytest.mark.parametrize(
    "record",
    [b"", b"0", b"0 1 2", b"0 1 2 3 ", b"x 1 2 3 ls", b"0 1 x 3 ls", b"0 1 " + b"9" * 40 + b" 3 ls", b"\xff\xfe"],
)
def test_what_makes_no_sense_is_left_out(record: bytes) -> None:
    assert _read(record) is None


@pytest.mark.parametrize(("ended", "at"), [(NOON - timedelta(days=9), NOON), (LATER + timedelta(days=9), LATER)])
def test_no_command_ends_before_its_session_or_in_the_future(ended: datetime, at: datetime) -> None:
    typed = _read(_record("ls", 300, ended, took=1e9))
    assert typed is not None
    assert (typed.at, typed.code, typed.took) == (at, 300 & 0xFF, 3600)


def test_a_record_without_an_end_is_dropped_and_the_next_is_read() -> None:
    reading, writing = os.pipe()

    def write() -> None:
        with os.fdopen(writing, "wb") as stream:
            stream.write(b"one\0" + b"x" * 5_000_000 + b"\0two\0half")

    thread = threading.Thread(target=write)
    thread.start()
    with os.fdopen(reading, "rb") as stream:
        assert list(records(stream)) == [b"one", b"two"]
    thread.join()


@pytest.fixture(autouse=True)
def _without_files() -> Iterator[None]:
    """Leave no file: the sandbox of these tests is a directory, and its /tmp is that of this machine."""
    _FILES.clear()
    yield
    for file in _FILES:
        Path(file).unlink(missing_ok=True)


def _typed_by_bash(session: str, said: str) -> None:
    """Write what a prompt writes."""
    file = reporting(session)["PROMPT_COMMAND"].partition(">>")[2].partition(";")[0]
    _FILES.append(file)
    with open(file, "ab") as stream:  # noqa: PTH123 - the name is in the shell's words
        stream.write(said.encode())


def _kept(fake: FakeSessions, session: str) -> list[CommandRun]:
    return [one for _, one in details(fake.sessions.store.events(session), CommandRun)]


def test_a_flood_is_kept_to_a_few_and_no_more_than_are_left(new_fake: NewFake) -> None:
    with new_fake() as fake:
        session, kept = fake.start(), list[Typed]()
        record = f"0 1 {_micros(fake.clock.now())} 1 true\0"
        _typed_by_bash(session.id, record * 10_000)
        with CommandReader(lambda: session, fake.sessions.engines.of, kept.append, fake.clock.now, MOST).reading():
            eventually(lambda: kept, "some are kept")
        assert len(kept) < AT_ONCE + 200
        few = list[Typed]()
        _typed_by_bash(session.id, record * 10)
        with CommandReader(lambda: session, fake.sessions.engines.of, few.append, fake.clock.now, 3).reading():
            eventually(lambda: len(few) == 3, "what is left is kept")
        assert len(few) == 3


def test_what_was_typed_before_the_screen_was_opened_has_no_task(new_fake: NewFake) -> None:
    with new_fake() as fake:
        session = fake.start()
        _typed_by_bash(session.id, f"1 1 {_micros(fake.clock.now())} 1 false\0")
        fake.clock.advance(minutes=1)
        practice = LivePractice(fake.sessions, session)
        with practice.following():
            practice.took("links")
            eventually(lambda: _kept(fake, session.id), "the first is on record")
            _typed_by_bash(session.id, f"0 1 {_micros(fake.clock.now())} 1 true\0")
        found = _kept(fake, session.id)
    assert [(one.task, one.code, one.text) for one in found] == [("", 1, "false"), ("links", 0, "true")]


@pytest.mark.parametrize("case", ["off", "exam", "read-only", "on"])
def test_where_nothing_is_to_be_kept_the_shell_reports_nothing(new_fake: NewFake, case: str) -> None:
    settings = Settings(owner="ann", practice=PracticeSettings(commands=case != "off"))
    with new_fake(settings) as fake:
        session = fake.start()
        if case == "exam":
            fake.sessions.journal(session.id, ExamBegun(7, fake.clock.now() + timedelta(minutes=40)))
        practice = (WatchedPractice if case == "read-only" else LivePractice)(fake.sessions, session)
        reports = any("PROMPT_COMMAND" in word for word in practice.attach_command().argv)
        assert reports is (case == "on")
        _typed_by_bash(session.id, f"0 1 {_micros(fake.clock.now())} 1 true\0")
        with practice.following():
            if reports:
                eventually(lambda: _kept(fake, session.id), "it is on record")
            else:
                time.sleep(0.5)
        assert bool(_kept(fake, session.id)) is reports


def test_a_session_forgets_its_commands_with_the_rest(new_fake: NewFake) -> None:
    with new_fake() as fake:
        session = fake.start()
        fake.sessions.store.add_event(Event.of(NOON, session.id, CommandRun("", 0, 0.1, "true")))
        fake.sessions.stop(session)
        fake.sessions.store.forget([session.id])
        assert fake.sessions.store.events(session.id) == []
