"""A slow call that nobody has to wait for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import TypeVar

Result = TypeVar("Result")


async def abandonable(call: Callable[[], Result], discard: Callable[[Result], object] = lambda _: None) -> Result:
    """Make a call in a thread of its own, return its result or raise what it raises.

    Where the wait for it is cancelled the call is left behind: neither the end of the loop nor that of the program
    waits for it, as they do for ``asyncio.to_thread``. What comes of it then is discarded, in a thread, too.
    """
    answer: Future[Result] = Future()

    def work() -> None:
        try:
            result = call()
        except Exception as problem:  # noqa: BLE001 - raised again where the call is awaited
            with suppress(InvalidStateError):
                answer.set_exception(problem)
            return
        try:
            answer.set_result(result)
        except InvalidStateError:  # nobody waits any more
            discard(result)

    _in_thread(work)
    try:
        return await asyncio.wrap_future(answer)
    except asyncio.CancelledError:
        if answer.done() and not answer.cancelled() and not answer.exception():
            _in_thread(lambda: discard(answer.result()))
        raise


def _in_thread(call: Callable[[], object]) -> None:
    threading.Thread(target=call, daemon=True).start()
