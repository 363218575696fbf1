"""The shell a person gets: inside tmux where the sandbox has it, so that a dropped connection loses nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType

from tempshell_cli.backends.base import Backend
from tempshell_cli.backends.exec import SandboxExec
from tempshell_cli.core.errors import EngineUnavailable, UsageProblem
from tempshell_cli.core.process import Command
from tempshell_cli.core.runner import SubprocessRunner
from tempshell_cli.sessions.lookup import refuse_unusable
from tempshell_cli.sessions.model import Session

# What comes before a command, and after it, so that the script ends as the command does or with 0.
_SHELL = (
    "if command -v tmux >/dev/null 2>&1; then "
    "{0}tmux -u set-option -g history-limit {2} \\; new-session -A -s main{1}; fi; "
    "if command -v bash >/dev/null 2>&1; then {0}bash -l{1}; fi; {0}sh -l{1}"
)
# What tmux keeps of a terminal, in lines: a few MB of the sandbox's memory, and more where lines are long or colourful.
_LINES = 30_000
# A read-only client of tmux: it takes no key but those of the client itself, and does not change the size.
_WATCH = "{0}tmux -u attach-session -r -t =main{1}"
_NO_TMUX, _NO_SHELL = 3, 4
_ANYTHING_TO_WATCH = (
    f"command -v tmux >/dev/null 2>&1 || exit {_NO_TMUX}; tmux has-session -t =main >/dev/null 2>&1 || exit {_NO_SHELL}"
)
_TIMEOUT = 15.0  # seconds
# How many lines tmux keeps of the terminal, how many it has, and these, joined where it has wrapped them.
_MOST = 8 * 1024**2  # bytes
_HISTORY = (
    f"{_ANYTHING_TO_WATCH}; tmux display-message -p -t =main: '#{{history_limit}} #{{history_size}}'; "
    f"tmux -u capture-pane -e -J -p -S - -t =main: | tail -c {_MOST}"
)
# Once it has as many lines as it keeps, tmux drops a tenth of them.
_FULL = 0.9
_MARGIN = 1024  # bytes
_CUT = "\x1b[2m··· what is older may be gone: the sandbox keeps {} ···\x1b[0m"
# The entries of ncurses-base, which is in every Debian: tmux refuses to start on a terminal it does not know.
_KNOWN_TERMINALS = frozenset(
    {"xterm", "xterm-256color", "screen", "screen-256color", "tmux-256color", "linux", "vt100"}
)
_FALLBACK = "xterm-256color"


def attach_command(
    backend: Backend,
    session: Session,
    *,
    terminal: str = "",
    distinguish_disconnect: bool = False,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> Command:
    """Return the command that opens the person's shell on a terminal of the type ``terminal`` (default: ours).

    It ends with the exit code of the shell. With ``distinguish_disconnect`` it ends
    with 0 whenever the shell has ended, and with another code where only the connection has. A shell that it makes
    begins with these ``variables``. Raises UsageProblem where the session is paused.
    """
    refuse_unusable(session)
    given = {**_terminal_variables(terminal), **variables}
    return _on_terminal(backend, session, _SHELL, given, distinguish_disconnect=distinguish_disconnect)


def watch_command(
    backend: Backend, session: Session, *, terminal: str = "", distinguish_disconnect: bool = False
) -> Command:
    """Return the command that shows the person's shell and passes nothing on; else like ``attach_command``.

    Raises UsageProblem where the session is paused.
    """
    refuse_unusable(session)
    given = _terminal_variables(terminal)
    return _on_terminal(backend, session, _WATCH, given, distinguish_disconnect=distinguish_disconnect)


def refuse_unwatchable(backend: Backend, session: Session) -> None:
    """Raise UsageProblem where there is no shell to be watched, or a pause; EngineUnavailable where nobody can say."""
    refuse_unusable(session)
    done = SandboxExec(backend, session.sandbox).run(("/bin/sh", "-c", _ANYTHING_TO_WATCH), timeout=_TIMEOUT)
    if done.exit_code == _NO_TMUX:
        raise UsageProblem(
            f"{session.name} cannot be watched: its shell is not shared, for there is no tmux in the sandbox",
            hint="take an image with tmux, such as tempshell/shell",
        )
    if done.exit_code == _NO_SHELL:
        raise UsageProblem(
            f"nobody has a shell open in {session.name}", hint=f"`tempshell attach {session.name}` opens one"
        )


def history(backend: Backend, session: Session) -> bytes | None:
    """Return what the sandbox's tmux has kept of the person's shell, the last screen included, with its colours.

    What has been dropped is said in its first line. None where the shell is in no tmux. Raises EngineUnavailable.
    """
    shell = SandboxExec(backend, session.sandbox, SubprocessRunner(_MOST + _MARGIN))
    done = shell.run(("/bin/sh", "-c", _HISTORY), timeout=_TIMEOUT)
    if done.exit_code in {_NO_TMUX, _NO_SHELL}:
        return None
    sizes, _, content = done.stdout.partition(b"\n")
    try:
        limit, size = map(int, sizes.split())
    except ValueError as cause:
        said = done.stderr.decode(errors="replace").strip() or f"exit code {done.exit_code}"
        raise EngineUnavailable(f"tmux has no history to show: {said}", hint="see `tempshell status`") from cause
    if len(content) >= _MOST:
        return f"{_CUT.format('8 MiB')}\n".encode() + content.partition(b"\n")[2]
    return f"{_CUT.format(f'{limit} lines')}\n".encode() + content if size >= limit * _FULL else content


def _terminal_variables(terminal: str) -> dict[str, str]:
    asked = terminal or os.environ.get("TERM", "")
    return {"TERM": asked if asked in _KNOWN_TERMINALS else _FALLBACK, "COLORTERM": "truecolor"}


def _on_terminal(
    backend: Backend, session: Session, script: str, variables: Mapping[str, str], *, distinguish_disconnect: bool
) -> Command:
    ending = ("", "; exit 0") if distinguish_disconnect else ("exec ", "")
    given = (f"{name}={value}" for name, value in variables.items())
    argv = ("/usr/bin/env", *given, "/bin/sh", "-c", script.format(*ending, _LINES))
    return backend.shell(session.sandbox, argv, tty=True)
