"""A terminal outside: what a person sits at, with an emulator for eyes."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tempshell_cli.core.process import Command
from tempshell_cli.terminal.emulators.base import TERMINAL_ENV, Emulator
from tempshell_cli.terminal.emulators.choice import open_emulator
from tempshell_cli.terminal.pty import PtyProcess, Size
from tempshell_cli.terminal.screen import Row, row_text

TIMEOUT = 20.0
SIZE = Size(120, 36)
ROOT = Path(__file__).parents[2]


@dataclass
class Outer:
    """A program on a PTY and the screen it has drawn."""

    process: PtyProcess
    emulator: Emulator
    rows: dict[int, Row] = field(default_factory=dict)
    raw: bytearray = field(default_factory=bytearray)

    def text(self) -> str:
        return "\n".join(row_text(self.rows.get(y, ())) for y in range(SIZE.rows))

    def send(self, data: bytes) -> None:
        """Type, and see what is drawn while not all is taken."""
        left = bytearray(data)

        def taken() -> bool:
            del left[: self.process.master.write(bytes(left))]
            return not left

        self.until(taken)

    def until(self, happened: Callable[[], bool]) -> None:
        end = time.monotonic() + TIMEOUT
        while not happened():
            assert time.monotonic() < end, self.text()
            if select.select([self.process.master], [], [], 0.05)[0]:
                self._take()

    def until_sees(self, wanted: str) -> None:
        self.until(lambda: wanted in self.text())

    def exit_code(self) -> int | None:
        """Read to the end; return the exit code."""
        self.until(lambda: self.process.wait(0) is not None)
        return self.process.wait(0)

    def _take(self) -> None:
        data = self.process.master.read()
        self.raw += data
        self.emulator.feed(data)
        self.process.master.write(self.emulator.replies())
        self.rows.update(self.emulator.dirty_rows())


@contextmanager
def outer(command: Command) -> Iterator[Outer]:
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    env = {**TERMINAL_ENV, "PYTHONPATH": path, **command.env}
    with PtyProcess.spawn(Command(command.argv, env), SIZE) as process:
        yield Outer(process, open_emulator(SIZE))
