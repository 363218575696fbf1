"""The process that workers come from: ``python -m tempshell_cli.terminal.fork_server``.

It has imported everything, and reads nothing that strangers print. A worker is a fork of it: there within
milliseconds, on a busy machine too, where a Python of its own takes a third of a second, and sharing its memory.
"""

from __future__ import annotations

import gc
import os
import resource
import select
import signal
import socket
import sys
import time
from functools import cache

import msgspec

from tempshell_cli.terminal.emulators.choice import open_emulator
from tempshell_cli.terminal.pty import PtyMaster, Size
from tempshell_cli.terminal.tail import Tail
from tempshell_cli.terminal.wire import STARTED, Start
from tempshell_cli.terminal.worker import serve

_LONGEST = 4096  # bytes of a message
_PAUSE = 0.01  # seconds between two looks at whether a worker has ended
# How a worker ends that has done nothing wrong: it was let go, or somebody killed it.
_BLAMELESS = (0, -signal.SIGKILL, -signal.SIGTERM)


class ForkServer:
    """Has one worker at a time, on this PTY and this tail."""

    def __init__(self, control: socket.socket, master: int, tail: int, grace: float) -> None:
        """``grace``: how many seconds a worker may take to end by itself once the screen is gone."""
        self._control = control
        self._grace = grace
        self._master = master
        self._tail = tail
        self._worker = 0

    def run(self) -> None:
        """Start a worker on each request; return once the screen is gone, and the last worker with it."""
        # A collection would write to all objects, and what is written to is not shared any more.
        gc.disable()
        while True:
            message, links, _, _ = socket.recv_fds(self._control, _LONGEST, 1)
            if not message:
                break
            self._start(msgspec.msgpack.decode(message, type=Start), socket.socket(fileno=links[0]))
        late = time.monotonic() + self._grace
        while self._worker and time.monotonic() < late:
            if os.waitpid(self._worker, os.WNOHANG)[0]:
                self._worker = 0
            time.sleep(_PAUSE)
        self._end_worker()

    def _start(self, start: Start, link: socket.socket) -> None:
        with link:
            self._forget(crashed=self._end_worker() not in _BLAMELESS, everything=start.empty)
            select.select([self._control], [], [], start.pause)  # or until the screen is gone
            _warm_up(start.emulator)
            gc.freeze()
            self._worker = os.fork()
            if not self._worker:
                self._become_worker(start, link)
        self._control.send(STARTED.pack(self._worker))

    def _end_worker(self) -> int:
        """End the worker, and return how it had ended already: with an exit code or, below 0, by a signal."""
        if not self._worker:
            return 0
        os.kill(self._worker, signal.SIGKILL)
        ended, self._worker = os.waitpid(self._worker, 0)[1], 0
        return os.waitstatus_to_exitcode(ended)

    def _forget(self, *, crashed: bool, everything: bool) -> None:
        tail = Tail(self._tail)
        if everything:
            tail.clear()
        elif crashed:
            tail.discard_unverified()
        tail.close()

    def _become_worker(self, start: Start, link: socket.socket) -> None:
        code = 1
        try:
            self._control.close()
            gc.enable()
            serve(link, PtyMaster(self._master), Tail(self._tail), start.size, start.emulator)
            code = 0
        finally:
            os._exit(code)


@cache
def _warm_up(emulator: str) -> None:
    """Do here, for all workers, what is done once: load modules and the library, and have cffi look at its types."""
    warm = open_emulator(Size(80, 24), emulator)
    warm.feed(b"\x1b[1;31m.")
    warm.dirty_rows()
    warm.status()
    warm.replies()
    warm.close()


def main(arguments: list[str]) -> None:
    """Serve what the arguments name: the descriptors of socket, PTY and tail, and a worker's grace in seconds."""
    control, master, tail = map(int, arguments[:3])
    # A crash of the emulator is expected one day; its memory holds what somebody typed.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ForkServer(socket.socket(fileno=control), master, tail, float(arguments[3])).run()


if __name__ == "__main__":
    main(sys.argv[1:])
