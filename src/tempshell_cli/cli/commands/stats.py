"""``tempshell stats``."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.complete import session_names
from tempshell_cli.cli.options import FORMAT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tempshell_cli.sessions.lifecycle import Sessions
    from tempshell_cli.sessions.model import Session
    from tempshell_cli.sessions.usage import Rate

app = new_app()
_HEADINGS = ("ID", "NAME", "CPU %", "MEM USAGE / LIMIT", "MEM %", "PIDS", "DISK")
_EVERY = 2.0  # seconds between two measurements that are shown
_FIRST = 1.0  # seconds of which the first one is
_CLEAR = "\x1b[H\x1b[J"


class _Row(NamedTuple):
    """A session and its figures: None where its engine cannot say; ``disk`` is in bytes."""

    session: Session
    rate: Rate | None
    disk: int | None


@app.command()
def stats(
    session: Annotated[
        str,
        typer.Argument(
            help="A session: its id, its name, or the start of one. [default: all]", autocompletion=session_names
        ),
    ] = "",
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Go on measuring, until Ctrl+C.")] = False,
    no_stream: Annotated[bool, typer.Option("--no-stream", help="Measure once. The default.")] = False,
    form: Annotated[Literal["table", "json"], FORMAT] = "table",
) -> None:
    """Show what sessions use: processor, memory, processes and disk.

    100 % is one processor. Disk is what the files in the home take.

    Examples:
      tempshell stats
      tempshell stats lab --watch
    """
    from tempshell_cli.cli.service import user_sessions
    from tempshell_cli.core.errors import UsageProblem

    if watch and no_stream:
        raise UsageProblem("--watch and --no-stream cannot be used together", hint="leave one of them out")
    with user_sessions() as sessions:
        _refuse_unmeasurable(sessions, session)
        for rows in _measured(sessions, session):
            _show(rows, form, watch=watch)
            if not watch:
                return


def _refuse_unmeasurable(sessions: Sessions, token: str) -> None:
    """Raise UsageProblem where the one session that is meant is on an engine that cannot say what it uses."""
    from tempshell_cli.backends.base import MeasuresUse
    from tempshell_cli.cli.service import select
    from tempshell_cli.core.errors import UsageProblem

    if not token:
        return
    chosen = select(sessions, token)
    kinds = dict(sessions.engines.kinds())
    if not issubclass(sessions.engines.find(chosen.backend), MeasuresUse):
        able = ", ".join(name for name, kind in kinds.items() if issubclass(kind, MeasuresUse))
        raise UsageProblem(
            f"what a {chosen.backend} session uses cannot be measured", hint=f"only {able} sessions can be measured"
        )


def _measured(sessions: Sessions, token: str) -> Iterator[Sequence[_Row]]:
    """Yield the figures of the sessions that are meant, every few seconds; at the end of the one, nothing more."""
    from tempshell_cli.sessions.usage import Meter

    meter = Meter(sessions.engines)
    only = {one.id for one in _chosen(sessions, token)} if token else set[str]()
    meter.measure(_live(sessions, only))
    time.sleep(_FIRST)
    while (chosen := _live(sessions, only)) or not only:
        rates = meter.measure(chosen)
        yield [_Row(one, rates.get(one.id), _disk(sessions, one) if one.id in rates else None) for one in chosen]
        time.sleep(_EVERY)


def _disk(sessions: Sessions, session: Session) -> int | None:
    """Return what the home takes, in bytes; None in a session that ends when idle, which a look inside would keep."""
    from tempshell_cli.sessions.lease import ends_when_idle
    from tempshell_cli.sessions.usage import disk_of

    return None if ends_when_idle(sessions.store.events(session.id)) else disk_of(sessions.engines, session)


def _chosen(sessions: Sessions, token: str) -> Sequence[Session]:
    from tempshell_cli.cli.service import select

    return [select(sessions, token)] if token else sessions.store.live()


def _live(sessions: Sessions, only: Collection[str]) -> Sequence[Session]:
    """Return the live sessions, of those alone if there are some: what a name means may change."""
    return [one for one in sessions.store.live() if not only or one.id in only]


def _show(rows: Sequence[_Row], form: str, *, watch: bool) -> None:
    """Print the figures; those of a watch take the place of the last ones on a terminal, and are lines in JSON."""
    from tempshell_cli.cli.output import console

    if form == "json":
        found = [_json(row) for row in rows]
        if not watch:
            console.say_json(found)
        for one in found if watch else ():
            console.say_json_line(one)
        return
    if watch and sys.stdout.isatty():
        sys.stdout.write(_CLEAR)
    console.table(_HEADINGS, [_cells(row) for row in rows], at_once=watch)


def _json(row: _Row) -> dict[str, Any]:
    """Return the JSON form: bytes, and a share of one processor in percent; null is what nobody knows."""
    usage = row.rate.usage if row.rate else None
    cpu = row.rate.cpu if row.rate else None
    return {
        "id": row.session.id,
        "name": row.session.name,
        "cpu_percent": None if cpu is None else round(100 * cpu, 2),
        "memory": usage.memory if usage else None,
        "memory_limit": usage.memory_limit if usage else None,
        "processes": usage.processes if usage else None,
        "disk": row.disk,
    }


def _cells(row: _Row) -> tuple[str, ...]:
    from tempshell_cli.core.units import size_text

    named = row.session.id, row.session.name
    if not row.rate:
        return (*named, *"-----")
    usage, cpu = row.rate
    limit = usage.memory_limit
    return (
        *named,
        "-" if cpu is None else f"{100 * cpu:.1f}%",
        f"{size_text(usage.memory)} / {size_text(limit) if limit else '-'}",
        f"{100 * usage.memory / limit:.1f}%" if limit else "-",
        "-" if usage.processes is None else str(usage.processes),
        "-" if row.disk is None else size_text(row.disk),
    )
