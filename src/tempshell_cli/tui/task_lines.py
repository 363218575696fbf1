"""Lines of the task pane: a task in the list and in the title, its hints, and the results of its checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import indent

from textual.content import Content

from tempshell_cli.core.text import one_line, strip_controls
from tempshell_cli.packs.grading.results import CheckResult, Verdict, in_short
from tempshell_cli.tui.fitting import hanging, with_end
from tempshell_cli.tui.markdown import inline
from tempshell_cli.tui.port import TaskState, TaskView
from tempshell_cli.tui.theme import MUTED

_STATES = {
    TaskState.UNTOUCHED: ("○", MUTED),
    TaskState.FAILING: ("✗", "$text-error"),
    TaskState.PASSED: ("✓", "$text-success"),
    TaskState.ERROR: ("!", "$text-warning"),
    TaskState.WAITING: ("…", MUTED),
}
_VERDICTS = {
    Verdict.PASS: ("✓", "pass", "$text-success"),
    Verdict.FAIL: ("✗", "fail", "$text-error"),
    Verdict.ERROR: ("!", "could not run", "$text-warning"),
}


def list_line(number: int, task: TaskView, width: int) -> Content:
    """Return a task's line in the list, with its points at the end of the columns."""
    symbol, style = _STATES[task.state]
    line = Content.assemble(Content.styled(f" {symbol} ", f"bold {style}"), f"{number} {one_line(task.title)}")
    flag = Content.styled(" ⚑" if task.flagged else "", "bold $text-warning")
    return with_end(line, Content.assemble(flag, Content.styled(f" {task.points} p", MUTED)), width)


def title_line(task: TaskView, place: str, width: int, name: str, *, checking: bool) -> Content:
    """Return the title of the pane: the task in hand, its place, its facts and, where there is room, its name."""
    symbol, style = ("…", "$text-warning") if checking else _STATES[task.state]
    line = Content.assemble(Content.styled(symbol, f"bold {style}"), f" {place} {one_line(task.title)}")
    facts = Content.assemble(*(f" · {fact}" for fact in (one_line(task.domain), f"{task.points} p") if fact))
    end = Content.assemble(facts, " · checking" if checking else "")
    named = Content.styled(f" · {name}" if name else "", MUTED)
    if width and line.cell_length + end.cell_length + named.cell_length <= width:
        end += named
    room = max(1, width - end.cell_length) if width else line.cell_length
    return Content.assemble(line.truncate(room, ellipsis=True), end)


def hint_text(hints: Sequence[str], of: int) -> str:
    """Return the hints as quotations: what one leaves open, such as a code block, ends with it."""
    quotes = (indent(hint.strip(), "> ", lambda _: True) for hint in hints)
    return "\n\n".join(f"**hint {number} of {of}**\n\n{quote}" for number, quote in enumerate(quotes, 1))


def result_lines(rows: Sequence[CheckResult], width: int) -> Iterator[Content]:
    """Yield the lines of each check, with what it expected and found where it has not passed."""
    for row in rows:
        symbol, word, style = _VERDICTS[row.verdict]
        worth = "gate" if row.gate else f"{row.points} p"
        verdict = Content.styled(f"{symbol} {word}", f"bold {style}")
        yield Content.assemble(verdict, f"  {one_line(row.check)}  ", Content.styled(worth, MUTED))
        if row.verdict is Verdict.PASS:
            continue
        for label, text in (("", _message(row)), ("expected ", _plain(row.expected)), ("found    ", _plain(row.found))):
            yield from hanging(Content.styled(f"  {label}", MUTED), text, width)


def _message(row: CheckResult) -> Content:
    """Return what the pack says about a failure, or why a check could not run; empty where that stands below."""
    if row.message == in_short(row.expected, row.found):
        return Content("")
    return inline(row.message) if row.expected or row.found else _plain(row.message)


def _plain(text: str) -> Content:
    return Content(strip_controls(text).strip())
