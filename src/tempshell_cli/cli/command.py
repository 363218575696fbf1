"""What all commands have in common: how they are parsed, and how what was mistyped is reported."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, ClassVar

import typer
from typer._click.exceptions import NoArgsIsHelpError, NoSuchOption, UsageError  # Typer exports only one of them
from typer.core import TyperCommand, TyperGroup

from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.core.nearest import did_you_mean

# A context or a formatter as Typer has it; its own classes for them are not public.
_Context = Any
_Formatter = Any
_EXTRA = re.compile(r"^Got unexpected extra arguments?(?:\(s\))? \(")


class Command(TyperCommand):
    """A command whose help and whose errors read like those of every other."""

    def __init__(self, *args: Any, **settings: Any) -> None:  # noqa: ANN401 - as Typer's
        super().__init__(*args, **settings)
        _set_metavars(self)

    def parse_args(self, ctx: _Context, args: list[str]) -> list[str]:
        """Parse the words of the command line; raises UsageProblem."""
        with _explained(self, ctx):
            return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: _Context) -> list[str]:
        """Return what follows the command's name in its usage line."""
        from tempshell_cli.cli.help import usage

        del ctx
        return usage(self)

    def format_help(self, ctx: _Context, formatter: _Formatter) -> None:
        """Write the help of the command."""
        from tempshell_cli.cli.help import write_help

        write_help(self, ctx, formatter)


class Group(TyperGroup):
    """A group of commands, with other names for some of them."""

    aliases: ClassVar[Mapping[str, str]] = MappingProxyType({"list": "ls", "remove": "rm"})
    meant: ClassVar[Mapping[str, str]] = MappingProxyType({})
    summaries: ClassVar[Mapping[str, Mapping[str, str]]] = MappingProxyType({})

    def __init__(self, *args: Any, **settings: Any) -> None:  # noqa: ANN401 - as Typer's
        super().__init__(*args, **settings)
        _set_metavars(self)

    def load_command(self, name: str) -> TyperCommand | None:
        """Return the command of that very name; None where there is none."""
        return self.commands.get(name)  # type: ignore[return-value]  # Typer makes no others

    def get_command(self, ctx: _Context, cmd_name: str) -> TyperCommand | None:
        """Return the command of that name or alias; None where there is none."""
        del ctx
        return self.load_command(cmd_name) or self.load_command(self.aliases.get(cmd_name, ""))

    def parse_args(self, ctx: _Context, args: list[str]) -> list[str]:
        """Parse what stands before the command; raises UsageProblem."""
        with _explained(self, ctx):
            return super().parse_args(ctx, args)

    def resolve_command(self, ctx: _Context, args: list[str]) -> tuple[str | None, TyperCommand | None, list[str]]:
        """Find the command that is meant; raises UsageProblem where there is none. ``help X`` is ``X --help``."""
        name, *rest = args
        if name == "help":
            if rest:
                return self.resolve_command(ctx, [*rest, "--help"])
            typer.echo(ctx.get_help())
            raise typer.Exit
        command = self.get_command(ctx, name)
        if command is None and not ctx.resilient_parsing:
            known = self.list_commands(ctx)
            meant = f"did you mean `{self.meant[name]}`?" if name in self.meant else did_you_mean(name, known)
            hint = f"{meant} `{ctx.command_path} --help` lists the commands".lstrip()
            raise UsageProblem(f"unknown command {name!r}", hint=hint)
        return command.name if command else None, command, rest

    def format_help(self, ctx: _Context, formatter: _Formatter) -> None:
        """Write the help of the group."""
        from tempshell_cli.cli.help import write_group_help

        write_group_help(self, ctx, formatter)


class App(typer.Typer):
    """A Typer application whose commands are those above."""

    def command(  # type: ignore[override]  # Typer's takes functions of any kind, and returns what it takes
        self,
        name: str | None = None,
        *,
        cls: type[TyperCommand] = Command,
        **settings: Any,  # noqa: ANN401 - as Typer's
    ) -> Callable[[Callable[..., None]], Callable[..., None]]:
        """Return what makes a command of a function."""
        from tempshell_cli.cli.spellings import with_spellings

        make = super().command(name, cls=cls, **settings)
        return lambda function: make(with_spellings(function))

    def default_command(self) -> Callable[[Callable[..., None]], Callable[..., None]]:
        """Return what makes a function what is run where none of the app's commands is named.

        It is called before each of these, too: ``ctx.invoked_subcommand`` says so.
        """
        from tempshell_cli.cli.spellings import with_spellings

        make = self.callback(cls=Group, invoke_without_command=True, subcommand_metavar="[COMMAND]")
        return lambda function: make(with_spellings(function))


def new_app(summary: str | None = None) -> App:
    """Return an app for one command, or with a summary for a group of them."""
    app = App(
        add_completion=False,  # `tempshell completion SHELL` prints it, as kubectl and gh do
        rich_markup_mode=None,  # plain help starts in half the time
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    if summary:
        app.callback(cls=Group, no_args_is_help=True, help=summary)(_group)
    return app


def _group() -> None:
    """Stand for a group of commands."""


def _set_metavars(command: TyperCommand | TyperGroup) -> None:
    for parameter in command.params:
        parameter.metavar = parameter.metavar or _metavar(parameter)


def _metavar(parameter: Any) -> str:  # noqa: ANN401 - Typer's class for it is not public
    """Return what stands for the value of an option or argument in usage lines, help and errors."""
    return "|".join(getattr(parameter.type, "choices", ())) or str(parameter.name).upper()


@contextmanager
def _explained(command: TyperCommand | TyperGroup, ctx: _Context) -> Iterator[None]:
    """Report what Typer does not understand in the form of every other error, with what was meant."""
    asking = f"`{ctx.command_path} --help` shows what it takes"
    try:
        yield
    except NoArgsIsHelpError:
        raise
    except NoSuchOption as error:
        words = [word for parameter in command.get_params(ctx) for word in parameter.opts]
        meant = did_you_mean(error.option_name, [word for word in words if word.startswith("--")])
        raise UsageProblem(f"unknown option {error.option_name}", hint=f"{meant} {asking}".lstrip()) from error
    except UsageError as error:
        message = _EXTRA.sub("unexpected argument: ", error.format_message()).rstrip(".)")
        raise UsageProblem(message[:1].lower() + message[1:], hint=asking) from error
