"""Which capabilities tasks are in need of, and what is left of a task without some of them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace

from msgspec import structs

from tempshell_cli.backends.base import Capability
from tempshell_cli.packs.format.pack import Task


def wanted_by(tasks: Iterable[Task]) -> Sequence[Capability]:
    """Return the capabilities that a check of the tasks cannot be looked at without, each once."""
    return list(dict.fromkeys(cap for task in tasks for check in task.head.checks for cap in task.head.caps_of(check)))


def out_of_reach(task: Task, lacking: Container[Capability]) -> Sequence[str]:
    """Return the ids of the checks that cannot be looked at without these capabilities, or need one that cannot."""
    found: list[str] = []
    for check in task.head.checks:
        if any(cap in lacking for cap in task.head.caps_of(check)) or any(one in found for one in check.needs):
            found.append(check.id)
    return found


def without(task: Task, checks: Container[str]) -> Task:
    """Return the task without some of its checks; a mutant that no other catches goes with them."""
    left = tuple(check for check in task.head.checks if check.id not in checks)
    mutants = tuple(
        structs.replace(mutant, must_fail=caught)
        for mutant in task.head.mutants
        if (caught := tuple(check for check in mutant.must_fail if check not in checks))
    )
    return replace(task, head=structs.replace(task.head, checks=left, mutants=mutants))
