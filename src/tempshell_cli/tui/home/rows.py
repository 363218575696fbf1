"""What there is, as lines: a heading for each kind of thing, and below it a line for each thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from textual.content import Content

from tempshell_cli.core.text import listed, one_line
from tempshell_cli.core.units import format_duration, size_text
from tempshell_cli.sessions.lease import Urgency, Warnings
from tempshell_cli.tui.countdown import clock_text
from tempshell_cli.tui.home.port import (
    DrillEntry,
    Entry,
    HomeView,
    PackEntry,
    PastEntry,
    RecordingEntry,
    SessionEntry,
)
from tempshell_cli.tui.theme import MUTED

SHELL = PackEntry("", "A shell without tasks")
_BAR = 10  # columns
_TITLE, _RESULT = 44, 34  # columns that a text from elsewhere may take in a line
_COLOURS = {
    Urgency.CALM: "$text-success",
    Urgency.SOON: "bold $text-warning",
    Urgency.LATE: "bold $text-error",
    Urgency.LAST: "bold $text-error",
    Urgency.OVER: "bold $text-error",
}
_WELL = "ready"
_NOTHING = (Content(""), Content(""))  # in place of how far the tasks of a pack are


class Kind(StrEnum):
    """The kinds of things, in the order in which they are shown, by their headings."""

    SESSION = "Sessions"
    PACK = "Packs"
    DRILL = "Due for a drill"
    PAST = "History"
    RECORDING = "Recordings"
    PROBLEM = "Problems"


class Row(NamedTuple):
    """A thing in a line, and what more there is to say of it. ``words`` is what a filter looks in."""

    id: str
    kind: Kind
    entry: Entry
    line: Content
    details: Sequence[tuple[str, str]]
    words: str


class Part(NamedTuple):
    """Everything of one kind. ``note`` stands where there is nothing."""

    kind: Kind
    rows: Sequence[Row]
    note: str


def parts_of(view: HomeView, now: datetime, wanted: str = "") -> list[Part]:
    """Return what there is with all the words ``wanted`` in it; kinds with nothing are left out where they may be."""
    words = wanted.lower().split()
    kinds: dict[Kind, tuple[Sequence[Entry] | None, str]] = {
        Kind.SESSION: (view.sessions, "none is running: choose a pack, or press n for a shell"),
        Kind.PACK: (view.packs if view.packs is None else [*view.packs, SHELL], ""),
        Kind.DRILL: (view.drills or (), ""),
        Kind.PAST: (view.past or (), ""),
        Kind.RECORDING: (view.recordings or (), ""),
        Kind.PROBLEM: (view.problems, ""),
    }
    parts = []
    for kind, (entries, nothing) in kinds.items():
        note = "looking …" if entries is None else nothing
        rows = [row for row in _rows(kind, entries or (), now, view) if all(word in row.words for word in words)]
        if rows or (note and not words):
            parts.append(Part(kind, rows, note))
    return parts


def _rows(kind: Kind, entries: Sequence[Entry], now: datetime, view: HomeView) -> list[Row]:
    described = [_describe(entry, now, view.warnings) for entry in entries]
    lines = _aligned([cells for cells, _ in described])
    return [
        Row(
            f"{kind.name}:{_key(entry)}", kind, entry, line, details,
            " ".join([kind.value, line.plain, *(text for _, text in details)]).lower(),
        )
        for entry, line, (_, details) in zip(entries, lines, described, strict=True)
    ]  # fmt: skip


def _key(entry: Entry) -> str:
    match entry:
        case SessionEntry() | PastEntry():
            return entry.id
        case PackEntry() | RecordingEntry():
            return entry.name
        case DrillEntry():
            return entry.pack
        case str():
            return entry


_Described = tuple[Sequence[Content], Sequence[tuple[str, str]]]


def _describe(entry: Entry, now: datetime, warnings: Warnings) -> _Described:
    match entry:
        case SessionEntry():
            return _session(entry, now, warnings)
        case PackEntry():
            return _pack(entry)
        case DrillEntry():
            tasks = [one_line(task) for task in entry.tasks]
            counted = f"{len(tasks)} task{'s' if len(tasks) != 1 else ''}"
            cells = [_bold(entry.pack), Content(counted), _muted(listed(tasks, 3))]
            return cells, [("pack", one_line(entry.pack)), ("tasks", ", ".join(tasks))]
        case PastEntry():
            return _past(entry)
        case RecordingEntry():
            made = _moment(entry.made, now)
            cells = [_muted(made), _bold(entry.name), Content(size_text(entry.size))]
            return cells, [("name", one_line(entry.name)), ("made", made), ("size", size_text(entry.size))]
        case str():
            first, *rest = one_line_each(entry)
            details = [("", line) for line in (first, *rest)]
            return [Content.assemble(("! ", "bold $text-warning"), first)], details


def _session(one: SessionEntry, now: datetime, warnings: Warnings) -> _Described:
    left = one.left(now)
    if one.frozen is not None:
        time = Content.styled(f"‖ {clock_text(left)} paused", "bold $text-primary")
    elif left <= timedelta():
        time = Content.styled("✕ expired", _COLOURS[Urgency.OVER])
    else:
        time = Content.styled(f"{clock_text(left)} left", _COLOURS[warnings.urgency(left)])
    well = one.state == _WELL
    mark = Content.styled("● " if well else "▲ ", "$text-success" if well else "bold $text-warning")
    cells = [
        mark + _bold(one.name),
        Content(_cut(one_line(one.pack) or "shell", _TITLE // 2)) + (Content(" (exam)") if one.exam else Content("")),
        _muted(one.backend),
        Content(one.setup if well or one.frozen is not None else one.state),
        time,
        Content("" if one.memory is None else f"{size_text(one.memory):>6}"),
        _muted("" if one.cpu is None else f"{100 * one.cpu:3.0f} %"),
    ]
    details = [
        ("session", f"{one_line(one.name)} ({one.id})"),
        ("state", ", ".join(filter(None, (one.state, one.setup)))),
        ("backend", " ".join(filter(None, (one_line(one.backend), one_line(one.endpoint))))),
        ("ends", "stands still" if one.frozen is not None else _moment(one.deadline, now)),
    ]
    used = [
        "" if one.memory is None else size_text(one.memory),
        "" if one.cpu is None else f"{100 * one.cpu:.0f} % CPU",
    ]
    if any(used):
        details.append(("uses", ", ".join(filter(None, used))))
    if one.trouble:
        details.append(("trouble", one_line(one.trouble)))
    return cells, details


def _pack(one: PackEntry) -> _Described:
    if one is SHELL:
        return [_bold("shell"), *_NOTHING, _muted(one.title)], [("", "A sandbox with a shell, and nothing to solve.")]
    if one.problem:
        wrong = one_line(one.problem)
        return [_bold(one.name), *_NOTHING, Content.styled(_cut(wrong, _TITLE), "$text-error")], [("problem", wrong)]
    full = _BAR * one.passed // max(1, one.tasks)
    bar = Content.assemble(("━" * full, "$text-success"), ("─" * (_BAR - full), MUTED))
    cells = [_bold(one.name), Content(f"{one.passed}/{one.tasks}"), bar, _muted(_cut(one_line(one.title), _TITLE))]
    details = [
        ("pack", one_line(one.title)),
        ("tasks", f"{one.tasks}, of which you have passed {one.passed}"),
        ("runs on", ", ".join(one.backends) or "any backend"),
    ]
    if one.domains:
        details.append(("domains", ", ".join(one_line(domain) for domain in one.domains)))
    return cells, details


def _past(one: PastEntry) -> _Described:
    day = f"{one.started.astimezone():%Y-%m-%d}"
    done, spent = f"{one.done}/{one.tasks}", format_duration(one.spent) if one.spent else "-"
    cells = [_muted(day), _bold(one.name), Content(_cut(one_line(one.pack), _TITLE // 2)), Content(done)]
    cells.append(Content(_cut(one_line(one.result), _RESULT)))
    details = [
        ("session", f"{one_line(one.name)} ({one.id})"),
        ("began", f"{one.started.astimezone():%Y-%m-%d %H:%M}"),
        ("pack", one_line(one.pack)),
        ("result", one_line(one.result)),
        ("tasks", f"{done} passed, {spent} in hand"),
    ]
    return cells, details


def details_text(row: Row) -> Content:
    """Return what more there is to say of a thing, a line for each fact."""
    width = max((len(name) for name, _ in row.details), default=0)
    lines = [Content.assemble((f"{name:<{width}}  " if name else "", MUTED), text) for name, text in row.details]
    return Content("\n").join(lines)


def one_line_each(text: str) -> list[str]:
    """Return the lines of a text, each made safe to show; one at least."""
    return [one_line(line) for line in text.splitlines()] or [""]


def _moment(at: datetime, now: datetime) -> str:
    """Write a time of today without its day, in the user's own time zone."""
    there, here = at.astimezone(), now.astimezone()
    return f"{there:%H:%M}" if there.date() == here.date() else f"{there:%Y-%m-%d %H:%M}"


def _aligned(rows: Sequence[Sequence[Content]]) -> Iterator[Content]:
    """Yield the cells of each row below those of the others; a column that has nothing at all takes no room."""
    columns = max(map(len, rows), default=0)
    widths = [max((row[at].cell_length for row in rows if at < len(row)), default=0) for at in range(columns)]
    for row in rows:
        cells = [cell.pad_right(width - cell.cell_length) for cell, width in zip(row, widths, strict=False) if width]
        yield Content("  ").join(cells)


def _bold(text: str) -> Content:
    return Content.styled(one_line(text), "bold")


def _muted(text: str) -> Content:
    return Content.styled(one_line(text), MUTED)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
