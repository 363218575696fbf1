"""The check ``cases``: a program of the learner's, tried with many inputs, some of them random."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping, Sequence
from shlex import join, quote
from typing import Annotated, NamedTuple

from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import asdict

from tempshell_cli.core.process import Completed
from tempshell_cli.packs.checks.endings import ended, refuse_ended, said
from tempshell_cli.packs.checks.kind import Kind
from tempshell_cli.packs.checks.matching import CannotLook, Mismatch, shown
from tempshell_cli.packs.checks.program import refuse_odd_program
from tempshell_cli.packs.checks.shell import EVAL_STDIN, SandboxShell, Shell
from tempshell_cli.packs.checks.terminal import KILLED, TerminalShell
from tempshell_cli.packs.reading.fields import NoNul, PackFile, Strict, says

MOST_CASES = 100
_MOST_OUTPUT = 4096  # bytes; of all cases together it must fit in what a shell keeps
_WORDS = ("alpha", "bravo", "delta", "echo", "golf", "hotel", "india", "kilo", "lima", "mike", "oscar", "papa", "tango")

_CUT_OFF = -1  # in the place of an exit code, where there is more output than is read
_LONGEST = _MOST_OUTPUT + len(" 255")
# One shell runs all cases: a way into a sandbox takes longer than most programs. What it writes of each case that has
# ended: the output, a blank, the exit code and a NUL. A shell's variables have no NUL in them.
_RUN = f"""
try() {{
  input=$1; shift
  found=$({{ printf %s "$input" | program "$@" 2>/dev/null; echo " $?"; }} | head -c {_LONGEST + 4})
  printf '%s\\0' "$found"
}}
"""

# Another user can see a process's arguments, but not its environment.
_ORACLE = """
export script
sh=/bin/bash; [ -x $sh ] || sh=/bin/sh
program() { $sh -c 'eval "$script"' oracle "$@"; }
"""

_Span = Annotated[tuple[Annotated[int, Meta(ge=0, le=100)], ...], Meta(min_length=2, max_length=2)]


class Random(Strict, frozen=True, kw_only=True):
    """Random input. Exactly one of `ints`, `words` and `pick` says of what."""

    ints: Annotated[
        Annotated[tuple[int, ...], Meta(min_length=2, max_length=2)] | None,
        says("Whole numbers between these two, both included: `[-100, 100]`."),
    ] = None
    words: Annotated[bool, says("Short English words.")] = False
    pick: Annotated[tuple[NoNul, ...], says("Texts out of these.")] = ()
    count: Annotated[_Span, says("How many in a line, at least and at most, with blanks between them.")] = (1, 1)
    lines: Annotated[
        _Span | None, says("How many lines, at least and at most. By default one, without a newline at its end.")
    ] = None

    def __post_init__(self) -> None:
        if sum((self.ints is not None, self.words, bool(self.pick))) != 1:
            raise ValueError("random input is one of ints, words and pick")
        for low, high in filter(None, (self.ints, self.count, self.lines)):
            if low > high:
                raise ValueError(f"{low} is above {high}")

    def text(self, chance: random.Random) -> str:
        """Return one such input."""
        if self.lines is None:
            return self._line(chance)
        return "".join(f"{self._line(chance)}\n" for _ in range(chance.randint(*self.lines)))

    def _line(self, chance: random.Random) -> str:
        return " ".join(
            str(chance.randint(*self.ints)) if self.ints else chance.choice(self.pick or _WORDS)
            for _ in range(chance.randint(*self.count))
        )


class Generate(Strict, frozen=True, kw_only=True):
    """Cases with random input, other ones each time the check looks. The ``oracle`` says what is right."""

    count: Annotated[Annotated[int, Meta(ge=1, le=MOST_CASES)], says("How many.")] = 20
    argv: Annotated[tuple[NoNul | Random, ...], says("Arguments: texts, or random ones.")] = ()
    stdin: Annotated[NoNul | Random, says("What the program reads.")] = ""


class Case(Strict, frozen=True, kw_only=True):
    """One input, and what the program must make of it."""

    argv: Annotated[tuple[NoNul, ...], says("Arguments, after those of `program`.")] = ()
    stdin: Annotated[NoNul, says("What the program reads.")] = ""
    stdout: Annotated[
        str | UnsetType,
        says("What it must write; newlines at the end do not matter. By default what the oracle writes."),
    ] = UNSET
    exit: Annotated[int | UnsetType, says("Its exit code. By default that of the oracle, and 0 without one.")] = UNSET


class Cases(Kind, frozen=True, kw_only=True):
    """Run a program of the learner's, as the learner, with each input of a table.

    It must write what is right, and end with the right exit code; what it writes to stderr does not matter. The first
    case that differs is shown. The ``oracle`` runs as the grader: the learner cannot read it.
    """

    program: Annotated[
        tuple[NoNul, ...], Meta(min_length=1), says("The program, and arguments that it has in every case.")
    ]
    table: Annotated[tuple[Case, ...], Meta(max_length=MOST_CASES), says("The inputs.")] = ()
    generate: Annotated[Generate | None, says("Random inputs, after those of the table.")] = None
    oracle: Annotated[
        PackFile | None, says("A shell script that does what the program must do, with the same arguments and input.")
    ] = None
    hidden: Annotated[bool, says("Show only how many cases differ, and none of them.")] = False

    def __post_init__(self) -> None:
        refuse_odd_program(self.program)
        if not (self.table or self.generate):
            raise ValueError("there are no cases: write a table, or generate some")
        if self.generate and not self.oracle:
            raise ValueError("only an oracle knows what is right for generated input")
        if not self.oracle and any(case.stdout is UNSET and case.exit is UNSET for case in self.table):
            raise ValueError("a case says what is right (stdout, exit), or an oracle does")

    @property
    def runs_learners_program(self) -> bool:
        """It does, with each case."""
        return True

    @property
    def files(self) -> tuple[str, ...]:
        """The files of the pack that it reads."""
        return (self.oracle,) if self.oracle else ()

    def with_files(self, files: Mapping[str, bytes]) -> Cases:
        """Return it with its oracle's script."""
        return _WithOracle(**asdict(self), script=files[self.oracle].decode(errors="replace")) if self.oracle else self

    def look(self, sandbox: SandboxShell, timeout: float) -> Mismatch | None:
        """Run all cases, in one shell; the oracle's in another."""
        cases = [*self.table, *self._generated(random.Random(os.urandom(8)))]  # noqa: S311 - input, not a secret
        right = self._right(cases, sandbox, timeout)
        learners = TerminalShell(sandbox, as_learner=True)
        found, done = _run(f'program() {{ {join(self.program)} "$@"; }}', cases, learners, timeout)
        if done.exit_code == KILLED and not done.timed_out and len(found) < len(cases):
            return Mismatch("an end of its own", ended(done))
        if not found and not done.timed_out:
            refuse_ended(done)
            raise CannotLook(f"the cases cannot be run: exit code {done.exit_code}{said(done)}")
        wrong = [
            (case, want, got)
            for case, want, got in zip(cases, right, [*found, *([None] * (len(cases) - len(found)))], strict=True)
            if got is None or not want.is_met_by(got)
        ]
        if not wrong:
            return None
        if self.hidden:
            return Mismatch(f"the right output in {len(cases)} cases", f"{len(wrong)} of them differ")
        case, want, got = wrong[0]
        late = f"no end within {timeout:g} s" if done.timed_out else "no end of its own"
        return Mismatch(f"{self._shown(case)}: {want}", f"{got or late} ({len(wrong)} of {len(cases)} cases differ)")

    def _generated(self, chance: random.Random) -> Iterator[Case]:
        def text(of: str | Random) -> str:
            return of if isinstance(of, str) else of.text(chance)

        if made := self.generate:
            for _ in range(made.count):
                yield Case(argv=tuple(map(text, made.argv)), stdin=text(made.stdin))

    def _right(self, cases: Sequence[Case], sandbox: SandboxShell, timeout: float) -> list[_Result]:
        del sandbox, timeout
        return [_Result(case.stdout, 0 if case.exit is UNSET else case.exit) for case in cases]

    def _shown(self, case: Case) -> str:
        line = join((*self.program, *case.argv))
        return f"printf %s {quote(case.stdin)} | {line}" if case.stdin else line


