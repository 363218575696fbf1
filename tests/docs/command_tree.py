"""The commands there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tempshell_cli.cli.lazy import COMMANDS, load

# A command as Typer has it; its classes are not public.
Command = Any


def leaves() -> Iterator[tuple[str, Command]]:
    """Yield every command that does something, by the words that lead to it."""
    for name in COMMANDS:
        command: Command = load(name)
        if hasattr(command, "commands"):
            yield from ((f"{name} {inner}", one) for inner, one in command.commands.items())
        else:
            yield name, command


def long_options(command: Command) -> set[str]:
    """Return the long options of a command, but for --help."""
    found = {word for parameter in command.params for word in parameter.opts if word.startswith("--")}
    return found - {"--help"}
