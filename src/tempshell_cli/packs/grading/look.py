"""One look at a sandbox, for each kind of check. Read-only, and the same however often it is taken."""

from __future__ import annotations

import msgspec

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Completed
from tempshell_cli.packs.checks.criteria import CLUSTER, TERMINAL, Exec, Expect, FileState, Http, Probe
from tempshell_cli.packs.checks.matching import (
    CannotLook,
    Mismatch,
    Prevented,
    exit_mismatch,
    json_mismatch,
    output_mismatch,
    text_mismatch,
    yaml_mismatch,
)
from tempshell_cli.packs.checks.objects import object_mismatch
from tempshell_cli.packs.checks.shell import ClusterView, SandboxShell, Shell
from tempshell_cli.packs.checks.terminal import KILLED, TerminalShell
from tempshell_cli.packs.checks.workload import KubectlShell, NewestPod, WorkloadShell
from tempshell_cli.packs.grading.results import Outcome
from tempshell_cli.packs.reading.fields import seconds

NEEDS_KUBERNETES = "this needs a Kubernetes session"
MAX_READ = 64 * 1024
# How a shell, env, timeout and container engines say that a program cannot be started.
_NOT_STARTED = frozenset({126, 127})
# How a shell says that a signal has ended a program: 128 and its number. No failure that a check asks for ("nonzero").
_SIGNALS = range(129, 193)

# $1 is the program. Is it there? Some shells answer a `command -v` that finds nothing with 127.
_IS_THERE = 'case "$1" in */*) test -x "$1" ;; *) command -v "$1" ;; esac >/dev/null || exit 1'

# $1 is the path, $2 is -L where links are followed, $3 how many bytes to read. Writes one line of metadata, then
# the contents; exits with 4 where stat fails and 5 where reading fails, with the reason on stdout.
_READ_FILE = """
PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
stat $2 -c '%F|%a|%U' -- "$1" 2>&1 || exit 4
[ "$3" = 0 ] || [ ! -f "$1" ] || head -c "$3" -- "$1" 2>&1 || exit 5
"""
_NO_STAT, _NO_READ = 4, 5
_ABSENT = ("No such file or directory", "Not a directory")
_KINDS = {"regular file": "file", "regular empty file": "file", "symbolic link": "symlink"}


def look(probe: Probe, shell: SandboxShell) -> Outcome:
    """Look once, and raise nothing: what keeps the check from running is an error, or the learner's own doing."""
    try:
        mismatch = _mismatch(probe, shell, seconds(probe.timeout))
    except Prevented as cause:
        return Outcome.prevented(f"it could not run, and counts as failed: {cause}")
    except (CannotLook, EngineUnavailable) as cause:
        return Outcome.error(str(cause))
    except Exception as bug:  # noqa: BLE001 - what is judged is a stranger's data, and one check must not end the grading
        return Outcome.error(f"what was found cannot be judged: {type(bug).__name__}: {bug}")
    return Outcome.failed(*mismatch) if mismatch else Outcome.passed()


def _mismatch(probe: Probe, shell: SandboxShell, timeout: float) -> Mismatch | None:
    if probe.exec:
        return _exec(probe.exec, shell, timeout)
    if probe.file:
        return _file(probe.file, shell, timeout)
    if probe.http:
        return _http(probe.http, shell, timeout)
    assert probe.object  # noqa: S101 - a probe is of exactly one kind
    return object_mismatch(probe.object, _cluster(shell), timeout)


def _cluster(shell: SandboxShell) -> ClusterView:
    if shell.cluster is None:
        raise CannotLook(NEEDS_KUBERNETES)
    return shell.cluster


def _at(place: str, namespace: str | None, shell: SandboxShell) -> Shell:
    """Return the shell of a place: the learner's sandbox, entered as the grader, the cluster itself, or a workload."""
    if place == TERMINAL:
        return TerminalShell(shell)
    if place == CLUSTER:
        return KubectlShell(_cluster(shell), namespace)
    return (NewestPod if "=" in place else WorkloadShell)(_cluster(shell), place, namespace)


