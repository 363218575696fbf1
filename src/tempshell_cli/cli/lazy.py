"""Commands that are imported when they are used: one that runs costs nothing of the others."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import typer
from typer.core import TyperGroup
from typer.main import get_command

if TYPE_CHECKING:
    from typer.core import TyperCommand

# In the order of the help. A module holds a function of the command's name, or the ``app`` of a group.
COMMANDS = (
    "start", "attach", "serve", "exec", "run", "cp", "list", "status", "tasks", "check", "reset", "score",
    "report", "exam", "drill", "history", "extend", "pause", "resume", "stop", "reap", "log", "recordings",
    "kubeconfig", "rbac", "image", "pack", "config", "doctor", "completion",
)  # fmt: skip
_PACKAGE = "tempshell_cli.cli.commands"


class LazyGroup(TyperGroup):
    """The root command, with the commands above."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # Typer's own Context
        """Return the names of all commands."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> TyperCommand | None:  # type: ignore[override]  # as above
        """Import a command; None for a name there is not, and Typer says so."""
        del ctx
        return load(cmd_name) if cmd_name in COMMANDS else None


def load(name: str) -> TyperCommand:
    """Return the command of that name."""
    module = import_module(f"{_PACKAGE}.{name}")
    app: typer.Typer = module.app
    command = get_command(app)
    command.name = name
    return command  # type: ignore[return-value]  # a group is one, too
