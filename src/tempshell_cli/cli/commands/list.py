"""``tempshell list``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import FORMAT

if TYPE_CHECKING:
    from datetime import datetime

    from tempshell_cli.sessions.exam import Exam
    from tempshell_cli.sessions.model import Session

app = new_app()
_HEADINGS = ("ID", "NAME", "BACKEND", "PACK", "STATE", "LEFT")


@app.command()
def list_(
    show_all: Annotated[bool, typer.Option("--all", "-a", help="Also list ended sessions.")] = False,
    all_owners: Annotated[bool, typer.Option("--all-owners", help="Also list the sessions of others.")] = False,
    form: Annotated[Literal["table", "wide", "name", "json"], FORMAT] = "table",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only the ids.")] = False,
) -> None:
    """List your sessions.

    They are listed as the engines have them.

    Examples:
      tempshell list
      tempshell list -o wide
      tempshell list --all -o json
    """
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.output.sessions import session_json, trouble
    from tempshell_cli.cli.service import sweep, user_sessions
    from tempshell_cli.sessions.exam import exam_of

    with user_sessions() as sessions:
        swept = sweep(sessions, everywhere=all_owners, everybodys=all_owners)
        shown = sessions.store.history() if show_all else sessions.store.live()
        if all_owners:
            shown += swept.of_others(sessions.store.live(), sessions.clock)
        now = sessions.clock.now()
        exams = {one.id: exam_of(sessions.store, one.id) for one in shown if not one.ended}
    if form == "json":
        console.say_json([session_json(one, now, exams.get(one.id)) for one in shown])
    elif quiet or form == "name":
        for one in shown:
            console.say(one.id if quiet else one.name)
    else:
        wide = form == "wide"
        more = [*(["OWNER"] if wide or all_owners else []), *(["ENDPOINT", "STARTED", "DEADLINE"] if wide else [])]
        rows = [_cells(one, now, exams.get(one.id))[: len(_HEADINGS) + len(more)] for one in shown]
        console.table((*_HEADINGS, *more), rows)
    for one in shown:
        if what := trouble(one):
            console.note(f"tempshell: {what}")


def _cells(session: Session, now: datetime, exam: Exam | None) -> tuple[str, ...]:
    from tempshell_cli.cli.output.sessions import remaining

    left = "-" if session.ended else remaining(session, now, exam)
    ends = exam.ends if exam else session.deadline
    times = (f"{at.astimezone():%Y-%m-%d %H:%M}" for at in (session.created, ends))
    usual = session.id, session.name, session.backend, session.pack or "-", str(session.state), left
    return *usual, session.owner, session.endpoint or "-", *times
