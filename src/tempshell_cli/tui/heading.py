"""The top line: which session this is, how far its tasks are, and the clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tempshell_cli.core.text import one_line
from tempshell_cli.tui.countdown import Countdown
from tempshell_cli.tui.fitting import with_end
from tempshell_cli.tui.port import SessionView, TaskState, TaskView
from tempshell_cli.tui.theme import MUTED

_SOME = 2
_NO_DOMAIN = "other"
_BAR = 12  # columns


class SessionLine(Widget):
    """Which session this is. What is least needed goes first where there is no room for all."""

    ALLOW_SELECT = False

    def __init__(self, session: SessionView, *, id: str | None = None) -> None:  # noqa: A002 - so named by Textual
        super().__init__(id=id)
        self._session = session

    def show(self, session: SessionView) -> None:
        """Show the session as it is now."""
        if session != self._session:
            self._session = session
            self.refresh()

    def render(self) -> Content:
        """Return the name, the pack, the backend, the ports, how far the setup is, and what is special about it."""
        name = Content.styled(one_line(self._session.name), "bold $primary")
        pack = Content(f" · {one_line(self._session.pack)}" if self._session.pack else "")
        backend = Content.styled(" · ".join(("", one_line(self._session.backend), *self._session.ports)), MUTED)
        ends = (" · read-only" if self._session.read_only else "", " · not recorded" if self._session.trouble else "")
        setup = Content.styled(f" · {self._session.setup}" if self._session.setup else "", MUTED)
        end = Content.assemble(setup, Content.styled("".join(ends), "bold $text-warning"))
        whole = Content.assemble(name, pack, backend, end)
        width = self.size.width
        return whole if whole.cell_length <= width else with_end(name + pack, end, width)


class Heading(Horizontal):
    """One line. The clock keeps its place however narrow it gets."""

    DEFAULT_CSS = """
    Heading {
        height: 1;
        background: $panel;
        #session { width: 1fr; height: 1; padding: 0 1; text-wrap: nowrap; }
        #score { width: auto; padding: 0 2; color: $text-muted; }
    }
    """

    def __init__(self, session: SessionView) -> None:
        super().__init__()
        self._session = session

    def compose(self) -> ComposeResult:
        """Lay out the line."""
        yield SessionLine(self._session, id="session")
        yield Static("", id="score")
        yield Countdown()

    def show_session(self, session: SessionView) -> None:
        """Show the session as it is now."""
        self.query_one(SessionLine).show(session)

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


def score_rows(tasks: Sequence[TaskView]) -> Iterator[Content]:
    """Yield how far the tasks are, in all, then by domain where there are several, each with a bar of the points."""
    domains: dict[str, list[TaskView]] = {}
    for task in tasks:
        domains.setdefault(one_line(task.domain) or _NO_DOMAIN, []).append(task)
    parts = {"all": tasks, **domains} if len(domains) >= _SOME else {"": tasks}
    names = _columns(map(Content, parts))
    scores = _columns(map(score_line, parts.values()))
    for name, score, part in zip(names, scores, parts.values(), strict=True):
        yield Content("  ").join(filter(None, (name, score, _bar(part))))


def _columns(cells: Iterable[Content]) -> list[Content]:
    """Return the cells at the width of the widest."""
    found = list(cells)
    width = max((cell.cell_length for cell in found), default=0)
    return [cell.pad_right(width - cell.cell_length) for cell in found]


def _bar(tasks: Sequence[TaskView]) -> Content:
    """Return the share of the points; a thin line is what is left, so that it is seen without colours too."""
    passed = sum(task.points for task in tasks if task.state is TaskState.PASSED)
    full = _BAR * passed // max(1, sum(task.points for task in tasks))
    return Content.assemble(Content.styled("━" * full, "$text-success"), Content.styled("─" * (_BAR - full), MUTED))
