"""A sandbox that is made to see whether an engine can, and removed at once."""

from __future__ import annotations

import os
from contextlib import nullcontext
from datetime import timedelta

from tempshell_cli.backends.base import Backend, Problem, Receipt, Sandbox, SandboxRequest, Template
from tempshell_cli.core.errors import TempshellError
from tempshell_cli.core.interrupts import shielded
from tempshell_cli.core.runner import SubprocessRunner
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.starting import start_mark

_LEASE = timedelta(minutes=2)  # it ends by itself where this process is killed
_TIMEOUT = 30.0  # seconds for a command that does nothing
_LOG = "see the log of the engine"
_BUG = "report it, with what `tempshell doctor --json` prints"


def try_sandbox(sessions: Sessions, backend: Backend, template: Template) -> Problem | None:
    """Start a sandbox, run a command in it and remove it; return what went wrong.

    It is not a session: not on record, not counted. Its mark keeps sweeps from taking it for one that was lost.
    """
    session = os.urandom(4).hex()
    request = SandboxRequest(
        session, sessions.owner, sessions.clock.now() + _LEASE, template, name=f"doctor-{session[:4]}"
    )
    made: Sandbox = request.half_made(backend.name)
    with start_mark(sessions.paths, session):
        try:
            made = backend.provision(request, lambda _: nullcontext())
            done = SubprocessRunner().run(backend.shell(made, ("true",)), timeout=_TIMEOUT)
            if done.exit_code or done.timed_out:
                said = done.stderr.decode(errors="replace").strip() or f"exit code {done.exit_code}"
                return Problem(f"a sandbox starts, but no command runs in it: {said}", _BUG)
        except TempshellError as cause:
            hint = _LOG if "doctor" in cause.hint else cause.hint  # which is what runs
            return Problem(f"no sandbox can be started: {cause}", hint)
        finally:
            with shielded():
                left = backend.destroy(made)
    return _leftover(left)


def _leftover(receipt: Receipt) -> Problem | None:
    if not receipt.leftover:
        return None
    return Problem(
        f"a sandbox starts, but cannot be removed: {', '.join(receipt.leftover)}", "`tempshell reap` tries again"
    )
