"""``tempshell reset``."""

from __future__ import annotations

from typing import Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import OfSession

app = new_app()


@app.command()
def reset(
    task: Annotated[str, typer.Argument(help="A task, by its id.")],
    session: OfSession = "",
) -> None:
    """Reset one task.

    Its setup runs again; the other tasks stay as they are.
    """
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.service import select_whole, user_sessions
    from tempshell_cli.sessions.practice import Practice

    with user_sessions() as sessions:
        practice = Practice(sessions, select_whole(sessions, session))
        practice.reset(practice.pack.task(task))
    console.say(f"{task} was reset")
