"""A command on a local PTY."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import stat
import struct
import termios
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, NamedTuple, Self

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Command, cannot_start

# What one read takes at most, in bytes. A Linux PTY hands over 4 KiB at a time however much is asked.
CHUNK = 65536
# Linux's numbers: of every multiplexer of terminals (admin-guide/devices.txt), of what it can be asked (ioctl_tty(2)).
_PTMX = os.makedev(5, 2)
_TIOCSPTLCK, _TIOCGPTPEER = 0x40045431, 0x5441
# Seconds. docker passes on the size as it starts, and listens for changes of it some milliseconds later: a change
# in between is lost until the next one (docker/cli: MonitorTtySize). On a busy machine that takes longer.
_STARTING = 2.0


class Size(NamedTuple):
    """The size of a terminal in cells."""

    columns: int
    rows: int


class PtyMaster:
    """Our end of a PTY. Never blocks: what cannot be done at once is said so."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._opened = time.monotonic()
        self._again: threading.Timer | None = None
        self._lock = threading.Lock()  # of the descriptor: the timer must not meet another one of its number
        os.set_blocking(fd, False)

    def fileno(self) -> int:
        """Return the file descriptor, for a selector."""
        return self._fd

    def read(self, limit: int = CHUNK) -> bytes:
        """Return what the command wrote, at most ``limit`` bytes; empty once nobody can write any more.

        Raises BlockingIOError where there is nothing to read at the moment.
        """
        try:
            return os.read(self._fd, limit)
        except OSError as cause:
            # Linux says EIO when the last descriptor of the other end is closed.
            if cause.errno == errno.EIO:
                return b""
            raise

    def write(self, data: bytes) -> int:
        """Return how many bytes were taken: 0 while the command does not read, all once it is gone."""
        try:
            return os.write(self._fd, data)
        except BlockingIOError:
            return 0
        except OSError as cause:
            if cause.errno == errno.EIO:
                return len(data)
            raise

    def set_size(self, size: Size) -> None:
        """Set the size in cells; the command gets SIGWINCH where it changed."""
        self._set(size.rows, size.columns, 0)

    def resize(self, size: Size) -> None:
        """Set the size, and let a command that is just starting know of it once more when it listens."""
        self.set_size(size)
        left = self._opened + _STARTING - time.monotonic()
        if left > 0 and self._again is None:
            self._again = threading.Timer(left, self._signal_size)
            self._again.daemon = True
            self._again.start()

    def _signal_size(self) -> None:
        """Send SIGWINCH by changing what nobody reads, the size in pixels, and changing it back."""
        with self._lock, suppress(OSError):  # it is closed, or nobody is there any more
            rows, columns, *_ = struct.unpack("HHHH", fcntl.ioctl(self._fd, termios.TIOCGWINSZ, bytes(8)))
            self._set(rows, columns, 1)
            self._set(rows, columns, 0)

    def _set(self, rows: int, columns: int, pixels: int) -> None:
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, pixels, pixels))

    def close(self) -> None:
        """Close this end; the command's session is hung up. Idempotent."""
        if self._again:
            self._again.cancel()
        with self._lock:
            if self._fd >= 0:
                os.close(self._fd)
                self._fd = -1


