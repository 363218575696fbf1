"""``tempshell config``."""

from __future__ import annotations

from collections.abc import Sequence

from tempshell_cli.cli.command import new_app
from tempshell_cli.cli.options import AsJson

app = new_app("Show the settings and where they are stored.")


@app.command()
def show(as_json: AsJson = False) -> None:
    """Print all settings, as TOML for the config file."""
    from tempshell_cli.cli.output import console
    from tempshell_cli.core.config import load_settings, settings_json
    from tempshell_cli.core.paths import Paths

    settings = settings_json(load_settings(Paths.of_user().config_file))
    if as_json:
        console.say_json(settings)
        return
    sections = {name: value for name, value in settings.items() if isinstance(value, dict)}
    for name in (name for name in settings if name not in sections):
        console.say(f"{name} = {_toml(settings[name])}")
    for section, values in sections.items():
        console.say(f"\n[{section}]")
        for name, value in values.items():
            console.say(f"{name} = {_toml(value)}")


@app.command()
def path() -> None:
    """Print the path of the config file."""
    from tempshell_cli.cli.output import console
    from tempshell_cli.core.paths import Paths

    console.say(str(Paths.of_user().config_file))


def _toml(value: str | float | Sequence[str]) -> str:
    """Write a value; TOML's strings, numbers and lists are JSON's."""
    import json

    return json.dumps(value)
