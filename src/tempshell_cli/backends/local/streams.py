"""A command's standard streams inside a local sandbox: pipes of its own, relayed to those of the caller.

No descriptor of the caller comes inside. What lies behind one can be reopened by its name below /proc/self/fd: a file
that was open for reading for writing, a pipe at its other end (a shell script that is read from one would run what a
sandbox writes there). A terminal takes ioctls, and an Internet socket can be connected to somewhere else, from the
caller's network. Imports little: see ``__init__``.
"""

from __future__ import annotations

import fcntl
import os
import select
import stat

from tempshell_cli.backends.local import kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_CHUNK = 65536  # bytes
_SURE = 4096  # bytes that can be written without a wait where poll(2) says that some can: PIPE_BUF, pipe(7)
_FORWARDED = (kernel.SIGHUP, kernel.SIGINT, kernel.SIGQUIT, kernel.SIGTERM)
_FIONREAD = 0x541B  # ioctl_tty(2), and pipe(7): how many bytes are there to be read
_NULL = os.makedev(1, 3)  # /dev/null, in the kernel's admin-guide/devices.txt
_PAUSE = 200  # milliseconds between two looks whether a terminal is ours to read


def run_on_pipes(become: Callable[[], None]) -> int:
    """Run what ``become`` turns into, in a session of its own; return its exit code.

    It gets the signals of a terminal and SIGTERM that come to this process, except those that the caller ignores: with
    nohup, or in the background of a script, it outlives them.
    """
    signals = kernel.signals_as_file(*(number for number in _FORWARDED if not kernel.is_ignored(number)))
    inside, flows = _pipes()
    child = os.fork()
    if not child:
        os.setsid()
        for number, fd in enumerate(inside):
            os.dup2(fd, number)
        become()
    for fd in set(inside) - {0, 1, 2}:
        os.close(fd)
    _relay(flows, child, signals)
    return kernel.exit_code(child)


class _Flow:
    """Bytes on their way between a pipe of the command's and the caller's stream of that number.

    Waits until there are some, then until they can be written, so that it never waits in a write.
    """

    def __init__(self, number: int) -> None:
        read, write = os.pipe()
        self.number, self.inside = number, write if number else read
        self.source, self.target = (read, number) if number else (number, write)
        self._kind = stat.S_IFMT(os.fstat(number).st_mode)
        self.is_over = self._has_bytes = self._is_read_up = False
        if self._is_file_to_read():
            os.set_blocking(write, False)
            self._position = self._start = os.lseek(number, 0, os.SEEK_CUR)
            self._other_end = os.dup(read)  # shows what the command has left, also when ours is closed

    def watch(self, poll: select.poll) -> bool:
        """Watch for what comes next; return whether that may be watched at the moment."""
        if self._is_read_up:
            return True
        if not self._has_bytes and not _may_read(self.source):
            return False
        poll.register(*((self.target, select.POLLOUT) if self._has_bytes else (self.source, select.POLLIN)))
        return True

    def advance(self, ready: Collection[int]) -> None:
        """Do what can be done without a wait. The end of one side closes the other."""
        if self._is_read_up:
            return
        if not self._has_bytes:
            self._has_bytes = self.source in ready
        elif self.target in ready:
            self._has_bytes = False
            try:
                if not self._copy():
                    self._end()
            except BlockingIOError:
                return  # another was faster
            except OSError:  # nobody reads any more, or the terminal is gone
                self.close()

    def is_drained(self) -> bool:
        """Return whether nothing is there to be read."""
        return self.is_over or not _unread(self.source)

    def close(self) -> None:
        """Close both ends; leave a file where the command has stopped reading, as if it had read it itself."""
        if self.is_over:
            return
        self.is_over = True
        if self._is_file_to_read():
            # The command can have written to its own end of the pipe, so that more is unread than was copied.
            left = max(self._start, self._position - _unread(self._other_end))
            os.lseek(self.source, left, os.SEEK_SET)
            os.close(self._other_end)
        os.close(self.source)
        if not self._is_read_up:
            os.close(self.target)

    def _end(self) -> None:
        """Pass the end on. Where a file stands when the command ends, it has yet to read up to."""
        if self._is_file_to_read():
            os.close(self.target)
            self._is_read_up = True
        else:
            self.close()

    def _copy(self) -> bool:
        """Copy some bytes; return whether there can be more."""
        if self._kind == stat.S_IFIFO:
            return os.splice(self.source, self.target, _CHUNK, flags=os.SPLICE_F_NONBLOCK) > 0
        if self._is_file_to_read():
            data = os.pread(self.source, _CHUNK, self._position)
            self._position += os.write(self.target, data)
            return bool(data)
        data = os.read(self.source, _CHUNK if self._kind == stat.S_IFREG else _SURE)
        rest = data
        while rest:
            rest = rest[os.write(self.target, rest) :]
        return bool(data)

    def _is_file_to_read(self) -> bool:
        return self.number == 0 and self._kind == stat.S_IFREG


def _pipes() -> tuple[list[int], list[_Flow]]:
    """Return what the command gets as standard streams, and what flows between these and ours."""
    inside: list[int] = []
    flows: list[_Flow] = []
    for number in range(3):
        if os.fstat(number).st_rdev == _NULL:
            inside.append(number)
        elif number == 2 and flows and flows[-1].number == 1 and _are_same(1, 2):  # noqa: PLR2004 - standard error
            inside.append(inside[1])  # one pipe, so that what is written to both keeps its order
        else:
            flows.append(_Flow(number))
            inside.append(flows[-1].inside)
    return inside, flows


def _relay(flows: list[_Flow], child: int, signals: int) -> None:
    """Copy and forward until the command has ended, and all is written that it wrote.

    What it leaves running in the background is not waited for; a signal after its end ends this, too.
    """
    end = os.pidfd_open(child)
    has_ended = False
    while True:
        live = [flow for flow in flows if not flow.is_over and not (has_ended and flow.is_drained())]
        if has_ended and not live:
            return
        poll = select.poll()
        poll.register(signals, select.POLLIN)
        if not has_ended:
            poll.register(end, select.POLLIN)
        watched = [flow.watch(poll) for flow in live]
        ready = dict(poll.poll(None if all(watched) else _PAUSE))
        if signals in ready:
            if has_ended:
                return
            _forward(kernel.next_signal(signals), child)
        for flow in live:
            flow.advance(ready)
        if end in ready and not has_ended:
            has_ended = True
            for flow in flows:
                if flow.number == 0:
                    flow.close()


def _forward(number: int, child: int) -> None:
    try:
        os.killpg(child, number)
    except ProcessLookupError:  # it is so new that it leads no group yet; one that has ended waits for us
        os.kill(child, number)


def _may_read(fd: int) -> bool:
    """Return whether a read would not stop us: a terminal is for its foreground group alone."""
    try:
        return os.tcgetpgrp(fd) == os.getpgrp()
    except OSError:  # not a terminal, or not ours: then any process may read it
        return True


def _unread(fd: int) -> int:
    return int.from_bytes(fcntl.ioctl(fd, _FIONREAD, bytes(4)), "little")


def _are_same(one: int, other: int) -> bool:
    first, second = os.fstat(one), os.fstat(other)
    return (first.st_dev, first.st_ino, first.st_rdev) == (second.st_dev, second.st_ino, second.st_rdev)
