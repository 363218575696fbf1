"""``tty=True`` gives a command a real terminal inside."""

from __future__ import annotations

import pexpect

from tempshell_cli.backends.base import Sandbox

from .stage import Stage


def _spawn(stage: Stage, sandbox: Sandbox, *argv: str, rows: int = 24, columns: int = 80) -> pexpect.spawn[str]:
    command = stage.backend.shell(sandbox, argv, tty=True)
    return pexpect.spawn(
        command.argv[0],
        list(command.argv[1:]),
        env=command.environment(),
        dimensions=(rows, columns),
        timeout=20,
        encoding="utf-8",
    )


def test_the_terminal_has_a_name_inside(stage: Stage, sandbox: Sandbox) -> None:
    child = _spawn(stage, sandbox, "tty")
    assert child.expect([r"/dev/pts/\d+", pexpect.EOF]) == 0
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_all_three_streams_are_the_terminal(stage: Stage, sandbox: Sandbox) -> None:
    child = _spawn(stage, sandbox, "sh", "-c", "[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo all")
    child.expect_exact("all")


def test_the_size_passes_and_follows_a_change(stage: Stage, sandbox: Sandbox) -> None:
    first = "until [ \"$(stty size)\" = '40 101' ]; do sleep 0.05; done"  # engines set it a moment after the start
    script = f"{first}; trap 'stty size' WINCH; echo ready; while :; do sleep 0.1; done"
    child = _spawn(stage, sandbox, "bash", "-c", script, rows=40, columns=101)
    child.expect_exact("ready")
    child.setwinsize(13, 57)
    child.expect_exact("13 57")


def test_ctrl_c_interrupts_what_runs_inside(stage: Stage, sandbox: Sandbox) -> None:
    child = _spawn(
        stage, sandbox, "bash", "-c", "trap 'echo stopped; exit 9' INT; echo ready; while :; do sleep 0.1; done"
    )
    child.expect_exact("ready")
    child.sendintr()
    child.expect_exact("stopped")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 9


def test_the_exit_code_passes_through_the_terminal(stage: Stage, sandbox: Sandbox) -> None:
    child = _spawn(stage, sandbox, "sh", "-c", "read line; exit $line")
    child.sendline("7")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 7
