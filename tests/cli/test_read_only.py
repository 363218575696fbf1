"""Watching a session: ``attach --read-only``."""

from __future__ import annotations

import pytest

from tempshell_cli.core.process import Command
from tests.support.command_line import PROGRAM, Tempshell
from tests.tui.outer import outer

BACKENDS = [pytest.param(name, marks=pytest.mark.engine(name)) for name in ("local", "docker")]


def _shared(tempshell: Tempshell, backend: str) -> str:
    session = tempshell.start("--backend", backend, "--name", "lab")
    if tempshell.any_code("exec", session, "--", "sh", "-c", "command -v tmux").code:
        pytest.skip("there is no tmux inside the local sandbox: the host has none")
    return session


@pytest.mark.parametrize("backend", BACKENDS)
def test_who_watches_sees_all_and_types_nothing(tempshell: Tempshell, backend: str) -> None:
    session = _shared(tempshell, backend)
    with tempshell.on_terminal("attach", "--plain", session) as typist:
        typist.expect(r"[$#] ")
        with tempshell.on_terminal("attach", "--plain", "--read-only", session) as watcher:
            watcher.expect_exact("Ctrl+C leaves")
            watcher.sendline("touch watcher-was-here")
            watcher.send("\x04")
            typist.sendline("echo seen-$((41 + 1))")
            watcher.expect_exact("seen-42")
            watcher.send("\x03")
            watcher.wait()
            assert watcher.exitstatus == 0
        typist.sendline("echo still-$((41 + 2))")
        typist.expect_exact("still-43")
    tempshell("exec", session, "--", "test", "!", "-e", "watcher-was-here")


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_practice_screen_of_a_watcher_types_nothing(tempshell: Tempshell, backend: str) -> None:
    session = _shared(tempshell, backend)
    with tempshell.on_terminal("attach", "--plain", session) as typist:
        typist.expect(r"[$#] ")
        argv = (*PROGRAM, "attach", "--read-only", session)
        with outer(Command(argv, tempshell.user.environment)) as watcher:
            watcher.until_sees("read-only")
            watcher.until_sees("$ ")
            watcher.send(b"touch watcher-was-here\r")
            typist.sendline("echo seen-$((41 + 1))")
            watcher.until_sees("seen-42")
            assert "watcher-was-here" not in watcher.text()
            watcher.send(b"\x1dq")
            watcher.send(b"\x1dd")
            assert watcher.exit_code() == 0
    assert tempshell("status", "--json").json()["state"] == "ready"
    tempshell("exec", session, "--", "test", "!", "-e", "watcher-was-here")


@pytest.mark.engine("local")
def test_without_a_shell_to_watch_it_says_how_to_open_one(tempshell: Tempshell) -> None:
    session = _shared(tempshell, "local")
    with tempshell.on_terminal("attach", "--plain", "-r", session, columns=120) as watcher:
        watcher.expect_exact("nobody has a shell open in lab")
        watcher.expect_exact("tempshell attach lab")
        watcher.wait()
        assert watcher.exitstatus == 2


@pytest.mark.engine("docker")
def test_without_tmux_it_is_refused(tempshell: Tempshell) -> None:
    session = tempshell.start("--backend", "docker", "--profile", "admin", "--name", "lab")
    tempshell("exec", session, "--", "rm", "/usr/bin/tmux")
    for options in (("--plain",), ()):
        with tempshell.on_terminal("attach", "--read-only", *options, session, columns=120) as watcher:
            watcher.expect_exact("there is no tmux in the sandbox")
            watcher.wait()
            assert watcher.exitstatus == 2