def _exec(wanted: Exec, sandbox: SandboxShell, timeout: float) -> Mismatch | None:
    as_learner = wanted.in_ == TERMINAL and wanted.runs_as_learner(sandbox.home)
    shell = TerminalShell(sandbox, as_learner=True) if as_learner else _at(wanted.in_, wanted.ns, sandbox)
    done = shell.run(wanted.argv, stdin=wanted.stdin.encode(), timeout=timeout)
    # Elsewhere a program may be ended by the `timeout` of a busybox, which the check has asked for.
    signals = {KILLED} if as_learner or wanted.in_ != TERMINAL else _SIGNALS
    if done.exit_code in signals and (done.timed_out or not _asks_for(done.exit_code, wanted.expect)):
        return Mismatch(f"an end of its own, within {timeout:g} s", f"{_ended(done)}{_said(done)}")
    if done.timed_out:
        return Mismatch(f"an end within {timeout:g} s", f"still running{_said(done)}")
    if _may_not_have_started(done, wanted.expect) and not _is_there(wanted.argv[0], shell, timeout):
        return _absent_program(wanted, shell.home)
    if differs := exit_mismatch(wanted.expect, done.exit_code):
        return Mismatch(differs.expected, f"{differs.found}{_said(done)}")
    return _streams_mismatch(wanted.expect, done)


def _streams_mismatch(expect: Expect, done: Completed) -> Mismatch | None:
    for name, want, found in (("stdout", expect.stdout, done.stdout), ("stderr", expect.stderr, done.stderr)):
        if want and (differs := output_mismatch(want, found)):
            return Mismatch(f"on {name}: {differs.expected}", f"on {name}: {differs.found}")
    return None


def _may_not_have_started(done: Completed, expect: Expect) -> bool:
    """Tell whether the exit code speaks of the program's start, and the check did not ask for just that code.

    "nonzero" does not ask for it: a missing ``nc`` must not prove that a port is closed.
    """
    return done.exit_code in _NOT_STARTED and not _asks_for(done.exit_code, expect)


def _asks_for(code: int, expect: Expect) -> bool:
    return code in (expect.exit if isinstance(expect.exit, tuple) else (expect.exit,))


def _is_there(program: str, shell: Shell, timeout: float) -> bool:
    found = shell.run(("/bin/sh", "-c", _IS_THERE, "sh", program), timeout=timeout)
    _refuse_ended(found)
    if found.timed_out or found.exit_code in _NOT_STARTED:
        raise CannotLook(f"nothing can be started in the sandbox{_said(found)}")
    return found.exit_code == 0


def _absent_program(wanted: Exec, home: str) -> Mismatch:
    """A program of the learner's that does not run is a wrong answer; one of the sandbox's is a broken sandbox."""
    if not wanted.is_learners(home):
        raise CannotLook(f"the sandbox has no {wanted.argv[0]}", hint="choose another image")
    return Mismatch(f"a program {wanted.argv[0]}", "no such file, or not executable")


def _refuse_ended(done: Completed) -> None:
    """Raise Prevented where a signal has ended a program of our own: for want of memory, or by the learner."""
    if done.exit_code in _SIGNALS:
        raise Prevented(f"{_ended(done)}{_said(done)}")


def _ended(done: Completed) -> str:
    return f"it was ended by signal {done.exit_code - _SIGNALS.start + 1}"


