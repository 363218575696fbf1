"""The tasks of a session: its pack, graded in its sandbox, with every outcome kept."""

from __future__ import annotations

from functools import cached_property

from tempshell_cli.backends.exec import SandboxExec
from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.packs.find import find_pack
from tempshell_cli.packs.grading import Grader
from tempshell_cli.packs.load import Pack, Task
from tempshell_cli.packs.results import TaskResult
from tempshell_cli.packs.setup import apply_setup
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.lookup import refuse_paused
from tempshell_cli.sessions.model import Session
from tempshell_cli.sessions.store import RESET, Score


class Practice:
    """Grades the tasks of one session."""

    def __init__(self, sessions: Sessions, session: Session) -> None:
        self.sessions = sessions
        self.session = session

    @cached_property
    def pack(self) -> Pack:
        """The session's pack; raises UsageProblem where it has none, PackProblem where it is gone."""
        if not self.session.pack:
            raise UsageProblem(f"{self.session.name} has no pack", hint="`tempshell start PACK` makes one with tasks")
        return find_pack(self.session.pack)

    def check(self, task: Task) -> TaskResult:
        """Grade a task in the sandbox and keep the score."""
        result = self.grade(task)
        self.keep(result)
        return result

    def grade(self, task: Task) -> TaskResult:
        """Grade a task in the sandbox; raises UsageProblem where the session is paused."""
        refuse_paused(self.session)
        backend = self.sessions.engines.of(self.session)
        return Grader(SandboxExec(backend, self.session.sandbox)).grade(task)

    def keep(self, result: TaskResult) -> None:
        """Keep the score of a task."""
        self.sessions.score(
            Score(
                session=self.session.id,
                task=result.task,
                at=self.sessions.clock.now(),
                verdict=str(result.verdict),
                earned=result.earned,
                points=result.total,
                version=self.pack.head.version,
                digest=self.pack.digest,
            )
        )

    def reset(self, task: Task) -> None:
        """Put a task back to its start, and forget how it stood; no other task is touched.

        Raises UsageProblem where the session is paused, SetupFailed where the task's own setup fails.
        """
        refuse_paused(self.session)
        backend = self.sessions.engines.of(self.session)
        apply_setup(task, Grader(SandboxExec(backend, self.session.sandbox)))
        self.sessions.journal(RESET, self.session.id, task.id)

    def scores(self) -> dict[str, Score]:
        """Return the latest score of each task that was checked."""
        return self.sessions.store.latest_scores(self.session.id)
