"""Engines are asked side by side, and one that is slow keeps nobody waiting."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Barrier, Event, Thread
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
