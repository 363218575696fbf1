"""A slow call that nobody has to wait for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

Result = TypeVar("Result")


async def abandonable(call: Callable[[], Result]) -> Result:
    """Make a call in a thread of its own, return its result or raise what it raises.

    Where the wait for it is cancelled the call is left behind: neither the end of the loop nor that of the program
    waits for it, as they do for ``asyncio.to_thread``. What comes of it then is dropped.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Result] = loop.create_future()

    def settle(how: Callable[[Any], None], with_what: object) -> None:
        if not answer.done():
            how(with_what)

    def tell(how: Callable[[Any], None], with_what: object) -> None:
        with suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(settle, how, with_what)

    def work() -> None:
        try:
            result = call()
        except Exception as problem:  # noqa: BLE001 - raised again where the call is awaited
            tell(answer.set_exception, problem)
        else:
            tell(answer.set_result, result)

    threading.Thread(target=work, daemon=True).start()
    return await answer