class _WithOracle(Cases, frozen=True, kw_only=True):
    """Cases whose oracle has been read."""

    script: str

    def _right(self, cases: Sequence[Case], sandbox: SandboxShell, timeout: float) -> list[_Result]:
        found, done = _run(f"script={quote(self.script)}\n{_ORACLE}", cases, TerminalShell(sandbox), timeout)
        if len(found) < len(cases):
            refuse_ended(done)
            how = f"did not end within {timeout:g} s" if done.timed_out else f"ended with exit code {done.exit_code}"
            raise CannotLook(f"the oracle {self.oracle} {how}{said(done)}")
        if any(len(one.stdout or "") > _MOST_OUTPUT for one in found):
            raise CannotLook(f"the oracle {self.oracle} writes more than {_MOST_OUTPUT >> 10} KiB")
        return [
            _Result(one.stdout if case.stdout is UNSET else case.stdout, one.exit if case.exit is UNSET else case.exit)
            for case, one in zip(cases, found, strict=True)
        ]


class _Result(NamedTuple):
    """What a program writes, and its exit code; ``stdout`` is UNSET where that does not matter."""

    stdout: str | UnsetType
    exit: int

    def is_met_by(self, found: _Result) -> bool:
        same = self.stdout is UNSET or _trimmed(self.stdout) == _trimmed(found.stdout)
        return same and self.exit == found.exit

    def __str__(self) -> str:
        if self.exit == _CUT_OFF:
            return f"more than {_MOST_OUTPUT >> 10} KiB of output"
        written = "" if self.stdout is UNSET else f"{shown(_trimmed(self.stdout))}, "
        return f"{written}exit code {self.exit}"


def _trimmed(text: str | UnsetType) -> str:
    return "" if text is UNSET else text.rstrip("\n")


def _run(head: str, cases: Sequence[Case], shell: Shell, timeout: float) -> tuple[list[_Result], Completed]:
    """Run a program with each case in one shell; return what it made of those that it came to the end of."""
    calls = "\n".join(f"try {quote(case.stdin)} {join(case.argv)}" for case in cases)
    script = f"{head}\n{_RUN}{calls}\n"
    done = shell.run(("/bin/sh", "-c", EVAL_STDIN), stdin=script.encode(), timeout=timeout)
    return list(_results(done.stdout)), done


def _results(output: bytes) -> Iterator[_Result]:
    """Yield what a shell says of each case. A program that writes there, too, only gets itself wrong."""
    for found in output.split(b"\0")[:-1]:
        written, _, code = found.rpartition(b" ")
        if len(found) > _LONGEST:
            written, code = found, str(_CUT_OFF).encode()
        if not code.removeprefix(b"-").isdigit():
            return
        yield _Result(written.decode(errors="replace"), int(code))
