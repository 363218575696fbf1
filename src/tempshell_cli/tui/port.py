"""All that the practice screen knows of a session and does to it: what it reads and acts through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from tempshell_cli.backends.base import Receipt
from tempshell_cli.core.process import Command
from tempshell_cli.packs.results import CheckResult


class TaskState(StrEnum):
    """How far a task is. ``ERROR``: its last check could not run, which is no wrong answer."""

    UNTOUCHED = "untouched"
    FAILING = "failing"
    PASSED = "passed"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class SessionView:
    """The session, as the screen shows it. ``deadline`` is aware; ``pack`` is a title, empty without a pack."""

    name: str
    backend: str
    deadline: datetime
    pack: str = ""
    extendable: bool = False


@dataclass(frozen=True, slots=True)
class TaskView:
    """One task. ``prompt`` is Markdown; ``hints`` are shown one at a time, in this order; ``solution`` is a script."""

    id: str
    title: str
    prompt: str
    points: int
    state: TaskState = TaskState.UNTOUCHED
    domain: str = ""
    hints: Sequence[str] = ()
    solution: str = ""


class Practice(Protocol):
    """A session with its tasks. Text in it may come from strangers: the screen makes it safe to show.

    ``now``, ``session``, ``tasks`` and ``attach_command`` are called from the interface's own thread, the first two
    each second: they answer from memory. ``check``, ``extend`` and ``stop`` may take their time; they are called
    from worker threads, each also while another of them is under way. A ``check`` may still be running when the screen
    has been left: then nobody takes its result. All but ``now`` and ``tasks`` may raise
    TempshellError, which is shown with its hint; where ``session`` does, its last answer stands.
    """

    def now(self) -> datetime:
        """Return the time by the engine's clock, aware."""
        ...

    def session(self) -> SessionView:
        """Return the session as it stands; a deadline moved by somebody else shows here."""
        ...

    def tasks(self) -> Sequence[TaskView]:
        """Return the tasks in the pack's order, with the states that the last checks left; none without a pack."""
        ...

    def check(self, task: str) -> Sequence[CheckResult]:
        """Run the checks of the task with this id."""
        ...

    def extend(self) -> datetime:
        """Extend the session once; return the new deadline."""
        ...

    def stop(self) -> Receipt:
        """Stop the session and remove its sandbox."""
        ...

    def attach_command(self) -> Command:
        """Return the command that opens a shell in the sandbox on a terminal.

        It ends with 0 where the shell has ended, and otherwise where only the way to it has: then it is called for
        again. Raises NoSuchSession or SessionExpired where there is nothing left to come back to.
        """
        ...
