"""Something that is done again and again in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def repeating(
    step: Callable[[], object],
    *,
    every: float,
    unexpected: Callable[[Exception], object],
    timeout: float,
    at_once: bool = False,
) -> Iterator[None]:
    """Take a step in a thread, ``every`` so many seconds, as long as the block lasts; the first one ``at_once``.

    What a step raises does not keep the next one from being taken; ``unexpected`` is called with it, once for each that
    repeats itself. At the end a step that is under way has ``timeout`` seconds; then it is left behind.
    """
    ended = threading.Event()

    def repeat() -> None:
        before, pause = "", 0.0 if at_once else every
        while not ended.wait(pause):
            pause = every
            try:
                step()
            except Exception as error:  # noqa: BLE001 - see above
                now = f"{type(error).__name__}: {error}"
                if now != before and not ended.is_set():
                    before = now
                    unexpected(error)

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout)
