"""The tasks of a pack brought to their start, in a sandbox that was just made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from tempshell_cli.backends.base import Backend, Report, Sandbox
from tempshell_cli.backends.exec import SandboxExec
from tempshell_cli.core.errors import EngineUnavailable, PackProblem
from tempshell_cli.core.redact import redacted
from tempshell_cli.packs.format.pack import Pack, Task
from tempshell_cli.packs.grading.capabilities import out_of_reach, wanted_by
from tempshell_cli.packs.grading.grader import Grader
from tempshell_cli.packs.grading.setup import apply_setup, draw_task, missing_programs
from tempshell_cli.packs.library.load import is_pack
from tempshell_cli.sessions.capabilities import lacking_in
from tempshell_cli.sessions.events import Recorded, SetUp, SetupOutput, ToSetUp, details
from tempshell_cli.sessions.exam import seed_of
from tempshell_cli.sessions.kubernetes import refuse_cluster
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.recordings import secrets_in
from tempshell_cli.sessions.starting import start_mark
from tempshell_cli.sessions.store import Store

if TYPE_CHECKING:
    from tempshell_cli.sessions.start import Plan


MOST_OUTPUT = 16 * 1024  # characters that are kept of what a setup prints
_NOT_THERE = "the pack uses commands that the sandbox does not have, unless the pack brings them itself: {}"
_UNREAD = "(left out: the sandbox does not say which secrets it has)"
_TURN = ".scripts"  # after the session's id and a dot, the mark of who runs the scripts of setups: no task is called so


def set_up(sessions: Sessions, pack: Pack, plan: Plan, sandbox: Sandbox, report: Report) -> dict[str, str]:
    """Set up the tasks of the pack of a plan; return the values that scripts have written, by ``TASK/NAME``.

    Of a plan that waits for the first task alone, the others are on record as to be set up. Raises UsageProblem where
    the cluster has another version than the pack is for.
    """
    if not is_pack(pack.root):  # an update has removed it before the session was on record, and could not be graded
        raise PackProblem(f"{pack.root} was removed while the session was made", hint="start it again")
    session, shell = sandbox.session, SandboxExec(plan.backend, sandbox)
    refuse_cluster(sessions, session, pack, pack.tasks, shell)
    if missing := missing_programs(pack, shell):
        sessions.warn(_NOT_THERE.format(", ".join(missing)))
    wanted = pack.tasks if plan.all_steps or plan.sitting else pack.reached(())
    if not pack.in_order:
        sessions.journal(session, ToSetUp(tuple(task.id for task in wanted)))
    tasks, written = _drawn(wanted, seed_of(session, plan.sitting.seed if plan.sitting else None), shell, report)
    now = tasks[:1] if plan.first_task_alone and not pack.in_order else tasks
    for number, task in enumerate(now, 1):
        with report(f"setting up {task.id} [{number}/{len(tasks)}]"):
            problems = set_up_task(sessions, task, Grader(shell), plan.backend, sandbox)
        warn_of_problems(sessions, task, problems)
    if len(now) == len(tasks):
        for warning in missing_in(sessions, shell, session, pack.tasks, report):
            sessions.warn(warning)
    return written


def _drawn(tasks: Sequence[Task], seed: str, shell: SandboxExec, report: Report) -> tuple[list[Task], dict[str, str]]:
    """Return the tasks with their values, and those that scripts have written: before any of them is set up."""
    found: list[Task] = []
    written: dict[str, str] = {}
    for task in tasks:
        with report(f"choosing values for {task.id}") if any(task.head.sources()) else nullcontext():
            drawn, values = draw_task(task, seed, shell)
        found.append(drawn)
        written |= values
    return found, written


def set_up_task(  # noqa: PLR0913 - what a setup depends on
    sessions: Sessions,
    task: Task,
    grader: Grader,
    backend: Backend,
    sandbox: Sandbox,
    *,
    clear: bool = False,
    within: AbstractContextManager[object] | None = None,
) -> str:
    """Set up one task, and keep that, with what its checks compare with later; return what went wrong all the same.

    While others are set up as well, by this process or another one, scripts take turns; ``within`` is entered when it
    is its turn, and left when nothing is changed any more. ``clear`` and what is raised are as in ``apply_setup``.
    """
    session = sandbox.session
    try:
        problems = apply_setup(task, grader, clear=clear, turn=_turn(sessions, session, within or nullcontext()))
    finally:
        _keep_output(sessions, task, grader, backend, sandbox)
    if record := grader.records[task.id]:
        sessions.journal(session, Recorded(task.id, record))
    sessions.journal(session, SetUp(task.id, problems))
    return problems


def _keep_output(sessions: Sessions, task: Task, grader: Grader, backend: Backend, sandbox: Sandbox) -> None:
    """Keep what a setup has printed, also one that has failed."""
    if text := grader.outputs.pop(task.id, ""):
        sessions.journal(sandbox.session, SetupOutput(task.id, without_secrets(text, backend, sandbox)[-MOST_OUTPUT:]))


def without_secrets(text: str, backend: Backend, sandbox: Sandbox) -> str:
    """Return a text without the secrets of a session; nothing of it where the sandbox does not say what these are."""
    try:
        return redacted(text, secrets_in(backend, sandbox))
    except EngineUnavailable:
        return _UNREAD


@contextmanager
def _turn(sessions: Sessions, session: str, within: AbstractContextManager[object]) -> Iterator[None]:
    with start_mark(sessions.paths, f"{session}.{_TURN}"), within:
        yield


def warn_of_problems(sessions: Sessions, task: Task, problems: str) -> None:
    """Say what went wrong when a task was set up: nothing of it stops the session."""
    for problem in problems.splitlines():
        sessions.warn(f"the setup of {task.id}: {problem}")


def records_of(store: Store, session: str) -> dict[str, Mapping[str, str]]:
    """Return what the checks of a session's tasks compare with, by task: as it was when each was last set up."""
    return {one.task: one.record for _, one in details(store.events(session), Recorded)}


def missing_in(
    sessions: Sessions, shell: SandboxExec, session: str, tasks: Sequence[Task], report: Report
) -> list[str]:
    """Find out what the sandbox lacks for the tasks, and return what a person has to know of it.

    After their setups, for these may bring what a cluster does not have, such as metrics-server.
    """
    wanted = wanted_by(tasks)
    if not wanted:
        return []
    with report(f"looking for {', '.join(wanted)}"):
        lacking = lacking_in(sessions, session, shell, tasks)
    counts = {one: sum(len(out_of_reach(task, {one})) for task in tasks) for one in lacking}
    return [
        f"{counts[capability]} of the checks cannot run: they need {capability}, {why}.\n"
        "  They earn nothing, and the score stays incomplete."
        for capability, why in lacking.items()
    ]
