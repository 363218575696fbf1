"""``tempshell history``."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.complete import pack_names
from tempshell_cli.cli.options import AsJson, PastSession

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tempshell_cli.sessions.events import CommandRun
    from tempshell_cli.sessions.history import Past, Trend

app = new_app()
# From nothing to all; where stdout cannot show the first ones, the second.
_BARS, _PLAIN_BARS = "▁▂▃▄▅▆▇█", "_.:-=+*#"
_MOST_BARS = 20
_MINUTE = 60  # seconds


@app.default_command()
def history(
    ctx: typer.Context,
    pack: Annotated[
        str,
        typer.Option("--pack", "-p", metavar="PACK", help="Only this pack, by name or id.", autocompletion=pack_names),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Show your past practice.

    Session by session, and domain by domain over time.
    """
    if ctx.invoked_subcommand:
        _refuse_options(ctx.invoked_subcommand, pack, as_json=as_json)
        return
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.service import user_sessions
    from tempshell_cli.sessions.history import past_practice, trends

    with user_sessions() as sessions:
        past = past_practice(sessions, pack)
    lines = trends(past)
    if as_json:
        console.say_json(
            {"sessions": [_session_json(one) for one in past], "domains": [_trend_json(one) for one in lines]}
        )
        return
    if not past:
        console.say("nothing was practised yet" + (f" of {pack}" if pack else ""))
        return
    console.table(("DAY", "SESSION", "PACK", "SCORE", "TASKS", "HINTS", "TIME"), [_row(one) for one in past])
    console.say("")
    console.table(("PACK", "DOMAIN", "SESSIONS", "LAST", "TREND"), [_trend_row(one) for one in lines])


@app.command()
def commands(session: PastSession = "", as_json: AsJson = False) -> None:
    """List the commands that were typed in a session.

    Those of the practice screen's terminal, without secrets. Of an exam none are kept.

    Examples:
      tempshell history commands lab
    """
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.service import select_past, user_sessions
    from tempshell_cli.sessions.events import CommandRun, details

    with user_sessions() as sessions:
        chosen = select_past(sessions, session)
        typed = list(details(sessions.store.events(chosen.id), CommandRun))
    if as_json:
        console.say_json([_command_json(at, one) for at, one in typed])
    elif typed:
        console.table(("TIME", "TASK", "EXIT", "TOOK", "COMMAND"), [_command_row(at, one) for at, one in typed])
    else:
        console.say(f"no commands of {chosen.name} are on record")


def _refuse_options(command: str, pack: str, *, as_json: bool) -> None:
    """Raise UsageProblem where an option stands before the command: it would be dropped."""
    from tempshell_cli.core.errors import UsageProblem

    if pack or as_json:
        raise UsageProblem(
            f"an option stands before {command!r}", hint=f"`tempshell history {command} --help` shows what it takes"
        )


def _command_row(at: datetime, typed: CommandRun) -> Sequence[str]:
    shown = f"{typed.took:.1f}s" if typed.took < _MINUTE else _whole(typed.took)
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S}", typed.task or "-", str(typed.code), shown, typed.text


def _whole(seconds: float) -> str:
    from tempshell_cli.core.units import format_duration

    return format_duration(timedelta(seconds=round(seconds)))


def _command_json(at: datetime, typed: CommandRun) -> dict[str, Any]:
    return {
        "time": at.isoformat(timespec="milliseconds"),
        "task": typed.task,
        "exit_code": typed.code,
        "seconds": round(typed.took, 3),
        "command": typed.text,
    }


def _row(past: Past) -> Sequence[str]:
    from tempshell_cli.core.units import format_duration

    day, name = f"{past.session.created.astimezone():%Y-%m-%d}", past.session.name
    if past.report is None:
        return (day, name, past.pack, past.problem, "-", "-", "-")
    score = past.report.score
    spent = format_duration(past.spent) if past.report.spent else "-"
    kind = (" exam" if past.report.exam else "") + (", incomplete" if score.incomplete else "")
    return (
        day,
        name,
        past.pack,
        f"{score.percent:g} %{kind}",
        f"{score.done}/{len(score.counted)}",
        str(past.hints),
        spent,
    )


def _trend_row(trend: Trend) -> Sequence[str]:
    shares = [share for _, share in trend.points]
    return (trend.pack, trend.domain, str(len(shares)), f"{100 * shares[-1]:.0f} %", _bars(shares[-_MOST_BARS:]))


def _bars(shares: Iterable[float]) -> str:
    """Return a bar for each share."""
    bars = _BARS if (sys.stdout.encoding or "").lower().startswith("utf") else _PLAIN_BARS
    return "".join(bars[round(share * (len(bars) - 1))] for share in shares)


def _session_json(past: Past) -> dict[str, Any]:
    found = past.report
    return {
        "session": past.session.id,
        "name": past.session.name,
        "started": past.session.created.isoformat(timespec="seconds"),
        "pack": past.pack,
        "exam": bool(found and found.exam),
        "percent": found.score.percent if found else None,
        "passed": found.score.passed if found else None,
        "incomplete": found.score.incomplete if found else (),
        "hints": past.hints,
        "spent": round(past.spent.total_seconds()),
        "tasks": {task.task: task.verdict for task in found.score.tasks} if found else {},
        "attempts": found.attempts if found else {},
        "problem": past.problem,
    }


def _trend_json(trend: Trend) -> dict[str, Any]:
    points = [{"started": at.isoformat(timespec="seconds"), "share": share} for at, share in trend.points]
    return {"pack": trend.pack, "domain": trend.domain, "points": points}
