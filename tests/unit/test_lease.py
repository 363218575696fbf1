"""The lease: how long a session may last, its warnings, its extension, its pause, and an exam's spare time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tempshell_cli.core.config import Lease, Limits
from tempshell_cli.core.errors import LimitReached
from tempshell_cli.sessions.lease import (
    Urgency,
    Warnings,
    checked_ttl,
    exam_end,
    exam_spare,
    extended,
    paused,
    resumed,
    time_left,
    warnings_of,
)
from tempshell_cli.sessions.model import Session, State

NOW = datetime(2026, 3, 1, 12, 0, 0, 700_000, tzinfo=UTC)
DEFAULTS = Lease()


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def session(ttl: timedelta = DEFAULTS.length) -> Session:
    place = ("abcd", "shell-abcd", "ann", "docker", "unix:///engine")
    return Session(*place, state=State.READY, created=NOW, deadline=NOW + ttl, lease=ttl)


@pytest.mark.parametrize(
    ("seconds", "level"),
    [
        (3600, Urgency.CALM), (601, Urgency.CALM), (600, Urgency.SOON), (301, Urgency.SOON), (300, Urgency.LATE),
        (61, Urgency.LATE), (60, Urgency.LAST), (1, Urgency.LAST), (0, Urgency.OVER), (-9, Urgency.OVER),
    ],
)  # fmt: skip
def test_the_warnings_come_at_ten_five_and_one_minute(seconds: int, level: Urgency) -> None:
    assert warnings_of(DEFAULTS).urgency(timedelta(seconds=seconds)) is level


def test_the_settings_say_when_the_warnings_come() -> None:
    warnings = warnings_of(Lease(first_warning="1h", second_warning="30m", last_warning="90s"))
    assert warnings == Warnings(minutes(60), minutes(30), minutes(1.5))
    assert [warnings.urgency(minutes(left)) for left in (61, 60, 30, 1.5)] == [0, 1, 2, 3]


def test_a_warning_that_comes_with_the_next_one_is_left_out() -> None:
    warnings = Warnings(minutes(5), minutes(5), minutes(1))
    assert [warnings.urgency(minutes(left)) for left in (5.1, 5)] == [Urgency.CALM, Urgency.LATE]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(600, "10 minutes left"), (299, "5 minutes left"), (61, "2 minutes left"), (60, "less than a minute left")],
)
def test_the_time_left_is_said_in_whole_minutes(seconds: int, words: str) -> None:
    assert time_left(timedelta(seconds=seconds)) == words


def test_a_session_lasts_as_asked_but_no_longer_than_the_settings_allow() -> None:
    assert checked_ttl(None, DEFAULTS) == minutes(60)
    assert checked_ttl(minutes(90), DEFAULTS) == minutes(90)
    with pytest.raises(LimitReached, match=r"1h31m is longer than a session may last \(90m\)"):
        checked_ttl(minutes(91), DEFAULTS)


def test_an_extension_moves_the_deadline_once() -> None:
    later = extended(session(), DEFAULTS, Limits())
    assert (later.deadline - session().deadline, later.lease, later.extensions) == (minutes(30), minutes(90), 1)
    with pytest.raises(LimitReached, match="already extended"):
        extended(later, DEFAULTS, Limits())


def test_extensions_count_towards_the_longest_lease_and_a_pause_does_not() -> None:
    again = Limits(extensions=2)
    later = extended(session(), DEFAULTS, again)
    with pytest.raises(LimitReached, match="longer than 1h30m"):
        extended(later, DEFAULTS, again)
    rested = resumed(paused(session(), DEFAULTS, NOW), NOW + timedelta(hours=5))
    assert extended(rested, DEFAULTS, again).lease == minutes(90)


def test_a_pause_keeps_what_is_left_and_is_kept_for_a_day() -> None:
    held = paused(session(), DEFAULTS, NOW + minutes(20))
    assert (held.state, held.frozen) == (State.PAUSED, minutes(40))
    assert held.deadline == (NOW + minutes(20) + timedelta(hours=24)).replace(microsecond=0)
    later = NOW + timedelta(hours=8)
    on = resumed(held, later)
    assert (on.state, on.frozen, on.deadline) == (State.READY, None, (later + minutes(40)).replace(microsecond=0))


def test_an_exam_has_its_spare_time_before_and_after() -> None:
    assert exam_spare(DEFAULTS) == minutes(5)
    deadline = NOW + minutes(60) + exam_spare(DEFAULTS)
    assert exam_end(NOW + minutes(2), minutes(60), deadline, DEFAULTS) == NOW + minutes(62)
    # What its setup took longer than its share is the exam's loss, and not the grading's.
    assert exam_end(NOW + minutes(4), minutes(60), deadline, DEFAULTS) == deadline - minutes(2)
    own = Lease(exam_setup="10m", exam_grading="5m")
    assert exam_spare(own) == minutes(15)
    assert exam_end(NOW, minutes(90), NOW + minutes(60), own) == NOW + minutes(55)
