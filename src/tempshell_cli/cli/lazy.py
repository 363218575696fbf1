"""Commands that are imported when they are used: one that runs costs nothing of the others, and help costs none."""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

import typer
from typer.core import CompletionItem  # type: ignore[attr-defined]  # imported there, not exported
from typer.main import get_command

from tempshell_cli.cli.command import Group

if TYPE_CHECKING:
    from typer.core import TyperCommand

# In the order of the help: each command with the first sentence of its own help. A module holds a function of the
# command's name, or the ``app`` of a group.
GROUPS = {
    "Sessions": {
        "start": "Start a session and open its practice screen",
        "attach": "Return to a session, to the screen as you left it",
        "list": "List your sessions",
        "status": "Show one session: its sandbox, its time left and its tasks",
        "stats": "Show what sessions use: processor, memory, processes and disk",
        "why": "Explain when and why a session ends, or has ended",
        "extend": "Give a session more time",
        "pause": "Freeze a session and its clock",
        "resume": "Continue a paused session",
        "restart": "End what runs in a session, and start its sandbox again",
        "wait": "Wait until a session is ready, has ended, or has passed a task",
        "stop": "End a session and remove its sandbox",
    },
    "Work in a sandbox": {
        "exec": "Run a command in a session",
        "run": "Run one command in a new sandbox, then remove the sandbox",
        "cp": "Copy files between this machine and a session",
        "workspace": "List, remove, export and import homes that outlive sessions",
        "serve": "Show a session's screen in a browser on this machine",
        "port-forward": "Forward ports of this machine to ports of a session",
        "open": "Open ports of a session in the browser",
        "kubeconfig": "Print a kubeconfig for a session's cluster",
    },
    "Practice": {
        "tasks": "List the tasks of a session, or print one",
        "check": "Grade the tasks of a session",
        "reset": "Reset one task",
        "score": "Show the score of a session",
        "report": "Print the results of a session to hand in",
        "exam": "Take an exam: drawn tasks, a fixed time, one grading",
        "drill": "Repeat the tasks that went wrong or took too long",
        "history": "Show your past practice",
    },
    "Packs, templates, recordings, secrets and images": {
        "pack": "Find, add, write and prove packs of practice tasks",
        "template": "List and show templates, named sets of options for `start --template`",
        "recordings": "Play, export and remove recordings",
        "secret": "Keep secrets in the keyring of this machine, for sessions",
        "image": "List, build, pull, save, load and remove container images",
    },
    "Maintenance": {
        "doctor": "Check which backends work here, and what the others lack",
        "logs": "Print what the setups of a session's tasks have printed",
        "events": "Show what happened to your sessions",
        "reap": "Remove expired, lost and unfinished sandboxes",
        "config": "Show and change the settings",
        "rbac": "Print the rights that a person needs on a cluster",
        "completion": "Print or install the completion script for a shell",
    },
}
COMMANDS = tuple(name for commands in GROUPS.values() for name in commands)
ALIASES = MappingProxyType({"ls": "list", "ps": "list", "rm": "stop", "sh": "attach", "log": "events"})
# What other tools call it, where spelling leads nowhere.
_MEANT = MappingProxyType(
    {
        **dict.fromkeys(("create", "launch", "new", "up"), "start"),
        **dict.fromkeys(("connect", "enter", "shell", "ssh"), "attach"),
        **dict.fromkeys(("delete", "destroy", "down", "kill", "remove"), "stop"),
        **dict.fromkeys(("describe", "info", "inspect", "show"), "status"),
        **dict.fromkeys(("journal",), "events"),
        **dict.fromkeys(("clean", "cleanup", "gc", "prune"), "reap"),
        **dict.fromkeys(("copy", "scp"), "cp"),
        **dict.fromkeys(("forward", "port", "proxy", "tunnel"), "port-forward"),
        **dict.fromkeys(("grade", "test", "verify"), "check"),
    }
)
_PACKAGE = "tempshell_cli.cli.commands"


class LazyGroup(Group):
    """The root command, with the commands above."""

    aliases = ALIASES
    meant = _MEANT
    summaries = GROUPS

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # Typer's own Context
        """Return the names of all commands."""
        del ctx
        return list(COMMANDS)

    def load_command(self, name: str) -> TyperCommand | None:
        """Import a command; None for a name that is not one."""
        return load(name) if name in COMMANDS else None

    def shell_complete(self, ctx: typer.Context, incomplete: str) -> list[CompletionItem]:  # type: ignore[override]
        """Return the commands that begin with what was typed, without importing one."""
        del ctx
        every = ((name, text) for commands in GROUPS.values() for name, text in commands.items())
        return [CompletionItem(name, help=text) for name, text in every if name.startswith(incomplete)]


def load(name: str) -> TyperCommand:
    """Return the command of that name."""
    module = import_module(f"{_PACKAGE}.{name.replace('-', '_')}")
    app: typer.Typer = module.app
    command = get_command(app)
    command.name = name
    return command  # type: ignore[return-value]  # a group is one, too
