"""Proof that a pack's grader can be trusted: nothing is free, right answers pass, wrong ones are caught.

A task is proven in one sandbox of its own: it is set up again before each answer, which also proves that setting up
puts it back to its start. Then all tasks are proven together in one sandbox, in another order than the pack's.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from functools import partial
from itertools import repeat
from types import MappingProxyType

from msgspec import Struct, structs

from tempshell_cli.backends.base import Capability
from tempshell_cli.core.errors import EngineUnavailable, PackProblem
from tempshell_cli.packs.authoring.expectations import (
    Unmet,
    check_names,
    expect_caught,
    expect_reset,
    expect_right,
    expect_solved_late,
    expect_solved_step,
    expect_start,
    expect_still_solved,
    solution_of,
)
from tempshell_cli.packs.authoring.mutation.trial import MadeAnswer, Trials, Unrestored
from tempshell_cli.packs.checks.places import NEEDS_KUBERNETES
from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.format.pack import Task
from tempshell_cli.packs.grading.capabilities import out_of_reach, wanted_by, without
from tempshell_cli.packs.grading.grader import LOOKS_AT_ONCE, Grader
from tempshell_cli.packs.grading.setup import SetupFailed, apply_setup, draw_task, missing_tools

TOGETHER = "with all other tasks"
_RESET = "start, after {}"
MADE = "made answers"
_NOTHING: Mapping[Capability, str] = MappingProxyType({})


class State(StrEnum):
    """``fooled``: all of the author's answers are judged well, but not all that the proof has made.

    ``unproven``: this engine cannot tell. ``error``: the engine stumbled. Neither says that the task is wrong.
    """

    PROVEN = "proven"
    FOOLED = "fooled"
    WRONG = "wrong"
    UNPROVEN = "unproven"
    ERROR = "error"


class Step(Struct, frozen=True, kw_only=True):
    """One thing that was held against a task; ``problem`` is "" where it held. ``error``: the engine stumbled."""

    name: str
    seconds: float
    problem: str = ""
    error: bool = False


class TaskProof(Struct, frozen=True, kw_only=True):
    """What is proven of a task, and why not all of it.

    ``unseen``: the checks that no mutant fails, neither the author's nor a made one. ``left_out``: those that cannot
    be looked at on this engine.
    """

    task: str
    state: State
    why: str = ""
    steps: tuple[Step, ...] = ()
    made: tuple[MadeAnswer, ...] = ()
    unseen: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it took."""
        return sum(step.seconds for step in self.steps)


class PackProof(Struct, frozen=True, kw_only=True):
    """What is proven of a pack: of exactly the content that ``digest`` names, on one backend.

    ``kubernetes`` is the version of its clusters, "" where there were none.
    """

    pack: str
    version: str
    digest: str
    backend: str
    kubernetes: str = ""
    seed: int
    order: tuple[str, ...]
    tasks: tuple[TaskProof, ...]
    strict: bool = False

    @property
    def holds(self) -> bool:
        """Whether something is proven and nothing is wrong; where the proof is ``strict``, no task is fooled either."""
        states = {task.state for task in self.tasks}
        sound = {State.PROVEN} if self.strict else {State.PROVEN, State.FOOLED}
        return bool(states & sound) and states <= {*sound, State.UNPROVEN}


def why_unprovable(task: Task, capabilities: Collection[Capability], *, has_cluster: bool) -> str:
    """Return what keeps the task from being proven on an engine with these capabilities; "" where it can be."""
    if task.head.solution is None:
        return "it has no solution to prove its checks with" if task.head.checks else "it is a page to read"
    lacking = [str(cap) for cap in task.head.requires.caps if cap not in capabilities]
    if lacking:
        return f"the backend lacks {', '.join(lacking)}"
    # What the setup does with a cluster, ``cluster.misfit`` knows.
    return NEEDS_KUBERNETES if task.head.looks_into_cluster and not has_cluster else ""


