"""``tempshell exec``."""

from __future__ import annotations

from typing import Annotated

import typer

from tempshell_cli.cli.argv import WithArgv, inner_argv
from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import Session

app = new_app()


@app.command(cls=WithArgv)
def exec_(
    context: typer.Context,
    session: Session = "",
    tty: Annotated[bool, typer.Option("--tty", "-t", help="Give the command a terminal.")] = False,
    user: Annotated[str, typer.Option("--user", "-u", help="Run as another user of the container.")] = "",
) -> None:
    """Run a command in a session, as in: tempshell exec ID -- ls -l.

    Its standard input, output and error stay apart, and its exit code is passed on.
    """
    argv = inner_argv(context)
    if not argv:
        raise typer.BadParameter("put the command behind --, as in: tempshell exec ID -- ls -l")
    from tempshell_cli.cli.execute import execute

    raise typer.Exit(execute(session, argv, tty=tty, user=user or None))
