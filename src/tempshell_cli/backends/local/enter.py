"""Run a command inside a local sandbox. The arguments: ``tty`` or ``pipes``, a role, the run directory, the command.

The exit code is the command's, 128 + N where a signal N ended it; 126 or 127 where it cannot be executed, as a shell
has it; 125 where the sandbox itself cannot be entered, as ``docker run`` has it; 7 where the session's deadline has
ended the command, as tempshell has it.
"""

from __future__ import annotations

import os
import select
import sys
import time

from tempshell_cli.backends.local import kernel, limits
from tempshell_cli.backends.local.process import is_same, whereabouts
from tempshell_cli.backends.local.rundir import FILTER, PROCESS, Labels, RunDir
from tempshell_cli.backends.local.userns import GRADER, LEARNER, become

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

CANNOT_ENTER, CANNOT_EXECUTE, NOT_FOUND = 125, 126, 127
EXPIRED = 7  # of core.errors.ExitCode
_LEARNER, _GRADER = "learner", "grader"  # of backends.base.Role
# To read what is the learner's alone, and to look at what the learner runs.
_GRADERS_RIGHTS = (kernel.CAP_DAC_OVERRIDE, kernel.CAP_KILL, kernel.CAP_SYS_PTRACE)
_SCRATCH = b"/var/tmp"
_LAST = 1.0  # seconds that the first process of a sandbox may outlive the others by
_FDS = 2**31 - 1  # more than there can be
_NAMESPACES = ("ipc", "uts", "net", "cgroup", "pid", "mnt")


def main() -> int:
    """Enter the sandbox and run the command in it."""
    _, mode, role, run_dir, *argv = sys.argv
    # Until the command is executed the child has our memory and files, and it is in sight of root inside.
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    run_it: Callable[[Callable[[], None]], int]
    if mode == "tty":  # imported now: behind the sandbox's mounts no module is in sight any more
        from tempshell_cli.backends.local.terminal import run_on_terminal as run_it  # noqa: PLC0415
    else:
        from tempshell_cli.backends.local.streams import run_on_pipes as run_it  # noqa: PLC0415
    doing = "enter the sandbox"
    try:
        run = RunDir(run_dir)
        labels, process, program = run.labels(), run.record(PROCESS), run.read(FILTER)
        supervisor, here = run.holder(), whereabouts()
        if labels and run.is_held() and any(labels[name] not in {"", here[name]} for name in ("boot", "pidns")):
            _complain(
                "the sandbox was started in another PID namespace or on another machine, and cannot be entered here"
            )
            return CANNOT_ENTER
        if labels is None or process is None or not supervisor:
            _complain("the sandbox is gone")
            return CANNOT_ENTER
        if labels["left"]:
            _complain("the sandbox is paused")
            return CANNOT_ENTER
        first = os.pidfd_open(process.integer("pid"))
        groups = limits.opened(labels["session"], limits.GRADER if role == _GRADER else limits.LEARNER)
        _enter(labels, process, supervisor, role)
        doing = "run the command"
        code = run_it(lambda: execute(labels, program, role, argv, groups))
    except OSError as cause:
        _complain(f"cannot {doing}: {cause.strerror}")
        return CANNOT_ENTER
    if code and time.time() >= labels.number("deadline") and select.select([first], [], [], _LAST)[0]:
        _complain("the session has expired")
        return EXPIRED
    return code


