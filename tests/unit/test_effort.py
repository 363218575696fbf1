"""What the events of a session tell of hints and time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tempshell_cli.sessions.effort import effort
from tempshell_cli.sessions.events import Event, ExamBegun, Kind
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.store import Score

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SESSION = Session("s1", "s1", "ann", "fake", "", State.READY, START, START + timedelta(hours=1))


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def event(minute: float, kind: str, detail: str = "") -> Event:
    return Event(at(minute), "s1", kind, detail)


def score(minute: float, task: str, verdict: str = "pass") -> Score:
    return Score("s1", task, at(minute), verdict, 1, 1)


def minutes(events: list[Event], scores: list[Score], now: float, session: Session = SESSION) -> dict[str, float]:
    spent = effort(session, events, scores, at(now)).spent
    return {task: taken.total_seconds() / 60 for task, taken in spent.items()}


def test_a_task_takes_the_time_that_it_is_in_hand() -> None:
    events = [
        event(0, Kind.TASK, "a"),
        event(5, Kind.TASK, "b"),
        event(7, Kind.TASK, "a"),
        event(8, Kind.TASK),
        event(20, Kind.TASK, "b"),
    ]
    assert minutes(events, [], 30) == {"a": 6, "b": 12}


def test_it_takes_none_after_its_first_pass() -> None:
    events = [event(0, Kind.TASK, "a"), event(10, Kind.TASK, "b"), event(20, Kind.TASK, "a"), event(25, Kind.TASK)]
    scores = [score(2, "a", "fail"), score(4, "a"), score(22, "a"), score(12, "b", "fail")]
    assert minutes(events, scores, 30) == {"a": 4, "b": 10}


def test_it_takes_none_while_the_session_is_paused_or_over() -> None:
    events = [event(0, Kind.TASK, "a"), event(3, Kind.PAUSED), event(30, Kind.RESUMED), event(31, "checked", "a fail")]
    assert minutes(events, [], 32) == {"a": 5}
    assert minutes(events, [], 999) == {"a": 33}
    assert minutes(events, [], 999, SESSION._replace(ended=at(40))) == {"a": 13}


def test_a_pause_that_another_machine_ends_ends_for_the_task_too() -> None:
    events = [event(0, Kind.TASK, "a"), event(3, Kind.PAUSED), event(30, Kind.READY)]
    assert minutes(events, [], 35) == {"a": 8}


def test_a_session_that_is_ready_again_without_a_pause_leaves_the_task_in_hand() -> None:
    events = [event(0, Kind.TASK, "a"), event(3, Kind.TASK, "b"), event(5, Kind.BROKEN), event(6, Kind.READY)]
    assert minutes(events, [], 10) == {"a": 3, "b": 7}


def test_a_screen_that_is_open_after_the_end_adds_nothing() -> None:
    """The goodbye stays as long as the person likes; who leaves it notes that no task is in hand."""
    events = [event(0, Kind.TASK, "a"), event(50, Kind.TASK)]
    assert minutes(events, [], 55, SESSION._replace(ended=at(40))) == {"a": 40}
    events = [event(0, Kind.TASK, "a"), event(70, Kind.TASK, "b"), event(75, Kind.TASK)]
    assert minutes(events, [], 80) == {"a": 60, "b": 0}


def test_the_time_after_an_exam_in_which_it_is_graded_adds_nothing() -> None:
    exam = Event.of(at(0), "s1", ExamBegun(7, at(30)))
    assert minutes([exam, event(0, Kind.TASK, "a")], [], 45) == {"a": 30}


def test_hints_count_that_were_shown_before_the_last_check() -> None:
    events = [
        event(1, Kind.HINT, "a 1"),
        event(2, Kind.HINT, "a 2"),
        event(3, Kind.HINT, "a 1"),
        event(9, Kind.HINT, "b 1"),
    ]
    assert effort(SESSION, events, [], at(10)).hints == {"a": 2, "b": 1}
    assert effort(SESSION, events, [score(1.5, "a")], at(10)).hints == {"a": 1, "b": 1}
    assert effort(SESSION, events, [score(0, "a"), score(5, "a"), score(8, "b")], at(10)).hints == {"a": 2}


def test_a_task_is_given_up_whose_solution_was_shown_before_it_was_ever_passed() -> None:
    events = [event(3, Kind.SOLUTION, "before"), event(9, Kind.SOLUTION, "after"), event(5, Kind.SOLUTION, "never")]
    scores = [score(2, "before", "fail"), score(4, "before"), score(6, "after"), score(8, "never", "fail")]
    assert effort(SESSION, events, scores, at(30)).given_up == {"before", "never"}