def prove_task(
    task: Task,
    shell: SandboxShell,
    lacking: Mapping[Capability, str] = _NOTHING,
    seed: str = "0",
    mutants: int | None = 0,
) -> TaskProof:
    """Prove a task in a fresh sandbox, its values drawn by the seed; stops at the first step that does not hold.

    Of the answers that a proof can make itself it tries so many ``mutants`` (None: all). What the sandbox is
    ``lacking``, with why, leaves checks out, which are named.
    """
    try:
        task, _ = draw_task(task, seed, shell)
    except (SetupFailed, PackProblem) as cause:
        return TaskProof(task=task.id, state=State.WRONG, why=str(cause))
    except EngineUnavailable as cause:
        return TaskProof(task=task.id, state=State.ERROR, why=str(cause))
    provable = without(task, out_of_reach(task, lacking))
    if all(check.gate for check in provable.head.checks):
        return unproven(task, _why_left_out(task, lacking))
    try:
        if missing := missing_tools(task, shell):
            return unproven(task, f"the sandbox has no {', '.join(missing)}")
    except (SetupFailed, EngineUnavailable) as cause:
        return TaskProof(task=task.id, state=State.ERROR, why=str(cause))
    grader = Grader(shell)
    trials = Trials(provable, grader, mutants, seed)
    steps: list[Step] = []
    for step in _steps(provable, grader, trials):
        steps.append(step)
        if step.problem:
            break
    return judged(task, steps, trials.made, lacking)


def unproven(task: Task, why: str) -> TaskProof:
    """Return the proof that could not be tried."""
    return TaskProof(task=task.id, state=State.UNPROVEN, why=why)


def judged(
    task: Task,
    steps: Sequence[Step],
    made: Sequence[MadeAnswer] = (),
    lacking: Mapping[Capability, str] = _NOTHING,
) -> TaskProof:
    """Return what the steps and made answers prove of the task, taken without what the sandbox is ``lacking``."""
    left_out = tuple(out_of_reach(task, lacking))
    caught = {check for one in made if not one.is_right for check in one.failed}
    unseen = tuple(check for check in task.head.unseen() if check not in {*left_out, *caught})
    state, why = State.PROVEN, ""
    if bad := next((step for step in steps if step.problem), None):
        state, why = State.ERROR if bad.error else State.WRONG, f"{bad.name}: {bad.problem}"
        if task.values:
            why += f" (drawn: {', '.join(f'{name} {value}' for name, value in sorted(task.values.items()))})"
    else:
        fooled = [f"{one.name}: {one.problem}" for one in made if one.problem]
        left = [f"but for {check_names(left_out)}: {_why_left_out(task, lacking)}"] if left_out else []
        state, why = State.FOOLED if fooled else state, "; ".join([*fooled, *left])
    return TaskProof(
        task=task.id,
        state=state,
        why=why,
        steps=tuple(steps),
        made=tuple(made),
        unseen=unseen,
        left_out=left_out,
    )


def _why_left_out(task: Task, lacking: Mapping[Capability, str]) -> str:
    wanted = (cap for cap in wanted_by([task]) if cap in lacking)
    return "; ".join(f"it needs {cap}, {lacking[cap]}" for cap in wanted)


def of_draws(proofs: Mapping[str, TaskProof]) -> TaskProof:
    """Return the proof of a task from those of several draws of it, by their names: the first of the worst says why.

    The name of the first may be "".
    """
    name = min(proofs, key=lambda name: (proofs[name].state is State.PROVEN, proofs[name].state is State.FOOLED))
    steps = [
        structs.replace(step, name=f"{name}: {step.name}") if name else step
        for name, proof in proofs.items()
        for step in proof.steps
    ]
    shown = proofs[name]
    return structs.replace(
        shown,
        why=f"{name}: {shown.why}" if name and shown.why else shown.why,
        steps=tuple(steps),
        made=tuple(one for proof in proofs.values() for one in proof.made),
    )


