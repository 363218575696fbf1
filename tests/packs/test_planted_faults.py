"""Faults are planted in checks of the shipped packs: a proof finds them without its author's wrong answers.

Which checks and which faults is for chance to say: nobody has picked those that are found.
"""

from __future__ import annotations

import pytest

from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.library.find import find_pack

from .drafts import Draft, NewSandbox
from .planted import Found, faults_of, found_by_proof, planted, share_found

# The packs for clusters are in test_cluster_packs, which has a cluster.
TASKS = [task for pack in ("linux-basics", "ci-sandbox") for task in find_pack(pack).tasks]


@pytest.mark.long
@pytest.mark.engine("local")
def test_nine_of_ten_faults_in_checks_of_files_and_programs_are_found(new_sandbox: NewSandbox) -> None:
    found: dict[str, Found] = {}
    for faults in planted(TASKS, count=20, seed=1):
        found |= found_by_proof(faults, new_sandbox())
    assert share_found(found.values()) >= 0.9, found


def test_what_a_fault_lets_pass_is_found_and_what_another_check_refuses_is_not(
    draft: Draft, sandbox_shell: SandboxShell
) -> None:
    """The short form: of a check that prints a file, and one that asks whether it is there."""
    draft.replace("tasks/one.md", "file: {path: answer.txt}", "file: {path: answer.txt, text: {contains: '42'}}")
    draft.replace("tasks/one.md", "hints:", "setup: {run: setup.sh}\nhints:")
    draft.write("setup.sh", "rm -f answer*.txt\n")
    task = draft.load().tasks[0]
    faults = [fault for check in task.head.checks for fault in faults_of(task, check)]
    assert found_by_proof(faults, sandbox_shell) == {
        "one/there: text dropped": Found.MASKED,
        "one/there: contains is the beginning of it": Found.MASKED,
        "one/right: stdout dropped": Found.FOOLED,
        "one/right: stdout equals is contains": Found.FOOLED,
    }
    assert share_found([Found.FOOLED, Found.FREE, Found.MASKED, Found.MISSED]) == pytest.approx(2 / 3)
