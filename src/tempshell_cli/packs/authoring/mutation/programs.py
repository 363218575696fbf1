"""Made answers of tasks that end in a program: it does nothing, says what one check expects, or is a little wrong.

A program that is a little wrong is the solution's own with something between it and its caller, so how it is written
does not matter. No input, no output.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from shlex import quote
from typing import NamedTuple

from tempshell_cli.packs.authoring.mutation.mutation import Wording

_SHELL = re.compile(r"#! ?/(?:usr/)?bin/(?:env )?(bash|sh)\b")
_SPEAKS_OF_ERRORS = r"\bstderr\b|\bstandard error\b"
_SPEAKS_OF_EXIT = r"\bexit(s|ed)?\b"
_SPLIT = re.compile(r"\s|\*|^$")
# What is exec'd is ended by the signals that its caller sends; so is what runs in the background here.
_EXEC = 'exec "$shell" -c "$source" "$0" {args}\n'
_THEN = """\
exec 3<&0
"$shell" -c "$source" "$0" "$@" <&3 3<&- & it=$!
trap 'kill -TERM $it' TERM
wait $it; code=$?
[ $code -le 128 ] || {{ wait $it; code=$?; }}
{end}
exit $code
"""
# A check is over when the program has ended: it must not end before what its output goes through.
_THROUGH = """\
exec 3<&0
exec {redirection}
filter=$!
"$shell" -c "$source" "$0" "$@" <&3 3<&- & it=$!
trap 'kill -TERM $it' TERM
wait $it; code=$?
[ $code -le 128 ] || {{ wait $it; code=$?; }}
exec >&- 2>&-
wait $filter
exit $code
"""


class Run(NamedTuple):
    """What a program of the learner's printed, and how it ended, when a check had run it.

    ``args`` are its arguments, ``variables`` those of the environment that the check has set for it.
    """

    check: str
    stdout: bytes
    exit_code: int
    args: Sequence[str] = ()
    stdin: str = ""
    stderr: bytes = b""
    variables: Mapping[str, str] = {}


def wrong_programs(path: str, content: bytes, runs: Sequence[Run], wording: Wording) -> Iterator[tuple[str, bytes]]:
    """Yield what is wrong with a program, in words that follow its name, and the program."""
    first = content.partition(b"\n")[0].decode(errors="replace")
    python = "python" in first or path.endswith(".py")
    shebang = b"#!/usr/bin/env python3\n" if python else b"#!/bin/sh\n"
    yield "does nothing", shebang
    for run in runs:
        # Without either it may well print the same each time.
        if not (run.stdout and (run.args or run.stdin)):
            continue
        printed = run.stdout.decode(errors="replace")
        if python:
            body = f"import sys\nsys.stdout.write({printed!r})\nsys.exit({run.exit_code})\n"
        else:
            body = f"printf %s {quote(printed)}\nexit {run.exit_code}\n"
        yield f"prints what `{run.check}` expects, whatever it is given", shebang + body.encode()
    shell = _SHELL.match(first)
    if shell and runs and b"\0" not in content:
        source = quote(content.decode(errors="surrogateescape"))
        head = f"#!/bin/bash\nshell={shell[1]}\nsource={source}\n"
        for what, body in _wrappers(runs, wording):
            yield what, (head + body).encode(errors="surrogateescape")


def _wrappers(runs: Sequence[Run], wording: Wording) -> Iterator[tuple[str, str]]:
    """Yield what stands between a program and its caller, where that makes a difference for one of the runs."""
    whole = _EXEC.format(args='"$@"')
    if any(run.args for run in runs):
        yield "does not see its arguments", _EXEC.format(args="")
    if any(len(run.args) > 1 for run in runs):
        yield "sees just its first argument", _EXEC.format(args='"$1"')
    if any(_SPLIT.search(arg) for run in runs for arg in run.args):
        yield "splits its arguments at blanks", _EXEC.format(args="$*")
    if any(run.stdin for run in runs):
        yield "reads nothing", f"exec </dev/null\n{whole}"
    for name in sorted({name for run in runs for name in run.variables}):
        yield f"does not see `{name}`", f"unset {name}\n{whole}"
    if wording.names("PATH"):
        yield "does not see its caller's `PATH`", f"PATH=/usr/local/bin:/usr/bin:/bin\n{whole}"
    for what, redirection in _wrong_output(runs, wording):
        through = ">(" in redirection
        yield what, _THROUGH.format(redirection=redirection) if through else f"exec {redirection}\n{whole}"
    for what, end in _wrong_ends(runs, wording):
        yield what, _THEN.format(end=end)


def _wrong_output(runs: Sequence[Run], wording: Wording) -> Iterator[tuple[str, str]]:
    """Yield redirections of what the program writes."""
    outputs = [run.stdout for run in runs if run.stdout]
    if outputs:
        yield "writes nothing to stdout", ">/dev/null"
        yield "writes a line too many", "> >(cat; echo more)"
        yield "has something before each line", "> >(sed 's/^/x/')"
        yield "has something behind each line", "> >(sed 's/$/x/')"
    if any(output.rstrip(b"\n").count(b"\n") for output in outputs):
        yield "writes just its first line", "> >(sed -n 1p)"
    if any(re.search(rb"\d", output) for output in outputs):
        yield "has another number in each line", "> >(sed 's/[0-9]/1&/')"
    if any(run.stderr for run in runs) and wording.says(_SPEAKS_OF_ERRORS):
        yield "writes nothing to stderr", "2>/dev/null"
        yield "writes to stdout what belongs to stderr", "2>&1"
        yield "writes another text to stderr", "2> >(sed 's/.*/so it is/' >&2)"


def _wrong_ends(runs: Sequence[Run], wording: Wording) -> Iterator[tuple[str, str]]:
    codes = sorted({run.exit_code for run in runs if run.exit_code})
    if codes:
        yield "always exits with 0", "code=0"
    for code in codes:
        if wording.names(str(code)):
            yield f"exits with {code + 1} instead of {code}", f"[ $code != {code} ] || code={code + 1}"
    if wording.says(_SPEAKS_OF_EXIT) and any(run.exit_code == 0 for run in runs):
        yield "exits with 1 instead of 0", "[ $code != 0 ] || code=1"
