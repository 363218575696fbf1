"""A report as Markdown, as JSON and as HTML: the same words in all of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from html import escape
from typing import Any

import msgspec

from tempshell_cli.cli.output import console
from tempshell_cli.cli.output.results import verdict_words
from tempshell_cli.cli.output.sessions import local_time
from tempshell_cli.core.text import listed, one_line, strip_controls
from tempshell_cli.core.units import format_duration
from tempshell_cli.packs.grading.results import CheckResult, Verdict, in_short
from tempshell_cli.packs.grading.score import DomainScore, TaskScore
from tempshell_cli.sessions.exam import Exam, why_ungraded
from tempshell_cli.sessions.report import Report

# What Markdown takes for its own (CommonMark 2.4), and the bar of a table.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|!~&])")
_TASKS = ("Task", "Domain", "Verdict", "Points", "Checked", "Hints", "Time")
_DOMAINS = ("Domain", "Weight", "Share")
_STYLE = """\
body { font: 11pt/1.45 system-ui, sans-serif; color: #1d2430; max-width: 54em; margin: 2em auto; padding: 0 1em }
h1 { margin-bottom: 0 } h2 { margin: 1.6em 0 .4em; font-size: 1.15em } .result { font-size: 1.2em; margin-top: .3em }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15em 1em; margin: 1em 0 } dt { color: #5b6779 }
dd { margin: 0; overflow-wrap: anywhere } table { border-collapse: collapse; margin: 1em 0; width: 100% }
td, th { border-bottom: 1px solid #c5cdd9; padding: .3em .6em .3em 0; text-align: left; vertical-align: top }
.bar { display: inline-block; width: 10em; height: .8em; border: 1px solid #5b6779; vertical-align: middle }
.bar i { display: block; height: 100%; background: #1a7f4b; print-color-adjust: exact }
section { break-inside: avoid } ul { list-style: none; padding: 0; margin: .3em 0 } li { margin: .2em 0 }
pre { margin: .1em 0 .1em 1.6em; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .9em }
.pass { color: #1a7f4b } .fail { color: #c0293f } .error { color: #8a5a00 }
@media print { body { margin: 0; max-width: none; font-size: 10pt } }
"""
_MARKS = {Verdict.PASS: "✓", Verdict.FAIL: "✗", Verdict.ERROR: "!"}
# A grading takes its time; what is handed in later than this was late.
_LATE = timedelta(seconds=30)
Rows = Sequence[Sequence[str]]


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as JSON has it. Times are RFC 3339 in UTC, shares go from 0 to 1, ``spent`` is in seconds."""
    session = report.session
    return {
        "tempshell": report.tempshell,
        "made": report.made.isoformat(timespec="seconds"),
        "session": session.id,
        "name": session.name,
        "owner": session.owner,
        "backend": session.backend,
        "started": session.created.isoformat(timespec="seconds"),
        "ended": session.ended.isoformat(timespec="seconds") if session.ended else None,
        "pack": report.pack.id,
        "version": report.version,
        "digest": report.digest,
        "pack_changed": report.changed,
        "attempts": report.attempts,
        "spent": {task: round(spent.total_seconds()) for task, spent in report.spent.items()},
        "exam": _exam_json(report.exam) if report.exam else None,
        "forgeable": report.forgeable,
        "given_up": sorted(report.given_up),
        "setup_problems": report.setups.lines(),
        **msgspec.to_builtins(report.score),
    }


def as_markdown(report: Report) -> str:
    """Return the report as Markdown."""
    parts = [f"# {_marked(_title(report))}", _marked(result(report))]
    parts.append("\n".join(f"- {name}: {_marked(value)}" for name, value in _facts(report)))
    parts += [_markdown_table(headings, rows) for headings, rows in tables(report)]
    return "\n\n".join(parts)


def as_html(report: Report) -> str:
    """Return the report as a page of its own, to be read or printed: no script, and nothing from elsewhere."""
    title = escape(_title(report))
    facts = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>\n" for name, value in _facts(report))
    (headings, rows), *_ = tables(report)
    tasks = "".join(_html_task(report, task.task, task.title) for task in report.score.tasks)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>\n'
        f"<style>\n{_STYLE}</style></head>\n<body><h1>{escape(report.pack.head.title)}</h1>\n"
        f'<p class="result">{escape(result(report))}</p>\n<dl>\n{facts}</dl>\n'
        f"{_html_domains(report.score.domains)}<h2>Tasks</h2>\n{_html_table(headings, rows)}{tasks}</body></html>"
    )


def _html_domains(domains: Sequence[DomainScore]) -> str:
    """Return the domains, each with a bar of its share; nothing where there are none."""
    bar = '<span class="bar"><i style="width:{:.0f}%"></i></span>'
    rows = "".join(
        f"<tr><td>{escape(one.domain)}</td><td>{one.weight} %</td>"
        f"<td>{bar.format(100 * (one.share or 0))} {_percent(one.share)}</td></tr>\n"
        for one in domains
    )
    heads = "".join(f"<th>{heading}</th>" for heading in _DOMAINS)
    return f"<h2>Domains</h2>\n<table><tr>{heads}</tr>\n{rows}</table>\n" if domains else ""


def _html_task(report: Report, task: str, title: str) -> str:
    """Return what each check of a task found at last; nothing for a task that was not checked."""
    checks = "".join(
        f'<li><span class="{one.verdict}">{_MARKS[one.verdict]} {escape(str(one.verdict))}</span> '
        f"{escape(one_line(one.check))}, {'must pass' if one.gate else f'{one.earned} of {one.points} points'}"
        f"{_html_found(one)}</li>\n"
        for one in report.results.get(task, ())
    )
    heading = f"{escape(one_line(task))}: {escape(one_line(title))}"
    return f"<section><h2>{heading}</h2>\n<ul>\n{checks}</ul></section>\n" if checks else ""


def _html_found(one: CheckResult) -> str:
    said = [] if one.message == in_short(one.expected, one.found) else [one.message]
    said += [f"expected {one.expected}"] if one.expected else []
    said += [f"found    {one.found}"] if one.found else []
    text = strip_controls("\n".join(filter(None, said)))
    return f"<pre>{escape(text)}</pre>" if text else ""


def _exam_json(exam: Exam) -> dict[str, Any]:
    return {
        "seed": exam.seed,
        "began": exam.began.isoformat(timespec="seconds"),
        "ends": exam.ends.isoformat(timespec="seconds"),
        "graded": exam.graded.isoformat(timespec="seconds") if exam.graded else None,
    }


def _title(report: Report) -> str:
    stands = "not graded" if _ungraded(report) else f"{report.score.percent:g} %"
    return f"{report.pack.head.title}: {stands}"


def _ungraded(report: Report) -> bool:
    return bool(report.exam) and not (report.exam and report.exam.graded)


def result(report: Report) -> str:
    """Return how it stands, in one line."""
    if _ungraded(report):
        return f"not graded: {why_ungraded(report.session, report.made)}"
    score = report.score
    mark = "passed," if score.passed else "not passed,"
    if score.incomplete:
        mark = f"incomplete: {listed(score.incomplete)} could not run;"
    of_all = f"{score.done} of {len(score.counted)} tasks done"
    return f"{score.percent:g} % ({mark} the pass mark is {score.pass_mark} %), {of_all}"


def _facts(report: Report) -> list[tuple[str, str]]:
    session = report.session
    changed = [("Note", "the pack has changed since the last check")] if report.changed else []
    incomplete = [("Could not run", ", ".join(report.score.incomplete))] if report.score.incomplete else []
    not_set_up = [*report.setups.failed, *report.setups.waiting]
    setup = [("Not set up", ", ".join(not_set_up))] if not_set_up else []
    forgeable = [("Note", report.forgeable)] if report.forgeable else []
    exam = [("Exam", _exam_line(report.exam, len(report.pack.tasks)))] if report.exam else []
    return [
        ("Owner", one_line(session.owner)),
        ("Session", f"{one_line(session.name)} ({session.id}) on {session.backend}"),
        ("Started", local_time(session.created)),
        *exam,
        ("Pack", f"{report.pack.id} {report.version}"),
        ("Digest", report.digest),
        *changed,
        *incomplete,
        *setup,
        *forgeable,
        ("Made", f"{local_time(report.made)} by tempshell {report.tempshell}"),
    ]


def counted(tasks: int) -> str:
    """Return how many tasks there are, in words."""
    return "1 task" if tasks == 1 else f"{tasks} tasks"


def _exam_line(exam: Exam, tasks: int) -> str:
    late = exam.graded - exam.ends if exam.graded else timedelta()
    after = f", {format_duration(late)} after its end" if late >= _LATE else ""
    how = "incomplete, last graded" if exam.incomplete else "graded"
    graded = f"{how} at {local_time(exam.graded)}{after}" if exam.graded else "not graded"
    return f"{counted(tasks)} in {format_duration(exam.time)}, seed {exam.seed}, {graded}"


def say(report: Report) -> None:
    """Print the tables and how it stands."""
    for headings, rows in tables(report):
        console.table([heading.upper() for heading in headings], rows)
        console.say("")
    console.say(result(report))
    if report.forgeable:
        console.say(report.forgeable)


def tables(report: Report) -> list[tuple[Sequence[str], Rows]]:
    """Return the tables of a report, each as headings and rows."""
    score = report.score
    tasks = [
        (
            f"{task.task}: {task.title}",
            task.domain or "-",
            _verdict(task),
            f"{task.earned:g}/{task.points:g}",
            _times(report.attempts.get(task.task, 0)),
            _help(task, given_up=task.task in report.given_up),
            format_duration(report.spent[task.task]) if task.task in report.spent else "-",
        )
        for task in score.tasks
    ]
    domains = [(one.domain, f"{one.weight} %", _percent(one.share)) for one in score.domains]
    return [(_TASKS, tasks), *([(_DOMAINS, domains)] if domains else [])]


def _verdict(task: TaskScore) -> str:
    """Return how a task stands; of a step that has passed before its turn, what it still waits for."""
    words = verdict_words(task.verdict, task.incomplete, unchecked="not checked")
    return f"{words}, counts after {task.blocked_by}" if task.blocked_by and task.earned else words


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times" if count else "never"


def _help(task: TaskScore, *, given_up: bool) -> str:
    """Return how many hints were shown, what they cost, and whether the solution was shown before a pass."""
    hints = f"{task.hints} (-{task.cost} %)" if task.cost else str(task.hints or "")
    return ", ".join(filter(None, (hints, "solution seen" if given_up else ""))) or "-"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f} %"


def _marked(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)


def _markdown_table(headings: Sequence[str], rows: Rows) -> str:
    lines = [headings, ["---"] * len(headings), *([_marked(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _html_table(headings: Sequence[str], rows: Rows) -> str:
    lines = "".join(f"<tr>{_html_cells('td', row)}</tr>\n" for row in rows)
    return f"<table><tr>{_html_cells('th', headings)}</tr>\n{lines}</table>\n"


def _html_cells(kind: str, cells: Sequence[str]) -> str:
    return "".join(f"<{kind}>{escape(cell)}</{kind}>" for cell in cells)
