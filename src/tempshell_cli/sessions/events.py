"""What happens to sessions: every kind of event, and what its detail says.

The detail of most kinds is a word or words for people. Where a program reads more than a word back, a class here writes
it and reads it. The store keeps both, and ``--json`` prints them: a class may change, what it writes may not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol, Self, TypeVar

from tempshell_cli.backends.base import Capability

_ADMIN, _INCOMPLETE, _YES, _NO = "admin", "incomplete", "yes", "no"


class Kind(StrEnum):
    """The kinds of event, each with what its detail says: a class of this module, or words."""

    CREATING = "creating"  # the name
    STARTED = "started"  # Started
    FAILED = "failed"  # why the start failed
    KEPT = "kept"  # why the start failed of a session that was kept to be looked at
    ADOPTED = "adopted"  # the backend that has a sandbox that the store did not know
    IDLE = "idle"  # how long nothing may happen in it before it ends, as a duration; see ``lease.idle_words``
    EXTENDED = "extended"  # the new deadline
    PAUSED = "paused"  # why, where nobody has asked for it
    RESUMED = "resumed"
    RESTORED = "restored"  # what had stopped or was gone
    RECIPE = "recipe"  # Recipe, for programs alone
    RESTARTED = "restarted"  # what it has kept
    READY = "ready"  # nothing; for this one and the next three an engine knew more of a session than the store
    STOPPED = "stopped"  # what is the matter
    BROKEN = "broken"  # what is the matter
    LOST = "lost"  # what is the matter
    STOPPING = "stopping"  # why
    ENDED = "ended"  # why
    FORGOTTEN = "forgotten"  # what its engine said
    REAPED = "reaped"  # why
    LEFTOVER = "leftover"  # what could not be removed
    SEARCHED = "searched"  # whose sessions engines were asked for that the store may have lost
    UNSWEPT = "unswept"  # the backend, and what it said
    SWEEP = "sweep"  # why the sweep of an open screen failed
    CONSENTED = "consented"  # what the user has allowed the pack: the key of a consent.Demand
    DRAWN = "drawn"  # Drawn
    VALUES = "values"  # ValuesWritten
    EXAM = "exam"  # ExamBegun
    FLAGGED = "flagged"  # Flagged
    GRADED = "graded"  # ExamGraded
    TASK = "task"  # the id of the task that is in hand from now on, "" where none is
    HINT = "hint"  # HintShown
    COMMAND = "command"  # CommandRun
    SOLUTION = "solution"  # the id of the task whose solution was shown
    CHECKED = "checked"  # Checked
    FOUND = "found"  # a packs.grading.results.TaskResult as JSON, for programs alone
    COULD_NOT_RUN = "could not run"  # CouldNotRun
    TO_SET_UP = "to set up"  # ToSetUp
    SET_UP = "set up"  # SetUp
    SETUP_OUTPUT = "setup output"  # SetupOutput, which `logs` shows
    NOT_SET_UP = "not set up"  # NotSetUp
    RECORD = "record"  # Recorded, for programs alone
    RESET = "reset"  # the id of the task
    FORWARD = "forward"  # from where on this machine to which port inside: a forwarding.ports.PortForward
    FORWARD_ENDED = "forward ended"  # why, where it has ended by itself
    CAPABILITY = "capability"  # CapabilityTried
    KUBERNETES = "kubernetes"  # the version that the API server of the session's cluster reports
    BUG = "bug"  # a traceback; in the log alone


# For the checks, and for `logs`, which shows nothing in an exam: answers may be in them.
HIDDEN = frozenset({Kind.RECORD, Kind.VALUES, Kind.SETUP_OUTPUT, Kind.RECIPE})
PRIVATE = HIDDEN | {Kind.FOUND, Kind.COMMAND}  # the store's alone: pages of JSON


class Detail(Protocol):
    """What an event says. ``str`` writes it."""

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what was written; raises ValueError where it makes no sense."""
        ...


class Event(NamedTuple):
    """Something that happened to a session. The kind is a Kind, or one that another release has written."""

    at: datetime
    session: str
    kind: str
    detail: str = ""

    @classmethod
    def of(cls, at: datetime, session: str, what: Kind | Detail, words: str = "") -> Self:
        """Return an event of a kind with these words, or of the kind of this detail."""
        if isinstance(what, Kind):
            return cls(at, session, what, words)
        return cls(at, session, KINDS[type(what)], str(what))


_Detail = TypeVar("_Detail", bound=Detail)


def details(events: Iterable[Event], kind: type[_Detail]) -> Iterator[tuple[datetime, _Detail]]:
    """Yield the details of this class, each with when that was; one that makes no sense is left out."""
    for event in events:
        if event.kind == KINDS[kind]:
            with suppress(ValueError):
                yield event.at, kind.read(event.detail)


def words_of(events: Iterable[Event], kind: Kind) -> list[str]:
    """Return the details of the events of a kind, as they are written."""
    return [event.detail for event in events if event.kind == kind]


class Started(NamedTuple):
    """The session is ready: on which backend, and whether its profile is ``admin``."""

    backend: str
    admin: bool = False

    def __str__(self) -> str:
        return f"{self.backend} {_ADMIN}" if self.admin else self.backend

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what was written."""
        backend, _, profile = text.partition(" ")
        return cls(backend, profile == _ADMIN)


class Recipe(NamedTuple):
    """How the sandbox of the session was made, as JSON: see ``recipe``. It has no value of a variable or a secret."""

    said: Mapping[str, Any]

    def __str__(self) -> str:
        return json.dumps(self.said)

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what was written."""
        return cls(dict(json.loads(text)))


