"""A command in a sandbox is like one at hand: three streams, an exit code, an environment, a home."""

from __future__ import annotations

import signal

import pytest

from tempshell_cli.backends.base import Sandbox

from .stage import Promise, Stage


def test_the_three_streams_stay_apart(stage: Stage, sandbox: Sandbox) -> None:
    done = stage.run(sandbox, "sh", "-c", "cat; echo problem >&2", stdin=b"said\n")
    assert (done.exit_code, done.stdout, done.stderr) == (0, b"said\n", b"problem\n")


def test_bytes_pass_unchanged_both_ways(stage: Stage, sandbox: Sandbox) -> None:
    every_byte = bytes(range(256)) * 1024
    assert stage.run(sandbox, "cat", stdin=every_byte).stdout == every_byte


@pytest.mark.parametrize("code", [0, 1, 7, 255])
def test_the_exit_code_is_the_commands(stage: Stage, sandbox: Sandbox, code: int) -> None:
    assert stage.run(sandbox, "sh", "-c", f"exit {code}").exit_code == code


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV])
def test_a_command_ended_by_a_signal_exits_with_128_and_its_number(
    stage: Stage, sandbox: Sandbox, number: signal.Signals
) -> None:
    assert stage.run(sandbox, "sh", "-c", f"kill -{int(number)} $$").exit_code == 128 + number


def test_a_program_that_is_not_there_exits_with_127(stage: Stage, sandbox: Sandbox) -> None:
    done = stage.run(sandbox, "no-such-program")
    assert done.exit_code == 127
    assert b"no-such-program" in done.stderr + done.stdout


def test_what_is_no_program_exits_with_126(stage: Stage, sandbox: Sandbox) -> None:
    assert stage.run(sandbox, "/etc").exit_code == 126


def test_words_reach_the_command_to_the_letter(stage: Stage, sandbox: Sandbox) -> None:
    words = ["two words", "", "$HOME", "a'b\"c", "*", "-x", "--", "new\nline", "ünï"]
    done = stage.run(sandbox, "printf", r"%s\0", *words)
    assert done.stdout.decode().split("\0")[:-1] == words


def test_a_command_runs_in_its_home(stage: Stage, sandbox: Sandbox) -> None:
    assert stage.sh(sandbox, 'pwd; echo "$HOME"').splitlines() == [sandbox.home, sandbox.home]


def test_the_environment_is_the_templates_and_not_ours(
    stage: Stage, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_OURS", "1")
    output = stage.run(sandbox, "env").stdout.decode().splitlines()
    assert {"GREETING=a b=c", "EMPTY="} <= set(output)
    assert not [line for line in output if "OF_OURS" in line or "XDG" in line]


def test_what_is_written_at_home_stays_for_the_next_command(stage: Stage, sandbox: Sandbox) -> None:
    stage.sh(sandbox, "echo kept > note")
    assert stage.sh(sandbox, "cat note") == "kept"


def test_a_script_at_home_can_be_executed(stage: Stage, sandbox: Sandbox) -> None:
    script = "printf '#!/bin/sh\\necho ran\\n' > script && chmod +x script && ./script"
    assert stage.sh(sandbox, script) == "ran"


def test_a_command_that_reads_nothing_does_not_wait_for_its_input(stage: Stage, sandbox: Sandbox) -> None:
    stage.asks_for(Promise.UNREAD_INPUT)
    assert stage.run(sandbox, "true", stdin=b"x" * 1_000_000).exit_code == 0


def test_commands_run_side_by_side(stage: Stage, sandbox: Sandbox) -> None:
    """One waits for what the other does."""
    stage.sh(sandbox, "rm -f met; (until [ -e met ]; do sleep 0.05; done; echo seen > answer) > /dev/null 2>&1 &")
    stage.sh(sandbox, "echo > met")
    assert stage.sh(sandbox, "timeout 10 sh -c 'until [ -s answer ]; do sleep 0.05; done'; cat answer") == "seen"
