"""Programs that checks run in the learner's sandbox, and what keeps them from running: the learner, or the engine."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Completed
from tempshell_cli.core.text import one_line
from tempshell_cli.packs.checks.matching import Prevented
from tempshell_cli.packs.checks.shell import SandboxShell

KILLED = 137  # 128 + SIGKILL
# What shells, timeout(1), our own way in and runc say where a sandbox has all the processes or memory that it may have.
# runc has no word for it: its process in the container ends before it has become the program that was asked for.
_NO_PROCESS = re.compile(
    rb"(?i)\b(?:cannot|can't) fork\b|resource temporarily unavailable|cannot allocate memory"
    rb"|unable to start container process: (?!exec: )"
)
# The same words are said of a file that another process has locked by a lease (fcntl(2)): by grep, dd and Python so.
_OF_A_FILE = re.compile(rb"(?i): [^:]+: resource temporarily unavailable|resource temporarily unavailable: ['\"]")
_OF_A_PROCESS = re.compile(rb"(?i)\b(?:fork|clone|threads?|run|exec|process)\b")
_NO_SPACE = re.compile(rb"(?i)no space left on device")
_PROBE_SECONDS = 10.0
_MISLED = re.compile(rb"tempshell: (a link leads to [^\n]*)\n")  # the grader's way in


class TerminalShell:
    """Runs the program of a check in the sandbox: as the grader, or as the learner where it is the learner's own."""

    def __init__(self, sandbox: SandboxShell, *, as_learner: bool = False) -> None:
        self._sandbox = sandbox
        self._shell = sandbox if as_learner else sandbox.grader
        self._as_learner = as_learner

    @property
    def home(self) -> str:
        """The learner's home, where every program begins."""
        return self._shell.home

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout: float) -> Completed:
        """Run a program as ``Shell`` has it.

        Raises Prevented where the learner keeps it from running, or a part of it: a link leads to what is the program's
        own, the sandbox is full of processes, a file is locked, or whatever was to report its end is gone although the
        sandbox still answers. Raises EngineUnavailable where it does not.
        """
        try:
            done = self._shell.run(argv, stdin=stdin, timeout=timeout)
        except EngineUnavailable as cause:
            if said := _hindrance(str(cause).encode()):
                raise Prevented(said) from cause
            if self._answers():
                raise Prevented("it was ended from inside the sandbox before it could report anything") from cause
            raise
        # A script can end well although a command in it could not do its work.
        graders = not self._as_learner
        if (done.exit_code or graders) and (said := _hindrance(done.stderr, full_disks=graders)):
            raise Prevented(said)
        if done.exit_code and (misled := _MISLED.match(done.stderr)):
            raise Prevented(f"{one_line(misled[1].decode(errors='replace'))}, which is the check's own")
        return done

    def _answers(self) -> bool:
        try:
            self._sandbox.grader.run(("true",), timeout=_PROBE_SECONDS)
        except EngineUnavailable:
            return False
        return True


def _hindrance(stderr: bytes, *, full_disks: bool = False) -> str:
    """Return what kept a program from its work that the learner can bring about, with its own words; "" for nothing."""
    for line in stderr.splitlines():
        if _NO_PROCESS.search(line):
            is_file = _OF_A_FILE.search(line) and not _OF_A_PROCESS.search(line)
            why = "a lease in the sandbox locks a file" if is_file else "the sandbox has no room for another process"
        elif full_disks and _NO_SPACE.search(line):
            why = "a disk of the sandbox is full"
        else:
            continue
        return f"{why}: {one_line(line.decode(errors='replace'))}"
    return ""
