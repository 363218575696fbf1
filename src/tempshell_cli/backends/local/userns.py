"""A user namespace for a sandbox's learner, below that of its first process. Imports little: see ``__init__``.

The kernel lets a process trace another, read its memory or take its files only with rights in the other's user
namespace. The user who made a namespace has all of them in it, from the one above; nobody has any in the one above.
So the first process and whoever grades, who stay above, can look at what the learner runs, and not the other way round.
"""

from __future__ import annotations

import os
import select

from tempshell_cli.backends.local import kernel

_LIMIT = "/proc/sys/user/max_user_namespaces"
_NAMESPACES = b"2"  # that of the first process and this one; bubblewrap allows one (--disable-userns)
_TIMEOUT = 10_000  # milliseconds


def make_user_namespace(pid: int, uid: int) -> int:
    """Return an fd of a new user namespace below that of the process ``pid``; it lives as long as the fd.

    ``uid`` is who owns the sandbox outside, where this process is root. Raises OSError.
    """
    made_read, made_write = os.pipe()
    hold_read, hold_write = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(hold_write)
            _become_it(pid, uid)
            os.write(made_write, b"made")
            os.read(hold_read, 1)
        except OSError as cause:
            os.write(2, f"cannot make a user namespace for the learner: {cause}\n".encode())
        finally:
            os._exit(0)
    os.close(made_write)
    os.close(hold_read)
    poll = select.poll()
    poll.register(made_read, select.POLLIN)
    try:
        if not poll.poll(_TIMEOUT) or not os.read(made_read, 4):
            raise OSError(0, "no user namespace for the learner")
        return os.open(f"/proc/{child}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
    finally:
        os.kill(child, kernel.SIGKILL)
        os.waitpid(child, 0)
        os.close(made_read)
        os.close(hold_write)


def _become_it(pid: int, uid: int) -> None:
    """Move to a new namespace below that of the process, with the same user and group in it."""
    namespace, mounts = (os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY | os.O_CLOEXEC) for name in ("user", "mnt"))
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        kernel.prctl(kernel.PR_SET_DUMPABLE, 1)  # or root owns the files below /proc/self
    kernel.setns(kernel.owner_of(mounts), kernel.CLONE_NEWUSER)
    _write(_LIMIT, _NAMESPACES)
    kernel.setns(namespace, kernel.CLONE_NEWUSER)
    user, group = os.getuid(), os.getgid()
    kernel.unshare_user()
    _write("/proc/self/setgroups", b"deny")
    _write("/proc/self/uid_map", b"%d %d 1" % (user, user))
    _write("/proc/self/gid_map", b"%d %d 1" % (group, group))


def _write(path: str, content: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, content)
    finally:
        os.close(fd)
