"""``tempshell list``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import AsJson

if TYPE_CHECKING:
    from datetime import datetime

    from tempshell_cli.sessions.model import Session

app = new_app()


@app.command()
def list_(
    show_all: Annotated[bool, typer.Option("--all", "-a", help="Ended sessions too.")] = False,
    all_owners: Annotated[bool, typer.Option("--all-owners", help="Everybody's on these engines.")] = False,
    as_json: AsJson = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the ids alone.")] = False,
) -> None:
    """List your sessions, as the engines have them."""
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.output.sessions import session_json, trouble
    from tempshell_cli.cli.service import sweep, user_sessions

    with user_sessions() as sessions:
        swept = sweep(sessions, everywhere=all_owners, everybodys=all_owners)
        shown = sessions.store.history() if show_all else sessions.store.live()
        if all_owners:
            shown += swept.of_others(sessions.store.live(), sessions.clock)
        now = sessions.clock.now()
    if as_json:
        console.say_json([session_json(one, now) for one in shown])
    elif quiet:
        for one in shown:
            console.say(one.id)
    else:
        whose = ("OWNER",) if all_owners else ()
        rows = [(*_cells(one, now), *([one.owner] if all_owners else [])) for one in shown]
        console.table(("ID", "NAME", "BACKEND", "PACK", "STATE", "LEFT", *whose), rows)
    for one in shown:
        if what := trouble(one):
            console.note(f"tempshell: {what}")


def _cells(session: Session, now: datetime) -> tuple[str, ...]:
    from tempshell_cli.cli.output.sessions import remaining

    left = "-" if session.ended else remaining(session, now)
    return session.id, session.name, session.backend, session.pack or "-", str(session.state), left
