"""Measure how soon a task turns green by itself, and what it costs to look for that. Ends with 0 whatever comes out.

In a local session of linux-basics, on a real screen, a task is solved again and again by the last line of its solution,
entered at random moments. A poll runs the same checks all the time, with a tenth of a second between them; the time
counts from the moment at which it first finds that they pass.
"""

from __future__ import annotations

import argparse
import os
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

from tempshell_cli.cli.service import user_sessions
from tempshell_cli.packs.grading.results import Verdict
from tempshell_cli.sessions.practice import Practice

from .processes import processor
from .screen import Screen
from .table import Row, measured, show, tell_machine
from .user import TEMPSHELL, User, somebody

_GREEN, _NOT_GREEN = "✓ passed · next".encode(), b"0/15"
_LATEST = 1.0  # seconds
_IDLE, _SHARE = 1.0, 2.0  # percent of one core: of an idle screen, and of its checks
_SETTLES, _PATIENCE = 16.0, 30.0  # seconds
_POLL = 0.1  # seconds
_TASK, _SESSION = "tidy-permissions", "green"
_BEFORE = "cd ~/vault; chmod 0700 keys; find keys -type f -exec chmod 0600 {} +; chmod 0755 bin/backup.sh"
_LAST = b"chmod 2770 ~/vault/shared; find ~/vault/docs -type f -perm -o+w -exec chmod o-w {} +\r"
_FAILS = b"ls\r"


def main() -> None:
    """Measure, and show it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.green", description=__doc__)
    parser.add_argument("--acts", type=int, default=30, help="how often the task is solved [30]")
    parser.add_argument("--seconds", type=int, default=120, help="how long an idle screen is watched [120]")
    asked = parser.parse_args()
    tell_machine()
    with somebody() as user:
        os.environ.update(user.environment)
        screen = Screen(user, (TEMPSHELL, "start", "--backend", "local", "--name", _SESSION, "linux-basics"))
        screen.show(_PATIENCE, until=b"learner@")
        screen.show(_SETTLES)
        rows = [*_idle(screen, asked.seconds), *_acts(screen, user, asked.acts)]
        screen.leave()
    show(rows)


def _idle(screen: Screen, seconds: int) -> Iterator[Row]:
    """Yield what a screen takes while nothing is entered, without checks of its own and with them."""
    for name, keys in (("idle screen, before a command", b""), ("idle screen, after one that solves nothing", _FAILS)):
        screen.type(keys)
        screen.show(_SETTLES)  # past the checks that follow a command in any case
        before = _spent(screen.pid)
        screen.show(seconds)
        used = 100 * (_spent(screen.pid) - before) / seconds
        yield measured(f"{name}: processor", used, "%", _SHARE + _IDLE if keys else _IDLE)


def _spent(pid: int) -> float:
    """Return the seconds of processor time of a process and its children, those that have ended included."""
    waited = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[13:15]
    return processor(pid) + sum(map(int, waited)) / os.sysconf("SC_CLK_TCK")


def _acts(screen: Screen, user: User, acts: int) -> Iterator[Row]:
    times = [_act(screen, user) for _ in range(acts)]
    yield measured(f"from the first pass of a poll to green, {acts} acts, p50", median(times), "s")
    if acts > 1:
        yield measured("  p95", quantiles(times, n=20, method="inclusive")[-1], "s", _LATEST)
    yield measured("  the longest", max(times), "s")


def _act(screen: Screen, user: User) -> float:
    """Solve the task once; return the seconds from the poll's first pass to green."""
    user.output("reset", _TASK, "--session", _SESSION)
    user.output("exec", _SESSION, "--", "sh", "-c", _BEFORE)
    screen.show(_PATIENCE, until=_NOT_GREEN)
    screen.show(random.uniform(0.0, 3.0))  # noqa: S311 - a moment, not a secret
    poll = _Poll()
    poll.begun.wait()
    screen.type(_LAST)
    screen.show(_PATIENCE, until=_GREEN)
    green = time.monotonic()
    poll.join()
    return green - poll.passed


class _Poll(threading.Thread):
    """Runs the checks of the task until they pass. Nothing of it is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()
        self.passed = 0.0
        self.start()

    def run(self) -> None:
        """Look until it has passed."""
        with user_sessions() as sessions:
            session = next(one for one in sessions.store.live() if one.name == _SESSION)
            practice = Practice(sessions, session)
            task = practice.pack.task(_TASK)
            while practice.grade(task).verdict is not Verdict.PASS:
                self.begun.set()
                time.sleep(_POLL)
            self.passed = time.monotonic()
            self.begun.set()


if __name__ == "__main__":
    main()
