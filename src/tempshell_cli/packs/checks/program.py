"""The check ``exec``: a program, how it must end and what it must write; and its control."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from tempshell_cli.core.process import Completed
from tempshell_cli.core.text import one_line
from tempshell_cli.packs.checks.endings import NOT_STARTED, SIGNALS, ended, is_there, said
from tempshell_cli.packs.checks.file import Excerpt, lines_of
from tempshell_cli.packs.checks.kind import Kind
from tempshell_cli.packs.checks.kubectl_words import refuse_more_than_a_look
from tempshell_cli.packs.checks.learner_programs import started_program
from tempshell_cli.packs.checks.matching import CannotLook, Mismatch, OutputMatch, Prevented, output_mismatch
from tempshell_cli.packs.checks.places import CLUSTER, TERMINAL, Place, newest_pods, shell_at
from tempshell_cli.packs.checks.shell import SandboxShell, out_of_reach, without_settings
from tempshell_cli.packs.checks.terminal import KILLED, TerminalShell
from tempshell_cli.packs.reading.fields import Id, NoNul, SandboxPath, Strict, says

KUBECTL = "kubectl"
_DENIED = "permission denied"


class Expect(Strict, frozen=True, kw_only=True):
    """How a program must end, and what it must write."""

    exit: Annotated[
        int | Literal["nonzero"] | Annotated[tuple[int, ...], Meta(min_length=1)],
        says("The exit code: a number, several of which one must be it, or `nonzero`."),
    ] = 0
    stdout: Annotated[OutputMatch | None, says("What it writes.")] = None
    stderr: Annotated[OutputMatch | None, says("What it complains of.")] = None
    source_of: Annotated[
        SandboxPath | None,
        says("A file in the sandbox that must consist of lines that the program writes to stdout: of one at least."),
    ] = None

    @property
    def codes(self) -> tuple[int, ...]:
        """The exit codes that it names; none for ``nonzero``."""
        if isinstance(self.exit, str):
            return ()
        return self.exit if isinstance(self.exit, tuple) else (self.exit,)


class Exec(Kind, frozen=True, kw_only=True):
    """Run a program: by absolute path and with a clean environment, or, in a workload, with the container's own.

    A program that is missing is an error, not a wrong answer, unless it is the learner's own. A workload that is not
    there is a wrong answer, one that cannot be entered an error.
    """

    argv: Annotated[
        tuple[NoNul, ...],
        Meta(min_length=1),
        says("The program and its arguments. No shell reads them; write `[bash, -c, …]` for one."),
    ]
    stdin: Annotated[str, says("What it reads.")] = ""
    in_: Annotated[
        Place,
        says(
            "Where: the learner's sandbox (`terminal`); a workload, such as `pod/web`, `deploy/web`, or `app=web` for "
            "the newest pod with that label; or, for a `kubectl` that only looks, outside of both with the grader's "
            "own rights (`cluster`)."
        ),
    ] = field(default=TERMINAL, name="in")
    as_: Annotated[
        Literal["grader", "learner"] | None,
        says(
            "The user it runs as in the terminal: the grader, who reads every file and whom the learner cannot "
            "interfere with, or the learner, for a check that runs a program of theirs. The default is the learner for "
            "a program of theirs, by a relative path or one below their home, and the grader for any other."
        ),
    ] = field(default=None, name="as")
    ns: Annotated[Id | None, says("The workload's namespace, or kubectl's.")] = None
    expect: Annotated[Expect, says("How it must end; by default with exit code 0.")] = Expect()

    def __post_init__(self) -> None:
        refuse_odd_program(self.argv)
        if self.in_ == CLUSTER:
            if self.argv[0] != KUBECTL:
                raise ValueError(f"in the cluster itself only {KUBECTL} runs")
            refuse_more_than_a_look(self.argv)
        if self.as_ and self.in_ != TERMINAL:
            raise ValueError("`as` is for programs in the terminal")

    def is_learners(self, home: str) -> bool:
        """Whether the program itself is one of the learner's, whose home is the directory given."""
        program = self.argv[0]
        return "/" in program and (not program.startswith("/") or program.startswith(f"{home}/"))

    def runs_as_learner(self, home: str) -> bool:
        """Whether it runs as the learner, and not as the grader."""
        return self.as_ == "learner" if self.as_ else self.is_learners(home)

    @property
    def is_packs(self) -> bool:
        """Whether it runs what the pack says, with rights of ours, and not a program of the learner's."""
        return self.in_ != TERMINAL or not self.runs_as_learner("/home")

    @property
    def runs_learners_program(self) -> bool:
        """Whether the program is the learner's own, or starts one, as far as its words show it."""
        return self.in_ == TERMINAL and bool(started_program(self.argv, self.stdin))

    @property
    def needs_cluster(self) -> bool:
        """Whether it runs anywhere but in the learner's sandbox."""
        return self.in_ != TERMINAL

    @property
    def path(self) -> str:
        """The file that is compared with what it writes; "" for none."""
        return self.expect.source_of or ""

    @property
    def pods(self) -> tuple[str, str] | None:
        """Those of which it enters the newest."""
        return newest_pods(self.in_, self.ns)

    def look(self, sandbox: SandboxShell, timeout: float) -> Mismatch | None:
        """Run the program, and compare how it ends and what it writes."""
        as_learner = self.in_ == TERMINAL and self.runs_as_learner(sandbox.home)
        shell = TerminalShell(sandbox, as_learner=True) if as_learner else shell_at(self.in_, self.ns, sandbox)
        argv, stdin = out_of_reach(self.argv, self.stdin) if self.in_ == TERMINAL else (self.argv, self.stdin)
        if self.in_ == TERMINAL and not as_learner:
            argv, stdin = without_settings(argv, stdin)
        done = shell.run(argv, stdin=stdin.encode(), timeout=timeout)
        # Elsewhere a program may be ended by the `timeout` of a busybox, which the check has asked for.
        signals = {KILLED} if as_learner or self.in_ != TERMINAL else SIGNALS
        asked_for = done.exit_code in self.expect.codes
        if done.exit_code in signals and (done.timed_out or not asked_for):
            return Mismatch(f"an end of its own, within {timeout:g} s", f"{ended(done)}{said(done)}")
        if done.timed_out:
            return Mismatch(f"an end within {timeout:g} s", f"still running{said(done)}")
        # "nonzero" does not ask for a code of NOT_STARTED: a missing `nc` must not prove that a port is closed.
        if done.exit_code in NOT_STARTED and not asked_for and not is_there(self.argv[0], shell, timeout):
            if not self.is_learners(shell.home):
                raise CannotLook(f"the sandbox has no {self.argv[0]}", hint="choose another image")
            return Mismatch(f"a program {self.argv[0]}", "no such file, or not executable")
        # Nor does either answer come from a grader that cannot read what the learner has closed, as in a pod.
        graders = self.in_ == TERMINAL and not as_learner
        if graders and _is_closed(done.stderr, "" if self.expect.exit == "nonzero" else shell.home):
            raise Prevented(f"the learner has closed a file{said(done)}")
        differs = _mismatch(self.expect, done)
        if differs is None and self.path:
            return Excerpt(path=self.path, lines=frozenset(lines_of(done.stdout))).look(sandbox, timeout)
        return differs


