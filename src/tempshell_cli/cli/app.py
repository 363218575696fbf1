"""The command line as Typer sees it."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from tempshell_cli import __version__
from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.ending import exit_code_of
from tempshell_cli.cli.lazy import LazyGroup

NAME = "tempshell"
COMPLETE = "_TEMPSHELL_COMPLETE"  # set by the completion scripts; Click makes its name from the program's

app = new_app()


def _show_version(value: bool) -> None:  # noqa: FBT001 - Typer calls it so
    if value:
        typer.echo(f"{NAME} {__version__}")
        raise typer.Exit


@app.callback(
    cls=LazyGroup,
    no_args_is_help=True,
    epilog="Exit codes: 0 done, 1 a bug, 2 usage, config or pack error, 3 no such session, 4 engine unavailable, "
    "5 provisioning failed and rolled back, 6 a check failed, 7 the session has expired, 8 a limit was reached, "
    "9 something could not be removed, 10 a check could not run, 11 a wait timed out, 130 interrupted. exec and run "
    "exit with the code of the command that they run.",
)
def _root(
    _version: Annotated[  # noqa: FBT002 - to Typer a flag is a boolean parameter
        bool,
        typer.Option("--version", "-v", callback=_show_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """Disposable, isolated shells in seconds, with practice tasks and a countdown beside them.

    Examples:
      tempshell start linux-basics    Practise Linux in a sandbox on this machine
      tempshell start --backend kind  A Kubernetes cluster, with a shell in it
      tempshell run -- make test      One command in a new sandbox
      tempshell pack ls               The packs that you can start
    """


def run() -> int:
    """Run the command line and return its exit code."""
    if COMPLETE in os.environ:
        _prepare_completion()
    return exit_code_of(lambda: app(prog_name=NAME))


def _prepare_completion() -> None:
    """Do what ``add_completion=False`` (see new_app) leaves out along with the options."""
    from typer.completion import completion_init  # type: ignore[attr-defined]  # imported there, not exported

    completion_init()
    # Rich would strip its markup from help texts, which have none: longer than all the rest takes.
    sys.modules["rich"] = None  # type: ignore[assignment]  # how an import is blocked
