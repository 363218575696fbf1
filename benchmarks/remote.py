"""What setting up a pack costs on an engine that is reached over ssh, beside the same engine without it."""

from __future__ import annotations

import os
import shlex
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from . import sshd
from .commands import docker_answers
from .table import Row, compared, not_measured
from .user import User

_WHAT, _MOST = "linux-basics set up, over ssh", 3.0
_PACK = "linux-basics"
_HERE, _THERE = ("--backend", "docker"), ("--docker-context", "ssh://root@127.0.0.1")


def measure(user: User, rounds: int) -> Iterator[Row]:
    """Start the pack here and there in turns, an sshd of this machine between, and end it each time."""
    if not (sshd.can_start() and docker_answers()):
        yield not_measured(_WHAT, sshd.WHY_NOT if docker_answers() else "no Docker engine answers")
        return
    with sshd.started() as ssh, tempfile.TemporaryDirectory() as directory:
        program = Path(directory, "ssh")
        program.write_text(f'#!/bin/sh\nexec {shlex.join(ssh)} "$@"\n', "utf-8")
        program.chmod(0o755)
        through = User({**user.environment, "PATH": f"{directory}:{os.environ['PATH']}"})
        times = [(_seconds(through, *_THERE), _seconds(user, *_HERE)) for _ in range(rounds + 1)][1:]
    there, here = (median(column) for column in zip(*times, strict=True))
    yield compared(_WHAT, there, "by the engine's own socket", here, _MOST)


def _seconds(user: User, *engine: str) -> float:
    began = time.monotonic()
    user.output("start", "--detach", "--quiet", *engine, _PACK)
    taken = time.monotonic() - began
    user.output("stop")
    return taken
