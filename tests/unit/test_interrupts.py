"""Work that no Ctrl-C cuts short."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from tempshell_cli.core.interrupts import shielded


@pytest.fixture(autouse=True)
def ctrl_c_raises() -> Iterator[None]:
    """As in any Python, but not where whoever started the tests has them ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_in_the_block_does_nothing(number: signal.Signals) -> None:
    with shielded():
        os.kill(os.getpid(), number)


def test_after_the_block_signals_do_what_they_did() -> None:
    before = signal.getsignal(signal.SIGINT)
    with shielded():
        pass
    assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)


def test_in_a_worker_it_is_allowed_and_changes_nothing() -> None:
    seen: list[object] = []

    def work() -> None:
        with shielded():
            seen.append(signal.getsignal(signal.SIGINT))

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    assert seen == [signal.getsignal(signal.SIGINT)]
