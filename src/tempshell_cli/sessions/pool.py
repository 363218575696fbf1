"""Engines are asked side by side, each in a thread of its own that nobody has to wait for."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from tempshell_cli.backends.base import Backend
from tempshell_cli.core.errors import EngineUnavailable

_LONGEST = threading.TIMEOUT_MAX / 2  # seconds
_LOOK = 0.02  # seconds between two looks at whether it is one's turn
Result = TypeVar("Result")
Task = Callable[[], Result]


class TimedOut(EngineUnavailable):
    """An engine took longer than a command waits for it."""


class Pool:
    """Runs tasks for several engines at once, those of one engine in their order; threads may share it.

    A thread cannot be stopped: where an engine is too slow, what it was asked goes on in the background, and nothing
    more is asked of it until that has ended.
    """

    def __init__(self) -> None:
        self._turns: dict[Backend, _Turn] = {}
        self._taking_turns = threading.Lock()

    def run(
        self, tasks: Mapping[Backend, Sequence[Task[Result]]], timeouts: Mapping[Backend, float | None]
    ) -> dict[Backend, list[Result | Exception]]:
        """Return the result of each task, or what it raised: TimedOut where that many seconds were not enough."""
        begun = time.monotonic()
        turns: dict[Backend, _Turn] = {}
        with self._taking_turns:
            for backend, own in tasks.items():
                self._turns[backend] = turns[backend] = _Turn(own, self._turns.get(backend))
                turns[backend].start()
        for backend, turn in turns.items():
            timeout = timeouts[backend]
            turn.join(None if timeout is None else max(0.0, begun + min(timeout, _LONGEST) - time.monotonic()))
        done = {}
        for backend, turn in turns.items():
            turn.stop.set()
            end_children(turn)
            done[backend] = list(turn.results)
            late = len(tasks[backend]) - len(done[backend])
            done[backend].extend([_timed_out(backend, timeouts[backend])] * late)
        return done


class _Turn(threading.Thread):
    """Asks an engine, once everything that it was asked before has ended; ``stop`` ends it before its next task."""

    def __init__(self, tasks: Sequence[Task[Any]], before: _Turn | None) -> None:
        super().__init__(daemon=True)
        self._tasks = tasks
        self._before = before.last if before else None
        self.stop = threading.Event()
        self.results: list[Any] = []

    @property
    def last(self) -> _Turn:
        """The one that may still be at work: where this one has stopped before its turn came, that is one before it."""
        before = self._before
        return before.last if before and not self.is_alive() else self

    def run(self) -> None:
        """Do the tasks, and keep what they return or raise."""
        while self._before and (before := self._before.last).is_alive():
            self._before = before
            if self.stop.wait(_LOOK):
                return
        self._before = None  # it may have been long ago, and has results
        for task in self._tasks:
            if self.stop.is_set():
                return
            try:
                self.results.append(task())
            except Exception as cause:  # noqa: BLE001 - it is the caller's, who is in another thread
                self.results.append(cause)


def end_children(thread: threading.Thread) -> None:
    """Kill what a thread that goes on has started and waits for, such as an ssh without an answer: it would outlive us.

    Linux lists it (proc_pid_task(5)); elsewhere it ends by its own time limits.
    """
    with suppress(OSError):
        listed = Path(f"/proc/self/task/{thread.native_id}/children").read_text("ascii") if thread.is_alive() else ""
        for pid in listed.split():
            os.kill(int(pid), signal.SIGKILL)


def _timed_out(backend: Backend, timeout: float | None) -> TimedOut:
    where = f" ({backend.endpoint})" if backend.endpoint else ""
    return TimedOut(
        f"the {backend.name} engine{where} does not answer within {timeout or 0:g} s",
        hint="`tempshell doctor` looks closely; timeout under [engines] in the config allows more",
    )
