"""A pack and its tasks: every part was checked, and every text is safe to show. Whatever reads a format makes these."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path
from shlex import quote
from typing import NamedTuple, Protocol

from tempshell_cli.core.errors import PackProblem
from tempshell_cli.core.nearest import nearest
from tempshell_cli.core.text import one_line
from tempshell_cli.packs.format.model import PackHead, TaskHead
from tempshell_cli.packs.format.values import NO_VALUES, Values, environment


class Draw(Protocol):
    """Returns a task with the values of one attempt; raises PackProblem where one does not fit where it is put."""

    def __call__(self, seed: str, found: Values) -> Task:
        """``found`` are those that the task's scripts have written."""
        ...


@dataclass(frozen=True, slots=True)
class Task:
    """One task: its front matter, its prompt (Markdown, stripped of controls) and the files it names.

    ``commands`` are what of the prompt is meant to be typed; None where that is every code block in it. ``values`` are
    those of its variables, in its texts and files already. Until they are drawn by ``draw``, they are an example.
    ``variants`` are all that it can be drawn as, itself included, each with its name in ``variant``; none where there
    is nothing to choose. With ``reports_setup`` each line that the script of its setup prints is a problem to be shown,
    and does not keep the task from being tried. ``hint_commands`` are what of each hint is marked to be typed.
    """

    head: TaskHead
    prompt: str
    assets: Mapping[str, bytes]
    commands: tuple[str, ...] | None = None
    values: Values = field(default_factory=dict)
    variant: str = ""
    variants: tuple[Task, ...] = field(default=(), compare=False, repr=False)
    draw: Draw | None = field(default=None, compare=False, repr=False)
    reports_setup: bool = False
    hint_commands: Sequence[Sequence[str]] = ()

    @property
    def id(self) -> str:
        """Its stable id."""
        return self.head.id

    @property
    def solution(self) -> str:
        """Its solution, a script that begins with the values it reads; "" where it has none."""
        if not self.head.solution:
            return ""
        script = self.assets[self.head.solution].decode(errors="replace")
        read = (f"{name}={quote(value)}\n" for name, value in environment(self.values).items() if name in script)
        return "".join(read) + script


class Note(NamedTuple):
    """What of a pack works differently here, and the file of the pack and the line that ask for it.

    ``file`` is "" where it is about the whole pack.
    """

    text: str
    file: str = ""
    line: int = 1

    @classmethod
    def of(cls, note: Note | str) -> Note:
        """Return a note, which an importer may have written as plain text."""
        return note if isinstance(note, Note) else cls(note)

    def __str__(self) -> str:
        return f"{self.text} ({self.file}:{self.line})" if self.file else self.text


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack as it was when it was read; ``digest`` names exactly this content.

    ``nodes`` is how many a cluster of its has at least; ``node_shell`` says whether its learners are root on the
    first of them; ``notes`` are shown before it is started, and ``pack lint`` reports them where they belong.
    The tasks of one ``in_order`` are steps: each begins where those before it ended. ``programs`` are those that its
    scripts and texts use, as far as the reader of its format finds them.
    """

    head: PackHead
    tasks: tuple[Task, ...]
    root: Path
    digest: str
    nodes: int = 1
    node_shell: bool = False
    notes: tuple[Note | str, ...] = ()
    in_order: bool = False
    programs: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Its stable id."""
        return self.head.id

    def blocking(self, task: Task, passed: Collection[str]) -> str:
        """Return the id of the first step before a task that has to pass first, "" where nothing is in its way."""
        before = takewhile(lambda one: one.id != task.id, self.tasks) if self.in_order else ()
        return next((one.id for one in before if one.head.checks and one.id not in passed), "")

    def reached(self, passed: Collection[str]) -> Sequence[Task]:
        """Return the tasks that can be worked on when these have passed: all of them, or the steps up to the next."""
        return [task for task in self.tasks if not self.blocking(task, passed)]

    def task(self, wanted: str) -> Task:
        """Return a task by its id; raises PackProblem with the nearest id."""
        for task in self.tasks:
            if task.id == wanted:
                return task
        raise PackProblem(
            f"the pack {self.id} has no task {one_line(wanted)!r}",
            hint=nearest(wanted, (task.id for task in self.tasks)),
        )

    def drawn(self, seed: str, found: Values = NO_VALUES) -> Pack:
        """Return the pack of one attempt: the same seed draws the same values.

        ``found`` are the values that scripts have written, by ``TASK/NAME``. Raises PackProblem as a ``Draw`` does.
        """
        return replace(self, tasks=tuple(drawn(task, seed, found) for task in self.tasks))

    def only(self, wanted: Sequence[str]) -> Pack:
        """Return the pack with just these tasks, in this order; raises PackProblem as ``task`` does."""
        return replace(self, tasks=tuple(self.task(task) for task in wanted))


def drawn(task: Task, seed: str, found: Values = NO_VALUES) -> Task:
    """Return a task of one attempt, as ``Pack.drawn`` does."""
    if task.draw is None:
        return task
    own = f"{task.id}/"
    return task.draw(seed, {name.removeprefix(own): value for name, value in found.items() if name.startswith(own)})
