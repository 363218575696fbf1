"""The manual page, made of the same texts as ``--help``; ``python -m tempshell_cli.cli.man`` prints it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

import typer
from typer.main import get_command

from tempshell_cli import __version__
from tempshell_cli.cli.app import NAME, app
from tempshell_cli.cli.help import described
from tempshell_cli.cli.lazy import GROUPS, load

_EXAMPLES = "\nExamples:\n"
# As in cli/command.py: Typer's classes are not public.
_Command = Any


def page() -> str:
    """Return the manual page, in the macros of man(7)."""
    root: _Command = get_command(app)
    text, _, examples = str(root.help).partition(_EXAMPLES)
    summary = text.strip().partition("\n\n")[0].rstrip(".")
    lines = [
        f'.TH TEMPSHELL 1 "" "tempshell {__version__}" "User Commands"',
        ".SH NAME",
        f"tempshell \\- {_escaped(summary[:1].lower() + summary[1:])}",
        ".SH SYNOPSIS",
        ".B tempshell",
        ".br",
        ".B tempshell",
        ".I COMMAND",
        "[\\fIOPTIONS\\fR] ...",
        ".SH DESCRIPTION",
        "Alone, on a terminal,",
        ".B tempshell",
        "opens the home screen, from which everything can be done.",
        *_examples(examples),
    ]
    for heading, commands in GROUPS.items():
        lines.append(f".SH {heading.upper()}")
        for name in commands:
            lines += _section(load(name), name)
    lines += [".SH EXIT STATUS", _escaped(str(root.epilog).removeprefix("Exit codes: "))]
    return "\n".join(lines) + "\n"


def _section(command: _Command, name: str) -> Iterator[str]:
    """Yield the lines of a command, and of each of a group."""
    inner = getattr(command, "commands", {})
    if not inner or command.invoke_without_command:
        yield from _lines(command, name)
    for word, one in inner.items():
        yield from _section(one, f"{name} {word}")


def _lines(command: _Command, name: str) -> Iterator[str]:
    context = typer.Context(command, info_name=f"{NAME} {name}", **command.context_settings)
    yield f".SS {_escaped(' '.join(context.get_usage().removeprefix('Usage: ').split()))}"
    text, _, examples = str(command.help).partition(_EXAMPLES)
    first, *others = re.split(r"\n\s*\n", text.strip())
    yield _escaped(" ".join(first.split()))
    for paragraph in others:
        yield from (".PP", _escaped(" ".join(paragraph.split())))
    for names, help_ in described(command, context):
        yield from (".TP", f"\\fB{_escaped(' '.join(names.split()))}\\fR", _escaped(help_))
    yield from _examples(examples)


def _examples(text: str) -> Iterator[str]:
    if text:
        yield from (".PP", ".nf", *map(_escaped, text.rstrip().splitlines()), ".fi")


def _escaped(text: str) -> str:
    """Return a line that means nothing to roff, with the hyphens that one can copy."""
    plain = text.replace("\\", "\\e").replace("-", "\\-")
    plain = re.sub(r"[^\x00-\x7f]", lambda found: f"\\[u{ord(found[0]):04X}]", plain)
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain


if __name__ == "__main__":
    sys.stdout.write(page())