def _file(wanted: FileState, sandbox: SandboxShell, timeout: float) -> Mismatch | None:
    shell = TerminalShell(sandbox)
    follow = "" if wanted.kind == "symlink" else "-L"
    limit = str(MAX_READ + 1 if wanted.reads else 0)
    path = wanted.path if wanted.path.startswith("/") else f"{shell.home}/{wanted.path.removeprefix('~/')}"
    done = shell.run(("/bin/sh", "-c", _READ_FILE, "sh", path, follow, limit), timeout=timeout)
    _refuse_ended(done)
    if done.timed_out:  # a pipe, or a link that leads round and round: the learner's doing
        return Mismatch(f"{wanted.path} read within {timeout:g} s", "it took longer")
    if done.exit_code not in {0, _NO_STAT, _NO_READ}:
        raise CannotLook(f"{wanted.path} cannot be looked at: exit code {done.exit_code}{_said(done)}")
    about, _, content = done.stdout.partition(b"\n")
    if done.exit_code == _NO_STAT:
        return _absent_file(wanted, about.decode(errors="replace"))
    if not wanted.exists:
        return Mismatch(f"no {wanted.path}", f"it is there: {about.decode(errors='replace')}")
    if done.exit_code == _NO_READ:
        return Mismatch(f"{wanted.path} can be read", content.decode(errors="replace"))
    return _metadata_mismatch(wanted, about.decode(errors="replace")) or _content_mismatch(wanted, content)


def _absent_file(wanted: FileState, reason: str) -> Mismatch | None:
    absent = any(words in reason for words in _ABSENT)
    if absent and not wanted.exists:
        return None
    expected = f"a {wanted.kind} {wanted.path}" if wanted.exists else f"no {wanted.path}"
    return Mismatch(expected, "it is not there" if absent else reason)


def _metadata_mismatch(wanted: FileState, about: str) -> Mismatch | None:
    kind, _, rest = about.partition("|")
    mode, _, owner = rest.partition("|")
    kind = _KINDS.get(kind, kind)
    if kind != wanted.kind:
        return Mismatch(f"{wanted.path}: a {wanted.kind}", f"a {kind}")
    if wanted.mode and int(wanted.mode, 8) != int(mode, 8):
        return Mismatch(f"{wanted.path}: mode {wanted.mode}", f"mode {mode:0>4}")
    if wanted.owner and wanted.owner != owner:
        return Mismatch(f"{wanted.path}: owner {wanted.owner}", f"owner {owner}")
    return None


def _content_mismatch(wanted: FileState, content: bytes) -> Mismatch | None:
    if len(content) > MAX_READ:
        return Mismatch(f"{wanted.path}: at most {MAX_READ >> 10} KiB", "a larger file")
    if wanted.text and (differs := text_mismatch(wanted.text, content)):
        return differs
    if wanted.json is not msgspec.UNSET and (differs := json_mismatch(wanted.json, content)):
        return differs
    return None if wanted.yaml is msgspec.UNSET else yaml_mismatch(wanted.yaml, content)


def _http(wanted: Http, sandbox: SandboxShell, timeout: float) -> Mismatch | None:
    shell = _at(wanted.in_, wanted.ns, sandbox)
    # --disable comes first: the learner's ~/.curlrc has no say.
    options = ("--disable", "--silent", "--show-error", "--globoff", "--noproxy", "*")
    bounds = ("--max-filesize", str(MAX_READ), "--write-out", "\n%{http_code}")
    done = shell.run(("curl", *options, *bounds, "--", wanted.url), timeout=timeout)
    _refuse_ended(done)
    if done.exit_code in _NOT_STARTED and not _is_there("curl", shell, timeout):
        raise CannotLook("the sandbox has no curl", hint="choose another image")
    body, _, status = done.stdout.rpartition(b"\n")
    if done.timed_out or done.exit_code:
        return Mismatch(f"an answer from {wanted.url}", f"none{_said(done)}")
    if status != str(wanted.status).encode():
        found = status.decode(errors="replace")
        return Mismatch(f"{wanted.url}: status {wanted.status}", f"status {found}")
    return output_mismatch(wanted.body, body) if wanted.body else None


def _said(done: Completed) -> str:
    """Return what a program said last, to be put behind how it ended."""
    words = (done.stderr.strip() or done.stdout.strip())[-1024:]
    return f"; it said: {words.decode(errors='replace')}" if words else ""
