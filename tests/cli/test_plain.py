"""The bare terminal: how it is left, and what becomes of the shell."""

from __future__ import annotations

import pytest

from tempshell_cli.terminal.pty import Size
from tests.support.command_line import PROGRAM, Tempshell
from tests.support.tmux import tmux_pane
from tests.support.waiting import eventually

EACH_BACKEND = pytest.mark.parametrize(
    "backend",
    [
        pytest.param("local", marks=pytest.mark.engine("local")),
        pytest.param("docker", marks=pytest.mark.engine("docker")),
    ],
)


@EACH_BACKEND
def test_it_says_how_to_leave_and_the_shell_goes_on(tempshell: Tempshell, backend: str) -> None:
    tempshell.start("--name", "otter", "--backend", backend)
    with tempshell.on_terminal("attach", "--plain", "otter", columns=100) as child:
        child.expect_exact("tempshell: Ctrl+] d leaves, and the session goes on\r\n")
        child.sendline("kept=42; echo ready$((1 + 1))")
        child.expect("ready2")
        child.send("\x1dd")
        child.expect_exact("otter goes on; `tempshell attach otter` returns")
        child.wait()
        assert child.exitstatus == 0
    with tempshell.on_terminal("attach", "--plain", "otter", columns=100) as child:
        child.expect_exact("d leaves")
        child.sendline("echo still $kept.")
        child.expect_exact("still 42.")
        child.sendline("exit 3")
        child.wait()


@EACH_BACKEND
def test_who_only_watches_leaves_in_the_same_way(tempshell: Tempshell, backend: str) -> None:
    tempshell.start("--name", "otter", "--backend", backend)
    with tempshell.on_terminal("attach", "--plain", "otter", columns=100) as child:
        child.sendline("echo ready$((1 + 1))")
        child.expect("ready2")
        with tempshell.on_terminal("attach", "--plain", "--read-only", "otter", columns=100) as watcher:
            watcher.expect_exact("nothing that you type reaches the session; Ctrl+C leaves")
            watcher.expect("ready2")
            watcher.send("typed\x1dd")
            watcher.expect_exact("otter goes on")
            watcher.wait()
            assert watcher.exitstatus == 0
        child.sendline("echo after$((1 + 1))")
        child.expect("after2")
        assert "typed" not in (child.before or "")


@EACH_BACKEND
def test_after_leaving_output_goes_on_below_what_was_on_the_screen(tempshell: Tempshell, backend: str) -> None:
    tempshell.start("--name", "otter", "--backend", backend)
    attach = " ".join((*PROGRAM, "attach", "--plain", "otter"))
    with tmux_pane(Size(100, 24), ("sh",), tempshell.user.environment, tempshell.directory) as screen:
        screen.line(f"clear; PS1='outside> '; seq 15; {attach}")
        screen.line(r"clear; printf '\033[20;1Hpicture\033[3;1H'; echo ready$((1 + 1))")
        screen.until_sees("ready2")
        screen.keys("C-]", "d")
        eventually(lambda: "outside>" in screen.text().partition("otter goes on")[2], "the prompt is back")
        screen.line("echo after$((1 + 1))")
        rows = [row for row in screen.until_sees("after2").splitlines() if row]
        end = next(y for y, row in enumerate(rows) if "otter goes on" in row)
        assert rows[end + 1 : end + 3] == ["outside> echo after$((1 + 1))", "after2"]
        assert not [row for row in rows[end + 3 :] if row != "outside>"]
