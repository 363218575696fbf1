"""Engines are asked side by side, each in a thread of its own that nobody has to wait for."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from tempshell_cli.backends.base import Backend
from tempshell_cli.core.errors import EngineUnavailable

_LONGEST = threading.TIMEOUT_MAX / 2  # seconds
Result = TypeVar("Result")
Task = Callable[[], Result]


class TimedOut(EngineUnavailable):
    """An engine took longer than a command waits for it."""


class Pool:
    """Runs tasks for several engines at once, those of one engine in their order.

    A thread cannot be stopped: where an engine is too slow, what it was asked goes on in the background, and nothing
    more is asked of it until that has ended.
    """

    def __init__(self) -> None:
        self._threads: dict[Backend, threading.Thread] = {}

    def run(
        self, tasks: Mapping[Backend, Sequence[Task[Result]]], timeouts: Mapping[Backend, float | None]
    ) -> dict[Backend, list[Result | Exception]]:
        """Return the result of each task, or what it raised: TimedOut where that many seconds were not enough."""
        begun = time.monotonic()
        stop = threading.Event()
        results: dict[Backend, list[Result | Exception]] = {backend: [] for backend in tasks}
        for backend, own in tasks.items():
            earlier = self._threads.get(backend)
            if earlier and timeouts[backend] is None:
                earlier.join()
            if not earlier or not earlier.is_alive():
                arguments = (own, results[backend], stop)
                self._threads[backend] = threading.Thread(target=_work, args=arguments, daemon=True)
                self._threads[backend].start()
        for backend in tasks:
            timeout = timeouts[backend]
            left = None if timeout is None else max(0.0, begun + min(timeout, _LONGEST) - time.monotonic())
            self._threads[backend].join(left)
        stop.set()
        for backend in tasks:
            end_children(self._threads[backend])
        done = {backend: list(found) for backend, found in results.items()}
        for backend, found in done.items():
            late = len(tasks[backend]) - len(found)
            found.extend([_timed_out(backend, timeouts[backend])] * late)
        return done


def _work(tasks: Sequence[Task[Result]], results: list[Result | Exception], stop: threading.Event) -> None:
    for task in tasks:
        if stop.is_set():
            return
        try:
            results.append(task())
        except Exception as cause:  # noqa: BLE001 - it is the caller's, who is in another thread
            results.append(cause)


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
