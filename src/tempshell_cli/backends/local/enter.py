"""Run a command inside a local sandbox. The arguments: ``tty`` or ``pipes``, the run directory, the command.

The exit code is the command's, 128 + N where a signal N ended it; 126 or 127 where it cannot be executed, as a shell
has it; 125 where the sandbox itself cannot be entered, as ``docker run`` has it.
"""

from __future__ import annotations

import os
import sys

from tempshell_cli.backends.local import kernel, limits
from tempshell_cli.backends.local.rundir import FILTER, Labels, RunDir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

CANNOT_ENTER, CANNOT_EXECUTE, NOT_FOUND = 125, 126, 127
_FROM_A_TERMINAL = (kernel.SIGHUP, kernel.SIGINT, kernel.SIGQUIT)
_FDS = 2**31 - 1  # more than there can be
_NAMESPACES = ("ipc", "uts", "net", "cgroup", "pid", "mnt")


def main() -> int:
    """Enter the sandbox and run the command in it."""
    _, mode, run_dir, *argv = sys.argv
    run = RunDir(run_dir)
    labels, program = run.labels(), run.read(FILTER)
    if labels is None or not labels["pid"] or not run.holder():
        _complain("the sandbox is gone")
        return CANNOT_ENTER
    run_it = _run
    if mode == "tty":  # imported now: behind the sandbox's mounts no module is in sight any more
        from tempshell_cli.backends.local.terminal import run_on_terminal as run_it  # noqa: PLC0415
    doing = "enter the sandbox"
    try:
        _enter(labels)
        doing = "run the command"
        return run_it(lambda: execute(labels, program, argv))
    except OSError as cause:
        _complain(f"cannot {doing}: {cause.strerror}")
        return CANNOT_ENTER


def _enter(labels: Labels) -> None:
    """Join everything of the sandbox, and be nobody more than its user."""
    limits.join(labels["session"], os.getpid())
    pid = labels["pid"]
    namespaces = [_namespace(pid, name) for name in _NAMESPACES]
    innermost = _namespace(pid, "user")
    if os.geteuid() == 0:
        uid = labels.integer("uid")
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    _join(namespaces, innermost)
    os.umask(0o022)


def _join(namespaces: list[int], innermost: int) -> None:
    """Join the namespaces, from the user namespace that owns them.

    For an ordinary user bubblewrap nests two user namespaces: the outer owns the mounts and may change them, the
    inner is where the command lives. To join the mounts takes rights in the outer; after that comes the inner.
    """
    owner = kernel.owner_of(namespaces[-1])
    kernel.setns(owner)
    for namespace in namespaces:
        kernel.setns(namespace)
    if os.fstat(owner).st_ino != os.fstat(innermost).st_ino:
        kernel.setns(innermost)


def _namespace(pid: str, name: str) -> int:
    return os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY | os.O_CLOEXEC)


def _run(become: Callable[[], None]) -> int:
    """Run on our own standard streams. A Ctrl-C reaches the command by itself: it is in our process group.

    Unless who started us had us ignore a signal of the terminal. The command ignores none, and is to outlive it all the
    same; so it gets a group of its own, and a Ctrl-C from us. On a terminal it stays: another group could not read.
    """
    apart = any(map(kernel.is_ignored, _FROM_A_TERMINAL)) and not os.isatty(0)
    child = os.fork()
    if not child:
        if apart:
            os.setpgid(0, 0)
        become()
    while True:
        try:
            return kernel.exit_code(child)
        except KeyboardInterrupt:
            if apart:
                os.kill(child, kernel.SIGINT)


def execute(labels: Labels, program: bytes, argv: list[str]) -> None:
    """Become the command: in the sandbox's home, with its environment, limits and filter. Does not return."""
    code = CANNOT_EXECUTE
    try:
        _restrict(labels, program)
        os.chdir(labels["home"])
        _exec(argv, {"TERM": os.environ.get("TERM", "dumb"), **labels.env})
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


def _restrict(labels: Labels, program: bytes) -> None:
    kernel.prctl(kernel.PR_SET_PDEATHSIG, kernel.SIGTERM)  # who ends us ends the command
    kernel.default_signals()
    os.closerange(3, _FDS)  # of ours none is inheritable, of whoever started us any may be
    limits.set_resource_limits(labels.integer("memory"), labels.integer("pids"))
    if labels["admin"]:
        return
    kernel.drop_bounding_set()
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    if program:
        kernel.install_seccomp(program)


def _complain(what: str) -> None:
    os.write(2, f"tempshell: {what}\n".encode(errors="replace"))
