"""A task that asks to find something out does not give it away, whatever a learner breaks."""

from __future__ import annotations

import re

import pytest

from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.format.pack import Task
from tempshell_cli.packs.grading.grader import Grader
from tempshell_cli.packs.grading.results import Verdict, as_shown
from tempshell_cli.packs.grading.setup import apply_setup, draw_task, run_solution
from tempshell_cli.packs.library.find import find_pack

TASKS = [task for task in find_pack("linux-basics").tasks if task.head.find]
# What a learner may do to the directories of the task, "$@", once it is solved.
BROKEN = {
    "emptied": 'find "$@" -type f -delete',
    "moved": 'for one; do mv "$one" "$one.old"; mkdir "$one"; done',
    "less": 'find "$@" -type f -exec sh -c \'for one; do head -c 1 "$one" >short; cat short >"$one"; done\' sh {} +',
    "more": 'find "$@" -type f -exec sh -c \'for one; do echo more >>"$one"; done\' sh {} +; touch "$1/more"',
    "ended": 'pkill -KILL -f "[p]orts/listener|[l]edger/bookkeeper"; find "$@" -type f -delete',
}
_HOME = ("find", ".", "-mindepth", "1", "-maxdepth", "1")
_WRITTEN = ("find", ".", "-type", "f", "-newer", "mark", "-size", "-4", "-exec", "cat", "{}", "+")


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.id)
def test_no_result_has_a_line_of_the_answer(task: Task, sandbox_shell: SandboxShell) -> None:
    task, _ = draw_task(task, "0", sandbox_shell)
    grader = Grader(sandbox_shell)
    before = set(sandbox_shell.run(_HOME, timeout=20).stdout.decode().splitlines())
    for name, line in BROKEN.items():
        apply_setup(task, grader)
        made = sorted(set(sandbox_shell.run(_HOME, timeout=20).stdout.decode().splitlines()) - before - {"./mark"})
        sandbox_shell.run(("sh", "-c", "touch mark; sleep 0.05"), timeout=20)
        run_solution(task, sandbox_shell)
        written = sandbox_shell.run(_WRITTEN, timeout=20).stdout.decode(errors="replace").splitlines()
        answer = {one.strip() for one in written if re.search(r"\w{2}", one)}
        assert answer
        sandbox_shell.run(("bash", "-c", line, "bash", *made), timeout=20)
        shown = as_shown(grader.grade(task), task.head, passed=False)
        assert shown.verdict is not Verdict.PASS
        # What is in a file of the learner's is no news to them.
        says = [
            f"{one.expected}\n{one.message}\n" + ("" if _is_a_file(task, one.check) else one.found)
            for one in shown.results
        ]
        assert [one for one in answer if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", "\n".join(says))] == [], name


def _is_a_file(task: Task, check: str) -> bool:
    return next(one for one in task.head.checks if one.id == check).file is not None
