"""What shellcheck (https://www.shellcheck.net) says of a pack's scripts. It reads them, and runs nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping

import msgspec

from tempshell_cli.core.process import Command
from tempshell_cli.core.runner import Runner, SubprocessRunner
from tempshell_cli.core.text import one_line
from tempshell_cli.packs.authoring.findings import Finding, Level

_PROGRAM = "shellcheck"
_SECONDS = 30.0
_NOTHING, _SOMETHING = 0, 1  # its exit codes: no finding, findings
# Options of our own alone (--norc), by stdin: the script can name no file that would be read (-x is not given).
_ARGV = (_PROGRAM, "--norc", "--shell=bash", "--severity=warning", "--format=json1", "-")
_SHELLS = (b"sh", b"bash", b"dash")


def found_shellcheck() -> Runner | None:
    """Return what runs shellcheck, None where it is not installed."""
    return SubprocessRunner() if shutil.which(_PROGRAM) else None


def check_scripts(files: Mapping[str, bytes], runner: Runner) -> Iterator[Finding]:
    """Yield what it finds in the pack's shell scripts, from its warnings upwards."""
    for name, content in files.items():
        if _is_script(name, content):
            yield from _check(name, content, runner)


def _is_script(name: str, content: bytes) -> bool:
    first = content.partition(b"\n")[0]
    if first.startswith(b"#!"):
        return bool(first.split()) and first.replace(b"/", b" ").split()[-1] in _SHELLS
    return name.endswith(".sh")


def _check(name: str, content: bytes, runner: Runner) -> Iterator[Finding]:
    done = runner.run(Command(_ARGV), stdin=content, timeout=_SECONDS)
    if done.timed_out or done.exit_code not in {_NOTHING, _SOMETHING}:
        said = one_line(done.stderr.decode(errors="replace")) or f"exit code {done.exit_code}"
        yield _finding(name, 1, Level.WARNING, f"shellcheck could not read it: {said[:200]}")
        return
    for comment in msgspec.json.decode(done.stdout)["comments"]:
        level = Level.ERROR if comment["level"] == "error" else Level.WARNING
        yield _finding(name, comment["line"], level, f"SC{comment['code']}: {one_line(comment['message'])}")


def _finding(file: str, line: int, level: Level, message: str) -> Finding:
    return Finding(rule="shellcheck", level=level, file=file, line=line, message=message)
