"""Engines are asked side by side, and one that is slow keeps nobody waiting."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Barrier, Event, Thread, Timer
from typing import Any

import pytest

from tempshell_cli.sessions.pool import Pool, TimedOut, end_children
from tests.fakes.clock import FakeClock
from tests.fakes.engine import FakeEngine

PATIENT = 60.0  # seconds


@pytest.fixture
def engines(tmp_path: Path, clock: FakeClock) -> list[Any]:
    return [FakeEngine(tmp_path / name, clock, name) for name in ("one", "two")]


@pytest.fixture
def never() -> Iterator[Callable[[], object]]:
    """A task that ends with the test."""
    over = Event()
    yield lambda: over.wait(PATIENT)
    over.set()


def test_engines_are_asked_at_the_same_time(engines: list[Any]) -> None:
    """Each waits for the other."""
    barrier = Barrier(2, timeout=PATIENT)
    tasks = {engine: [barrier.wait] for engine in engines}
    assert {answer for (answer,) in Pool().run(tasks, dict.fromkeys(engines)).values()} == {0, 1}


def test_what_an_engine_raises_is_its_answer_and_the_next_task_is_done(engines: list[Any]) -> None:
    one = engines[0]
    bad, good = Pool().run({one: [lambda: int("x"), lambda: 7]}, {one: PATIENT})[one]
    assert (type(bad), good) == (ValueError, 7)


def test_one_that_is_too_slow_is_left_out_and_not_asked_again_meanwhile(
    engines: list[Any], never: Callable[[], object]
) -> None:
    slow, fast = engines
    pool = Pool()
    asked: list[str] = []
    tasks: dict[Any, list[Callable[[], object]]] = {
        slow: [lambda: 1, never, lambda: asked.append("late")],
        fast: [lambda: 2],
    }
    found = pool.run(tasks, {slow: 0.05, fast: PATIENT})
    assert found[fast] == [2]
    assert [found[slow][0], *map(type, found[slow][1:])] == [1, TimedOut, TimedOut]
    (again,) = pool.run({slow: [lambda: asked.append("again")]}, {slow: 0.05})[slow]
    assert (type(again), asked) == (TimedOut, [])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists what a thread has started")
def test_what_a_slow_engine_has_us_wait_for_is_ended() -> None:
    started = Event()

    def wait() -> None:
        with subprocess.Popen(("sleep", "300")) as process:
            started.set()
            process.wait()

    thread = Thread(target=wait)
    thread.start()
    started.wait(PATIENT)
    end_children(thread)
    thread.join(PATIENT)
    assert not thread.is_alive()


def test_one_that_must_answer_is_waited_for(engines: list[Any]) -> None:
    """Even where something else was asked of it before."""
    slow, go = engines[0], Event()
    pool = Pool()
    pool.run({slow: [lambda: go.wait(PATIENT)]}, {slow: 0.0})
    go.set()
    assert pool.run({slow: [lambda: "here"]}, {slow: None}) == {slow: ["here"]}


def test_an_engine_that_two_threads_ask_answers_both_in_turn(engines: list[Any]) -> None:
    """A command at the screen beside its sweep: neither makes the other think that the engine is too slow."""
    one, pool, at_work = engines[0], Pool(), Event()
    order: list[str] = []

    def first() -> None:
        at_work.set()
        time.sleep(0.1)
        order.append("first")

    sweep = Thread(target=lambda: pool.run({one: [first]}, {one: PATIENT}))
    sweep.start()
    assert at_work.wait(PATIENT)
    assert pool.run({one: [lambda: order.append("second")]}, {one: PATIENT}) == {one: [None]}
    sweep.join(PATIENT)
    assert order == ["first", "second"]


def test_many_threads_ask_at_once(engines: list[Any]) -> None:
    pool, found = Pool(), list[Any]()

    def ask() -> None:
        found.append(pool.run({engine: [lambda: 1] for engine in engines}, dict.fromkeys(engines, PATIENT)))

    asking = [Thread(target=ask) for _ in range(20)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join(PATIENT)
    assert found == [{engine: [1] for engine in engines}] * 20


def test_who_gives_up_before_its_turn_lets_the_next_one_wait_for_what_is_at_work(engines: list[Any]) -> None:
    slow, go, pool = engines[0], Event(), Pool()
    asked: list[str] = []

    def work() -> None:
        go.wait(PATIENT)
        asked.append("done")

    pool.run({slow: [work]}, {slow: 0.0})
    (gave_up,) = pool.run({slow: [lambda: asked.append("never")]}, {slow: 0.05})[slow]
    assert (type(gave_up), asked) == (TimedOut, [])
    Timer(0.1, go.set).start()
    pool.run({slow: [lambda: asked.append("next")]}, {slow: None})
    assert asked == ["done", "next"]
