"""``tempshell reap``."""

from __future__ import annotations

from typing import Annotated

import typer

from tempshell_cli.cli.command import new_app

app = new_app()


@app.command()
def reap(as_json: Annotated[bool, typer.Option("--json", help="Print the receipts as JSON.")] = False) -> None:
    """Remove what is past its deadline, lost or half made, on every engine."""
    from tempshell_cli.cli import console
    from tempshell_cli.cli.render import receipt_json
    from tempshell_cli.cli.service import sweep, user_sessions
    from tempshell_cli.core.errors import LeftoverRemains

    with user_sessions() as sessions:
        swept = sweep(sessions, everywhere=True, clear=True)
        on_record = {(one.backend, one.endpoint) for one in sessions.store.live()}
    if as_json:
        console.say_json([receipt_json(receipt) for receipt in swept.receipts])
    for backend, cause in swept.silent:
        if (backend.name, backend.endpoint) in on_record:
            console.note(f"tempshell: {cause}; its sessions stay on record")
    left = [what for receipt in swept.receipts for what in receipt.leftover]
    if left:
        raise LeftoverRemains(f"could not remove {', '.join(left)}", hint="see the engine's log, then reap again")
    if not as_json:
        for receipt in swept.receipts:
            for what in receipt.removed:
                console.say(f"removed {what}")
        console.say(f"{len(swept.receipts)} reaped; left over: nothing")
