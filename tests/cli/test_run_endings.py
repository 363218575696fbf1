"""``run`` removes its sandbox however it ends, and a command in a sandbox ends with who has asked for it."""

from __future__ import annotations

import os
import signal
import subprocess

import pytest

from tempshell_cli.core.errors import ExitCode
from tests.support.command_line import Tempshell
from tests.support.leaks import leftovers
from tests.support.waiting import eventually

ENGINES = [pytest.param(name, marks=pytest.mark.engine(name)) for name in ("local", "docker")]
on_each_engine = pytest.mark.parametrize("engine", ENGINES)
UP = ("--", "sh", "-c", "echo up; exec sleep 600")


def _is_up(process: subprocess.Popen[bytes]) -> None:
    assert process.stdout
    assert process.stdout.readline() == b"up\n"


def _nothing_is_left(tempshell: Tempshell, engine: str) -> None:
    eventually(lambda: not leftovers(tempshell.user, docker=engine == "docker"), "nothing is left", 10)
    assert tempshell("list", "--json").json() == []


@on_each_engine
def test_a_ctrl_c_ends_the_command_and_removes_the_sandbox(tempshell: Tempshell, engine: str) -> None:
    with tempshell.running("run", "-q", "-b", engine, *UP) as process:
        _is_up(process)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(30) == ExitCode.INTERRUPTED
        _nothing_is_left(tempshell, engine)


@on_each_engine
def test_impatience_does_not_keep_the_sandbox_from_being_removed(tempshell: Tempshell, engine: str) -> None:
    """Ctrl-C again and again."""
    with tempshell.running("run", "-q", "-b", engine, *UP) as process:
        _is_up(process)

        def press_again() -> bool:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
            return process.poll() is not None

        eventually(press_again, "it ends")
        assert process.returncode == ExitCode.INTERRUPTED
        _nothing_is_left(tempshell, engine)


@on_each_engine
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_ends_it_removes_the_sandbox_too(
    tempshell: Tempshell, engine: str, number: signal.Signals
) -> None:
    with tempshell.running("run", "-q", "-b", engine, *UP) as process:
        _is_up(process)
        process.send_signal(number)
        assert process.wait(30) == 128 + number
        _nothing_is_left(tempshell, engine)


@on_each_engine
def test_what_a_killed_run_leaves_goes_with_reap_or_at_its_deadline(tempshell: Tempshell, engine: str) -> None:
    with tempshell.running("run", "-q", "-b", engine, *UP) as process:
        _is_up(process)
        process.kill()
        process.wait()
    (session,) = tempshell("list", "--json").json()
    assert session["state"] == "ready"
    tempshell("stop", session["id"])
    _nothing_is_left(tempshell, engine)


@on_each_engine
def test_a_run_that_reaches_its_deadline_ends_with_it(tempshell: Tempshell, engine: str) -> None:
    done = tempshell("run", "-q", "-b", engine, "--ttl", "6s", "--", "sleep", "600", code=ExitCode.EXPIRED)
    assert (done.stdout, done.stderr.count("expired")) == ("", 1)
    _nothing_is_left(tempshell, engine)


@on_each_engine
def test_ten_mebibytes_pass_through_unchanged(tempshell: Tempshell, engine: str) -> None:
    blob = os.urandom(10 * 1024**2)
    session = tempshell.start("-b", engine)
    with tempshell.running("exec", session, "--", "cat", stdin=subprocess.PIPE) as process:
        assert process.communicate(blob, 60)[0] == blob
