"""``tempshell exec``."""

from __future__ import annotations

from typing import Annotated

import typer

from tempshell_cli.cli.argv import WithArgv, inner_argv
from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import Interactive, Session, Tty

app = new_app()


@app.command(cls=WithArgv)
def exec_(
    context: typer.Context,
    session: Session = "",
    tty: Tty = False,
    interactive: Interactive = False,
    user: Annotated[str, typer.Option("--user", "-u", metavar="USER", help="Run as this user of the container.")] = "",
) -> None:
    """Run a command in a session.

    Its stdin, stdout and stderr are yours, and its exit code is passed on.

    Examples:
      tempshell exec -- ls -l                 In your only session
      tempshell exec lab -- sh -c 'echo $HOME'
      tempshell exec -t lab -- vim notes.txt  With a terminal
    """
    del interactive  # it always is
    from tempshell_cli.cli.execute import execute

    raise typer.Exit(execute(session, inner_argv(context), tty=tty, user=user or None))
