"""Walkthroughs of the screens and all their states, where nothing moves by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

from tempshell_cli.backends.base import Receipt
from tempshell_cli.core.config import ScreenSettings
from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Command
from tempshell_cli.packs.grading.results import CheckResult, Verdict
from tempshell_cli.tui.goodbye import Goodbye
from tempshell_cli.tui.port import TaskState, TaskView
from tempshell_cli.tui.terminal.pane import TerminalPane

from .app_user import LEADER, AppUser, HomeUser, ScreenUser, using_app, using_home
from .fake_home import VIEW, FakeHome
from .fakes import FakePractice

PROMPT = "learner@brave-otter:~$ "
_PAINTED = r"""total 8
drwx------ 2 learner learner 4096 Mar  1 11:58 \e[1;34mbackups\e[0m
-rw-r--r-- 1 learner learner    0 Mar  1 11:40 site.tar.gz
-rwxr-xr-x 1 learner learner   73 Mar  1 11:41 \e[1;32mreport.sh\e[0m
\e[1;32mlearner@brave-otter\e[0m:\e[1;34m~\e[0m$ grep -c ERROR app.log
\e[31mgrep: app.log: Permission denied\e[0m
\e[1;32mlearner@brave-otter\e[0m:\e[1;34m~\e[0m$ """
# Paints one screen and waits.
_SHELL = Command(("bash", "--norc", "-c", f"printf '{_PAINTED}'; exec cat"))

_TEXT = """\
It is Wednesday, and `~/restore/site/app.conf` has been lost to a full disk: the file is empty. In
`~/restore/backups` are two archives of the folder `site`, from Monday and from Tuesday. Somebody may
have tampered with one of them.

1. Find out **which archive can be trusted**.
2. From that one, restore **only** `app.conf` to `~/restore/site`. The page beside it was written this
   morning and is in no backup: it has to stay.

The checksums were written down when the archives were made:

```bash
cd ~/restore/backups
sha256sum --check SHA256SUMS  # what does it say?
```
"""
_FIRST_HINT = """\
`sha256sum --check SHA256SUMS` tells which archive is still as it was made. `tar -tzf
ARCHIVE` lists what is in one.
"""
_SECOND_HINT = """\
`tar -xzf ARCHIVE NAME` restores **just that one file**, below the folder that `-C` names:

```bash
tar -C ~/restore -xzf monday.tar.gz NAME
```
"""
_SOLUTION = """\
cd ~/restore
# Tuesday's archive does not match its checksum.
tar -xzf backups/monday.tar.gz site/app.conf
tar -czf site.tar.gz site && sha256sum site.tar.gz >site.tar.gz.sha256
"""
_TASKS = (
    TaskView(
        "restore", "One file back from the backup", _TEXT, 5,
        domain="files", hints=(_FIRST_HINT, _SECOND_HINT), solution=_SOLUTION,
    ),
    TaskView("links", "Link the log", "Make `~/log` a symbolic link to `/var/log`.", 3, domain="files"),
    TaskView("find", "Find the big file", "Write its path to `~/big.txt`.", 5, TaskState.PASSED, "search"),
    TaskView("pipes", "Count the errors", "How many lines of `app.log` say ERROR?", 4, TaskState.FAILING, "text"),
    TaskView(
        "procs", "Stop the runaway, and see that it does not come back", "Something eats the CPU.", 12,
        TaskState.ERROR, "processes",
    ),
)  # fmt: skip


def _row(check: str, verdict: Verdict, points: int, **output: str) -> CheckResult:
    earned = points if verdict is Verdict.PASS else 0
    return CheckResult(check=check, verdict=verdict, gate=not points, points=points, earned=earned, **output)


_FAILING = (
    _row(
        "config", Verdict.FAIL, 2,
        message="`app.conf` is not the one from the archive that is still\n**as it was made**.",
        expected="port = 8080\nworkers = 4\nlog = on", found="port = 80",
    ),
    _row("archive", Verdict.FAIL, 2, message="expected a file, found nothing", expected="a file", found="nothing"),
    _row("checksum", Verdict.ERROR, 1, message="sha256sum did not answer within 10 s"),
    _row("page", Verdict.PASS, 0),
)  # fmt: skip
_PASSING = tuple(_row(row.check, Verdict.PASS, row.points) for row in _FAILING)


class Walkthrough(NamedTuple):
    """A screen, and what is done on it; each state is named when it has been reached."""

    open: Callable[[tuple[int, int], ScreenSettings], AbstractAsyncContextManager[ScreenUser]]
    states: Callable[[Any], AsyncIterator[str]]


def _in(session: Callable[[], FakePractice], states: Callable[[AppUser], AsyncIterator[str]]) -> Walkthrough:
    """Return a walkthrough of the practice screen of a session."""

    @asynccontextmanager
    async def opened(size: tuple[int, int], look: ScreenSettings) -> AsyncIterator[AppUser]:
        async with using_app(session(), size, look=look, grace=0.0) as user:
            await user.until(lambda: user.terminal.status.cursor.column == len(PROMPT))
            yield user

    return Walkthrough(opened, states)


def _at_home(size: tuple[int, int], look: ScreenSettings) -> AbstractAsyncContextManager[HomeUser]:
    return using_home(FakeHome(), size, look)


def _practice() -> FakePractice:
    return FakePractice(shell=_SHELL, pack=_TASKS, rows=_FAILING)


def _bare() -> FakePractice:
    """Return a session without a pack, of whose sandbox something cannot be removed."""
    bare = _practice()
    bare.pack = ()
    bare.view = replace(bare.view, pack="")
    bare.receipt = Receipt("brave-otter", ("container ts-brave-otter",), ("network ts-brave-otter",))
    return bare


def _exam() -> FakePractice:
    exam = _practice()
    exam.pack = (_TASKS[0], *(replace(task, state=TaskState.UNTOUCHED) for task in _TASKS[1:]))
    exam.view = replace(exam.view, exam=True, extendable=False)
    return exam


def _watched() -> FakePractice:
    watched = _practice()
    watched.view = replace(watched.view, read_only=True, extendable=False)
    return watched


async def _looking_around(user: AppUser) -> AsyncIterator[str]:
    """See what there is, which leaves no trace; then solve a task, pause and go."""
    yield "untouched"
    await user.press(LEADER)
    yield "leader"
    await user.press("colon")
    await user.type("task")
    yield "palette"
    for key, name in (("question_mark", "help"), ("q", "stop"), ("a", "give-up"), ("o", "score")):
        await user.press("escape", LEADER, key)
        yield name
    await user.press("escape")
    user.terminal.post_message(TerminalPane.Followed("https://docs.example.com/tar?page=restore#one-file"))
    await user.until(lambda: user.dialog is not None)
    yield "link"
    await user.press("escape", LEADER, "t")
    yield "task-list"
    await user.press("escape", LEADER, "slash")
    await user.type("learner")
    await user.press("enter")
    yield "search"
    await user.press("escape", LEADER, "z")
    yield "zoomed"
    await user.lead("z")
    user.practice.rows = _PASSING
    await user.lead("c")
    await user.until(lambda: _state(user) is TaskState.PASSED)
    yield "passed"
    user.practice.view = replace(user.practice.view, frozen=timedelta(minutes=23))
    await user.tick()
    yield "paused"
    user.app.clear_notifications()
    await _stop(user)
    yield "goodbye"


async def _practising(user: AppUser) -> AsyncIterator[str]:
    """Work on a task until the time is up."""
    await user.press(LEADER, "h", LEADER, "h")
    yield "hints"
    await user.lead("c")
    await user.until(lambda: _state(user) is TaskState.FAILING)
    yield "failing"
    await user.press(LEADER, "a", "y")
    yield "solution"
    user.practice.problem = EngineUnavailable("the engine at ssh://box does not answer", hint="is docker running?")
    await user.lead("c")
    await user.until(lambda: len(user.toasts()) > 0)
    yield "refused"
    for name, left in (("soon", 599), ("late", 299), ("last-call", 59), ("goodbye-expired", 0)):
        user.app.clear_notifications()
        if user.dialog:
            await user.press("escape")
        user.practice.left(seconds=left)
        await user.tick()
        yield name


async def _watching(user: AppUser) -> AsyncIterator[str]:
    await user.until(lambda: len(user.toasts()) > 0)
    yield "read-only"


async def _sitting(user: AppUser) -> AsyncIterator[str]:
    await user.press(LEADER, "n", LEADER, "f")
    yield "exam"
    await user.lead("q")
    yield "exam-end"
    await user.press("escape")
    await _stop(user)
    yield "exam-result"


async def _going(user: AppUser) -> AsyncIterator[str]:
    yield "no-tasks"
    user.terminal.post_message(TerminalPane.CopyWanted("kubectl get pods --all-namespaces\nkubectl get nodes\n"))
    await user.until(lambda: user.dialog is not None)
    yield "copy"
    await user.press("n")
    await _stop(user)
    yield "goodbye-left-over"


async def _coming_home(user: HomeUser) -> AsyncIterator[str]:
    """Look around on the home screen, as somebody new first."""
    user.home.shown = replace(VIEW, sessions=(), drills=(), past=(), recordings=(), problems=(), new_here=True)
    await user.until_sees("Welcome")
    yield "home-new"
    user.home.shown = VIEW
    await user.until_sees("brave-otter")
    await user.press("g")
    yield "home"
    await user.press("s")
    yield "home-stop"
    await user.press("escape", "slash")
    await user.type("linux")
    await user.press("enter")
    yield "home-filter"


def _state(user: AppUser) -> TaskState | None:
    return user.tasks.current.state if user.tasks.current else None


async def _stop(user: AppUser) -> None:
    await user.press(LEADER, "q", "y")
    await user.until(lambda: isinstance(user.app.screen, Goodbye))


WALKTHROUGHS = {
    "coming-home": Walkthrough(_at_home, _coming_home),
    "looking-around": _in(_practice, _looking_around),
    "practising": _in(_practice, _practising),
    "watching": _in(_watched, _watching),
    "exam": _in(_exam, _sitting),
    "without-tasks": _in(_bare, _going),
}
