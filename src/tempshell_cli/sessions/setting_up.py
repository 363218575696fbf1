"""The tasks of a pack brought to their start, in a sandbox that was just made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
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
from tempshell_cli.sessions.events import Recorded, SetUp, SetupOutput, details
from tempshell_cli.sessions.exam import seed_of
from tempshell_cli.sessions.kubernetes import refuse_cluster
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.recordings import secrets_in
from tempshell_cli.sessions.store import Store

if TYPE_CHECKING:
    from tempshell_cli.sessions.start import Plan


_MOST = 16 * 1024  # characters that are kept of what a setup prints
_NOT_THERE = "the pack uses commands that the sandbox does not have, unless the pack brings them itself: {}"


def set_up(sessions: Sessions, pack: Pack, plan: Plan, sandbox: Sandbox, report: Report) -> dict[str, str]:
    """Set up every task of the pack of a plan; return the values that scripts have written, by ``TASK/NAME``.

    Raises UsageProblem where the cluster has another version than the pack is for.
    """
    if not is_pack(pack.root):  # an update has removed it before the session was on record, and could not be graded
        raise PackProblem(f"{pack.root} was removed while the session was made", hint="start it again")
    shell = SandboxExec(plan.backend, sandbox)
    refuse_cluster(sessions, sandbox.session, pack, pack.tasks, shell)
    if missing := missing_programs(pack, shell):
        sessions.warn(_NOT_THERE.format(", ".join(missing)))
    grader = Grader(shell)
    written: dict[str, str] = {}
    seed = seed_of(sandbox.session, plan.sitting.seed if plan.sitting else None)
    for task in pack.tasks if plan.all_steps or plan.sitting else pack.reached(()):
        with report(f"setting up {task.id}"):
            drawn, values = draw_task(task, seed, shell)
            written |= values
            problems = apply_setup(drawn, grader)
            keep_record(sessions, sandbox.session, drawn, grader)
            keep_output(sessions, drawn, grader, plan.backend, sandbox)
        if pack.in_order:
            keep_problems(sessions, sandbox.session, task, problems)
    _warn_of_missing(sessions, shell, sandbox.session, pack.tasks, report)
    return written


def keep_record(sessions: Sessions, session: str, task: Task, grader: Grader) -> None:
    """Keep what the checks of a task that was set up compare with later."""
    if record := grader.records[task.id]:
        sessions.journal(session, Recorded(task.id, record))


def keep_output(sessions: Sessions, task: Task, grader: Grader, backend: Backend, sandbox: Sandbox) -> None:
    """Keep what a setup has printed, without the secrets of the session; nothing where the sandbox does not answer."""
    if text := grader.outputs.get(task.id, ""):
        with suppress(EngineUnavailable):
            text = redacted(text, secrets_in(backend, sandbox))
            sessions.journal(sandbox.session, SetupOutput(task.id, text[-_MOST:]))


def keep_problems(sessions: Sessions, session: str, task: Task, problems: str) -> None:
    """Keep that a step was set up, and report what went wrong: nothing of it stops the session."""
    sessions.journal(session, SetUp(task.id, problems))
    for problem in problems.splitlines():
        sessions.warn(f"the setup of {task.id}: {problem}")


def records_of(store: Store, session: str) -> dict[str, Mapping[str, str]]:
    """Return what the checks of a session's tasks compare with, by task: as it was when each was last set up."""
    return {one.task: one.record for _, one in details(store.events(session), Recorded)}


def _warn_of_missing(
    sessions: Sessions, shell: SandboxExec, session: str, tasks: Sequence[Task], report: Report
) -> None:
    """Find out what the sandbox lacks for the tasks, before a learner changes anything, and say it.

    After their setups, for these may bring what a cluster does not have, such as metrics-server.
    """
    wanted = wanted_by(tasks)
    if not wanted:
        return
    with report(f"looking for {', '.join(wanted)}"):
        lacking = lacking_in(sessions, session, shell, tasks)
    for capability, why in lacking.items():
        count = sum(len(out_of_reach(task, {capability})) for task in tasks)
        sessions.warn(
            f"{count} of the checks cannot run: they need {capability}, {why}.\n"
            "  They earn nothing, and the score stays incomplete."
        )
