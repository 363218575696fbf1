"""Commands that take another command behind ``--``."""

from __future__ import annotations

from typing import Any

import typer

from tempshell_cli.cli.command import Command
from tempshell_cli.core.errors import UsageProblem

_KEY = "tempshell.argv"


class WithArgv(Command):
    """A command whose words after ``--`` are another command's, to the letter."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - Typer's own Context
        """Put the words after ``--`` aside and parse the rest; raises UsageProblem where there are none."""
        cut = args.index("--") if "--" in args else len(args)
        argv = ctx.meta[_KEY] = args[cut + 1 :]
        how = f"put the command after --, as in `{ctx.command_path} -- ls -l`"
        try:
            rest = super().parse_args(ctx, args[:cut])
        except UsageProblem as problem:  # often the command itself, without the --
            raise problem if argv else UsageProblem(str(problem), hint=how) from problem
        if not argv and not ctx.resilient_parsing:
            raise UsageProblem("no command to run", hint=how)
        return rest

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401 - as above
        """Return what follows the command's name in its usage line."""
        return [*super().collect_usage_pieces(ctx), "-- COMMAND [ARG...]"]


def inner_argv(context: typer.Context) -> list[str]:
    """Return the words after ``--``."""
    return list(context.meta[_KEY])
