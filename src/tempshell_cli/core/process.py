"""What a command is, and how one ended. Who runs it: ``runner`` with pipes, the terminal wing on a PTY."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from tempshell_cli.core.errors import EngineUnavailable

# The default of a mapping that nobody changes.
NOTHING: Mapping[str, str] = MappingProxyType({})


class Command(NamedTuple):
    """What to run on this machine: never a shell line, always an argv.

    ``env`` is laid over the environment of this process, or is all of it where ``alone`` is set. Who runs it on a new
    terminal makes that with ``ptmx``, where one is named: the multiplexer (pts(4)) of the place it goes to.
    ``passes_signals``: what it runs in a sandbox gets the signals that it gets, and ends with the session's expiry.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str] = NOTHING
    alone: bool = False
    ptmx: str = ""
    passes_signals: bool = False

    def environment(self) -> dict[str, str]:
        """Return the whole environment the command runs with."""
        return {**self.env} if self.alone else {**os.environ, **self.env}


class Completed(NamedTuple):
    """How a command ended, and the bytes it wrote."""

    exit_code: int
    stdout: bytes
    stderr: bytes
    timed_out: bool = False


def cannot_start(argv: Sequence[str], cause: OSError) -> EngineUnavailable:
    """Say that a program could not be started, in the system's own words."""
    return EngineUnavailable(
        f"cannot run {argv[0]}: {cause.strerror}",
        hint=f"install {os.path.basename(argv[0])!s} or see `tempshell doctor`",  # noqa: PTH119 - argv, not a path
    )
