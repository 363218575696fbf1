"""``python -m tests.support.killed N LOG COMMAND…``: tempshell, killed (as by ``kill -9``) as it comes to its Nth step.

A step is what changes something, or asks an engine: each is a place before it and one behind it, for what was asked for
may or may not have been done. Each that is reached is written to LOG, so that a test can say where it was.
"""

from __future__ import annotations

import functools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from requests import Session as HttpSession

from tempshell_cli.backends.docker.engine import DockerEngine
from tempshell_cli.backends.kind.command import Kind
from tempshell_cli.backends.kubernetes.api import Api
from tempshell_cli.backends.local import backend as local
from tempshell_cli.backends.local.rundir import RunDir
from tempshell_cli.sessions.store import Store

# The engine's and the disk's side of every change. A start of kind is one step here: its own has tests of its own.
STEPS: tuple[tuple[object, str], ...] = (
    (Store, "save"),
    (Store, "add_event"),
    (RunDir, "write"),
    (RunDir, "remove"),
    (local, "_supervise"),
    (local, "_end"),
    (HttpSession, "send"),
    (DockerEngine, "move_deadline"),
    (Kind, "create"),
    (Kind, "delete"),
    (Api, "_call"),
)


class Countdown:
    """Counts the places that are passed, and kills this process at one of them."""

    def __init__(self, last: int, log: Path) -> None:
        self._left = last
        self._log = log

    def passes(self, place: str) -> None:
        with self._log.open("a") as log:
            log.write(f"{place}\n")
        self._left -= 1
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, step: Callable[..., Any], name: str) -> Callable[..., Any]:
        @functools.wraps(step)
        def watched(*args: Any, **options: Any) -> Any:  # noqa: ANN401 - whatever the step takes and returns
            self.passes(f"before {name}")
            done = step(*args, **options)
            self.passes(f"behind {name}")
            return done

        return watched


def main() -> None:
    """Watch the steps, and become the command."""
    _, last, log, *argv = sys.argv
    countdown = Countdown(int(last), Path(log))
    for holder, name in STEPS:
        setattr(holder, name, countdown.around(getattr(holder, name), f"{getattr(holder, '__name__', '')}.{name}"))
    sys.argv = ["tempshell", *argv]
    from tempshell_cli.__main__ import main as tempshell  # noqa: PLC0415 - when all is watched

    tempshell()


if __name__ == "__main__":
    main()
