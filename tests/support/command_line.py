"""The ``tempshell`` command, run as a user runs it: in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pexpect

from .user import User

PROGRAM = (sys.executable, "-m", "tempshell_cli")
_TIMEOUT = 300.0  # seconds; a start may wait for another's image build, or go through ssh a hundred times
_ANY = -1


@dataclass(frozen=True)
class Outcome:
    """How a command ended and what it wrote."""

    code: int
    stdout: str
    stderr: str

    def json(self) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self.stdout)


class Tempshell:
    """Runs commands as one user, in one working directory."""

    def __init__(self, user: User, directory: Path, program: tuple[str, ...] = PROGRAM) -> None:
        self.user = user
        self.directory = directory
        self._program = program

    def started_by(self, *launcher: str) -> Tempshell:
        """Return the same, started by another program, which takes the command as its last arguments."""
        return Tempshell(self.user, self.directory, (*launcher, *self._program))

    def __call__(self, *argv: str, code: int = 0, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Outcome:
        """Run a command to its end, and assert how it ended (``code=-1`` takes any) and that no traceback was shown."""
        done = subprocess.run(
            (*self._program, *argv),
            input=stdin,
            capture_output=True,
            env={**self.user.environment, **(env or {})},
            cwd=self.directory,
            timeout=_TIMEOUT,
            check=False,
        )
        outcome = Outcome(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))
        output = f"tempshell {' '.join(argv)}: {outcome.code}\n{outcome.stdout}\n{outcome.stderr}"
        assert "Traceback" not in outcome.stderr, output
        assert code in {_ANY, outcome.code}, output
        return outcome

    def any_code(self, *argv: str, env: Mapping[str, str] | None = None) -> Outcome:
        """Run a command that may end in any way but with a traceback."""
        return self(*argv, code=_ANY, env=env)

    def start(self, *options: str) -> str:
        """Start a session and return its id."""
        return self("start", "--quiet", "--detach", *options).stdout.strip()

    @contextmanager
    def running(
        self, *argv: str, env: Mapping[str, str] | None = None, stdin: int = subprocess.DEVNULL
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run a command in a process group of its own, beside the test; it is killed at the end of the block."""
        with subprocess.Popen(
            (*self._program, *argv),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**self.user.environment, **(env or {})},
            cwd=self.directory,
            start_new_session=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    @contextmanager
    def on_terminal(
        self, *argv: str, env: Mapping[str, str] | None = None, columns: int = 80, rows: int = 24
    ) -> Iterator[pexpect.spawn[str]]:
        """Run a command on a terminal."""
        child = pexpect.spawn(
            self._program[0],
            [*self._program[1:], *argv],
            env={**self.user.environment, **(env or {})},
            cwd=str(self.directory),
            dimensions=(rows, columns),
            timeout=20,
            encoding="utf-8",
        )
        try:
            yield child
        finally:
            child.close(force=True)
