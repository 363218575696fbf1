"""``tempshell config``."""

from __future__ import annotations

from typing import Annotated

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.complete import setting_names
from tempshell_cli.cli.options import AsJson

app = new_app("Show and change the settings.")


@app.command()
def show(as_json: AsJson = False) -> None:
    """Print all settings, as TOML for the config file."""
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.output.toml import toml_lines
    from tempshell_cli.core.config import load_settings, settings_json
    from tempshell_cli.core.paths import Paths

    settings = settings_json(load_settings(Paths.of_user().config_file))
    if as_json:
        console.say_json(settings)
        return
    for line in toml_lines(settings):
        console.say(line)


@app.command("set")
def set_(
    name: Annotated[str, typer.Argument(help="A setting, such as leader or lease.ttl.", autocompletion=setting_names)],
    value: Annotated[str, typer.Argument(help="Its value; one with several takes them separated by commas.")],
) -> None:
    """Change a setting in the config file.

    Everything else in the file stays as it is. A variable of the environment, such as TEMPSHELL_LEASE_TTL, goes over
    the file.

    Examples:
      tempshell config set leader ctrl+g
      tempshell config set lease.ttl 90m
    """
    import os

    from tempshell_cli.cli.output import console
    from tempshell_cli.core.config import variable_of
    from tempshell_cli.core.config_file import set_in_file
    from tempshell_cli.core.paths import Paths
    from tempshell_cli.terminal.leader import leader_parts

    if name == "leader":
        leader_parts(value)
    file = Paths.of_user().config_file
    set_in_file(file, name, value)
    console.note(f"tempshell: {name} is set in {file}")
    if variable_of(name) in os.environ:
        console.note(f"tempshell: {variable_of(name)} is set in the environment, and goes over it")


@app.command()
def path() -> None:
    """Print the path of the config file."""
    from tempshell_cli.cli.output import console
    from tempshell_cli.core.paths import Paths

    console.say(str(Paths.of_user().config_file))
