"""``tempshell reap``."""

from __future__ import annotations

from typing import Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import NoReceipts, ReceiptsAsJson

app = new_app()
_TIMEOUT_FACTOR = 6.0  # times what an engine has for its answer where a command sweeps on the side


@app.command()
def reap(
    expired: Annotated[
        bool, typer.Option("--expired", help="Also what others left, five minutes past its deadline.")
    ] = False,
    as_json: ReceiptsAsJson = False,
    quiet: NoReceipts = False,
) -> None:
    """Remove expired, lost and unfinished sandboxes.

    On every engine. Also removes sessions of long ago from the record: see [history] in the config.
    """
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.output.sessions import receipt_json
    from tempshell_cli.cli.service import sweep, sweep_expired, user_sessions
    from tempshell_cli.core.errors import LeftoverRemains
    from tempshell_cli.sessions.pruning import prune

    with user_sessions() as sessions:
        receipts = list(sweep(sessions, everywhere=True, clear=True, timeout_factor=_TIMEOUT_FACTOR).receipts)
        if expired:
            receipts += sweep_expired(sessions, timeout_factor=_TIMEOUT_FACTOR)
        while prune(sessions.store, sessions.settings.history, sessions.clock.now()):
            pass
    if as_json:
        console.say_json([receipt_json(receipt) for receipt in receipts])
    left = [what for receipt in receipts for what in receipt.leftover]
    if left:
        raise LeftoverRemains(f"could not remove {', '.join(left)}", hint="see the engine's log, then reap again")
    if not as_json and not quiet:
        for receipt in receipts:
            for what in receipt.removed:
                console.say(f"removed {what}")
        console.say(f"{len({receipt.session for receipt in receipts})} reaped; left over: nothing")