def _enter(labels: Labels, process: Labels, supervisor: int, role: str) -> None:
    """Join everything of the sandbox, and be nobody more than the role's user."""
    pid, is_root = process["pid"], os.geteuid() == 0
    namespaces = [_namespace(f"{pid}/ns/{name}") for name in _NAMESPACES]
    innermost = _namespace(f"{pid}/ns/user")
    if process["userns"] and role != _GRADER:
        innermost = _namespace(f"{supervisor}/fd/{process['userns']}")
    if not is_same(process.values):  # looked at last: what was opened until now is of the process on record
        raise ProcessLookupError(0, "its first process is gone")
    if is_root:
        os.setgroups([])
    if _is_apart(labels, role):
        _join(namespaces, kernel.parent_of(kernel.owner_of(namespaces[-1])))
        become(GRADER)
        _make_scratch()
    else:
        owner = kernel.owner_of(namespaces[-1])
        _join(namespaces, owner)
        if role == _GRADER:
            _make_scratch()
        if os.fstat(owner).st_ino != os.fstat(innermost).st_ino:
            kernel.setns(innermost, kernel.CLONE_NEWUSER)
        if is_root:
            become(0 if labels["admin"] else LEARNER)
    os.umask(0o022)


def _is_apart(labels: Labels, role: str) -> bool:
    """Return whether the role has a user of its own."""
    return role == _GRADER and bool(labels["grader"])


def _join(namespaces: list[int], user_namespace: int) -> None:
    """Join the namespaces from a user namespace with rights in the one that owns them: that one, or one above it.

    bubblewrap nests two where the user inside is not root: the outer owns the mounts and may change them, the inner has
    the first process, which may not.
    """
    kernel.setns(user_namespace, kernel.CLONE_NEWUSER)
    for namespace in namespaces:
        kernel.setns(namespace)


def _make_scratch() -> None:
    """Give this process mounts of its own, with a place to write that nobody else sees."""
    kernel.unshare(kernel.CLONE_NEWNS)
    kernel.mount_tmpfs(_SCRATCH, b"size=16m,mode=0700")


def _namespace(place: str) -> int:
    return os.open(f"/proc/{place}", os.O_RDONLY | os.O_CLOEXEC)


def execute(labels: Labels, program: bytes, role: str, argv: list[str], groups: list[int]) -> None:
    """Become the command: in the sandbox's groups and home, with its environment, limits and filter. Does not return.

    This process alone is in the groups. What ends the sandbox ends all that is, and its parent is to report it.
    """
    code = CANNOT_EXECUTE
    try:
        limits.enter(groups)
        _restrict(labels, program, role)
        os.chdir(labels["home"])
        own = labels.with_secrets() if role == _LEARNER else {}
        _exec(argv, {"TERM": os.environ.get("TERM", "dumb"), **labels.base, **own})
    except FileNotFoundError:
        _complain(f"{argv[0]}: not found in the sandbox")
        code = NOT_FOUND
    except Exception as cause:  # noqa: BLE001 - a forked child has nobody above it to raise to
        _complain(f"{argv[0]}: {getattr(cause, 'strerror', None) or cause!r}")
    finally:
        os._exit(code)


def _exec(argv: list[str], env: dict[str, str]) -> None:
    """Look along PATH as execvp(3) does; Python's own would import a module here."""
    places = [""] if "/" in argv[0] else [f"{place}/" for place in env["PATH"].split(":")]
    refused: OSError = FileNotFoundError()
    for place in places:
        try:
            os.execve(place + argv[0], argv, env)
        except FileNotFoundError:
            continue
        except OSError as cause:
            refused = cause
    raise refused


def _restrict(labels: Labels, program: bytes, role: str) -> None:
    kernel.prctl(kernel.PR_SET_PDEATHSIG, kernel.SIGTERM)  # who ends us ends the command
    kernel.default_signals()
    os.closerange(3, _FDS)  # of ours none is inheritable, of the caller any may be
    limits.set_resource_limits(labels.integer("memory"), labels.integer("pids"), is_grader=role == _GRADER)
    is_apart = _is_apart(labels, role)
    if is_apart or not labels["admin"]:
        kernel.drop_bounding_set(_GRADERS_RIGHTS if is_apart else ())
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    if program:
        kernel.install_seccomp(program)


def _complain(what: str) -> None:
    os.write(2, f"tempshell: {what}\n".encode(errors="replace"))
