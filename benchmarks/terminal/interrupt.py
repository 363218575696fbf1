"""From Ctrl-C to the end of a program that floods the pane, through the exec of an engine."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.commands import docker_answers
from benchmarks.table import Row, measured, not_measured
from benchmarks.user import User

from .inside import shell
from .outer import Outer

_LIMIT = 100.0  # ms
_FLOODS = 1.0  # seconds, before it is interrupted
# The shell outlives the interrupt and writes down when that was. Its clock is ours: the engine is on this machine.
_LINE = b"sh -c 'trap : INT; yes; date +%s%N >/tmp/ended; printf \"over-%04d\\n\" $1' sh {}\r"
_ENDED = "/tmp/ended"  # noqa: S108 - a path inside
_NANOSECONDS = 1e9


def measure(user: User, context: str, rounds: int) -> Iterator[Row]:
    """Yield a line for each engine; the pods are on the cluster of a context of kubeconfig, where there is one."""
    what = "Ctrl-C while `yes` floods the pane, {} exec"
    if docker_answers():
        yield _row(what.format("docker"), user, ("--backend", "docker"), rounds)
    else:
        yield not_measured(what.format("docker"), "no engine answers")
    if context:
        yield _row(what.format("kubectl"), user, ("--backend", "kubernetes", "--context", context), rounds)
    else:
        yield not_measured(what.format("kubectl"), "needs --context, of a cluster on this machine")


def _row(what: str, user: User, options: tuple[str, ...], rounds: int) -> Row:
    with _session(user, *options) as session, shell(user, session) as pane:
        times = [_seconds(user, session, pane, number) for number in range(rounds)]
    return measured(what, statistics.median(times) * 1000, "ms", _LIMIT)


@contextmanager
def _session(user: User, *options: str) -> Iterator[str]:
    session = user.output("start", "--quiet", "--detach", *options)
    try:
        yield session
    finally:
        user.output("stop", session)


def _seconds(user: User, session: str, pane: Outer, number: int) -> float:
    pane.type(_LINE.replace(b"{}", b"%d" % number))
    pane.show(_FLOODS)
    began = time.time()
    pane.type(b"\x03")
    pane.until(b"over-%04d" % number)
    return int(user.output("exec", session, "--", "cat", _ENDED)) / _NANOSECONDS - began
