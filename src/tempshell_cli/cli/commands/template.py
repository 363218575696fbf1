"""``tempshell template``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.complete import template_names
from tempshell_cli.cli.options import FORMAT, Listing

app = new_app("List and show templates, named sets of options for `start --template`.")


@app.command("ls")
def ls(form: Listing = "table") -> None:
    """List the templates: yours, the shipped ones and those of packs."""
    from tempshell_cli.cli.output import console
    from tempshell_cli.core.paths import Paths
    from tempshell_cli.sessions.templates import known_templates

    found = list(known_templates(Paths.of_user(), lambda what: console.note(f"tempshell: {what}")))
    if form == "json":
        console.say_json([{"name": one.name, "source": one.source, **one.values()} for one in found])
    elif form == "name":
        for one in found:
            console.say(one.name)
    else:
        cells = [(one.name, one.template.image or "", one.template.description) for one in found]
        console.table(("NAME", "IMAGE", "DESCRIPTION"), cells)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="A template, or PACK/NAME.", autocompletion=template_names)],
    form: Annotated[Literal["toml", "name", "json"], FORMAT] = "toml",
) -> None:
    """Print a template, as TOML for the config file.

    Examples:
      tempshell template show research
    """
    from tempshell_cli.cli.output import console
    from tempshell_cli.cli.output.toml import toml_lines
    from tempshell_cli.core.paths import Paths
    from tempshell_cli.sessions.templates import find_template

    found = find_template(Paths.of_user(), name)
    if form == "json":
        console.say_json({"name": found.name, "source": found.source, **found.values()})
    elif form == "name":
        console.say(found.name)
    else:
        console.say(f"# {found.source}")
        for line in toml_lines({"templates": {name.rpartition("/")[2]: found.values()}}):
            console.say(line)
