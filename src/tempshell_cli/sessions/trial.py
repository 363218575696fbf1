"""A sandbox that is made to see whether an engine can, and removed at once."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta

from tempshell_cli.backends.base import Backend, Problem, Template
from tempshell_cli.core.errors import LeftoverRemains, TempshellError
from tempshell_cli.core.runner import SubprocessRunner
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.temporary import temporary_sandbox

_LEASE = timedelta(minutes=2)  # it ends by itself where this process is killed
_TIMEOUT = 30.0  # seconds for a command that does nothing
_LOG = "see the log of the engine"
_BUG = "report it, with what `tempshell doctor --json` prints"


def try_sandbox(sessions: Sessions, backend: Backend, template: Template) -> Problem | None:
    """Start a sandbox, run a command in it and remove it; return what went wrong."""
    try:
        with temporary_sandbox(sessions, backend, template, "doctor", _LEASE, lambda _: nullcontext()) as made:
            done = SubprocessRunner().run(backend.shell(made, ("true",)), timeout=_TIMEOUT)
    except LeftoverRemains as cause:
        return Problem(f"a sandbox starts, but cannot be removed: {cause}", "`tempshell reap` tries again")
    except TempshellError as cause:
        hint = _LOG if "doctor" in cause.hint else cause.hint  # which is what runs
        return Problem(f"no sandbox can be started: {cause}", hint)
    if done.exit_code or done.timed_out:
        said = done.stderr.decode(errors="replace").strip() or f"exit code {done.exit_code}"
        return Problem(f"a sandbox starts, but no command runs in it: {said}", _BUG)
    return None
