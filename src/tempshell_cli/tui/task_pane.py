"""The tasks: a list with their states, the prompt of the one in hand, hints, and what its checks found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual import events
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.highlight import highlight
from textual.message import Message
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tempshell_cli.core.text import one_line, strip_controls
from tempshell_cli.tui.fitting import on_border
from tempshell_cli.tui.markdown import SafeMarkdown
from tempshell_cli.tui.port import TaskState, TaskView
from tempshell_cli.tui.task_lines import hint_text, list_line, result_lines, title_line
from tempshell_cli.tui.words import next_task

# Columns that are not text's: a scrollbar that may come and the gap before it, the blanks next to a task's text, and
# the corners of the border.
_SCROLLBAR, _GAP, _PADDING, _CORNERS = 1, 1, 2, 6
_LEAVING = {"escape", "tab"}


class TaskPane(Vertical):
    """Shows the tasks and remembers, for each, how many of its hints are shown."""

    DEFAULT_CSS = """
    TaskPane {
        background: $surface;
        border: round $foreground 25%;
        border-title-color: $text-muted; border-subtitle-color: $foreground 75%;
        &:focus-within { border: round $primary; border-title-color: $foreground; }
        OptionList {
            height: auto; max-height: 35%; min-height: 1;
            border: none; padding: 0; background: $surface; scrollbar-size-vertical: 1;
            text-wrap: nowrap; text-overflow: ellipsis;
            & > .option-list--option-highlighted { background: $primary 18%; color: $foreground; text-style: none; }
            &:focus {
                border: none; background-tint: $foreground 0%;
                & > .option-list--option-highlighted { background: $primary 28%; text-style: bold; }
            }
        }
        VerticalScroll {
            height: 1fr; padding: 0 0 0 1; border-top: solid $foreground 15%;
            scrollbar-size-vertical: 1; scrollbar-gutter: stable;
            & > * { padding-right: 1; }
        }
        #results, #solution { height: auto; display: none; margin-bottom: 1; }
        #solution { background: $success 5%; border-left: outer $success 60%; padding: 0 1; }
        #hints {
            display: none;
            & > MarkdownParagraph { margin: 0; color: $text-warning; }
            & > MarkdownBlockQuote { margin: 0 0 1 0; background: $warning 5%; border-left: outer $warning 60%; }
            & > MarkdownBlockQuote > *:last-child { margin-bottom: 0; }
            & > MarkdownBlockQuote MarkdownFence { background: $foreground 6%; }
        }
    }
    """

    class Left(Message):
        """The user wants back to the terminal."""

    def __init__(self, tasks: Sequence[TaskView] = (), in_hand: str = "", leader: str = "") -> None:
        """Begin with the task of this id, else with the first. ``leader`` is how the leader key is shown."""
        super().__init__()
        self._leader = leader
        self._summary = ""
        self._tasks: Sequence[TaskView] = ()
        self._current = next((place for place, task in enumerate(tasks) if task.id == in_hand), 0)
        self._hints: dict[str, int] = {}
        self._solved: set[str] = set()
        self._checking = False

    def compose(self) -> ComposeResult:
        """Lay out the pane."""
        yield OptionList(markup=False)
        with VerticalScroll(can_focus=False):
            yield SafeMarkdown(id="prompt")
            yield SafeMarkdown(id="hints")
            yield Static(id="results", markup=False)
            yield Static(id="solution", markup=False)

    @property
    def current(self) -> TaskView | None:
        """The task in hand."""
        return self._tasks[self._current] if self._tasks else None

    @property
    def hints_shown(self) -> int:
        """How many hints of the task in hand are shown."""
        return self._hints.get(self.current.id, 0) if self.current else 0

    def show(self, tasks: Sequence[TaskView], summary: str = "") -> None:
        """Show these tasks and their states; the task in hand stays the same by its place.

        ``summary`` is what there is to say once all of them have passed.
        """
        before, self._summary, summary_before = self.current, summary, self._summary
        self._tasks = tasks
        self._current = min(self._current, max(0, len(tasks) - 1))
        self._hints = {task.id: max(task.hints_shown, self._hints.get(task.id, 0)) for task in tasks}
        self._fill_list()
        self._show_title()
        if self.current and (before is None or before.prompt != self.current.prompt):
            self._show_prompt()
        elif self.current != before or summary != summary_before:
            self._show_notes()

    def step(self, by: int) -> None:
        """Take the next task in hand, or another one that many places away, around the ends."""
        if self._tasks:
            self._take((self._current + by) % len(self._tasks))

    def page(self, by: int) -> None:
        """Scroll the prompt and what is below it by so many pages, up where negative."""
        prompt = self.query_one(VerticalScroll)
        prompt.scroll_relative(y=by * max(1, prompt.size.height - 1), animate=False)

    def scroll_to_results(self, task: str) -> None:
        """Scroll to what the checks of a task found, where it is the one in hand."""
        if self.current and self.current.id == task:
            self._bring_into_view(self.query_one("#results"))

    def after_pass(self, task: str) -> str:
        """Return, in lines, that the task of this id has passed, and what there is to do then."""
        place = next((place for place, known in enumerate(self._tasks) if known.id == task), 0)
        return self._summary or next_task(place, len(self._tasks), self._leader)

    def show_checking(self, *, checking: bool) -> None:
        """Say that a check is under way, or no longer."""
        self._checking = checking
        self._show_title()

    def reveal_hint(self) -> int:
        """Show one more hint of the task in hand; return how many are shown, 0 where there is none left."""
        task = self.current
        if task is None or self._hints.get(task.id, 0) >= len(task.hints):
            return 0
        self._hints[task.id] = self._hints.get(task.id, 0) + 1
        self.call_next(self._show_next_hint)
        return self._hints[task.id]

    def show_solution(self, task: str) -> None:
        """Show the solution of a task from now on."""
        self._solved.add(task)
        self._show_notes()
        self._bring_into_view(self.query_one("#solution"))

    @property
    def listing(self) -> OptionList:
        """The list, for the focus."""
        return self.query_one(OptionList)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Take a task in hand as the highlight moves."""
        event.stop()
        # Of several moves in a row the first reports are late: the list itself is further by then.
        if event.option_index == self.listing.highlighted != self._current:
            self._take(event.option_index)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go to work on the task chosen."""
        event.stop()
        self.post_message(self.Left())

    def on_resize(self) -> None:
        """Fit the lines to the new width."""
        if self.listing.option_count == len(self._tasks):
            for number, line in enumerate(self._list_lines()):
                self.listing.replace_option_prompt_at_index(number, line)
        else:
            self._fill_list()
        self._show_title()
        self._show_notes()

    def on_key(self, event: events.Key) -> None:
        """Go back to the terminal."""
        if event.key in _LEAVING:
            self.post_message(self.Left())
            event.stop()

    def _take(self, index: int) -> None:
        self._current = index
        self.query_one(OptionList).highlighted = index
        self._show_title()
        self._show_prompt()

    def _fill_list(self) -> None:
        if not self.size.width:
            return  # in columns of no width nothing would be where it belongs
        listing = self.query_one(OptionList)
        listing.set_options(map(Option, self._list_lines()))
        listing.highlighted = self._current if self._tasks else None

    def _list_lines(self) -> Iterator[Content]:
        width = max(0, self.content_size.width - _SCROLLBAR - _GAP)
        return (list_line(number, task, width) for number, task in enumerate(self._tasks, 1))

    def _show_title(self) -> None:
        if self.current:
            place, width = f"{self._current + 1}/{len(self._tasks)}", max(0, self.outer_size.width - _CORNERS)
            # What commands call it stands below the task, or, where there is no border below, behind its title.
            name, below = one_line(self.current.id), bool(self.styles.border_bottom[0])
            self.border_subtitle = Content(name if below else "")
            title = title_line(self.current, place, width, "" if below else name, checking=self._checking)
            self.border_title = on_border(title, self.styles)

    def _show_prompt(self) -> None:
        if self.current:
            self.query_one("#prompt", SafeMarkdown).show(self.current.prompt)
            self.query_one(VerticalScroll).scroll_home(animate=False)
            self._show_notes()

    def _lines_of_pass(self, task: TaskView) -> Iterator[Content]:
        """Yield what stands above the results of a task that has passed."""
        if task.state is TaskState.PASSED:
            first, *rest = self.after_pass(task.id).splitlines()
            yield Content.styled(first, "bold $text-success")
            yield from map(Content, rest)

    def _bring_into_view(self, note: Widget) -> None:
        """Scroll to all of a note, or to its first lines where it is higher than the pane."""
        # Only after the next layout is it as high as what it has just been given.
        self.call_after_refresh(note.scroll_visible, animate=False)

    async def _show_next_hint(self) -> None:
        hints = self.query_one("#hints", SafeMarkdown)
        await self._show_hints()
        for title in hints.children[-2:-1]:
            self.call_after_refresh(title.scroll_visible, top=True, animate=False)

    def _show_hints(self) -> AwaitComplete:
        task, hints = self.current, self.query_one("#hints", SafeMarkdown)
        shown = task.hints[: self._hints.get(task.id, 0)] if task else ()
        hints.display = bool(shown)
        return hints.show(hint_text(shown, len(task.hints) if task else 0))

    def _show_notes(self) -> None:
        task = self.current
        if task is None:
            return
        self._show_hints()
        results = self.query_one("#results", Static)
        rows = task.results
        lines = [*self._lines_of_pass(task), *result_lines(rows, self.content_size.width - _PADDING - _SCROLLBAR)]
        results.display = bool(lines)
        results.update(Content("\n").join(lines))
        solution = self.query_one("#solution", Static)
        solution.display = task.id in self._solved
        code = highlight(strip_controls(task.solution).strip(), language="bash")
        solution.update(Content.assemble(Content.styled("solution", "bold $text-success"), "\n", code))
