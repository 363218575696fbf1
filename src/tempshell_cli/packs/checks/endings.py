"""How programs end that checks run, and what that says of the sandbox."""

from __future__ import annotations

from tempshell_cli.core.process import Completed
from tempshell_cli.packs.checks.matching import CannotLook, Prevented
from tempshell_cli.packs.checks.shell import Shell

# How a shell, env, timeout and container engines say that a program cannot be started.
NOT_STARTED = frozenset({126, 127})
# How a shell says that a signal has ended a program: 128 and its number. No failure that a check asks for ("nonzero").
SIGNALS = range(129, 193)

# $1 is the program. Is it there? Some shells answer a `command -v` that finds nothing with 127.
_IS_THERE = 'case "$1" in */*) test -x "$1" ;; *) command -v "$1" ;; esac >/dev/null || exit 1'


def is_there(program: str, shell: Shell, timeout: float) -> bool:
    """Return whether a program can start; raises CannotLook where none can be, and Prevented as ``refuse_ended``."""
    found = shell.run(("/bin/sh", "-c", _IS_THERE, "sh", program), timeout=timeout)
    refuse_ended(found)
    if found.timed_out or found.exit_code in NOT_STARTED:
        raise CannotLook(f"nothing can be started in the sandbox{said(found)}")
    return found.exit_code == 0


def refuse_ended(done: Completed) -> None:
    """Raise Prevented where a signal has ended a program of our own: for want of memory, or by the learner."""
    if done.exit_code in SIGNALS:
        raise Prevented(f"{ended(done)}{said(done)}")


def ended(done: Completed) -> str:
    """Return which signal has ended a program."""
    return f"it was ended by signal {done.exit_code - SIGNALS.start + 1}"


def said(done: Completed) -> str:
    """Return what a program said last, to be put behind how it ended."""
    words = (done.stderr.strip() or done.stdout.strip())[-1024:]
    return f"; it said: {words.decode(errors='replace')}" if words else ""
