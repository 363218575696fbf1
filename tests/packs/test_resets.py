"""A task that was reset can be solved again, whatever the learner has left."""

from __future__ import annotations

import pytest

from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.format.pack import Task
from tempshell_cli.packs.grading.grader import Grader
from tempshell_cli.packs.grading.results import Verdict
from tempshell_cli.packs.grading.setup import apply_setup, draw_task, run_solution
from tempshell_cli.packs.library.find import find_pack

TASKS = [task for name in ("linux-basics", "ci-sandbox") for task in find_pack(name).tasks]
# Each gets the directories and files that the setup and the solution have made in the home.
FOULED = {
    "locked": 'find "$@" -depth -type d -exec chmod 000 {} + ; chmod 000 "$@"',
    "read-only": 'chmod -R a-w "$@"',
    "files": 'rm -rf "$@"; for one; do echo a file >"$one"; done; chmod 000 "$@"',
    "links": 'rm -rf "$@"; for one; do ln -s /nowhere/at/all "$one"; done',
    "directories": """
        find "$@" ! -type d | while read -r one; do
          rm -f "$one" && mkdir -p "$one/deep" && touch "$one/deep/file" && chmod 000 "$one/deep" && chmod 000 "$one"
        done
    """,
    "home": "chmod 000 ~",
}
SHORT = "directories"  # the one that has found most


def _home(shell: SandboxShell) -> set[str]:
    return set(shell.run(("find", ".", "-mindepth", "1", "-maxdepth", "1"), timeout=20).stdout.decode().splitlines())


@pytest.mark.parametrize(
    "foul", [pytest.param(one, marks=[] if one == SHORT else [pytest.mark.long]) for one in FOULED]
)
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.id)
def test_a_task_is_solvable_again_whatever_was_done_to_its_files(
    task: Task, foul: str, sandbox_shell: SandboxShell
) -> None:
    before = _home(sandbox_shell)
    task, _ = draw_task(task, "0", sandbox_shell)
    grader = Grader(sandbox_shell)
    apply_setup(task, grader)
    run_solution(task, sandbox_shell)
    made = sorted(_home(sandbox_shell) - before)
    assert made
    done = sandbox_shell.run(("bash", "-c", FOULED[foul], "bash", *made), timeout=20)
    assert (done.exit_code, done.stderr) == (0, b"")

    apply_setup(task, grader)
    at_start = {one.check for one in grader.grade(task).results if one.verdict is not Verdict.PASS}
    assert at_start == {check.id for check in task.head.checks if not check.gate}
    run_solution(task, sandbox_shell)
    assert [(one.check, one.message) for one in grader.grade(task).results if one.verdict is not Verdict.PASS] == []


def test_a_program_that_has_taken_the_port_of_a_task_is_ended(sandbox_shell: SandboxShell) -> None:
    drawn = next(task for task in TASKS if task.id == "who-owns-the-port")
    task, _ = draw_task(drawn, "0", sandbox_shell)
    grader = Grader(sandbox_shell)
    apply_setup(task, grader)
    port = task.values["port"]
    taken = f"pkill -f '[p]orts/listener'; setsid python3 -m http.server {port} >/dev/null 2>&1 & sleep 1"
    sandbox_shell.run(("bash", "-c", taken), timeout=20)
    apply_setup(task, grader)
    run_solution(task, sandbox_shell)
    assert [(one.check, one.message) for one in grader.grade(task).results if one.verdict is not Verdict.PASS] == []


def test_what_does_not_belong_to_the_task_stays_as_it_is(sandbox_shell: SandboxShell) -> None:
    task = next(task for task in TASKS if task.id == "tidy-permissions")
    sandbox_shell.run(("bash", "-c", "mkdir -m 500 mine && ln -s mine link && echo >vaults"), timeout=20)
    apply_setup(task, Grader(sandbox_shell))
    apply_setup(task, Grader(sandbox_shell))
    done = sandbox_shell.run(("stat", "-c", "%F %a", "mine", "link", "vaults"), timeout=20)
    assert done.stdout.decode().splitlines() == ["directory 500", "symbolic link 777", "regular file 644"]