class ExamBegun(NamedTuple):
    """The session is an exam from now on: by which seed its tasks are drawn, and when it ends."""

    seed: int
    ends: datetime

    def __str__(self) -> str:
        return f"{self.seed} {self.ends.isoformat()}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what was written."""
        seed, _, ends = text.partition(" ")
        return cls(int(seed), datetime.fromisoformat(ends))


class _TaskList(NamedTuple):
    """Ids of tasks."""

    tasks: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(self.tasks)

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what was written."""
        return cls(tuple(text.split()))


class Drawn(_TaskList):
    """The session has just these tasks of its pack."""

    __slots__ = ()


class ValuesWritten(NamedTuple):
    """Scripts of tasks have written these values of variables, by ``TASK/NAME``."""

    values: Mapping[str, str]

    def __str__(self) -> str:
        return json.dumps(self.values)

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what was written."""
        return cls(dict(json.loads(text)))


class Recorded(NamedTuple):
    """What the checks of a task compare with later, as it was when the task was set up."""

    task: str
    record: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.task} {json.dumps(self.record)}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what was written."""
        task, _, record = text.partition(" ")
        return cls(task, dict(json.loads(record)))


class ToSetUp(_TaskList):
    """These tasks are to be set up, in this order. The session may be ready before they are."""

    __slots__ = ()


class SetUp(NamedTuple):
    """A task was set up, and what went wrong in its scripts all the same, by line."""

    task: str
    problems: str = ""

    def __str__(self) -> str:
        return f"{self.task} {self.problems}".strip()

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what was written."""
        task, _, problems = text.partition(" ")
        return cls(task, problems)


class SetupOutput(NamedTuple):
    """What the setup of a task has printed, its last part where that is long."""

    task: str
    text: str

    def __str__(self) -> str:
        return f"{self.task} {self.text}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what was written."""
        task, _, said = text.partition(" ")
        return cls(task, said)


class NotSetUp(NamedTuple):
    """The setup of a task has failed, and why."""

    task: str
    why: str

    def __str__(self) -> str:
        return f"{self.task} {self.why}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what was written."""
        task, _, why = text.partition(" ")
        return cls(task, why)


class Flagged(_TaskList):
    """These tasks of an exam are marked to come back to; they take the place of those before."""

    __slots__ = ()


class ExamGraded(NamedTuple):
    """The exam was graded; it can be graded again where it is incomplete: checks could not run."""

    incomplete: bool

    def __str__(self) -> str:
        return _INCOMPLETE if self.incomplete else ""

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what was written."""
        return cls(text == _INCOMPLETE)


class HintShown(NamedTuple):
    """A hint of a task was shown; ``number`` counts from 1."""

    task: str
    number: int

    def __str__(self) -> str:
        return f"{self.task} {self.number}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what was written."""
        task, _, number = text.rpartition(" ")
        return cls(task, int(number))


class CommandRun(NamedTuple):
    """A command that was typed has ended, at the time of the event, after ``took`` seconds, with this exit code.

    ``task`` is the id of the task that was in hand, "" where none was; ``text`` is one line without secrets.
    """

    task: str
    code: int
    took: float
    text: str

    def __str__(self) -> str:
        return json.dumps(self._asdict())

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what was written; raises ValueError where it makes no sense."""
        said = json.loads(text)
        try:
            return cls(str(said["task"]), int(said["code"]), float(said["took"]), str(said["text"]))
        except (KeyError, TypeError) as cause:
            raise ValueError(text) from cause


class Checked(NamedTuple):
    """A task was checked, with this verdict."""

    task: str
    verdict: str

    def __str__(self) -> str:
        return f"{self.task} {self.verdict}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what was written."""
        task, _, verdict = text.rpartition(" ")
        return cls(task, verdict)


class CouldNotRun(NamedTuple):
    """A check of a task could not run, and why."""

    task: str
    check: str
    why: str

    def __str__(self) -> str:
        return f"{self.task}/{self.check}: {self.why}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what was written."""
        where, _, why = text.partition(": ")
        task, _, check = where.partition("/")
        return cls(task, check, why)


class CapabilityTried(NamedTuple):
    """A capability was tried in the session's sandbox, and is there or not."""

    capability: Capability
    there: bool

    def __str__(self) -> str:
        return f"{self.capability} {_YES if self.there else _NO}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what was written; raises ValueError for a capability that this release does not know."""
        name, _, there = text.partition(" ")
        return cls(Capability(name), there == _YES)


KINDS: Mapping[type[Detail], Kind] = MappingProxyType(
    {
        Started: Kind.STARTED,
        Recipe: Kind.RECIPE,
        ExamBegun: Kind.EXAM,
        Drawn: Kind.DRAWN,
        ValuesWritten: Kind.VALUES,
        Recorded: Kind.RECORD,
        ToSetUp: Kind.TO_SET_UP,
        SetUp: Kind.SET_UP,
        SetupOutput: Kind.SETUP_OUTPUT,
        NotSetUp: Kind.NOT_SET_UP,
        Flagged: Kind.FLAGGED,
        ExamGraded: Kind.GRADED,
        HintShown: Kind.HINT,
        CommandRun: Kind.COMMAND,
        Checked: Kind.CHECKED,
        CouldNotRun: Kind.COULD_NOT_RUN,
        CapabilityTried: Kind.CAPABILITY,
    }
)
