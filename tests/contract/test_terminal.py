"""``tty=True`` gives a command a real terminal inside: on the user's own, as ``exec`` does, or on a new one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

import pexpect
import pytest
from pexpect import fdpexpect

from tempshell_cli.backends.base import Sandbox
from tempshell_cli.core.process import Command
from tempshell_cli.terminal.pty import PtyProcess, Size

from .stage import Stage

_TIMEOUT = 20
_SIZE = Size(columns=80, rows=24)


class Terminal(NamedTuple):
    """A command on a terminal, and what can be done from outside."""

    child: pexpect.spawn[str] | fdpexpect.fdspawn[str]
    resize: Callable[[Size], None]
    exit_code: Callable[[], int | None]
    changes: int = 1  # how many of the size it may take until one is followed


@contextmanager
def _own_terminal(command: Command, size: Size) -> Iterator[Terminal]:
    child = pexpect.spawn(
        command.argv[0],
        list(command.argv[1:]),
        env=command.environment(),
        dimensions=(size.rows, size.columns),
        timeout=_TIMEOUT,
        encoding="utf-8",
    )

    def exit_code() -> int | None:
        child.close()
        return child.exitstatus

    # Here the command is the engine's client itself, and docker's misses a change that comes just after its start.
    yield Terminal(child, lambda size: child.setwinsize(size.rows, size.columns), exit_code, changes=4)
    child.close(force=True)


@contextmanager
def _new_terminal(command: Command, size: Size) -> Iterator[Terminal]:
    with PtyProcess.spawn(command, size) as process:
        child = fdpexpect.fdspawn(process.master.fileno(), timeout=_TIMEOUT, encoding="utf-8")
        yield Terminal(child, process.master.resize, lambda: process.wait(_TIMEOUT))


@pytest.fixture(params=[_own_terminal, _new_terminal], ids=["own", "new"])
def spawn(request: pytest.FixtureRequest, stage: Stage, sandbox: Sandbox) -> Iterator[Callable[..., Terminal]]:
    """Return how a command is run in the sandbox, on the one kind of terminal or the other."""
    with ExitStack() as stack:

        def run(*argv: str, size: Size = _SIZE) -> Terminal:
            terminal: Terminal = stack.enter_context(request.param(stage.backend.shell(sandbox, argv, tty=True), size))
            return terminal

        yield run


def test_the_terminal_has_a_name_inside(spawn: Callable[..., Terminal]) -> None:
    terminal = spawn("tty")
    assert terminal.child.expect([r"/dev/pts/\d+", pexpect.EOF]) == 0
    terminal.child.expect(pexpect.EOF)
    assert terminal.exit_code() == 0


def test_its_name_can_be_opened(spawn: Callable[..., Terminal]) -> None:
    spawn("sh", "-c", 'echo by its name >"$(tty)"').child.expect_exact("by its name")


def test_all_three_streams_are_the_terminal(spawn: Callable[..., Terminal]) -> None:
    spawn("sh", "-c", "[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo all").child.expect_exact("all")


def test_the_size_passes_and_follows_a_change(spawn: Callable[..., Terminal]) -> None:
    first = "until [ \"$(stty size)\" = '40 101' ]; do sleep 0.05; done"  # engines set it a moment after the start
    script = f"{first}; trap 'stty size' WINCH; echo ready; while :; do sleep 0.1; done"
    terminal = spawn("bash", "-c", script, size=Size(columns=101, rows=40))
    terminal.child.expect_exact("ready")
    for left in reversed(range(terminal.changes)):
        terminal.resize(Size(columns=57, rows=13))
        if terminal.child.expect_exact(["13 57", pexpect.TIMEOUT], _TIMEOUT / terminal.changes) == 0:
            return
        assert left, "the new size has not come"
        terminal.resize(Size(columns=101, rows=40))


def test_ctrl_c_interrupts_what_runs_inside(spawn: Callable[..., Terminal]) -> None:
    terminal = spawn("bash", "-c", "trap 'echo stopped; exit 9' INT; echo ready; while :; do sleep 0.1; done")
    terminal.child.expect_exact("ready")
    terminal.child.send("\x03")
    terminal.child.expect_exact("stopped")
    terminal.child.expect(pexpect.EOF)
    assert terminal.exit_code() == 9


def test_the_exit_code_passes_through_the_terminal(spawn: Callable[..., Terminal]) -> None:
    terminal = spawn("sh", "-c", "read line; exit $line")
    terminal.child.sendline("7")
    terminal.child.expect(pexpect.EOF)
    assert terminal.exit_code() == 7
