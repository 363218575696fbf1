"""Commands that take another command behind ``--``."""

from __future__ import annotations

import typer
from typer.core import TyperCommand

_KEY = "tempshell.argv"


class WithArgv(TyperCommand):
    """A command whose words behind ``--`` are another command's, to the letter."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # Typer's own Context
        """Put the words behind ``--`` aside and parse the rest."""
        cut = args.index("--") if "--" in args else len(args)
        ctx.meta[_KEY] = args[cut + 1 :]
        return super().parse_args(ctx, args[:cut])


def inner_argv(context: typer.Context) -> list[str]:
    """Return the words behind ``--``."""
    return list(context.meta[_KEY])
