"""The few Linux calls that Python 3.11 has no name for. Imports little: see ``__init__``."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os

NS_GET_USERNS, NS_GET_PARENT = 0xB701, 0xB702  # linux/nsfs.h: a namespace's owner, and the one above it
CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000  # linux/sched.h
_MS_NOSUID, _MS_NODEV, _MS_BIND, _MS_REC, _MS_PRIVATE = 2, 4, 0x1000, 0x4000, 0x40000  # linux/mount.h
CAP_DAC_OVERRIDE, CAP_KILL, CAP_SYS_PTRACE = 1, 5, 19  # capabilities(7)
PR_SET_PDEATHSIG = 1  # linux/prctl.h, as all of these
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2
SIGHUP, SIGINT, SIGQUIT, SIGKILL, SIGTERM, SIGCONT, SIGSTOP = 1, 2, 3, 9, 15, 18, 19  # signal(7)
SIG_DFL, SIG_IGN = 0, 1
_SIG_BLOCK, _SIG_SETMASK = 0, 2
_PIDFD_SEND_SIGNAL = 424  # of every machine (asm-generic/unistd.h); glibc has had a function for it since 2.36
_SIGNALS = range(1, 65)
_NO_SIGNALS = bytes(128)  # an empty sigset_t, of glibc and of musl
_SIGNALFD_SIGINFO = 128  # bytes, and the first four of them are the signal's number (signalfd(2))

_libc = ctypes.CDLL(None, use_errno=True)


def setns(fd: int, kind: int = 0) -> None:
    """Join the namespace behind the fd (setns(2)); raises OSError, also where it is not one of that ``kind``."""
    _checked(_libc.setns(fd, kind))


def unshare(kind: int) -> None:
    """Move to a new namespace of that kind (unshare(2)); raises OSError."""
    _checked(_libc.unshare(kind))


def mount_tmpfs(place: bytes, options: bytes) -> None:
    """Mount an empty file system of memory, without devices and setuid programs (mount(2)); raises OSError."""
    _checked(_libc.mount(b"tmpfs", place, b"tmpfs", _MS_NOSUID | _MS_NODEV, options))


def show_in_place(directory: bytes, place: bytes) -> None:
    """Show a directory at another place to this process and its children alone; raises OSError.

    See mount_namespaces(7).
    """
    unshare(CLONE_NEWNS)
    _checked(_libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None))
    _checked(_libc.mount(directory, place, None, _MS_BIND, None))


def prctl(option: int, argument: int, second: int = 0) -> None:
    """Set an attribute of this process; raises OSError. See the manual page of the call for what there is.

    Unused arguments are zero, as newer options demand.
    """
    words = (ctypes.c_ulong(word) for word in (argument, second, 0, 0))
    _checked(_libc.prctl(option, *words))


def default_signals() -> None:
    """Unblock every signal and give it its default action: what is executed would inherit the rest.

    Python ignores SIGPIPE, and a tempshell can be started with more ignored or blocked.
    """
    for number in _SIGNALS:
        _libc.signal(number, ctypes.c_void_p(SIG_DFL))  # fails for those of the C library and SIGKILL: never changed
    _checked(_libc.sigprocmask(_SIG_SETMASK, _NO_SIGNALS, None))


def is_ignored(number: int) -> bool:
    """Return whether this process ignores the signal; raises OSError."""
    action = ctypes.create_string_buffer(512)  # larger than a struct sigaction, which begins with the handler
    _checked(_libc.sigaction(number, None, action))
    return ctypes.c_void_p.from_buffer(action).value == SIG_IGN


def signals_as_file(*numbers: int) -> int:
    """Block the signals, and return an fd that can be read when one of them is there (signalfd(2)); raises OSError."""
    mask = sum(1 << number - 1 for number in numbers).to_bytes(len(_NO_SIGNALS), "little")
    _checked(_libc.sigprocmask(_SIG_BLOCK, mask, None))
    fd = int(_libc.signalfd(-1, mask, os.O_CLOEXEC))
    _checked(fd)
    return fd


def next_signal(fd: int) -> int:
    """Return the number of the signal that is there to be read."""
    return int.from_bytes(os.read(fd, _SIGNALFD_SIGINFO)[:4], "little")  # as both machines have it


def send_signal(pidfd: int, number: int) -> bool:
    """Send a signal to the process behind a pidfd (pidfd_send_signal(2)); return whether that has not ended yet."""
    if _libc.syscall(_PIDFD_SEND_SIGNAL, pidfd, number, None, 0) >= 0:
        return True
    if ctypes.get_errno() != errno.ESRCH:
        _checked(-1)
    return False


def kill_process(pidfd: int) -> None:
    """Send SIGKILL to the process behind a pidfd; one that has ended is fine."""
    send_signal(pidfd, SIGKILL)


def owner_of(namespace: int) -> int:
    """Return an fd of the user namespace that owns the namespace behind the given fd."""
    return fcntl.ioctl(namespace, NS_GET_USERNS)


def parent_of(namespace: int) -> int:
    """Return an fd of the namespace above the one behind the given fd, which is a user's or one of PIDs."""
    return fcntl.ioctl(namespace, NS_GET_PARENT)


def drop_bounding_set(kept: tuple[int, ...] = ()) -> None:
    """Leave only these in the capability bounding set: nothing executed from here on can gain any other."""
    # Read as bytes: a codec would be imported here, from a file system that is no longer in sight.
    for capability in range(int(read_file("/proc/sys/kernel/cap_last_cap")) + 1):
        if capability not in kept:
            prctl(PR_CAPBSET_DROP, capability)


def install_seccomp(program: bytes) -> None:
    """Filter the system calls of this process and all it starts; ``program`` is an array of sock_filter."""

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    code = ctypes.create_string_buffer(program, len(program))
    fprog = Program(len(program) // 8, ctypes.cast(code, ctypes.c_void_p))
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(fprog))


def exit_code(child: int) -> int:
    """Wait for a child; return its exit code, 128 + N where a signal ended it."""
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def read_file(path: str) -> bytes:
    """Return what is in a file; raises OSError."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return b"".join(iter(lambda: os.read(fd, 65536), b""))
    finally:
        os.close(fd)


def _checked(result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
