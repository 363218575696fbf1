"""A kind of check that counts lines."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from tempshell_cli.packs.checks.criteria import Check
from tempshell_cli.packs.checks.endings import refuse_ended, said
from tempshell_cli.packs.checks.kind import Kind
from tempshell_cli.packs.checks.matching import Mismatch
from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.checks.terminal import TerminalShell
from tempshell_cli.packs.reading.fields import SandboxPath, says


class LineCount(Kind, frozen=True, kw_only=True):
    """Count the lines of a file."""

    path: Annotated[SandboxPath, says("Absolute, or from the learner's home.")]
    at_least: Annotated[int, Meta(ge=1), says("How many lines it must have.")]

    def look(self, sandbox: SandboxShell, timeout: float) -> Mismatch | None:
        """Count once."""
        done = TerminalShell(sandbox).run(("wc", "-l", "--", self.path), timeout=timeout)
        refuse_ended(done)  # by a signal: the learner's doing
        if done.timed_out or done.exit_code:
            return Mismatch(f"a file {self.path}", f"it cannot be read{said(done)}")
        found = int(done.stdout.split()[0])
        return None if found >= self.at_least else Mismatch(f"{self.at_least} lines or more", str(found))


class CheckWithLines(Check, frozen=True, kw_only=True):
    """In tempshell itself this line is in ``Probe``."""

    lines: Annotated[LineCount | None, says("The number of lines of a file.")] = None
