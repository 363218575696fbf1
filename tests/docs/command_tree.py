"""The commands there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer
from typer.main import get_command

from tempshell_cli.cli.app import app
from tempshell_cli.cli.lazy import COMMANDS, load

# A command as Typer has it; its classes are not public.
Command = Any


def leaves() -> Iterator[tuple[str, Command]]:
    """Yield every command that does something, by the words that lead to it."""
    for name in COMMANDS:
        command: Command = load(name)
        inner = getattr(command, "commands", {})
        if not inner or command.invoke_without_command:
            yield name, command
        yield from ((f"{name} {word}", one) for word, one in inner.items())


def long_options(command: Command) -> set[str]:
    """Return the long options of a command, but for --help."""
    found = {word for parameter in command.params for word in parameter.opts if word.startswith("--")}
    return found - {"--help"}


def help_of(name: str) -> str:
    """Return the help of a command or a group by the words that lead to it, as a terminal of 80 columns shows it."""
    context: Any = typer.Context(get_command(app), info_name="tempshell")
    for word in name.split():
        command: Command = context.command.get_command(context, word)
        context = typer.Context(command, info_name=word, parent=context, **command.context_settings)
    return str(context.get_help())
