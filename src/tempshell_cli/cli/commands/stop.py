"""``tempshell stop``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import Session

if TYPE_CHECKING:
    from tempshell_cli.sessions.lifecycle import Sessions


app = new_app()


@app.command()
def stop(
    session: Session = "",
    every: Annotated[bool, typer.Option("--all", help="Stop all your sessions.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the receipts as JSON.")] = False,
) -> None:
    """End a session, remove all of it, and print the receipt."""
    from tempshell_cli.cli import console
    from tempshell_cli.cli.render import receipt_json, say_receipt
    from tempshell_cli.cli.service import select, user_sessions
    from tempshell_cli.core.errors import TempshellError

    if session and every:
        raise typer.BadParameter("name a session or give --all, not both")
    receipts, left = [], []
    with user_sessions() as sessions:
        if every:
            _find_all(sessions)
        for one in sessions.store.live() if every else [select(sessions, session)]:
            try:
                receipt = sessions.stop(one)
            except TempshellError as problem:  # the others are stopped all the same
                left.append(problem)
                continue
            receipts.append(receipt)
            if not as_json:
                say_receipt(one.name, receipt)
    if as_json:
        console.say_json([receipt_json(receipt) for receipt in receipts])
    elif not receipts and not left:
        console.say("there is no session; left over: nothing")
    for other in left[1:]:
        console.complain(str(other), other.hint)
    if left:
        raise left[0]


def _find_all(sessions: Sessions) -> None:
    """Bring the store up to what the engines have, so that a lost store loses no sandbox."""
    from tempshell_cli.backends import registry

    sessions.sweep([sessions.engines.get(name) for name in registry.names()])
