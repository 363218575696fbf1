"""The tasks of a pack brought to their start, in a sandbox that was just made."""

from __future__ import annotations

from collections.abc import Sequence

from tempshell_cli.backends.base import Backend, Report, Sandbox
from tempshell_cli.backends.exec import SandboxExec
from tempshell_cli.core.errors import PackProblem
from tempshell_cli.packs.format.pack import Pack, Task
from tempshell_cli.packs.grading.capabilities import out_of_reach, wanted_by
from tempshell_cli.packs.grading.grader import Grader
from tempshell_cli.packs.grading.setup import apply_setup
from tempshell_cli.packs.library.load import is_pack
from tempshell_cli.sessions.capabilities import lacking_in
from tempshell_cli.sessions.kubernetes import refuse_cluster
from tempshell_cli.sessions.lifecycle import Sessions


def set_up(sessions: Sessions, pack: Pack, backend: Backend, sandbox: Sandbox, report: Report) -> None:
    """Set up every task; raises UsageProblem where the cluster has another version than the pack is for."""
    if not is_pack(pack.root):  # an update has removed it before the session was on record, and could not be graded
        raise PackProblem(f"{pack.root} was removed while the session was made", hint="start it again")
    shell = SandboxExec(backend, sandbox)
    refuse_cluster(sessions, sandbox.session, pack, pack.tasks, shell)
    _warn_of_missing(sessions, shell, sandbox.session, pack.tasks, report)
    grader = Grader(shell)
    for task in pack.tasks:
        with report(f"setting up {task.id}"):
            apply_setup(task, grader)


def _warn_of_missing(
    sessions: Sessions, shell: SandboxExec, session: str, tasks: Sequence[Task], report: Report
) -> None:
    """Find out what the sandbox lacks for the tasks, before a learner changes anything, and say it."""
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