class Control(Strict, frozen=True, kw_only=True):
    """The same program where it must succeed. If that fails, too, the check is an error, and not a pass.

    What is not given is taken from the check's ``exec``, but for ``expect``. It runs as the same user.
    """

    argv: Annotated[
        Annotated[tuple[NoNul, ...], Meta(min_length=1)] | None, says("Another program, or other arguments.")
    ] = None
    stdin: Annotated[str | None, says("What it reads.")] = None
    in_: Annotated[Place | None, says("Where.")] = field(default=None, name="in")
    ns: Annotated[Id | None, says("The workload's namespace.")] = None
    expect: Annotated[Expect, says("How it must end; by default with exit code 0.")] = Expect()

    def __post_init__(self) -> None:
        if self.argv:
            refuse_odd_program(self.argv)

    def over(self, exec_: Exec) -> Exec:
        """Return what to run: this control, laid over the program it is the control of."""
        place = self.in_ or exec_.in_
        return Exec(
            argv=self.argv or exec_.argv,
            stdin=exec_.stdin if self.stdin is None else self.stdin,
            in_=place,
            as_=exec_.as_ if place == TERMINAL else None,
            ns=self.ns or exec_.ns,
            expect=self.expect,
        )


def _is_closed(stderr: bytes, home: str) -> bool:
    """Return whether a program complains of a file in ``home`` that it may not read; "" is for any file anywhere.

    Programs name the file last, in quotation marks of any kind or none.
    """
    for line in stderr.decode(errors="replace").splitlines():
        before, denied, _ = line.lower().rpartition(_DENIED)
        path = before.rstrip(": ").rpartition(" ")[2].strip("'\"`\u2018\u2019")
        if denied and (not home or not path.startswith("/") or path.startswith(f"{home.lower()}/")):
            return True
    return False


def _mismatch(expect: Expect, done: Completed) -> Mismatch | None:
    if not ((done.exit_code != 0) if expect.exit == "nonzero" else (done.exit_code in expect.codes)):
        wanted = " or ".join(map(str, expect.codes))
        asked = f"exit code {wanted}" if wanted else "an exit code other than 0"
        return Mismatch(asked, f"exit code {done.exit_code}{said(done)}")
    for name, want, found in (("stdout", expect.stdout, done.stdout), ("stderr", expect.stderr, done.stderr)):
        if want and (differs := output_mismatch(want, found)):
            return Mismatch(f"on {name}: {differs.expected}", f"on {name}: {differs.found}")
    return None


def refuse_odd_program(argv: tuple[str, ...]) -> None:
    """Refuse what ``env`` and ``timeout``, which stand before it, would take for a word of their own."""
    if not argv[0] or argv[0].startswith("-") or "=" in argv[0]:
        raise ValueError(f"{one_line(argv[0])!r} is not the name of a program")