class PtyProcess:
    """A command that leads a session of its own on a PTY. Close it, or use it as a context manager."""

    def __init__(self, pid: int, master: PtyMaster) -> None:
        self.pid = pid
        self.master = master
        self._exit_code: int | None = None

    @classmethod
    def spawn(cls, command: Command, size: Size, watched: Callable[[PtyMaster], None] = lambda _: None) -> Self:
        """Start the command on a new PTY of this size, once ``watched`` has returned: it gets our end.

        Raises EngineUnavailable where the program cannot be started, and what ``watched`` raises.
        """
        ours, theirs, is_elsewhere = _open_pty(command.ptmx)
        master = PtyMaster(ours)
        try:
            master.set_size(size)
            watched(master)
            return cls(_start(command, theirs, takes_it=not is_elsewhere), master)
        except OSError as cause:
            master.close()
            raise cannot_start(command.argv, cause) from cause
        except EngineUnavailable:
            master.close()
            raise
        finally:
            os.close(theirs)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the command's process group; nothing happens once it has ended."""
        if self.wait(0) is None:
            os.killpg(self.pid, number)

    def wait(self, timeout: float | None = None) -> int | None:
        """Return the exit code (128 + n where signal n ended it), or None after ``timeout`` seconds."""
        until = None if timeout is None else time.monotonic() + timeout
        pause = 0.001
        while self._exit_code is None:
            if self._reap():
                break
            if until is not None and time.monotonic() >= until:
                return None
            # There is no portable wait with a timeout; subprocess.Popen.wait looks again and again too.
            time.sleep(pause)
            pause = min(pause * 2, 0.05)
        return self._exit_code

    def close(self, grace: float = 0.5) -> None:
        """End the command: hang up, and kill what is still there after ``grace`` seconds. Idempotent."""
        self.signal(signal.SIGHUP)
        self.master.close()
        if self.wait(grace) is None:
            self.signal(signal.SIGKILL)
            self.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _reap(self) -> bool:
        try:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
        except ChildProcessError:
            # Somebody else's waitpid was first; its exit code is lost, as with subprocess.Popen.
            pid, status = self.pid, 0
        if pid:
            code = os.waitstatus_to_exitcode(status)
            self._exit_code = 128 - code if code < 0 else code
        return bool(pid)


def _open_pty(ptmx: str) -> tuple[int, int, bool]:
    """Return both ends of a new PTY, and whether it is where this multiplexer is; it is here where there is none."""
    if ptmx:
        with suppress(OSError):  # what it belongs to has gone; the command will say so
            return (*_open_elsewhere(ptmx), True)
    return (*os.openpty(), False)


def _open_elsewhere(ptmx: str) -> tuple[int, int]:
    """Return both ends of a PTY that this multiplexer makes; it belongs to whom the multiplexer does.

    The place is a stranger's, who may have laid anything there. What is opened has the number of a multiplexer, which
    nobody can give to a file of his; and the other end is asked of the kernel, not looked up.
    """
    found = os.open(ptmx, os.O_PATH | os.O_NOFOLLOW)
    try:
        about = os.fstat(found)
        if not stat.S_ISCHR(about.st_mode) or about.st_rdev != _PTMX:
            raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))
        ours = os.open(f"/proc/self/fd/{found}", os.O_RDWR | os.O_NOCTTY)
    finally:
        os.close(found)
    try:
        fcntl.ioctl(ours, _TIOCSPTLCK, struct.pack("i", 0))
        theirs = fcntl.ioctl(ours, _TIOCGPTPEER, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
        if not os.geteuid():
            os.fchown(theirs, about.st_uid, about.st_gid)
    except OSError:
        os.close(ours)
        raise
    return ours, theirs


def _start(command: Command, terminal: int, *, takes_it: bool) -> int:
    """Start the command and return its pid.

    posix_spawn, because a fork with Python code before the exec is unsafe while threads run. The first terminal
    that a session leader opens becomes its controlling one, and the session is made before the files are
    opened (glibc and musl, posix_spawn). One that is elsewhere is for what the command starts there.
    """
    stdin: tuple[Any, ...] = (os.POSIX_SPAWN_DUP2, terminal, 0)
    if takes_it:
        stdin = (os.POSIX_SPAWN_OPEN, 0, os.ttyname(terminal), os.O_RDWR, 0)
    return os.posix_spawnp(
        command.argv[0],
        command.argv,
        command.environment(),
        file_actions=[
            stdin,
            (os.POSIX_SPAWN_DUP2, 0, 1),
            (os.POSIX_SPAWN_DUP2, 0, 2),
        ],
        setsid=True,
        setsigmask=[],
        setsigdef=signal.valid_signals(),  # Python ignores some, and what started it may have it ignore more
    )
