"""What sessions use: memory, processor, processes and disk, measured on their engines."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import NamedTuple

from tempshell_cli.backends.base import MeasuresUse, Role, Usage
from tempshell_cli.backends.exec import SandboxExec
from tempshell_cli.core.errors import TempshellError
from tempshell_cli.sessions.engines import Engines
from tempshell_cli.sessions.model import Session, State

_MEASURED = frozenset({State.READY, State.PAUSED})
_TIMEOUT = 10.0  # seconds for adding up the files of a home
_DISK = ("/bin/sh", "-c", 'du -skx "$HOME" 2>/dev/null')


class Rate(NamedTuple):
    """What a session uses, and its share of one processor since the measurement before; None where there was none."""

    usage: Usage
    cpu: float | None


class _Sample(NamedTuple):
    used: Usage
    at: float  # in seconds, by a clock that nobody sets


class Meter:
    """Measures sessions again and again; each measurement compares with the one before."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._samples: Mapping[str, _Sample] = {}

    def measure(self, sessions: Iterable[Session]) -> Mapping[str, Rate]:
        """Return by id what those sessions use that run, or are paused, and whose engine can say.

        An engine that does not answer is passed over: sweeps report it. One that hangs holds up the answer alone.
        """
        wanted = [session for session in sessions if session.state in _MEASURED]
        with ThreadPoolExecutor(max_workers=8) as pool:
            found = dict(zip((one.id for one in wanted), pool.map(self._sample, wanted), strict=True))
        samples = {session: sample for session, sample in found.items() if sample}
        rates = {session: _rate(self._samples.get(session), sample) for session, sample in samples.items()}
        self._samples = samples
        return rates

    def _sample(self, session: Session) -> _Sample | None:
        with suppress(TempshellError):
            backend = self._engines.of(session)
            used = backend.usage(session.sandbox) if isinstance(backend, MeasuresUse) else None
            return _Sample(used, time.monotonic()) if used else None
        return None


def disk_of(engines: Engines, session: Session) -> int | None:
    """Return how many bytes the files in the home of a session take; None where nobody can say, as in a pause."""
    if session.state is not State.READY:
        return None
    with suppress(TempshellError):
        shell = SandboxExec(engines.of(session), session.sandbox, role=Role.GRADER)
        size = shell.run(_DISK, timeout=_TIMEOUT).stdout.split()
        return int(size[0]) * 1024 if size and size[0].isdigit() else None
    return None


def _rate(before: _Sample | None, now: _Sample) -> Rate:
    if before is None:
        return Rate(now.used, None)
    spent = max(0.0, now.used.processor - before.used.processor)  # a process that ended takes its time along
    return Rate(now.used, spent / max(0.001, now.at - before.at))