def other_order(tasks: Sequence[Task], seed: int) -> list[Task]:
    """Return the tasks in an order that is not theirs, the same for the same seed."""
    shuffled, chance = list(tasks), random.Random(seed)  # noqa: S311 - an order, not a secret
    while len(tasks) > 1 and [task.id for task in shuffled] == [task.id for task in tasks]:
        chance.shuffle(shuffled)
    return shuffled


def prove_together(
    wanted: Sequence[Task], shell: SandboxShell, lacking: Container[Capability] = (), seed: str = "0"
) -> dict[str, Step]:
    """Set all tasks up in one fresh sandbox, in the given order, then solve them in it; return a step for each.

    Each must stand at its start while the others do, pass once it is solved, and still pass when all are. Before it is
    solved it is set up once more: a task may be set up, or reset, when others are solved, and must leave these as they
    are. What changes the sandbox is done in order, and what only looks at it several at once.
    """
    grader = Grader(shell)
    tasks: dict[str, Task] = {}

    def set_up(task: Task) -> None:
        drawn, _ = draw_task(task, seed, shell)
        tasks[task.id] = without(drawn, out_of_reach(drawn, lacking))
        apply_setup(tasks[task.id], grader)

    steps = {task.id: _timed(TOGETHER, partial(set_up, task)) for task in wanted}
    looks = ((expect_start, LOOKS_AT_ONCE), (expect_solved_late, 1), (expect_still_solved, LOOKS_AT_ONCE))
    for look, at_once in looks:
        sound = [tasks[task.id] for task in wanted if not steps[task.id].problem]
        with ThreadPoolExecutor(at_once) as pool:
            taken = pool.map(_timed, repeat(TOGETHER), [partial(look, task, grader) for task in sound])
            for task, step in zip(sound, taken, strict=True):
                steps[task.id] = structs.replace(step, seconds=steps[task.id].seconds + step.seconds)
    return steps


def prove_in_order(tasks: Sequence[Task], shell: SandboxShell, why_not: Callable[[Task], str]) -> dict[str, TaskProof]:
    """Prove steps in one fresh sandbox, one after the other: each fails at its start, and passes when it is solved.

    Nothing takes a step back, so no other answers are tried. One that cannot be proven is set up for those after it.
    """
    grader = Grader(shell)
    proofs: dict[str, TaskProof] = {}
    for task in tasks:
        why = why_not(task)
        begin = partial(apply_setup, task, grader) if why else partial(expect_reset, task, grader)
        steps = [_timed("start", begin)]
        if not why and not steps[0].problem:
            steps.append(_timed(f"solution {solution_of(task)}", partial(expect_solved_step, task, grader)))
        proofs[task.id] = unproven(task, why) if why and not steps[0].problem else judged(task, steps)
    return proofs


def _steps(task: Task, grader: Grader, trials: Trials) -> Iterator[Step]:
    """Yield the steps of a proof, each taken when it is asked for."""
    solution = solution_of(task)
    reset = partial(expect_reset, task, grader)
    makes_answers = trials.count != 0
    yield _timed("start", partial(expect_reset, task, grader, trials.look_before if makes_answers else None))
    yield _timed(f"solution {solution}", partial(expect_right, task, solution, grader))
    if makes_answers:
        yield _timed(MADE, trials.run)
    yield _timed(_RESET.format(solution), reset)
    for answer in task.head.alternatives:
        yield _timed(f"alternative {answer}", partial(expect_right, task, answer, grader))
        yield _timed(_RESET.format(answer), reset)
    for mutant in task.head.mutants:
        yield _timed(f"mutant {mutant.run}", partial(expect_caught, task, mutant, grader))
        yield _timed(_RESET.format(mutant.run), reset)


def _timed(name: str, action: Callable[[], object]) -> Step:
    began = time.monotonic()
    problem, error = "", False
    try:
        action()
    except (Unmet, Unrestored, SetupFailed, PackProblem) as cause:
        problem = str(cause)
    except EngineUnavailable as cause:
        problem, error = str(cause), True
    return Step(name=name, seconds=round(time.monotonic() - began, 3), problem=problem, error=error)
