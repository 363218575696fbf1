"""Finishing what is over, whosever it is: what people who do not come back have left on engines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import partial

from tempshell_cli.backends.base import Backend, EndsExpired, Expired, Receipt
from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.text import one_line
from tempshell_cli.sessions.events import Kind
from tempshell_cli.sessions.lifecycle import Sessions

# After a deadline its owner's own client, and the engine, come first.
GRACE = timedelta(minutes=5)


def remove_expired(sessions: Sessions, backends: Iterable[Backend], timeout: float) -> list[Receipt]:
    """Remove every object that is past its own deadline by more than GRACE, one at a time; return the receipts.

    ``timeout``, in seconds, is what each engine has, once for its answer and once for all removals. What fails about an
    engine or an object is reported, and fails nothing else.
    """
    able: dict[Backend, EndsExpired] = {one: one for one in backends if isinstance(one, EndsExpired)}
    timeouts: dict[Backend, float | None] = dict.fromkeys(able, timeout)
    questions = {backend: [partial(ender.expired, GRACE)] for backend, ender in able.items()}
    over: dict[Backend, Sequence[Expired]] = {}
    for backend, (found,) in sessions.pool.run(questions, timeouts).items():
        if not isinstance(found, Exception):
            over[backend] = found
        elif not isinstance(found, EngineUnavailable):  # the sweep before has reported those that are missed
            sessions.warn(f"{backend.name}: {_words(found)}; it is left out")
    removals = {
        backend: [partial(able[backend].remove_expired, one) for one in found] for backend, found in over.items()
    }
    receipts = []
    for backend, results in sessions.pool.run(removals, timeouts).items():
        for one, receipt in zip(over[backend], results, strict=True):
            if isinstance(receipt, Exception):
                sessions.warn(f"{one.what} on {backend.name}: {_words(receipt)}; it is left alone")
            elif receipt.removed or receipt.leftover:
                receipts.append(receipt)
                sessions.journal(one.session, Kind.REAPED, f"expired: {one.what} on {backend.name}")
    return receipts


def _words(cause: Exception) -> str:
    return one_line(str(cause) or repr(cause))
