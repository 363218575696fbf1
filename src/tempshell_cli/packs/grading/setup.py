"""A task's scripts, run inside the sandbox: what brings it to its start, and what solves it.

A script comes by stdin to a shell of its own, from the learner's home. What it leaves running in the background must
have redirected its output: the grader waits for that to close.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from posixpath import dirname

from tempshell_cli.core.errors import ExitCode, TempshellError, UsageProblem
from tempshell_cli.core.process import Completed
from tempshell_cli.core.text import one_line, strip_controls
from tempshell_cli.packs.checks.criteria import Probe, Retry
from tempshell_cli.packs.checks.matching import CannotLook, Prevented
from tempshell_cli.packs.checks.objects import ObjectState
from tempshell_cli.packs.checks.places import NEEDS_KUBERNETES
from tempshell_cli.packs.checks.shell import EVAL_STDIN, SandboxShell
from tempshell_cli.packs.format.model import SetupFile
from tempshell_cli.packs.format.pack import Pack, Task, drawn
from tempshell_cli.packs.format.values import environment, is_value
from tempshell_cli.packs.grading.cluster import namespace
from tempshell_cli.packs.grading.cluster_leftovers import ClusterLeftovers
from tempshell_cli.packs.grading.grader import Grader
from tempshell_cli.packs.grading.leftovers import unlock_files
from tempshell_cli.packs.grading.results import Verdict
from tempshell_cli.packs.reading.fields import seconds

SCRIPT_SECONDS = 60.0
_LAST_LINES = 5
_SMALL_SECONDS = 15.0

_RUN_SCRIPT = 'if [ -x /bin/bash ]; then exec /bin/bash -c "$1"; else eval "$1"; fi'
_COPY = 'mkdir -p -- "$1" && rm -rf -- "$2" && cat >"$2" && chmod -- "$3" "$2"'
_MISSING = 'for tool; do command -v "$tool" >/dev/null || echo "$tool"; done'


class SetupFailed(TempshellError):
    """A task could not be brought to its start."""

    exit_code = ExitCode.PROVISION


def apply_setup(
    task: Task, grader: Grader, *, clear: bool = False, turn: AbstractContextManager[object] | None = None
) -> str:
    """Bring the sandbox to the start of the task: files, then the script, until everything in ``ready`` passes.

    What the task's checks compare with later is then in the ``records`` of the grader, and what the script has printed
    in its ``outputs``. Returns the problems of a setup
    that goes on in spite of them, by line, "" where there are none: see ``Task.reports_setup``.

    Idempotent as far as the task's script is: called again, it puts the task back to its start, whatever the learner
    has left in its directories. With ``clear`` also in its namespaces, and in the cluster where it is in the way: that
    takes seconds, and a proof knows its answers. Where several tasks are set up at a time, ``turn`` is held while one
    changes the sandbox: their scripts run one after the other, as in a proof, and only what is waited for overlaps.
    Raises SetupFailed, with the script's last lines, and EngineUnavailable.
    """
    shell = grader.shell
    if missing := missing_tools(task, shell):
        access = "; in a pod, kubectl comes with `--cluster-access edit`" if "kubectl" in missing else ""
        raise _failed(task, f"the sandbox has no {', '.join(missing)}", hint=f"choose another image or backend{access}")
    with turn or nullcontext():
        unlock_files(task, shell)  # what it cannot unlock, the setup fails at with better words
        if clear and task.head.namespaces and shell.cluster and shell.cluster.is_learners:
            ClusterLeftovers(task, shell.cluster).clear()
        _prepare_cluster(task, grader)
        for file in task.head.setup.files:
            _copy(task, file, shell)
        problems = _run(task, grader)
    _wait_for(task, grader, task.head.setup.ready)
    try:
        grader.record(task)
    except (CannotLook, Prevented) as cause:
        raise _failed(task, str(cause)) from cause
    return problems


def _run(task: Task, grader: Grader) -> str:
    """Run the script of a setup; return the problems that it reports, by line."""
    setup = task.head.setup
    if setup.run is None:
        return ""
    done = run_asset(task, setup.run, grader.shell, timeout=seconds(setup.timeout))
    grader.outputs[task.id] = strip_controls((done.stdout + done.stderr).decode(errors="replace")).strip()
    if done.timed_out or done.exit_code:
        raise _failed(task, f"{setup.run} {how_it_ended(done)}")
    return strip_controls(done.stdout.decode(errors="replace")).strip() if task.reports_setup else ""


def _wait_for(task: Task, grader: Grader, probes: Iterable[Probe]) -> None:
    for probe in probes:
        outcome = grader.watch(probe)
        if outcome.verdict is not Verdict.PASS:
            why = outcome.cause or f"expected {outcome.expected}, found {outcome.found}"
            raise _failed(task, f"it did not become ready: {why}")


def draw_task(task: Task, seed: str, shell: SandboxShell) -> tuple[Task, dict[str, str]]:
    """Return a task with the values of one attempt, and those that its scripts have written, by ``TASK/NAME``.

    Raises SetupFailed where a script fails or does not write a value, PackProblem where one does not fit where it is
    put, and EngineUnavailable.
    """
    first = drawn(task, seed)
    written = {}
    for name, script in first.head.sources():
        done = run_asset(first, script, shell)
        if done.timed_out or done.exit_code:
            raise _failed(task, f"{script} {how_it_ended(done)}")
        value = done.stdout.decode(errors="replace").removesuffix("\n")
        if not is_value(value):
            hint = "docs/packs.md says what a value may be"
            raise _failed(task, f"{script} wrote what cannot be a value: {one_line(value[:200])!r}", hint=hint)
        written[f"{task.id}/{name}"] = value
    return (drawn(task, seed, written) if written else first), written


def _prepare_cluster(task: Task, grader: Grader) -> None:
    """Make the task's namespaces and apply its manifests; whether the cluster's version fits, ``cluster`` says."""
    for name in task.head.namespaces:
        if b"created" in _apply(task, grader, f"namespace {name}", namespace(name)):
            # Till a new namespace has it, the API server refuses every pod.
            account = ObjectState(ref=f"serviceaccount/{name}/default")
            _wait_for(task, grader, [Probe(object=account, retry=Retry(for_="30s"))])
    for name in task.head.setup.manifests:
        _apply(task, grader, name, task.assets[name])


def _apply(task: Task, grader: Grader, what: str, manifest: bytes) -> bytes:
    cluster = grader.shell.cluster
    if cluster is None:
        raise _failed(task, NEEDS_KUBERNETES)
    done = cluster.kubectl("apply", "-f", "-", stdin=manifest, timeout=seconds(task.head.setup.timeout))
    if done.timed_out or done.exit_code:
        raise _failed(task, f"applying {what} {how_it_ended(done)}")
    return done.stdout


def missing_tools(task: Task, shell: SandboxShell) -> list[str]:
    """Return the programs the task requires and the sandbox has not."""
    tools = task.head.requires.tools
    if not tools:
        return []
    done = shell.run(("/bin/sh", "-c", _MISSING, "sh", *tools), timeout=_SMALL_SECONDS)
    if done.timed_out or done.exit_code:
        raise _failed(task, f"looking for its tools {how_it_ended(done)}")
    return done.stdout.decode(errors="replace").split()


def missing_programs(pack: Pack, shell: SandboxShell) -> list[str]:
    """Return the programs that the pack uses and the sandbox has not, as bash finds them, which knows builtins, too."""
    if not pack.programs:
        return []
    done = shell.run(("/bin/bash", "-c", _MISSING, "bash", *pack.programs), timeout=_SMALL_SECONDS)
    return [] if done.timed_out or done.exit_code else done.stdout.decode(errors="replace").split()


def run_solution(task: Task, shell: SandboxShell, *, timeout: float = SCRIPT_SECONDS) -> Completed:
    """Run the task's own solution; ``timeout`` in seconds. Raises UsageProblem where it has none."""
    if task.head.solution is None:
        raise UsageProblem(f"the task {task.id} has no solution")
    return run_asset(task, task.head.solution, shell, timeout=timeout)


