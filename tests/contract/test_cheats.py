"""No cheat raises a score: what has not been done earns nothing, whatever else a learner does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tempshell_cli.backends.base import Role, Sandbox
from tempshell_cli.backends.exec import SandboxExec
from tempshell_cli.packs.authoring.lint import lint
from tempshell_cli.packs.format.pack import Pack
from tempshell_cli.packs.grading.grader import Grader
from tempshell_cli.packs.grading.results import Verdict
from tempshell_cli.packs.grading.setup import apply_setup, run_solution
from tempshell_cli.packs.library.load import load_pack

from .cheats import CHEATS, PACK, Cheat
from .stage import Stage

# The terminal beside a cluster is the container that Docker is tried with.
on_engines = pytest.mark.parametrize(
    "stage",
    [pytest.param(engine, marks=pytest.mark.engine(engine)) for engine in ("local", "docker", "kubernetes")],
    indirect=True,
)
# What ends all that a cheat has left running, and removes all that it has written.
_RESET = r"""
kill -9 -1; chmod -R u+rwX ~ 2>/dev/null; chmod 0700 ~
find ~ /tmp /var/tmp /dev/shm -mindepth 1 -user "$(id -u)" -delete 2>/dev/null; :
"""


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(PACK)


@pytest.fixture(scope="module")
def cheated(stage: Stage) -> Iterator[Sandbox]:
    """A sandbox for cheats that can be undone."""
    with stage.sandbox() as made:
        yield made


def _grade(stage: Stage, sandbox: Sandbox, pack: Pack) -> dict[str, list[str]]:
    """Grade all of the pack, and return what passes of each task that has earned anything."""
    results = Grader(SandboxExec(stage.backend, sandbox)).grade_all(pack.tasks)
    return {
        result.task: [check.check for check in result.results if check.verdict is Verdict.PASS]
        for result in results
        if result.earned
    }


def _set_up(stage: Stage, sandbox: Sandbox, pack: Pack) -> None:
    grader = Grader(SandboxExec(stage.backend, sandbox))
    for task in pack.tasks:
        apply_setup(task, grader)


def _cheat(stage: Stage, sandbox: Sandbox, pack: Pack, cheat: Cheat) -> dict[str, list[str]]:
    """Cheat in the sandbox, or in one of its own, and return what has earned anything."""
    with ExitStack() as own:
        if cheat.stays:
            sandbox = own.enter_context(stage.sandbox())
        else:
            stage.run(sandbox, "bash", "-c", _RESET, role=Role.SETUP)
        _set_up(stage, sandbox, pack)
        stage.run(sandbox, "bash", "-c", f"cd ~; {cheat.script}", role=Role.LEARNER)
        return _grade(stage, sandbox, pack)


@on_engines
def test_a_cheat_of_each_kind_raises_no_score(stage: Stage, cheated: Sandbox, pack: Pack) -> None:
    tried = [cheat for cheat in CHEATS if stage.backend.name in cheat.short.split()]
    assert tried
    assert {cheat.name: raised for cheat in tried if (raised := _cheat(stage, cheated, pack, cheat))} == {}


@pytest.mark.long
@pytest.mark.parametrize("cheat", CHEATS, ids=lambda cheat: cheat.name)
@on_engines
def test_no_cheat_raises_a_score(stage: Stage, cheated: Sandbox, pack: Pack, cheat: Cheat) -> None:
    assert _cheat(stage, cheated, pack, cheat) == {}


@on_engines
def test_the_work_earns_all_that_there_is(stage: Stage, cheated: Sandbox, pack: Pack) -> None:
    """Else nothing here would be proven."""
    stage.run(cheated, "bash", "-c", _RESET, role=Role.SETUP)
    _set_up(stage, cheated, pack)
    task = pack.tasks[0]
    shell = SandboxExec(stage.backend, cheated)
    assert run_solution(task, shell, timeout=10).exit_code == 0
    results = Grader(shell).grade_all(pack.tasks)
    assert [(result.verdict, result.earned == result.total) for result in results] == [(Verdict.PASS, True)] * len(
        pack.tasks
    )


def test_the_pack_has_no_check_of_a_kind_that_lint_warns_of(pack: Pack) -> None:
    """A check that can be misled by how it is written is its author's to write in another way."""
    assert pack.tasks
    assert {finding.rule for finding in lint(PACK)} <= {"no-mutant", "no-control"}
