"""The user namespaces of a sandbox, besides those that bubblewrap makes. Imports little: see ``__init__``.

The kernel lets a process trace another, read its memory or take its files only with rights in the other's user
namespace. The user who made a namespace has all of them in it, from the one above; nobody has any in the one above.

The learner's programs have a namespace below that of the first process, which therefore sees what they do, and not
the other way round. Where root starts the sandbox all of it is below a namespace of the grader's, who is another user
there: its programs cannot be signalled either.
"""

from __future__ import annotations

import os
import select

from tempshell_cli.backends.local import kernel

LEARNER = 1000  # the learner's user inside a restricted sandbox, and everywhere in the grader's namespace
GRADER = 0  # the grader's in its own
_LIMIT = "/proc/sys/user/max_user_namespaces"
_NAMESPACES = b"2"  # that of the first process and the learner's; bubblewrap allows one (--disable-userns)
_TIMEOUT = 10_000  # milliseconds
_MADE, _ANSWER = b"made", 4096  # bytes at most


def enter_graders_namespace() -> None:
    """Move this process, a child of root's, to a new namespace, as the learner; its parent maps the users meanwhile."""
    os.setgroups([])
    kernel.unshare(kernel.CLONE_NEWUSER)
    os.kill(os.getpid(), kernel.SIGSTOP)
    become(LEARNER)


def map_users(child: int, learner: int, grader: int) -> None:
    """Do what a child waits for in ``enter_graders_namespace``; the users are those outside. Raises OSError."""
    os.waitpid(child, os.WUNTRACED)
    for name in ("uid_map", "gid_map"):
        _write(f"/proc/{child}/{name}", b"%d %d 1\n%d %d 1\n" % (GRADER, grader, LEARNER, learner))
    os.kill(child, kernel.SIGCONT)


def become(user: int) -> None:
    """Be a user and their group, as the present namespace has them."""
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


class LearnersNamespace:
    """A user namespace that the parent of a process makes for it, once that has forked off.

    The parent has nothing else to do any more, and a fork for it alone would take milliseconds.
    """

    def __init__(self) -> None:
        self._maker = os.getpid()
        self._asked, self._ask = os.pipe()
        self._answered, self._answer = os.pipe()

    def serve(self) -> None:
        """In the parent: make the namespace when asked, and return when the child says so, or has ended."""
        os.close(self._ask)
        if pid := os.read(self._asked, _ANSWER):
            try:
                _move_below(int(pid))
                os.write(self._answer, _MADE)
            except OSError as cause:
                os.write(self._answer, str(cause).encode())
            os.read(self._asked, 1)

    def make(self, pid: int) -> int:
        """In the child: return an fd of a new namespace below that of the process ``pid``. Raises OSError.

        The namespace lives as long as the fd.
        """
        os.write(self._ask, b"%d" % pid)
        os.close(self._answer)
        poll = select.poll()
        poll.register(self._answered, select.POLLIN)
        answer = os.read(self._answered, _ANSWER) if poll.poll(_TIMEOUT) else b"no answer in time"
        fd = os.open(f"/proc/{self._maker}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
        if answer != _MADE or os.getppid() != self._maker:
            raise OSError(0, f"cannot make a user namespace for the learner: {answer.decode(errors='replace')}")
        return fd

    def end(self) -> None:
        """In the child: let the parent end."""
        os.close(self._ask)


def _move_below(pid: int) -> None:
    """Move to a new namespace below that of the process, with the same user and group in it."""
    namespace, mounts = (os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY | os.O_CLOEXEC) for name in ("user", "mnt"))
    is_root = os.geteuid() == 0
    if is_root:
        os.setgroups([])
    kernel.setns(kernel.owner_of(mounts), kernel.CLONE_NEWUSER)
    _write(_LIMIT, _NAMESPACES)
    kernel.setns(namespace, kernel.CLONE_NEWUSER)
    if is_root:
        become(LEARNER)
        kernel.prctl(kernel.PR_SET_DUMPABLE, 1)  # or root owns the files below /proc/self
    kernel.unshare(kernel.CLONE_NEWUSER)
    _write("/proc/self/setgroups", b"deny")
    for name in ("uid_map", "gid_map"):
        _write(f"/proc/self/{name}", b"%d %d 1" % (LEARNER, LEARNER))


def _write(path: str, content: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, content)
    finally:
        os.close(fd)
