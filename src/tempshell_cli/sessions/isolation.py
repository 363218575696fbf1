"""Which attempts to get out of a sandbox a backend stops, by making them in a sandbox that is removed at once."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from tempshell_cli.backends.base import Backend, Role, Template
from tempshell_cli.backends.exec import SandboxExec
from tempshell_cli.core.errors import ProvisionFailed
from tempshell_cli.core.text import strip_controls
from tempshell_cli.sessions.attempts import ATTEMPTS
from tempshell_cli.sessions.lifecycle import Sessions
from tempshell_cli.sessions.temporary import temporary_sandbox

_PROGRAM = Path(__file__).with_name("attempts.py")
_LEASE = timedelta(minutes=3)  # it ends by itself where this process is killed
_TIMEOUT = 60.0  # seconds for all attempts
_NOT_FOUND = 127  # of a shell
_SAID = 300  # characters of what went wrong inside


class Outcome(StrEnum):
    """How an attempt ended. Of one that was not tried nothing is known."""

    STOPPED = "stopped"
    NOT_STOPPED = "not stopped"
    NOT_TRIED = "not tried"


class Attempt(NamedTuple):
    """What was attempted, how it ended, and what shows that: the kernel's words, what was reached, why not."""

    name: str
    outcome: Outcome
    detail: str


def try_isolation(sessions: Sessions, backend: Backend, template: Template) -> Sequence[Attempt]:
    """Make all attempts in a restricted sandbox, as the person inside; raises as ``temporary_sandbox``.

    Raises ProvisionFailed where the image cannot run them, and EngineUnavailable where nothing can be run inside.
    """
    with (
        _listening() as name,
        temporary_sandbox(sessions, backend, template, "doctor", _LEASE, lambda _: nullcontext()) as made,
    ):
        inside = SandboxExec(backend, made, role=Role.LEARNER)
        done = inside.run(("python3", "-", name), stdin=_PROGRAM.read_bytes(), timeout=_TIMEOUT)
    if done.exit_code == _NOT_FOUND:
        raise ProvisionFailed("the image has no python3, which the attempts are written in", hint="use another image")
    try:
        return _read(done.stdout)
    except (ValueError, TypeError) as cause:
        said = strip_controls(done.stderr.decode(errors="replace")).strip()[-_SAID:] or f"exit code {done.exit_code}"
        raise ProvisionFailed(f"the attempts could not be made: {said}", hint="see that its python3 works") from cause


def _read(answer: bytes) -> Sequence[Attempt]:
    """Return what the program has written; raises ValueError and TypeError for what it would not: images differ."""
    made = [Attempt(name, Outcome(outcome), str(detail)) for name, outcome, detail in json.loads(answer)]
    if [one.name for one in made] != list(ATTEMPTS):
        raise ValueError("these are other attempts")
    return made


@contextmanager
def _listening() -> Iterator[str]:
    """Listen on an abstract socket of this machine for the block, and return its name."""
    name = f"tempshell-{os.urandom(8).hex()}"
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(f"\0{name}")
        one.listen()
        yield name
