"""The ``docker exec`` that enters a container."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tempshell_cli.backends.base import Role
from tempshell_cli.backends.docker import endpoint as endpoints
from tempshell_cli.backends.entry import entry_argv
from tempshell_cli.core.process import Command

# Held back by the CLI until the next key, so a key that hardly any program uses; the default, ctrl-p, is every shell's.
_DETACH_KEYS = "ctrl-^,ctrl-@"


class Entry(NamedTuple):
    """Where to go in: a container of an endpoint, as a user (``uid:gid``), in a directory."""

    endpoint: str
    container: str
    user: str
    home: str


def exec_command(entry: Entry, argv: Sequence[str], role: Role, *, tty: bool = False) -> Command:
    """Return the command that runs ``argv`` in the container, in its role, and passes its exit code on."""
    options = ["--tty", "--detach-keys", _DETACH_KEYS] if tty else []
    return Command(
        (
            *("docker", "exec", "--interactive", *options),
            *("--user", entry.user, "--workdir", entry.home),
            entry.container,
            *entry_argv(argv, role),
        ),
        endpoints.environment(entry.endpoint),
    )
