"""What runs in the place of this process: its exit code, and the signals."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.foreground import run_client
from tempshell_cli.core.process import Command


@pytest.mark.parametrize(("script", "code"), [("exit 0", 0), ("exit 3", 3), ("kill -TERM $$", 143)])
def test_the_exit_code_is_the_clients(script: str, code: int) -> None:
    before = signal.getsignal(signal.SIGCHLD)
    assert run_client(Command(("sh", "-c", script))) == code
    assert signal.getsignal(signal.SIGCHLD) == before


def test_a_client_that_is_not_there_is_named() -> None:
    with pytest.raises(EngineUnavailable, match="no-such-client"):
        run_client(Command(("no-such-client",)))


def test_a_client_does_not_outlive_an_exception(tmp_path: Path) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    script = f"echo $$ >{tmp_path}/pid; kill -TERM {os.getpid()}; exec sleep 600"
    try:
        with pytest.raises(KeyboardInterrupt):
            run_client(Command(("sh", "-c", script)))
    finally:
        signal.signal(signal.SIGTERM, before)
    assert not Path("/proc", (tmp_path / "pid").read_text().strip()).exists()


def test_a_signal_that_cannot_be_passed_on_ends_the_client() -> None:
    def pass_on(_number: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(("false",))

    script = f"kill -TERM {os.getpid()}; exec sleep 600"
    assert run_client(Command(("sh", "-c", script)), pass_on) == 128 + signal.SIGTERM


def test_what_is_ignored_is_ignored_by_the_client() -> None:
    """As with nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert run_client(Command(("sh", "-c", "kill -HUP $$; exit 3"))) == 3
        assert run_client(Command(("sh", "-c", "kill -HUP $$; exit 3")), lambda _: subprocess.Popen(("true",))) == 3
    finally:
        signal.signal(signal.SIGHUP, before)
