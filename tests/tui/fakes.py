"""A session that lives in memory, with a clock that a test moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tempshell_cli.backends.base import Receipt
from tempshell_cli.core.errors import LimitReached
from tempshell_cli.core.process import Command
from tempshell_cli.packs.grading.results import CheckResult, Verdict
from tempshell_cli.tui.port import Finished, SessionView, TaskState, TaskView

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LIVING = Command(("cat",))

TASKS = (
    TaskView(
        "files",
        "Make a directory",
        "Create the directory `/home/learner/projects/alpha`, readable by **its owner alone**.\n\n"
        "```bash\nls -ld ~/projects/alpha\n```\n",
        4,
        domain="files",
        solution="install -d -m 0700 ~/projects/alpha\n",
        hints=("mkdir has an option that makes the parents too.", "chmod 700 takes everybody else's rights."),
    ),
    TaskView("links", "Link the log", "Make `~/log` a symbolic link to `/var/log`.", 3, domain="files"),
    TaskView("find", "Find the big file", "Write its path to `~/big.txt`.", 5, TaskState.PASSED, "search"),
    TaskView("pipes", "Count the errors", "How many lines of `app.log` say ERROR?", 4, TaskState.FAILING, "text"),
    TaskView("procs", "Stop the runaway", "Something eats the CPU.", 4, TaskState.ERROR, "processes"),
)
ROWS = (
    CheckResult(check="exists", verdict=Verdict.PASS, gate=False, points=1, earned=1),
    CheckResult(
        check="mode", verdict=Verdict.FAIL, gate=False, points=2, earned=0,
        expected="0700", found="0755", message="Others can read it.",
    ),
    CheckResult(
        check="owner", verdict=Verdict.ERROR, gate=False, points=1, earned=0, message="stat did not answer",
    ),
)  # fmt: skip


@dataclass
class FakePractice:
    """A Practice whose answers a test sets beforehand."""

    shell: Command = LIVING
    pack: Sequence[TaskView] = TASKS
    rows: Sequence[CheckResult] = ROWS
    receipt: Receipt = field(
        default_factory=lambda: Receipt("brave-otter", ("container ts-brave-otter", "network ts-brave-otter"))
    )
    view: SessionView = field(
        default_factory=lambda: SessionView(
            "brave-otter", "docker", START + timedelta(minutes=48), "Linux basics", extendable=True
        )
    )
    time: datetime = START
    problem: Exception | None = None
    checked: list[str] = field(default_factory=list)
    checked_unasked: list[str] = field(default_factory=list)
    solved: Callable[[], bool] | None = None
    advanced: list[str] = field(default_factory=list)
    problems: str = ""
    stopped: int = 0
    tried: int = 0
    finished: int = 0
    noted: list[tuple[str, ...]] = field(default_factory=list)
    attached: int = 0
    in_hand: str = ""
    past: bytes | None = None
    bugs: list[Exception] = field(default_factory=list)

    def left(self, **time: float) -> None:
        """Move the clock to where this much time is left."""
        self.time = self.view.deadline - timedelta(**time)

    def now(self) -> datetime:
        return self.time

    def session(self) -> SessionView:
        return self.view

    def tasks(self) -> Sequence[TaskView]:
        return self.pack

    def check(self, task: str) -> Sequence[CheckResult]:
        self._fail()
        self.checked.append(task)
        verdicts = {row.verdict for row in self.rows}
        state = TaskState.PASSED if verdicts == {Verdict.PASS} else TaskState.FAILING
        self.pack = tuple(
            replace(known, state=state, results=self.rows) if known.id == task else known for known in self.pack
        )
        return self.rows

    def check_unasked(self, task: str) -> Sequence[CheckResult]:
        self.checked_unasked.append(task)
        if self.solved is None or not self.solved():
            return ()
        self.rows = (ROWS[0],)
        return self.check(task)

    def advance(self, task: str) -> str:
        self.advanced.append(task)
        return self.problems

    def reset(self, task: str) -> None:
        self._fail()
        self.noted.append(("reset", task))
        self.pack = tuple(
            replace(known, state=TaskState.UNTOUCHED, results=()) if known.id == task else known for known in self.pack
        )

    def extend(self) -> datetime:
        self._fail()
        if not self.view.extendable:
            raise LimitReached("brave-otter has been extended once", hint="start another session")
        self.view = replace(self.view, deadline=self.view.deadline + timedelta(minutes=30), extendable=False)
        return self.view.deadline

    def forward(self, port: int) -> int:
        self._fail()
        self.noted.append(("forward", str(port)))
        return 40000 + port

    def stop(self) -> Receipt:
        self._fail()
        self.stopped += 1
        return self.receipt

    def finish(self) -> Finished:
        self.tried += 1
        self._fail()
        self.finished += 1
        return Finished("50 % (not passed, the pass mark is 66 %), 2 of 4 tasks done", self.receipt)

    def took(self, task: str) -> None:
        self.noted.append(("took", task))

    def hinted(self, task: str, number: int) -> None:
        self.noted.append(("hinted", task, str(number)))

    def solution_shown(self, task: str) -> None:
        self.noted.append(("solution", task))

    def flag(self, task: str) -> None:
        self.pack = tuple(
            replace(known, flagged=not known.flagged) if known.id == task else known for known in self.pack
        )

    def attach_command(self) -> Command:
        self._fail()
        self.attached += 1
        return self.shell

    def task_in_hand(self) -> str:
        return self.in_hand

    def history(self) -> bytes | None:
        self._fail()
        return self.past

    def unexpected(self, error: Exception) -> None:
        self.bugs.append(error)

    def _fail(self) -> None:
        if self.problem:
            raise self.problem
