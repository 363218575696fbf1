"""A flood of output through the pane, beside tmux attached on an equal terminal; and how the pane keeps painting."""

from __future__ import annotations

import itertools
import os
import shutil
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.table import Row, compared, measured, not_measured
from benchmarks.user import User

from . import loads
from .inside import answering, local_session, shell
from .loads import MB
from .outer import Outer, outer
from .percentiles import percentile

_RATIO, _SECONDS = 1.0, 2.0
_GAP, _WORST_GAP = 35.0, 250.0  # ms
_DENSE_SHARE = 2  # of dense SGR half as much will do
_numbers = itertools.count(1)


class Flood(NamedTuple):
    """How long it took until its end was painted, and how long each frame was waited for; all in seconds."""

    seconds: float
    gaps: Sequence[float]


def measure(user: User, home: Path, size: int, rounds: int) -> Iterator[Row]:
    """Yield the lines for a flood of ``size`` bytes."""
    lines = loads.logs(size)
    (home / "logs").write_bytes(lines)
    files = {"logs": lines, "dense": loads.dense_sgr(size // _DENSE_SHARE)}
    with local_session(user, files) as session, shell(user, session) as pane, _tmux(user, home) as peer:
        floods, dense, theirs = [], [], []
        for _ in range(rounds):
            floods.append(_flood(pane, "logs"))
            if peer:
                theirs.append(_flood(peer, "logs").seconds)
            dense.append(_flood(pane, "dense"))
    seconds = statistics.median(one.seconds for one in floods)
    what = f"{size // MB} MB of logs through the pane"
    if theirs:
        yield compared(what, seconds, "tmux, attached", statistics.median(theirs), _RATIO)
    else:
        yield not_measured(what, "no tmux to compare it with")
    yield measured("  in seconds", seconds, "s", _SECONDS)
    yield measured("  time between frames, p99", _ms(percentile(one.gaps, 99) for one in floods), "ms", _GAP)
    yield measured("  under dense SGR, the worst", _ms(max(one.gaps) for one in dense), "ms", _WORST_GAP)
    if theirs:
        yield from _with_tmux_inside(user, lines, statistics.median(theirs), rounds)


def _with_tmux_inside(user: User, lines: bytes, theirs: float, rounds: int) -> Iterator[Row]:
    with local_session(user, {"logs": lines}, tmux=True) as session, shell(user, session) as pane:
        seconds = statistics.median(_flood(pane, "logs").seconds for _ in range(rounds))
    yield compared("  where the shell lives in tmux itself", seconds, "tmux, attached", theirs)


def _flood(terminal: Outer, file: str) -> Flood:
    terminal.calm(0.3)
    number = next(_numbers)
    terminal.frames.clear()
    # The marker is put together only as it is printed: the line as it is typed does not have it.
    began = terminal.type(b"cat %s; printf '\\033[0m\\nend%%s\\n' -%04d\r" % (file.encode(), number))
    seconds = terminal.until(b"end-%04d" % number) - began
    times = [began, *terminal.frames]
    return Flood(seconds, [after - before for before, after in itertools.pairwise(times)])


@contextmanager
def _tmux(user: User, home: Path) -> Iterator[Outer | None]:
    """Yield a terminal with tmux on it, or None where there is none."""
    if not shutil.which("tmux"):
        yield None
        return
    tmux = ("tmux", "-L", f"tempshell-benchmark-{os.getpid()}", "-f", "/dev/null")
    environment = {name: value for name, value in user.environment.items() if not name.startswith("TMUX")}
    argv = (*tmux, "new-session", "-c", str(home), "bash --norc", ";", "set", "status", "off")
    with outer(argv, environment) as terminal:
        answering(terminal)
        yield terminal
        terminal.type(b"exit\r")
        terminal.until(b"[exited]")


def _ms(seconds: Iterator[float]) -> float:
    return statistics.median(seconds) * 1000