def run_asset(task: Task, asset: str, shell: SandboxShell, *, timeout: float = SCRIPT_SECONDS) -> Completed:
    """Run one of the task's scripts, by bash where there is one; the values of the task are in its environment."""
    variables = [f"{name}={value}" for name, value in environment(task.values).items()]
    argv = (*(("env", *variables) if variables else ()), "/bin/sh", "-c", _RUN_SCRIPT, "sh", EVAL_STDIN)
    return shell.run(argv, stdin=task.assets[asset], timeout=timeout)


def _copy(task: Task, file: SetupFile, shell: SandboxShell) -> None:
    target = file.target if file.target.startswith("/") else f"{shell.home}/{file.target.removeprefix('~/')}"
    argv = ("/bin/sh", "-c", _COPY, "sh", dirname(target), target, file.mode)
    done = shell.run(argv, stdin=task.assets[file.file], timeout=_SMALL_SECONDS)
    if done.timed_out or done.exit_code:
        raise _failed(task, f"copying {file.file} {how_it_ended(done)}")


def _failed(task: Task, why: str, *, hint: str = "") -> SetupFailed:
    return SetupFailed(f"the task {task.id} cannot be set up: {strip_controls(why)}", hint=hint)


def how_it_ended(done: Completed) -> str:
    """Return how a script ended, for a sentence that begins with its name, and its last lines."""
    lines = (done.stdout + done.stderr).decode(errors="replace").strip().splitlines()[-_LAST_LINES:]
    ended = "did not end in time" if done.timed_out else f"ended with exit code {done.exit_code}"
    return "\n".join((f"{ended}{':' if lines else ''}", *lines))
