"""Runs programs in turns, so that whatever slows the machine slows them alike."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Program(NamedTuple):
    """A program by the name it has in the table, and the environment it runs in."""

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str]


def medians(programs: Sequence[Program], runs: int) -> list[float]:
    """Return the median seconds of each program over that many rounds; a first round, not counted, warms up."""
    rounds = [[_seconds(program) for program in programs] for _ in range(runs + 1)]
    return [statistics.median(times) for times in zip(*rounds[1:], strict=True)]


def _seconds(program: Program) -> float:
    began = time.perf_counter()
    subprocess.run(
        program.argv,
        env=program.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - began
