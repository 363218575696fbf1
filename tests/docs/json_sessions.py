"""What the commands for sessions and for practice print as JSON."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from msgspec import Meta

from tempshell_cli.packs.grading.results import TaskResult
from tempshell_cli.packs.grading.score import PackScore
from tempshell_cli.sessions.model import State

Time = Annotated[str, Meta(description="RFC 3339, in UTC.", extra_json_schema={"format": "date-time"})]
Seconds = Annotated[float, Meta(description="In seconds.")]
Bytes = Annotated[int, Meta(description="In bytes.", ge=0)]
Share = Annotated[float, Meta(description="From 0 to 1.", ge=0, le=1)]
Verdict = Literal["pass", "fail", "error"]


class Setup(TypedDict):
    """How far the setup of the tasks is."""

    tasks: Annotated[int, Meta(description="How many there are to set up.")]
    waiting: Annotated[list[str], Meta(description="Ids of tasks that are not set up yet.")]
    failed: Annotated[list[str], Meta(description="Ids of tasks whose setup has failed.")]


class Session(TypedDict):
    """One session."""

    id: str
    name: str
    owner: str
    backend: str
    endpoint: Annotated[str, Meta(description='Which engine of the backend\'s kind; "" where there is only one.')]
    state: State
    reason: Annotated[str, Meta(description="Why it ended, or what is wrong with it.")]
    pack: Annotated[str, Meta(description='"" for a plain shell.')]
    created: Time
    deadline: Time
    remaining: Annotated[int, Meta(description="Seconds until the deadline; of a paused session, what it has left.")]
    extensions: Annotated[int, Meta(description="How often it was extended.")]
    workspace: Annotated[str, Meta(description='"" where it has none.')]
    exam_ends: Annotated[Time | None, Meta(description="null where no exam is under way.")]


class ListedSession(Session):
    """One session, and how far the setup of its tasks is: null where there is nothing to set up."""

    setup: Setup | None


class StartedSession(ListedSession):
    """A session that has just been started; an item of `setup_problems` is a line about a task."""

    setup_problems: list[str]


class TaskStatus(TypedDict):
    """How a task was graded last."""

    verdict: Verdict
    earned: float
    points: float
    incomplete: Annotated[list[str], Meta(description="Checks that could not run.")]


class SessionStatus(ListedSession):
    """One session, and by their ids its tasks that were graded."""

    tasks: dict[str, TaskStatus]


class Event(TypedDict):
    """Something that happened to a session."""

    time: Time
    event: Annotated[str, Meta(description="Its kind. More kinds may come.")]
    detail: str


class SessionEvent(Event):
    """Something that happened to the session of this id."""

    session: str


class SessionEnd(Session):
    """One session, and when and why it ends or has ended, a line each."""

    ended: Time | None
    why: list[str]
    last_event: Event | None


class Usage(TypedDict):
    """What a session uses; null is what its engine cannot say."""

    id: str
    name: str
    cpu_percent: Annotated[float | None, Meta(description="100 is one processor.")]
    memory: Bytes | None
    memory_limit: Bytes | None
    processes: int | None
    disk: Bytes | None


class Receipt(TypedDict):
    """What a removal has verified to be gone, what is left, and what was kept."""

    session: str
    removed: list[str]
    leftover: list[str]
    kept: list[str]


class ListedTask(TypedDict):
    """A task of a session; its verdict is null before its first check."""

    id: str
    title: str
    points: int
    verdict: Verdict | None
    incomplete: Annotated[list[str], Meta(description="Checks that could not run.")]
    setup_problems: list[str]
    waiting: Annotated[bool, Meta(description="Whether it is not set up yet.")]


class CheckedTask(TaskResult, frozen=True, kw_only=True):
    """How a task went: its points, and each check with what it expected and found. `share` is from 0 to 1."""

    title: str
    domain: str | None
    pack: str
    version: str
    digest: str


class ReviewedTask(TaskResult, frozen=True, kw_only=True):
    """How a task of an exam went, and its solution."""

    solution: str


class Exam(TypedDict):
    """An exam; `seed` draws the same tasks again. `graded` is null before that."""

    seed: int
    began: Time
    ends: Time
    graded: Time | None


class Report(PackScore, frozen=True, kw_only=True):
    """The results of a session. Shares are from 0 to 1, `percent` and `pass_mark` in percent."""

    tempshell: Annotated[str, Meta(description="The version that made the report.")]
    made: Time
    session: str
    name: str
    owner: str
    backend: str
    started: Time
    ended: Time | None
    pack: str
    version: str
    digest: str
    pack_changed: Annotated[bool, Meta(description="Whether the pack has changed since the last check.")]
    attempts: Annotated[dict[str, int], Meta(description="How often each task was checked.")]
    spent: Annotated[dict[str, int], Meta(description="Seconds spent on each task.")]
    exam: Exam | None
    forgeable: Annotated[str, Meta(description='Why the results could be made up; "" where they could not.')]
    given_up: Annotated[list[str], Meta(description="Tasks whose solution was shown before they passed.")]
    setup_problems: list[str]


class Review(Report, frozen=True, kw_only=True):
    """The results of an exam, with what every check found."""

    results: list[ReviewedTask]


class Card(TypedDict):
    """A task to repeat; its box is the higher, the more often it went well."""

    pack: str
    task: str
    box: int
    due: Time
    is_due: bool


class Practised(TypedDict):
    """A session of the past: null is what cannot be said of it, for the `problem` that it names."""

    session: str
    name: str
    started: Time
    pack: str
    exam: bool
    percent: float | None
    passed: bool | None
    incomplete: list[str]
    hints: int
    spent: Annotated[int, Meta(description="In seconds.")]
    tasks: Annotated[dict[str, Verdict | None], Meta(description="The verdict of each task.")]
    attempts: Annotated[dict[str, int], Meta(description="How often each task was checked.")]
    problem: str


class Point(TypedDict):
    """How a domain went in the session that started then."""

    started: Time
    share: Share


class Trend(TypedDict):
    """How a domain of a pack went, oldest first."""

    pack: str
    domain: str
    points: list[Point]


class History(TypedDict):
    """What was practised."""

    sessions: list[Practised]
    domains: list[Trend]


class TypedCommand(TypedDict):
    """A command that was typed in the practice screen's terminal."""

    time: Annotated[
        str, Meta(description="When it ended: RFC 3339, in UTC.", extra_json_schema={"format": "date-time"})
    ]
    task: Annotated[str, Meta(description="The task that was in hand, or empty.")]
    exit_code: int
    seconds: Annotated[float, Meta(description="How long it ran, in seconds.")]
    command: Annotated[str, Meta(description="On one line, without secrets, 500 characters at most.")]


class SetupOutput(TypedDict):
    """What the setup of a task has printed."""

    time: Time
    task: str
    text: str


class Marker(TypedDict):
    """A moment of a recording, in seconds from its beginning."""

    at: Seconds
    label: str


class Recording(TypedDict):
    """A recording."""

    name: str
    file: str
    session: Annotated[str, Meta(description="The name of the session.")]
    began: Time
    seconds: Seconds
    size: Bytes
    markers: list[Marker]
