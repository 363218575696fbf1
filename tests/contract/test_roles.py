"""On whose behalf a program runs: the learner's have their variables, and the grader is out of the learner's reach."""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tempshell_cli.backends.base import Role, Sandbox
from tempshell_cli.backends.exec import SandboxExec
from tempshell_cli.core.process import Command, Completed
from tempshell_cli.core.runner import SubprocessRunner
from tests.support.waiting import eventually

from .engines import on_real_engines
from .stage import CANARY, Promise, Stage

ATTACK = Path(__file__).with_name("attack.py").read_bytes()
# Each has made a start hang, or killed it, where PID 1 or a setup got it.
HOSTILE = {
    "LC_ALL": "xx_XX.UTF-8",
    "LD_PRELOAD": "/nowhere/lib.so",
    "SHELLOPTS": "noexec",
    "BASH_ENV": "/nowhere/rc",
    "ENV": "/nowhere/rc",
    "PATH": "/nowhere:/usr/bin:/bin",
    "IFS": "e",
    "UID": "7",
    "PYTHONHOME": "/nowhere",
    "WORDS": " 'two' \"words\" $HOME `id`\n\\ ünï ",
}


class Listening(SubprocessRunner):
    """A runner that remembers the first line of each input: the word that a command's end is known by."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[bytes] = []

    def run(self, command: Command, *, stdin: bytes = b"", timeout: float | None = None) -> Completed:
        self.words.append(stdin.partition(b"\n")[0])
        return super().run(command, stdin=stdin, timeout=timeout)


@pytest.mark.parametrize("role", Role)
def test_variables_reach_the_learners_programs_alone(stage: Stage, sandbox: Sandbox, role: Role) -> None:
    output = stage.run(sandbox, "env", role=role).stdout
    assert (CANARY.encode() in output) == (role is Role.LEARNER)


def test_pid_1_has_no_variable_of_the_learners(stage: Stage, sandbox: Sandbox) -> None:
    for role in Role:
        assert CANARY.encode() not in stage.run(sandbox, "cat", "/proc/1/environ", "/proc/1/cmdline", role=role).stdout


@on_real_engines
def test_no_variable_keeps_a_sandbox_from_starting_or_a_setup_from_running(stage: Stage) -> None:
    if stage.backend.name == "kind":
        pytest.skip("the terminal beside a cluster is the container that the docker engine is tested with")
    with stage.sandbox(env=HOSTILE) as sandbox:
        inside = SandboxExec(stage.backend, sandbox)
        for shell in (inside, inside.grader):
            done = shell.run(("sh", "-c", "ls -d /usr; env"), timeout=20)
            assert (done.exit_code, done.stderr) == (0, b"")
            assert b"nowhere" not in done.stdout
        output = stage.run(sandbox, "env", "--null").stdout.decode().split("\0")
    assert {f"{name}={value}" for name, value in HOSTILE.items()} <= set(output)


@on_real_engines
def test_the_grader_reads_what_the_learner_keeps_from_everybody_else(stage: Stage, sandbox: Sandbox) -> None:
    stage.sh(sandbox, "mkdir -p -m 0700 kept && echo mine > kept/secret && chmod 0600 kept/secret")
    assert stage.run(sandbox, "cat", "kept/secret", role=Role.GRADER).stdout == b"mine\n"
    assert stage.run(sandbox, "pwd", role=Role.GRADER).stdout.decode().strip() == sandbox.home


@on_real_engines
def test_the_learner_can_neither_trace_nor_signal_nor_change_a_process_of_the_grader(
    stage: Stage, sandbox: Sandbox
) -> None:
    with _waiting(stage, sandbox, Role.GRADER) as mark:
        within_reach = ["send_signal"] if Promise.UNSIGNALLED in stage.lacks else []
        assert _attack(stage, sandbox, mark)["succeeded"] == within_reach
    with _waiting(stage, sandbox, Role.SETUP) as mark:  # the same attack on what is the learner's
        assert {"send_signal", "write_input"} <= set(_attack(stage, sandbox, mark)["succeeded"])


@on_real_engines
def test_the_grader_can_write_where_its_temporary_files_go(stage: Stage, sandbox: Sandbox) -> None:
    script = 'echo kept > "$(mktemp)" && sed p "$TMPDIR"/* && rm "$TMPDIR"/tmp.*'
    done = SandboxExec(stage.backend, sandbox).grader.run(("sh", "-c", script), timeout=20)
    assert (done.exit_code, done.stderr) == (0, b"")


@on_real_engines
def test_the_grader_runs_no_code_that_the_learner_has_left_for_python(stage: Stage, sandbox: Sandbox) -> None:
    site = 'd=$(python3 -c "import site; print(site.getusersitepackages())") && mkdir -p "$d" && cd "$d"'
    module, line = "print('a module')", "import sys; print('a line')"
    stage.sh(sandbox, f'echo "{module}" >json.py && {site} && echo "{line}" >x.pth')
    inside = SandboxExec(stage.backend, sandbox)
    ask = ("python3", "-c", "import json")
    assert inside.run(ask, timeout=20).stdout == b"a line\na module\n"
    assert inside.grader.run(ask, timeout=20).stdout == b""
    stage.sh(sandbox, "rm -r json.py .local")


@pytest.mark.parametrize("role", [Role.SETUP, Role.GRADER])
def test_nothing_inside_can_read_the_word_that_ends_a_command(stage: Stage, sandbox: Sandbox, role: Role) -> None:
    runner = Listening()
    look = "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null; cat; exit 3"
    inside = SandboxExec(stage.backend, sandbox, runner, role)
    done = inside.run(("sh", "-c", look, "looking"), stdin=b"all that the command reads", timeout=20)
    (word,) = runner.words
    assert done.exit_code == 3
    assert b"looking" in done.stdout
    assert b"all that the command reads" in done.stdout
    assert len(word) >= 16
    assert word not in done.stdout + done.stderr


@contextmanager
def _waiting(stage: Stage, sandbox: Sandbox, role: Role) -> Iterator[str]:
    """Have a process of that role wait for its input inside, for the block; its command line has the mark."""
    mark = f"mark-{uuid.uuid4().hex}"
    command = stage.backend.shell(sandbox, ("sh", "-c", "read -r line", mark), role=role)
    with subprocess.Popen(command.argv, env=command.environment(), stdin=subprocess.PIPE) as process:
        seen = ("sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null; :")
        eventually(lambda: mark.encode() in stage.run(sandbox, *seen, role=role).stdout, f"{role} waits inside")
        yield mark
        assert process.poll() is None
        process.communicate()


def _attack(stage: Stage, sandbox: Sandbox, mark: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(stage.run(sandbox, "python3", "-", mark, stdin=ATTACK).stdout)
    return found
