"""The shell a person gets: inside tmux where the sandbox has it, so that a dropped connection loses nothing."""

from __future__ import annotations

import os

from tempshell_cli.backends.base import Backend
from tempshell_cli.core.process import Command
from tempshell_cli.sessions.lookup import refuse_paused
from tempshell_cli.sessions.model import Session

_SHELL = (
    "if command -v tmux >/dev/null 2>&1; then {0}tmux -u new-session -A -s main{1}; fi; "
    "if command -v bash >/dev/null 2>&1; then {0}bash -l{1}; fi; {0}sh -l{1}"
)
_AS_IT_ENDS = _SHELL.format("exec ", "")
_DONE = _SHELL.format("", "; exit 0")
# The entries of ncurses-base, which is in every Debian: tmux refuses to start on a terminal it does not know.
_KNOWN_TERMINALS = frozenset(
    {"xterm", "xterm-256color", "screen", "screen-256color", "tmux-256color", "linux", "vt100"}
)
_FALLBACK = "xterm-256color"


def attach_command(backend: Backend, session: Session, *, terminal: str = "", told_apart: bool = False) -> Command:
    """Return the command that opens the person's shell on a terminal of the type ``terminal`` (default: ours).

    It ends with the exit code of the shell. Where that is to be ``told_apart`` from a connection that ended, it ends
    with 0 whenever the shell has, and with another code where the shell may live on.
    Raises UsageProblem where the session is paused.
    """
    refuse_paused(session)
    asked = terminal or os.environ.get("TERM", "")
    known = asked if asked in _KNOWN_TERMINALS else _FALLBACK
    script = _DONE if told_apart else _AS_IT_ENDS
    argv = ("/usr/bin/env", f"TERM={known}", "COLORTERM=truecolor", "/bin/sh", "-c", script)
    return backend.shell(session.sandbox, argv, tty=True)
