"""How ``--help`` reads: as docker's and gh's does, in 80 columns, with nothing cut."""

from __future__ import annotations

from typing import Any

from tempshell_cli.cli.complete import backend_names

# As in cli/command.py, and a context, a formatter or a parameter as Typer has it: its classes for them are not public.
_Command = Any
_Group = Any
_Context = Any
_Formatter = Any
_Parameter = Any
_EXAMPLES = "\nExamples:\n"  # how a command's docstring begins its last part
_ARGUMENTS, _OPTIONS = "Arguments", "Options"
_COLUMN = 28  # characters for names; what is longer has a line of its own
_NO_BREAK = "\xa0"


def usage(command: _Command) -> list[str]:
    """Return what follows the command's name in its usage line."""
    return ["[OPTIONS]", *(_argument(one) for one in command.params if not _is_option(one))]


def write_help(command: _Command, ctx: _Context, formatter: _Formatter) -> None:
    """Write usage, what the command does, its other names, arguments, options by panel, and examples."""
    command.format_usage(ctx, formatter)
    text, _, examples = (command.help or "").partition(_EXAMPLES)
    _write_text(formatter, text)
    if aliases := _aliases(command, ctx):
        with formatter.section("Aliases"):
            formatter.write_text(", ".join(aliases))
    _write_parameters(command, ctx, formatter)
    _write_examples(formatter, examples)


def write_group_help(group: _Group, ctx: _Context, formatter: _Formatter) -> None:
    """Write usage, what the group is for, its commands with what each does, and options."""
    group.format_usage(ctx, formatter)
    text, _, examples = (group.help or "").partition(_EXAMPLES)
    _write_text(formatter, text)
    for heading, summaries in (group.summaries or {"Commands": _summaries(group, ctx)}).items():
        with formatter.section(heading):
            formatter.write_dl(list(summaries.items()))
    _write_parameters(group, ctx, formatter)
    _write_examples(formatter, examples)
    if group.epilog:
        formatter.write_paragraph()
        formatter.write_text(group.epilog)


def _write_text(formatter: _Formatter, text: str) -> None:
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_text(text)


def described(command: _Command, ctx: _Context) -> list[tuple[str, str]]:
    """Return all arguments and options of a command, as they are written, each with what it means."""
    shown = (one for one in command.get_params(ctx) if not one.hidden)
    return [(_names(one), _help(one).replace(_NO_BREAK, " ")) for one in shown]


def _write_parameters(command: _Command, ctx: _Context, formatter: _Formatter) -> None:
    panels: dict[str, list[tuple[str, str]]] = {_ARGUMENTS: [], _OPTIONS: []}
    for one in (one for one in command.get_params(ctx) if not one.hidden):
        heading = (one.rich_help_panel or _OPTIONS) if _is_option(one) else _ARGUMENTS
        panels.setdefault(heading, []).append((_names(one), _help(one)))
    column = max((len(names) for rows in panels.values() for names, _ in rows if len(names) <= _COLUMN), default=0)
    for heading, rows in panels.items():
        if rows:
            with formatter.section(heading):
                formatter.write_dl([(names.ljust(column), text) for names, text in rows], col_max=column)
    formatter.buffer = [text.replace(_NO_BREAK, " ") for text in formatter.buffer]


def _write_examples(formatter: _Formatter, examples: str) -> None:
    if examples:
        with formatter.section("Examples"):
            formatter.write(f"{examples.rstrip()}\n")


def _summaries(group: _Group, ctx: _Context) -> dict[str, str]:
    """Return the commands of a small group, each with the first sentence of its help."""
    commands = ((name, group.get_command(ctx, name)) for name in group.list_commands(ctx))
    return {name: summary(command.help or "") for name, command in commands if command}


def summary(text: str) -> str:
    """Return the first sentence of a help text, without its full stop."""
    return " ".join(text.partition("\n\n")[0].split()).removesuffix(".")


def _aliases(command: _Command, ctx: _Context) -> list[str]:
    """Return the other names of a command."""
    if ctx.parent is None:
        return []
    group = ctx.parent.command
    return [f"{ctx.parent.command_path} {alias}" for alias, name in group.aliases.items() if name == command.name]


def _is_option(parameter: _Parameter) -> bool:
    return bool(parameter.param_type_name == "option")


def _argument(parameter: _Parameter) -> str:
    more = "..." if parameter.nargs != 1 else ""
    return f"{parameter.metavar}{more}" if parameter.required else f"[{parameter.metavar}]{more}"


def _names(parameter: _Parameter) -> str:
    """Return how an option is written, its long names below each other's, or what an argument is called."""
    if not _is_option(parameter):
        return str(parameter.metavar)
    names = ", ".join(sorted(parameter.opts, key=lambda name: name.startswith("--")))
    indent = "    " if names.startswith("--") else ""
    return f"{indent}{names}" if parameter.is_flag else f"{indent}{names} {parameter.metavar}"


def _help(parameter: _Parameter) -> str:
    text, default = str(parameter.help), parameter.default
    if parameter.name == "backend":
        text = f"{text} One of {', '.join(backend_names(''))}."
    shown = default not in (None, "", False, (), []) and not callable(default)
    text = f"{text} [default: {default}]" if shown else text
    return text.replace("[default: ", f"[default:{_NO_BREAK}")
