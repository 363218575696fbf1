"""A signal that comes to ``exec`` comes to the command inside, and a background job reads no terminal."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pexpect
import pytest

from tempshell_cli.core.errors import ExitCode
from tests.support.command_line import Tempshell
from tests.support.waiting import eventually

ENGINES = [pytest.param(name, marks=pytest.mark.engine(name)) for name in ("local", "docker", "kubernetes")]
on_each_engine = pytest.mark.parametrize("engine", ENGINES)
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP)


@contextmanager
def _running(tempshell: Tempshell, session: str, script: str, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a script in a session, and yield once it has printed ``up``."""
    with tempshell.running("exec", *options, session, "--", "sh", "-c", script) as process:
        assert process.stdout
        assert process.stdout.readline() == b"up\n"
        yield process


def _is_gone(tempshell: Tempshell, session: str, word: str) -> bool:
    """Return whether nothing inside has the word in its command line."""
    script = 'for file in /proc/[0-9]*/cmdline; do tr "\\0" " " <"$file"; echo; done 2>/dev/null'
    listed = tempshell("exec", session, "--", "sh", "-c", script).stdout
    return not [line for line in listed.splitlines() if line.startswith(word)]


@on_each_engine
def test_a_signal_comes_to_the_command_inside(tempshell: Tempshell, engine: str) -> None:
    """All on one session, for each costs a pod some 20 seconds."""
    session = tempshell.start("-b", engine)
    _it_ends_the_command_and_tempshell_with_its_code(tempshell, session)
    _a_command_that_handles_it_has_the_last_word(tempshell, session)
    _what_the_command_has_started_gets_it_too(tempshell, session)
    _a_hang_up_of_a_terminal_ends_the_command(tempshell, session)
    if engine != "local":
        _a_command_that_cannot_be_found_inside_ends_at_this_end(tempshell, session)


def _it_ends_the_command_and_tempshell_with_its_code(tempshell: Tempshell, session: str) -> None:
    for number in SIGNALS:
        with _running(tempshell, session, "echo up; exec sleep 4321") as process:
            process.send_signal(number)
            assert process.wait(30) == 128 + number
        eventually(lambda: _is_gone(tempshell, session, "sleep 4321"), "it has ended inside", 10)


def _a_command_that_handles_it_has_the_last_word(tempshell: Tempshell, session: str) -> None:
    """A Ctrl-C is for it alone, as everything that a terminal sends to all of its foreground group."""
    script = "trap 'echo tidied; exit 5' INT; echo up; while :; do sleep 0.1; done"
    with _running(tempshell, session, script) as process:
        os.killpg(process.pid, signal.SIGINT)
        assert process.communicate(timeout=30)[0] == b"tidied\n"
        assert process.returncode == 5


def _what_the_command_has_started_gets_it_too(tempshell: Tempshell, session: str) -> None:
    with _running(tempshell, session, "sleep 4322 & echo up; sleep 4322") as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 128 + signal.SIGTERM
    eventually(lambda: _is_gone(tempshell, session, "sleep 4322"), "it has ended inside", 10)


def _a_hang_up_of_a_terminal_ends_the_command(tempshell: Tempshell, session: str) -> None:
    with tempshell.on_terminal("exec", "-t", session, "--", "sh", "-c", "echo up; sleep 4323") as child:
        child.expect("up")
        child.kill(signal.SIGTERM)
        child.expect(pexpect.EOF)
    eventually(lambda: _is_gone(tempshell, session, "sleep 4323"), "it has ended inside", 10)


def _a_command_that_cannot_be_found_inside_ends_at_this_end(tempshell: Tempshell, session: str) -> None:
    """It has thrown away the variable that it is found by."""
    with _running(tempshell, session, "echo up; exec env -i sleep 4324") as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 128 + signal.SIGTERM


@on_each_engine
def test_only_in_the_foreground_it_reads_the_terminal(tempshell: Tempshell, engine: str) -> None:
    tempshell.user.configure(limits={"per_owner": 2})
    session = tempshell.start("-b", engine)
    with tempshell.on_terminal("exec", session, "--", "sh", "-c", "echo up; cat; echo the end") as child:
        child.expect("up")
        child.sendline("typed")
        child.expect("typed\r\ntyped")
        child.sendeof()
        child.expect("the end")
        child.expect(pexpect.EOF)
    shell = tempshell.started_by("bash", "--norc", "-i", "-c", '"$@" & wait $!; echo "ended with $?"; cat', "bash")
    for argv in (("exec", session), ("run", "-q", "-b", engine)):
        with shell.on_terminal(*argv, "--", "sh", "-c", "sleep 1; exit 9") as child:
            child.expect("ended with 9")
            child.sendline("for the shell")
            child.expect("for the shell\r\nfor the shell")


@on_each_engine
def test_a_command_that_the_deadline_ends_is_reported_so(tempshell: Tempshell, engine: str) -> None:
    # A pod can take half a minute to be ready on a busy machine.
    session = tempshell.start("-b", engine, "--ttl", "40s" if engine == "kubernetes" else "10s")
    sleep = ("--", "sh", "-c", "sleep 600")
    with ExitStack() as stack:
        commands = (("exec", session, *sleep), ("exec", "-t", session, *sleep), ("attach", "--plain", session))
        children = [stack.enter_context(tempshell.on_terminal(*argv)) for argv in commands]
        for child in children:
            child.expect(pexpect.EOF, timeout=60)
            child.wait()
        assert [child.exitstatus for child in children] == [ExitCode.EXPIRED] * len(commands)
        assert [str(child.before).count("expired") for child in children] == [1] * len(commands)


@on_each_engine
def test_a_run_that_the_deadline_ends_is_reported_so(tempshell: Tempshell, engine: str) -> None:
    argv = ("run", "-q", "-b", engine, "--ttl", "10s", "--", "sh", "-c", "sleep 600")
    assert tempshell(*argv, code=ExitCode.EXPIRED).stderr.count("expired") == 1
