"""Let the processes of a sandbox stand still, and go on as if nothing had been.

By the kernel's freezer where the session has a control group with one (cgroups(7)): nobody inside notices. Else by
SIGSTOP, as an ordinary user has it. Imports little: see ``__init__``.
"""

from __future__ import annotations

import errno
import os
import time

from tempshell_cli.backends.local import limits
from tempshell_cli.backends.local.kernel import SIGCONT, SIGSTOP, send_signal
from tempshell_cli.backends.local.process import members, state_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_TIMEOUT = 10.0  # seconds until all stand still: one that waits for a disk may take some
_PAUSE = 0.01  # seconds between two looks
_FREEZERS = (("cgroup.freeze", "1", "0"), ("freezer.state", "FROZEN", "THAWED"))  # of the two versions
_STOPPED = "TtZX"  # the states of proc(5): by a signal, by a tracer, and those that have ended
_WAITS = "D"  # for a disk, or as one that calls vfork(2): what it was sent stops it before it goes on


class Freezer:
    """What freezes the sandbox of a session, whose processes are in the PID namespace of that name."""

    def __init__(self, session: str, namespace: str) -> None:
        self._session, self._namespace = session, namespace
        self._stopped: dict[int, int] = {}  # pidfds of the processes that this has stopped, parents first, by pid

    def freeze(self) -> bool:
        """Freeze all; return whether everything stands still. Where it does not, everything goes on."""
        try:
            if _groups(self._session):
                done = _until(lambda: _freeze(self._session))
            else:
                done = _until(lambda: not self._stop_all())
        except OSError:
            done = False
        if not done:
            self.thaw()
        return done

    def thaw(self) -> None:
        """Let all go on. Children come first: a shell that sees one of its jobs stopped would say so."""
        thaw(self._session)
        for fd in reversed(self._stopped.values()):
            send_signal(fd, SIGCONT)
            os.close(fd)
        self._stopped = {}

    def _stop_all(self) -> int:
        """Stop what runs; return how many did: one of them may just have started another.

        What is stopped already, such as a job of a shell, is left as it is. Raises OSError.
        """
        found = 0
        for pid in members(self._namespace):
            try:
                state = state_of(pid)
                if state not in _STOPPED and not (state in _WAITS and pid in self._stopped):
                    found += self._stop(pid)
            except (ProcessLookupError, FileNotFoundError):  # it has ended
                continue
        return found

    def _stop(self, pid: int) -> bool:
        """Stop a process, to which an earlier look may have sent the signal as well; return whether it was there."""
        if pid in self._stopped:
            if send_signal(self._stopped[pid], SIGSTOP):
                return True
            os.close(self._stopped.pop(pid))  # another process has its number now
        fd = os.pidfd_open(pid)
        if send_signal(fd, SIGSTOP):
            self._stopped[pid] = fd
            return True
        os.close(fd)
        return False


def thaw(session: str) -> None:
    """Let all in the session's control groups go on: what is frozen in the older of the two versions cannot end."""
    for file, _, running in _groups(session):
        try:
            limits.write(file, running)
        except OSError as cause:
            if cause.errno not in {errno.ENOENT, errno.ENODEV}:  # the group has just gone, and all in it
                raise


def _groups(session: str) -> list[tuple[str, str, str]]:
    """Return the files that freeze the session's groups, each with what to write to freeze it, and to thaw it."""
    found = [
        (f"{group}/{name}", frozen, running)
        for group in limits.groups_of(session)
        for name, frozen, running in _FREEZERS
    ]
    return [one for one in found if os.path.exists(one[0])]  # noqa: PTH110 - pathlib takes 10 ms to import


def _freeze(session: str) -> bool:
    """Ask the kernel once more to freeze the groups; return whether they are."""
    groups = _groups(session)
    for file, frozen, _ in groups:
        limits.write(file, frozen)
    return all(_is_frozen(file) for file, _, _ in groups)


def _is_frozen(file: str) -> bool:
    if file.endswith(_FREEZERS[1][0]):
        return limits.read(file) == _FREEZERS[1][1]
    return "frozen 1" in limits.read(f"{os.path.dirname(file)}/cgroup.events")  # noqa: PTH120 - as above


def _until(holds: Callable[[], bool]) -> bool:
    """Return whether something holds twice in a row before it is too late."""
    late, before = time.monotonic() + _TIMEOUT, False
    while time.monotonic() < late:
        now = holds()
        if now and before:
            return True
        before = now
        time.sleep(_PAUSE)
    return False
