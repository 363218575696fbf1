"""A pack and its tasks: every part was checked, and every text is safe to show. Whatever reads a format makes these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tempshell_cli.core.errors import PackProblem
from tempshell_cli.core.nearest import nearest
from tempshell_cli.core.text import one_line
from tempshell_cli.packs.format.model import PackHead, TaskHead


@dataclass(frozen=True, slots=True)
class Task:
    """One task: its front matter, its prompt (Markdown, stripped of controls) and the files it names.

    ``commands`` are what of the prompt is meant to be typed; None where that is every code block in it.
    """

    head: TaskHead
    prompt: str
    assets: Mapping[str, bytes]
    commands: tuple[str, ...] | None = None

    @property
    def id(self) -> str:
        """Its stable id."""
        return self.head.id

    @property
    def solution(self) -> str:
        """Its solution, a script; "" where it has none."""
        return self.assets[self.head.solution].decode(errors="replace") if self.head.solution else ""


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack as it was when it was read; ``digest`` names exactly this content.

    ``nodes`` is how many a cluster of its has at least; ``node_shell`` tells whether its learners are root on the
    first of them; ``notes`` are what to tell before it is started.
    """

    head: PackHead
    tasks: tuple[Task, ...]
    root: Path
    digest: str
    nodes: int = 1
    node_shell: bool = False
    notes: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Its stable id."""
        return self.head.id

    def task(self, wanted: str) -> Task:
        """Return a task by its id; raises PackProblem with the nearest id."""
        for task in self.tasks:
            if task.id == wanted:
                return task
        raise PackProblem(
            f"the pack {self.id} has no task {one_line(wanted)!r}",
            hint=nearest(wanted, (task.id for task in self.tasks)),
        )

    def only(self, wanted: Sequence[str]) -> Pack:
        """Return the pack with just these tasks, in this order; raises PackProblem as ``task`` does."""
        return replace(self, tasks=tuple(self.task(task) for task in wanted))
