"""A sandbox for a moment: no session, not on record and not counted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from tempshell_cli.backends.base import Backend, Report, Sandbox, SandboxRequest, Template
from tempshell_cli.core.errors import LeftoverRemains
from tempshell_cli.core.interrupts import shielded
from tempshell_cli.sessions.lifecycle import REAP, Sessions
from tempshell_cli.sessions.starting import start_mark


@contextmanager
def temporary_sandbox(  # noqa: PLR0913, PLR0917 - what a sandbox depends on
    sessions: Sessions, backend: Backend, template: Template, what: str, lease: timedelta, report: Report
) -> Iterator[Sandbox]:
    """Make a sandbox for the block, named after ``what`` it is for; it ends by itself where this process is killed.

    Its mark keeps sweeps from taking it for one that was lost. Raises as ``Backend.provision``, and LeftoverRemains.
    """
    session = os.urandom(4).hex()
    deadline = sessions.clock.now() + lease
    request = SandboxRequest(session, sessions.owner, deadline, template, name=f"{what}-{session[:4]}")
    made = request.half_made(backend.name)
    with start_mark(sessions.paths, session):
        try:
            made = backend.provision(request, report)
            yield made
        finally:
            with shielded():
                left = backend.destroy(made).leftover
    if left:
        raise LeftoverRemains(f"the sandbox of {request.name} could not be removed: {', '.join(left)}", hint=REAP)
