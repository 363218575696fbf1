"""What a pack's tasks are worth together: criterion, share of the task, weight of the domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from msgspec import Struct

from tempshell_cli.packs.format.pack import Pack, Task

NO_HINTS: Mapping[str, int] = MappingProxyType({})
_ALL_PERCENT = 100
_PASS = "pass"  # noqa: S105 - a verdict


class Graded(Protocol):
    """The outcome of a task's last check."""

    @property
    def verdict(self) -> str:
        """``pass``, ``fail`` or ``error``."""
        ...

    @property
    def earned(self) -> float:
        """The points it brought."""
        ...

    @property
    def points(self) -> float:
        """The points there are."""
        ...

    @property
    def incomplete(self) -> Sequence[str]:
        """The checks that could not run."""
        ...


class TaskScore(Struct, frozen=True, kw_only=True):
    """How a task stands. ``verdict`` is None before its first check, ``share`` (0 to 1) where there is nothing to earn.

    ``hints`` were shown before that; ``cost`` is what they take off the share, in percent of the task. ``incomplete``
    are the checks that could not run. A step that is ``blocked_by`` one before it, which has not passed, earns nothing.
    """

    task: str
    title: str
    domain: str | None
    verdict: str | None
    earned: float
    points: float
    share: float | None
    hints: int = 0
    cost: int = 0
    incomplete: tuple[str, ...] = ()
    blocked_by: str = ""


class DomainScore(Struct, frozen=True, kw_only=True):
    """How a domain stands: its weight in percent, and the mean share of its tasks."""

    domain: str
    weight: int
    share: float | None


class PackScore(Struct, frozen=True, kw_only=True):
    """How a pack stands, in percent of all that there is; ``pass_mark`` is in percent, too.

    ``incomplete`` are the checks that could not run, as ``task/check``: they earn nothing, and with one of them the
    pack is not passed, whatever the percentage.
    """

    tasks: tuple[TaskScore, ...]
    domains: tuple[DomainScore, ...]
    percent: float
    pass_mark: int
    passed: bool
    incomplete: tuple[str, ...] = ()

    @property
    def counted(self) -> tuple[TaskScore, ...]:
        """The tasks that there is something to earn with: not the pages to read."""
        return tuple(task for task in self.tasks if task.points)

    @property
    def done(self) -> int:
        """How many of these have passed."""
        return sum(task.verdict == _PASS for task in self.counted)


def score_pack(pack: Pack, graded: Mapping[str, Graded], hints: Mapping[str, int] = NO_HINTS) -> PackScore:
    """Return how the pack stands by the last check of each task, and the hints of each that were shown before it.

    A task that was never checked counts as 0, and so does a check that could not run. A task without points, a page to
    read, does not count.
    """
    passed = {task for task, found in graded.items() if found.verdict == _PASS}
    tasks = tuple(
        _task_score(task, graded.get(task.id), hints.get(task.id, 0), pack.blocking(task, passed))
        for task in pack.tasks
    )
    domains = tuple(
        DomainScore(domain=domain, weight=weight, share=_mean([one for one in tasks if one.domain == domain]))
        for domain, weight in pack.head.domains.items()
    )
    share = _weighted(domains) if domains else _mean(tasks)
    incomplete = tuple(f"{task.task}/{check}" for task in tasks for check in task.incomplete)
    percent = round(_ALL_PERCENT * (share or 0.0), 1)
    return PackScore(
        tasks=tasks,
        domains=domains,
        percent=percent,
        pass_mark=pack.head.pass_,
        passed=share is not None and percent >= pack.head.pass_ and not incomplete,
        incomplete=incomplete,
    )


def _task_score(task: Task, graded: Graded | None, hints: int, blocked_by: str) -> TaskScore:
    points = graded.points if graded else float(sum(check.worth for check in task.head.checks))
    earned = graded.earned if graded else 0.0
    cost = min(_ALL_PERCENT, sum(hint.cost for hint in task.head.hints[:hints]))
    return TaskScore(
        task=task.id,
        title=task.head.title,
        domain=task.head.domain,
        verdict=str(graded.verdict) if graded else None,
        earned=earned,
        points=points,
        share=(0.0 if blocked_by else max(0.0, earned / points - cost / _ALL_PERCENT)) if points else None,
        hints=hints,
        cost=cost,
        incomplete=tuple(graded.incomplete) if graded else (),
        blocked_by=blocked_by if points else "",
    )


def _mean(tasks: Sequence[TaskScore]) -> float | None:
    shares = [task.share for task in tasks if task.share is not None]
    return sum(shares) / len(shares) if shares else None


def _weighted(domains: Sequence[DomainScore]) -> float | None:
    counted = [(one.weight, one.share) for one in domains if one.share is not None]
    weights = sum(weight for weight, _ in counted)
    return sum(weight * share for weight, share in counted) / weights if weights else None
