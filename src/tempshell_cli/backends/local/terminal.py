"""A terminal inside a local sandbox.

Programs that ask for their terminal's name (tmux, tty) need one that exists where they are. Who has a terminal made
for the command makes one that does; to any other, one is made inside and relayed, as ``docker exec -t`` does it.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import struct
import termios
import tty
from collections.abc import Callable

from tempshell_cli.backends.local.kernel import exit_code

_TERMINALS = "/dev/pts"
_CHUNK = 65536
_NO_SIZE = struct.pack("HHHH", 0, 0, 0, 0)
_END_OF_INPUT = b"\x04"


def run_on_terminal(become: Callable[[], None]) -> int:
    """Run what ``become`` turns into on a terminal of the sandbox; return its exit code."""
    return _run_on_ours(become) if _is_inside(0) else _run_on_another(become)


def _is_inside(fd: int) -> bool:
    """Return whether this is one of the sandbox's terminals; nothing of the machine's is at that place any more."""
    return os.isatty(fd) and os.fstat(fd).st_dev == os.stat(_TERMINALS).st_dev  # noqa: PTH116 - pathlib takes 10 ms to import


def _run_on_ours(become: Callable[[], None]) -> int:
    child = _start(0, become)
    _hang_up_with(child)
    return exit_code(child)


def _run_on_another(become: Callable[[], None]) -> int:
    master, slave = os.openpty()
    _copy_size(master)
    child = _start(slave, become)
    os.close(slave)
    signal.signal(signal.SIGWINCH, lambda *_: _copy_size(master))
    _hang_up_with(child)
    before = termios.tcgetattr(0) if os.isatty(0) else None
    try:
        if before:
            tty.setraw(0, termios.TCSADRAIN)  # what was typed ahead stays
        _relay(master, b"" if before else _END_OF_INPUT)
    finally:
        if before:
            _restore(before)
    os.close(master)
    return exit_code(child)


def _restore(before: list[int | list[bytes | int]]) -> None:
    try:
        termios.tcsetattr(0, termios.TCSADRAIN, before)
    except termios.error:
        return  # it is gone


def _start(terminal: int, become: Callable[[], None]) -> int:
    """Start the command with the terminal as its own, and as its standard streams; return its process id."""
    child = os.fork()
    if not child:
        os.setsid()
        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
        for fd in range(3):
            os.dup2(terminal, fd)
        become()
    return child


def _hang_up_with(child: int) -> None:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: os.kill(child, signal.SIGHUP))


def _copy_size(master: int) -> None:
    if os.isatty(0):
        fcntl.ioctl(master, termios.TIOCSWINSZ, fcntl.ioctl(0, termios.TIOCGWINSZ, _NO_SIZE))


def _relay(master: int, end_of_input: bytes) -> None:
    """Copy both ways until the terminal inside has no more users, or the one outside is gone.

    ``end_of_input`` stands for the end of a file or pipe. A terminal that ends was hung up, and nobody has typed
    anything: what runs inside is not to end by a Ctrl-D.
    """
    ready = select.poll()
    ready.register(0, select.POLLIN)
    ready.register(master, select.POLLIN)
    while True:
        for fd, _ in ready.poll():
            data = _read(fd)
            if fd == master:
                if not data:
                    return
                _write(1, data)
            elif data:
                _write(master, data)
            elif end_of_input:
                ready.unregister(0)
                _write(master, end_of_input)
            else:
                return


def _read(fd: int) -> bytes:
    try:
        return os.read(fd, _CHUNK)
    except OSError:  # EIO: the other side of a terminal is closed
        return b""


def _write(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]
