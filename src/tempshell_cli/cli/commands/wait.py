"""``tempshell wait``."""

from __future__ import annotations

from typing import Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import Session

app = new_app()


@app.command()
def wait(
    session: Session = "",
    condition: Annotated[
        str,
        typer.Option(
            "--for", metavar="CONDITION", help="What to wait for: ready, ended, or passed=TASK, by its last check."
        ),
    ] = "ended",
    timeout: Annotated[
        str, typer.Option("--timeout", metavar="DURATION", help="How long to wait, such as 90s. [default: no limit]")
    ] = "",
) -> None:
    """Wait until a session is ready, has ended, or has passed a task.

    Exits with 11 when the timeout is over, with 3 or 7 when the session ends before.

    Examples:
      tempshell wait lab --for ready --timeout 2m
      tempshell wait lab --for passed=find-large-files
      tempshell wait lab                 Until it has ended
    """
    from tempshell_cli.cli.parsing import duration
    from tempshell_cli.cli.service import select, user_sessions
    from tempshell_cli.core.errors import NoSuchSession, SessionExpired
    from tempshell_cli.sessions.watching import Condition, wait_for

    wanted, limit = Condition.read(condition), duration(timeout)
    with user_sessions() as sessions:
        try:
            chosen = select(sessions, session, expired_too=True)
        except (NoSuchSession, SessionExpired):
            past = sessions.store.last(session)
            if not past:
                raise
            chosen = past
        wait_for(sessions, chosen, wanted, limit)
