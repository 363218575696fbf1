"""What this process inherits of signals and limits, and work that no signal must cut in two.

That is undoing, and what an engine would finish behind a roll-back.
"""

from __future__ import annotations

import resource
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

Handler = Callable[[int, FrameType | None], object] | signal.Handlers

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# What a terminal sends. A program can be started with these ignored on purpose: `nohup` the first, a script the
# next two for its background jobs (POSIX, Shell Command Language, 2.11), a kiosk the last three. What is ignored stays
# ignored, as in other programs; Go's runtime does the same with the first two (os/signal).
_FROM_A_TERMINAL = {signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
_OPEN_FILES = 1024  # the soft limit of Linux
_IGNORED_BY_PYTHON = {signal.SIGPIPE, signal.SIGXFSZ}


def settle() -> None:
    """Unblock every signal, and give those that are ignored by accident their default action.

    Some supervisors, cron wrappers and editors start programs like that. With SIGCHLD ignored every exit code would
    be lost, with SIGTERM ignored `kill` would do nothing. What a terminal sends stays ignored. Call this from the main
    thread, before there is another one.
    """
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    for number in signal.valid_signals() - _FROM_A_TERMINAL - _IGNORED_BY_PYTHON:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


def lift_limits() -> None:
    """Lift the limits that a shell has set for what it starts, as far as this user may: to their hard limits.

    With few files, or none that may grow, a start would end half-way. Those of the number of files are lifted only so
    far as most systems have them, since some programs close every descriptor that there could be.
    """
    for kind in (resource.RLIMIT_FSIZE, resource.RLIMIT_CPU, resource.RLIMIT_DATA, resource.RLIMIT_AS):
        _, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (hard, hard))
    lift_open_files(_OPEN_FILES)


def lift_open_files(wanted: int) -> None:
    """Let this process have so many open files, or as many as this user may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))


def handle(numbers: Iterable[signal.Signals], handler: Handler) -> None:
    """Set a handler for those of the signals that are not ignored."""
    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


@contextmanager
def shielded() -> Iterator[None]:
    """Ignore Ctrl-C, TERM and HUP in the block. Only the main thread gets them, so elsewhere nothing is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def held_back() -> Iterator[None]:
    """Let Ctrl-C, TERM and HUP take effect at the end of the block; a second one does at once.

    What is ignored stays ignored, also by what the block starts. Only the main thread gets them, so elsewhere nothing
    is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []

    def hold(number: int, _frame: FrameType | None) -> None:
        held.append(number)
        if len(held) > 1:
            restore()
            signal.raise_signal(held.pop())

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    heard = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, hold) for number in heard}
    try:
        yield
    finally:
        restore()
        if held:
            signal.raise_signal(held.pop())
