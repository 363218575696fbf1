"""``tempshell secret``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.complete import secret_names
from tempshell_cli.cli.options import Listing

app = new_app("Keep secrets in the keyring of this machine, for sessions.")


@app.command("set")
def set_(
    name: Annotated[str, typer.Argument(help="The name of the secret.", autocompletion=secret_names)],
) -> None:
    """Add or change a secret: typed, or from standard input.

    Examples:
      tempshell secret set api-token
      tempshell secret set deploy-key < ~/.ssh/deploy_key
      tempshell start --secret api-token=API_TOKEN
    """
    from tempshell_cli.cli.output import console
    from tempshell_cli.core.paths import Paths
    from tempshell_cli.sessions.secrets import Secrets, checked_name, value_of

    value = value_of(checked_name(name), _typed(name))
    Secrets(Paths.of_user()).set(name, value)
    console.say(f"set {name}")


@app.command("ls")
def ls(form: Listing = "table") -> None:
    """List the secrets by name."""
    from tempshell_cli.cli.output import console
    from tempshell_cli.core.paths import Paths
    from tempshell_cli.sessions.secrets import Secrets

    names = Secrets(Paths.of_user()).names()
    if form == "json":
        console.say_json([{"name": name} for name in names])
    elif form == "name":
        for name in names:
            console.say(name)
    else:
        console.table(("NAME",), [(name,) for name in names])


@app.command()
def rm(
    name: Annotated[list[str], typer.Argument(help="One or more secrets.", autocompletion=secret_names)],
) -> None:
    """Remove secrets. Sessions that have one keep it."""
    from tempshell_cli.cli.output import console
    from tempshell_cli.core.paths import Paths
    from tempshell_cli.sessions.secrets import Secrets

    secrets = Secrets(Paths.of_user())
    for one in name:
        secrets.remove(one)
        console.say(f"removed {one}")


def _typed(name: str) -> bytes:
    """Return the value from standard input; a person types it unseen."""
    from tempshell_cli.sessions.secrets import LONGEST

    if not sys.stdin.isatty():
        return sys.stdin.buffer.read(LONGEST + 1)
    from getpass import getpass

    return getpass(f"Value of {name}: ").encode("utf-8", "surrogateescape")
