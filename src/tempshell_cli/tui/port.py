"""All that the practice screen knows of a session and does to it: what it reads and acts through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from tempshell_cli.backends.base import Receipt
from tempshell_cli.core.process import Command
from tempshell_cli.packs.grading.results import CheckResult
from tempshell_cli.sessions.lease import USUAL_WARNINGS, Warnings


class TaskState(StrEnum):
    """How far a task is.

    ``ERROR``: it is incomplete, since checks of it could not run. ``WAITING``: it is not set up yet.
    """

    UNTOUCHED = "untouched"
    FAILING = "failing"
    PASSED = "passed"
    ERROR = "error"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class SessionView:
    """The session, as the screen shows it. ``deadline`` is aware; ``pack`` is a title, empty without a pack.

    An ``exam`` has neither checks nor help; it is finished in place of being stopped, also at its deadline; of one that
    was ``handed_in`` only the grading is left. One that is ``read_only`` is watched: nothing is done to it, and nothing
    typed for it. Of one that is paused, ``frozen`` is the time it has left. ``ended`` is why a session is over that
    somebody else has ended, and ``trouble`` why nothing can be recorded at the moment; both are empty otherwise.
    ``notice`` says that it ends early, for nothing happens in it. ``warnings`` say from when on the time is short.
    ``ports`` are those that are forwarded to it. ``setup`` is how far the setup of the tasks is, such as ``3/15 set
    up``, empty once nothing waits. ``news`` are lines to show once each: they only grow. ``worked`` is how long its
    tasks took, once all have passed.
    """

    name: str
    backend: str
    deadline: datetime
    pack: str = ""
    extendable: bool = False
    exam: bool = False
    handed_in: bool = False
    read_only: bool = False
    frozen: timedelta | None = None
    ended: str = ""
    trouble: str = ""
    notice: str = ""
    warnings: Warnings = USUAL_WARNINGS
    ports: Sequence[str] = ()
    setup: str = ""
    news: Sequence[str] = ()
    worked: timedelta | None = None

    def left(self, now: datetime) -> timedelta:
        """Return how much time is left; negative past the deadline."""
        return self.deadline - now if self.frozen is None else self.frozen


@dataclass(frozen=True, slots=True)
class TaskView:
    """One task. ``prompt`` is Markdown; ``hints`` are shown one at a time, in this order; ``solution`` is a script.

    ``commands`` are what of the prompt is meant to be typed, and ``hint_commands`` what of each hint; None, and for a
    hint nothing, where that is every code block in it. ``results`` are
    what the last check found, ``hints_shown`` how many hints were shown before. ``checks_itself``: it is checked
    unasked.
    """

    id: str
    title: str
    prompt: str
    points: int
    state: TaskState = TaskState.UNTOUCHED
    domain: str = ""
    results: Sequence[CheckResult] = ()
    hints: Sequence[str] = ()
    hints_shown: int = 0
    solution: str = ""
    commands: Sequence[str] | None = None
    hint_commands: Sequence[Sequence[str]] = ()
    flagged: bool = False
    checks_itself: bool = False


class Finished(NamedTuple):
    """How an exam went, in a line, and what of its sandbox was removed; None where that has ended by itself."""

    result: str
    receipt: Receipt | None


class Practice(Protocol):
    """A session with its tasks. Text in it may come from strangers: the screen makes it safe to show.

    ``now``, ``session`` and ``tasks`` are called from the interface's own thread, each second: they answer from memory,
    and so do ``took``, ``hinted``, ``solution_shown``, ``flag`` and ``unexpected``. ``attach_command``, ``history``,
    ``check``, ``check_unasked``, ``advance``, ``reset``, ``extend``, ``forward``, ``stop`` and ``finish`` may take
    their time; they are called from worker threads, each also while another of them is under way. A check may still be
    running when the screen has been left: then nobody takes its result. These ten may raise TempshellError, which is
    shown with its hint, but for ``check_unasked``. Any other exception is a bug, and no reason to end the screen.
    """

    def now(self) -> datetime:
        """Return the time by the engine's clock, aware."""
        ...

    def session(self) -> SessionView:
        """Return the session as it stands; a deadline moved by somebody else shows here."""
        ...

    def tasks(self) -> Sequence[TaskView]:
        """Return the tasks in the pack's order, with what the last checks found; none without a pack."""
        ...

    def task_in_hand(self) -> str:
        """Return the id of the task to begin with, or go on with; asked once, before there is a screen."""
        ...

    def check(self, task: str) -> Sequence[CheckResult]:
        """Run the checks of the task with this id."""
        ...

    def check_unasked(self, task: str) -> Sequence[CheckResult]:
        """Run the checks of the task with this id, if it has passed by now; where it has not, return none.

        A pass counts as one that was asked for. Nothing is recorded of anything else.
        """
        ...

    def advance(self, task: str) -> str:
        """Set up what is reached when this task has passed; return what went wrong in it, "" where nothing did."""
        ...

    def reset(self, task: str) -> None:
        """Put the task with this id back to its start; how it stood is forgotten."""
        ...

    def extend(self) -> datetime:
        """Extend the session once; return the new deadline."""
        ...

    def forward(self, port: int) -> int:
        """Forward a port of this machine to one inside, as long as the screen is open; return which."""
        ...

    def stop(self) -> Receipt:
        """Stop the session and remove its sandbox."""
        ...

    def finish(self) -> Finished:
        """Grade an exam, once, and remove its sandbox; after a TempshellError it may be called again."""
        ...

    def took(self, task: str) -> None:
        """Hear that the task with this id is in hand from now on: where it waits for its setup, it comes first."""
        ...

    def hinted(self, task: str, number: int) -> None:
        """Hear that so many hints of a task are shown."""
        ...

    def solution_shown(self, task: str) -> None:
        """Hear that the solution of a task is shown."""
        ...

    def flag(self, task: str) -> None:
        """Mark a task to come back to, or take the mark away."""
        ...

    def attach_command(self) -> Command:
        """Return the command that opens a shell in the sandbox on a terminal.

        It ends with 0 where the shell has ended, and otherwise where only the way to it has: then it is called for
        again. Raises NoSuchSession or SessionExpired where there is nothing left to come back to.
        """
        ...

    def history(self) -> bytes | None:
        """Return all that the sandbox keeps of what its shell's terminal has shown, the last screen included.

        With its colours, as a terminal takes it; None where it keeps nothing, and nothing but the terminal knows.
        """
        ...

    def unexpected(self, error: Exception) -> None:
        """Hear of an error that is a bug; the screen goes on."""
        ...
