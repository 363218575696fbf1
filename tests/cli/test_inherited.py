"""Whatever a process inherits: tempshell works the same, and what runs in a sandbox inherits none of it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pytest

from tempshell_cli.core.errors import ExitCode
from tests.support.command_line import Tempshell
from tests.support.leaks import leftovers
from tests.support.waiting import eventually


@pytest.fixture(autouse=True)
def several_sessions(tempshell: Tempshell) -> None:
    tempshell.user.configure(limits={"per_owner": 9})


ENGINES = [pytest.param(name, marks=pytest.mark.engine(name)) for name in ("local", "docker")]
on_each_engine = pytest.mark.parametrize("engine", ENGINES)
EVERYTHING = ("env", "--ignore-signal", "--block-signal")
# glibc's posix_spawn leaves the two that it uses itself ignored, 32 and 33; nobody else can change or send them.
_OF_THE_C_LIBRARY = 0b11 << 31


def _changed(status: str) -> list[int]:
    """Return the signals that are blocked and those that are ignored, as masks, of a /proc/self/status (proc(5))."""
    found = re.findall(r"^Sig(?:Blk|Ign):\s*([0-9a-f]+)\s*$", status, re.MULTILINE)
    return [int(mask, 16) & ~_OF_THE_C_LIBRARY for mask in found]


@on_each_engine
def test_a_command_starts_with_no_signal_ignored_or_blocked(tempshell: Tempshell, engine: str) -> None:
    careless = tempshell.started_by(*EVERYTHING)
    status = ("cat", "/proc/self/status")
    assert _changed(careless("run", "-q", "-b", engine, "--", *status).stdout) == [0, 0]
    session = careless.start("-b", engine)
    assert _changed(careless("exec", session, "--", *status).stdout) == [0, 0]
    with careless.on_terminal("exec", "-t", session, "--", *status) as child:
        assert _changed(child.read()) == [0, 0]
    with careless.on_terminal("attach", "--plain", session) as child:
        child.sendline("cat /proc/self/status >status; exit")
        child.expect(pexpect.EOF)
    assert _changed(tempshell("exec", session, "--", "cat", "status").stdout) == [0, 0]


@on_each_engine
def test_the_exit_code_is_the_commands_where_the_ends_of_children_are_ignored(
    tempshell: Tempshell, engine: str
) -> None:
    """As cron's wrappers, supervisors and some editors do: the kernel keeps no exit code then."""
    for state in ("--ignore-signal=CHLD", "--block-signal=CHLD"):
        tempshell.started_by("env", state)("run", "-q", "-b", engine, "--", "sh", "-c", "exit 3", code=3)


@contextmanager
def _waiting(tempshell: Tempshell, *argv: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command that prints "up", waits for a line and prints that."""
    with tempshell.running(*argv, "--", "sh", "-c", "echo up; read line; echo $line", stdin=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"up\n"
        yield process


def _outlives(tempshell: Tempshell, engine: str, ignored: str, number: signal.Signals) -> None:
    session = tempshell.start("-b", engine)
    for argv in (("run", "-q", "-b", engine), ("exec", session)):
        with _waiting(tempshell.started_by("env", f"--ignore-signal={ignored}"), *argv) as process:
            os.killpg(process.pid, number)
            assert process.communicate(b"still here\n", 30)[0] == b"still here\n"
            assert process.returncode == 0


@on_each_engine
def test_with_nohup_it_outlives_a_hang_up(tempshell: Tempshell, engine: str) -> None:
    _outlives(tempshell, engine, "HUP", signal.SIGHUP)


@on_each_engine
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT])
def test_as_a_scripts_background_job_it_outlives_what_interrupts_the_script(
    tempshell: Tempshell, engine: str, number: signal.Signals
) -> None:
    """The clients of Docker and Kubernetes would not: they take a Ctrl-C though they were started with it ignored."""
    _outlives(tempshell, engine, "INT,QUIT", number)


@pytest.mark.engine("local")
def test_with_nohup_a_ctrl_c_still_ends_it(tempshell: Tempshell) -> None:
    session = tempshell.start()
    for argv in (("run", "-q", "-b", "local"), ("exec", session)):
        with _waiting(tempshell.started_by("env", "--ignore-signal=HUP"), *argv) as process:
            os.killpg(process.pid, signal.SIGINT)
            assert process.wait(30) == ExitCode.INTERRUPTED


@on_each_engine
def test_a_termination_is_heard_though_it_was_ignored_and_blocked(tempshell: Tempshell, engine: str) -> None:
    with _waiting(
        tempshell.started_by("env", "--ignore-signal=TERM", "--block-signal"), "run", "-b", engine
    ) as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 128 + signal.SIGTERM
    eventually(lambda: not leftovers(tempshell.user, docker=engine == "docker"), "nothing is left", 10)


@on_each_engine
def test_no_file_of_the_caller_is_open_in_the_sandbox(tempshell: Tempshell, engine: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("nobody's business")
    caller = tempshell.started_by("sh", "-c", 'exec "$@" 7<"$0"', str(secret))
    session = tempshell.start("-b", engine)
    for argv in (("run", "-q", "-b", engine), ("exec", session)):
        caller(*argv, "--", "test", "!", "-e", "/proc/self/fd/7")


@on_each_engine
def test_a_stream_that_is_closed_is_an_empty_one(tempshell: Tempshell, engine: str) -> None:
    caller = tempshell.started_by("sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh")
    session = tempshell.start("-b", engine)
    for argv in (("run", "-q", "-b", engine), ("exec", session)):
        caller(*argv, "--", "sh", "-c", "cat && echo out && echo err >&2 && exit 3", code=3)


@on_each_engine
@pytest.mark.parametrize("limit", ["-f 0", "-n 14"])
def test_a_low_limit_of_the_caller_is_lifted_as_far_as_it_may_be(tempshell: Tempshell, engine: str, limit: str) -> None:
    """Of the size of files and of their number, which a shell can set for a script."""
    caller = tempshell.started_by("sh", "-c", f'ulimit -S {limit}; exec "$@"', "sh")
    write = ("sh", "-c", "echo there >file && cat file")
    assert caller("run", "-q", "-b", engine, "--", *write).stdout == "there\n"
    session = caller.start("-b", engine)
    assert caller("exec", session, "--", *write).stdout == "there\n"
