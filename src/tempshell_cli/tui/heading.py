"""The top line: which session this is, how far its tasks are, and the clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from tempshell_cli.core.text import one_line
from tempshell_cli.tui.countdown import Countdown
from tempshell_cli.tui.port import SessionView, TaskState, TaskView
from tempshell_cli.tui.theme import MUTED

_SOME = 2
_NO_DOMAIN = "other"


class Heading(Horizontal):
    """One line. The clock keeps its place however narrow it gets."""

    DEFAULT_CSS = """
    Heading {
        height: 1;
        background: $panel;
        #session { width: 1fr; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        #score { width: auto; padding: 0 2; color: $text-muted; }
    }
    """

    def __init__(self, session: SessionView) -> None:
        super().__init__()
        self._session = session

    def compose(self) -> ComposeResult:
        """Lay out the line."""
        yield Static(_session_line(self._session), id="session")
        yield Static("", id="score")
        yield Countdown()

    def show_score(self, tasks: Sequence[TaskView]) -> None:
        """Show how many tasks are passed, and their points."""
        self.query_one("#score", Static).update(score_line(tasks))


def score_line(tasks: Sequence[TaskView]) -> Content:
    """Return ``2/5 tasks · 8/20 points``; nothing without tasks."""
    if not tasks:
        return Content("")
    passed = [task for task in tasks if task.state is TaskState.PASSED]
    points = sum(task.points for task in passed)
    return Content.assemble(
        Content.styled(f"{len(passed)}/{len(tasks)}", "bold $text-success"),
        " tasks  ",
        Content.styled(f"{points}/{sum(task.points for task in tasks)}", "bold $text-success"),
        " points",
    )


def domain_lines(tasks: Sequence[TaskView]) -> Iterator[Content]:
    """Yield, for each domain in the order of the tasks, how far it is; nothing where there is but one."""
    domains = list(dict.fromkeys(one_line(task.domain) for task in tasks))
    if len(domains) < _SOME:
        return
    widest = max(map(cell_len, (name or _NO_DOMAIN for name in domains)))
    for domain in domains:
        name = domain or _NO_DOMAIN
        line = score_line([task for task in tasks if one_line(task.domain) == domain])
        yield Content.assemble(name, " " * (widest - cell_len(name) + 2), line)


def _session_line(session: SessionView) -> Content:
    return Content.assemble(*_session_parts(session))


def _session_parts(session: SessionView) -> Iterator[Content]:
    yield Content.styled(one_line(session.name), "bold $primary")
    if session.pack:
        yield Content(f" · {one_line(session.pack)}")
    yield Content.styled(f" · {one_line(session.backend)}", MUTED)
    if session.read_only:
        yield Content.styled(" · read-only", "bold $text-warning")
