"""Measure each command with a long past on record, beside the same command with next to none.

``python -m benchmarks.store`` starts local sessions alone. Ends with 0 whatever comes out.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tempshell_cli.core.paths import Paths
from tempshell_cli.sessions.events import Event
from tempshell_cli.sessions.model import Session, State
from tempshell_cli.sessions.store import Score, Store, open_store

from .table import Row, compared, show, tell_machine
from .user import TEMPSHELL, User, somebody

_LIMIT = 1.2
_GRADED = 20  # sessions, in both stores: history and drill show each of them
_KEEP_ALL = '[history]\nkeep = "999999h"\nmost = 10000000\nkeep_graded = "999999h"\nmost_graded = 10000000\n'
# Not `list --all`, nor `events` of all sessions: they print the past.
_COMMANDS = (
    ("list",), ("status", "lab"), ("exec", "lab", "--", "true"), ("exec", "nobody", "--", "true"), ("attach", "nobody"),
    ("tasks", "lab"), ("check", "lab"), ("score", "lab"), ("report", "lab"), ("events", "lab"), ("history",),
    ("drill", "--list"), ("exam", "--review"), ("stop", "nobody"), ("recordings", "ls"), ("run", "--", "true"),
    ("pack", "ls"), ("reap",),
)  # fmt: skip


def main() -> None:
    """Fill a store, run every command on both in turns, and show the ratios."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.store", description=__doc__)
    parser.add_argument("--sessions", type=int, default=200_000, help="how many are past [200000]")
    parser.add_argument("--runs", type=int, default=15, help="how often each command runs, in turns [15]")
    asked = parser.parse_args()
    tell_machine()
    with somebody() as short, somebody() as long:
        for user, past in ((short, 0), (long, asked.sessions)):
            _fill(user, past)
        show([_measured(words, short, long, asked.runs) for words in (*_COMMANDS, None)])


def _fill(user: User, past: int) -> None:
    """Give a user so many past sessions, settings that keep them, and a session that runs."""
    config = Path(user.environment["XDG_CONFIG_HOME"], "tempshell")
    with (config / "config.toml").open("a") as file:
        file.write(_KEEP_ALL)
    paths = Paths(Path(user.environment["XDG_STATE_HOME"], "tempshell"), config)
    with open_store(paths) as opened, opened.store.transaction():
        for number in range(past + _GRADED):
            _add(opened.store, number, graded=number >= past)
    user.output("start", "--quiet", "--detach", "--backend", "local", "--name", "lab", "linux-basics")


def _add(store: Store, number: int, *, graded: bool) -> None:
    """Add a session of the last year as CI leaves them, half of them with a pack and one in a thousand an exam."""
    began = datetime.now(UTC) - timedelta(days=2) - timedelta(minutes=2 * number)
    pack = "linux-basics" if graded or number % 2 else ""
    one = Session(
        f"{number:08x}", f"ci-{number}", "ci", "local", "", State.ENDED, began, began + timedelta(hours=1), pack,
        ended=began + timedelta(minutes=1), reason="stopped", details={"run": f"/run/{number}"},
    )  # fmt: skip
    store.save(one)
    for kind in ("creating", "started", "stopping", "ended", *(["exam"] if pack and not number % 999 else [])):
        store.add_event(Event(began, one.id, kind, "7 2026-01-01T00:00:00+00:00" if kind == "exam" else "local"))
    if graded:
        store.add_score(Score(one.id, "large-files", began, "fail", 0, 3, "1.0.0", "sha256:0"))


def _measured(words: Sequence[str] | None, short: User, long: User, runs: int) -> Row:
    """Run a command on both stores in turns; ``None`` is a completion. A first round, not counted, warms up."""
    asks = {"_TEMPSHELL_COMPLETE": "complete_bash", "COMP_WORDS": "tempshell exec ", "COMP_CWORD": "2"}
    name = "a completion (exec <Tab>)" if words is None else " ".join(words)
    rounds = [
        [_seconds(words or (), {**user.environment, **({} if words else asks)}) for user in (short, long)]
        for _ in range(runs + 1)
    ]
    base, ours = (statistics.median(times) for times in zip(*rounds[1:], strict=True))
    return compared(name, ours, "an empty store", base, _LIMIT)


def _seconds(words: Sequence[str], environment: dict[str, str]) -> float:
    began = time.perf_counter()
    env = {**os.environ, **environment}
    done = subprocess.run((TEMPSHELL, *words), env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    took = time.perf_counter() - began
    if done.returncode == 1:
        raise RuntimeError(f"tempshell {' '.join(words)} ends with {done.returncode}")
    return took


if __name__ == "__main__":
    main()
