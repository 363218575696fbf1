"""Memory, processor and process limits: a cgroup where one can be made, resource limits in any case.

Imports little: see ``__init__``.
"""

from __future__ import annotations

import os
import resource
import time

_ROOT = "/sys/fs/cgroup"
_PERIOD = 100_000  # microseconds, the kernel's default for cpu.max and cpu.cfs_period_us
_OPEN_FILES = 1024
_SIGKILL = 9  # signal(7)
_CONTROLLERS = ("", "memory", "pids", "cpu", "freezer")  # "" is the unified hierarchy
LEARNER, GRADER = "", "-grader"  # a grader has groups of its own: the learner can use up all of the others
_GRADERS = 64  # processes that a grader can start where the learner has started all that it may
_TIMEOUT = 2.0  # seconds until the kernel has seen the last process of a group gone


def set_resource_limits(memory: int, pids: int, *, is_grader: bool) -> None:
    """Limit this process and what it starts: bytes of writable private memory a process, and processes a user.

    The learner's count for a grader too, who is the same user outside, and may have some more.

    RLIMIT_DATA, not RLIMIT_AS: language runtimes reserve address space that they never write.
    """
    for kind, wanted in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_NPROC, pids + _GRADERS if is_grader else pids),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (allowed, allowed))


def make_cgroups(session: str, memory: int, pids: int, cpus: float, kind: str = LEARNER) -> None:
    """Make the session's control groups of that kind, as far as this user may; cgroups(7)."""
    unified = os.path.exists(f"{_ROOT}/cgroup.controllers")
    for controller, files in (_unified if unified else _legacy)(memory, pids, cpus).items():
        group = _group(session, controller, kind)
        try:
            os.mkdir(group)
            for name, value in files.items():
                write(f"{group}/{name}", value)
        except OSError:
            continue  # not ours to make, or not delegated: the resource limits hold in any case


def can_limit_cpus() -> bool:
    """Return whether this user may make control groups that limit the processor here."""
    if not os.path.exists(f"{_ROOT}/cgroup.controllers"):
        return os.access(f"{_ROOT}/cpu", os.W_OK)
    with open(f"{_ROOT}/cgroup.subtree_control") as file:  # what groups below may limit
        return os.access(_ROOT, os.W_OK) and "cpu" in file.read().split()


def groups_of(session: str, kinds: tuple[str, ...] = (LEARNER, GRADER)) -> list[str]:
    """Return the session's control groups that exist."""
    return [group for name in _CONTROLLERS for kind in kinds if os.path.isdir(group := _group(session, name, kind))]


def join(session: str, pid: int) -> None:
    """Move a process into the learner's groups of the session."""
    for group in groups_of(session, (LEARNER,)):
        write(f"{group}/cgroup.procs", str(pid))


def opened(session: str, kind: str) -> list[int]:
    """Open the session's groups for a child to ``enter`` from where these files are not in sight."""
    return [os.open(f"{group}/cgroup.procs", os.O_WRONLY | os.O_CLOEXEC) for group in groups_of(session, (kind,))]


def enter(groups: list[int]) -> None:
    """Move this process into groups that are ``opened``."""
    for group in groups:
        os.write(group, b"0")


def remove_cgroups(session: str) -> list[str]:
    """End what is left in the session's groups, and remove them; return those removed.

    Something is left where a supervisor was killed before its bubblewrap had asked to end with it.
    """
    late = time.monotonic() + _TIMEOUT
    return [group for group in groups_of(session) if _remove(group, late)]


def _remove(group: str, late: float) -> bool:
    while time.monotonic() < late:
        try:
            os.rmdir(group)
        except OSError:
            _kill_all(group)
            time.sleep(0.002)
        else:
            return True
    return False


def _kill_all(group: str) -> None:
    try:
        with open(f"{group}/cgroup.procs") as file:
            for pid in file.read().split():
                os.kill(int(pid), _SIGKILL)
    except (FileNotFoundError, ProcessLookupError):
        return  # gone by themselves


def _group(session: str, controller: str, kind: str) -> str:
    return f"{_ROOT}/{controller}/tempshell-{session}{kind}"


def read(path: str) -> str:
    """Return what a file of a control group says."""
    with open(path) as file:
        return file.read().strip()


def write(path: str, value: str) -> None:
    """Write to a file of a control group; raises OSError."""
    with open(path, "w") as file:
        file.write(value)


def _unified(memory: int, pids: int, cpus: float) -> dict[str, dict[str, str]]:
    files = {
        "memory.max": str(memory),
        "memory.swap.max": "0",
        "pids.max": str(pids),
        "cpu.max": f"{int(cpus * _PERIOD)} {_PERIOD}",
    }
    return {"": files}


def _legacy(memory: int, pids: int, cpus: float) -> dict[str, dict[str, str]]:
    return {
        "memory": {"memory.limit_in_bytes": str(memory)},
        "pids": {"pids.max": str(pids)},
        "cpu": {"cpu.cfs_quota_us": str(int(cpus * _PERIOD))},
        "freezer": {},
    }
