"""``tempshell stop``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import NoReceipts, ReceiptsAsJson, Session

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tempshell_cli.backends.base import Receipt
    from tempshell_cli.core.errors import TempshellError
    from tempshell_cli.sessions.lifecycle import Sessions
    from tempshell_cli.sessions.model import Session as Model

app = new_app()


@app.command()
def stop(
    session: Session = "",
    every: Annotated[bool, typer.Option("--all", help="Stop all your sessions.")] = False,
    forget: Annotated[
        bool, typer.Option("--forget", help="Remove it from the record even if its engine does not answer.")
    ] = False,
    as_json: ReceiptsAsJson = False,
    quiet: NoReceipts = False,
) -> None:
    """End a session and remove its sandbox.

    Prints a receipt of what was removed. On a terminal it asks before it stops what another process is setting up.

    Examples:
      tempshell stop lab
      tempshell stop --all
    """
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.output.sessions import receipt_json
    from tempshell_cli.cli.service import select, sweep, user_sessions
    from tempshell_cli.core.errors import EngineUnavailable, UsageProblem

    if session and every:
        raise UsageProblem("SESSION and --all cannot be used together", hint="choose one of them")
    with user_sessions() as sessions:
        if every:
            for backend, _ in sweep(sessions).silent:  # a lost store loses no sandbox
                what = f"your sessions on {backend.name} ({backend.endpoint}) are not stopped"
                sessions.engines.give_up(backend, EngineUnavailable(what, hint=_LATER))
        chosen = sessions.store.live() if every else [select(sessions, session, expired_too=True)]
        live = len(chosen)
        chosen = [one for one in chosen if _may_stop(sessions, one)]
        ended, left = _end(sessions.forget if forget else sessions.stop, chosen)
    for name in [name for name, receipt in ended if not receipt]:
        console.note(f"{name}: forgotten; if its engine comes back, `tempshell reap` removes what is there")
    if as_json:
        console.say_json([receipt_json(receipt) for _, receipt in ended if receipt])
    elif not quiet:
        _say_receipts(ended, nothing=not live)
    for other in left[1:]:
        console.complain(str(other), other.hint, other.exit_code)
    if left:
        raise left[0]


_LATER = "the next command that its engine answers stops them; `tempshell stop --forget NAME` gives one up"


def _may_stop(sessions: Sessions, session: Model) -> bool:
    """Ask a person before a session is stopped that another process is making or changing."""
    from tempshell_cli.cli.output import console
    from tempshell_cli.sessions.starting import is_starting

    if not is_starting(sessions.paths, session.id) or not console.can_ask():
        return True
    console.note(f"tempshell: another process is setting up {session.name}, or changing it")
    if console.confirm("stop it all the same?"):
        return True
    console.note(f"tempshell: {session.name} goes on")
    return False


def _end(
    end: Callable[[Model], Receipt | None], chosen: Sequence[Model]
) -> tuple[list[tuple[str, Receipt | None]], list[TempshellError]]:
    """End the sessions, each on its own; return names and receipts, and what went wrong."""
    from tempshell_cli.core.errors import TempshellError

    ended: list[tuple[str, Receipt | None]] = []
    left = []
    for one in chosen:
        try:
            ended.append((one.name, end(one)))
        except TempshellError as problem:
            left.append(problem)
    return ended, list(dict.fromkeys(left))  # an engine that was given up says so once


def _say_receipts(ended: Sequence[tuple[str, Receipt | None]], *, nothing: bool) -> None:
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.output.sessions import say_receipt

    for name, receipt in ended:
        if receipt:
            say_receipt(name, receipt)
    if nothing:
        console.say("there is no session; left over: nothing")
