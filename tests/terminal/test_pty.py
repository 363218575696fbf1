"""A command on a PTY."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Command
from tempshell_cli.terminal.pty import PtyProcess, Size

from .waiting import TIMEOUT, read_to_end, read_until

SIZE = Size(81, 27)


def shell(script: str) -> PtyProcess:
    return PtyProcess.spawn(Command(("sh", "-c", script)), SIZE)


def open_descriptors() -> set[str]:
    return {str(entry.readlink()) for entry in Path("/proc/self/fd").iterdir() if entry.is_symlink()}


def test_the_command_has_a_terminal_of_the_given_size() -> None:
    with shell("stty size; test -t 0 && test -t 1 && test -t 2 && echo all three") as process:
        output = read_to_end(process.master)
    assert b"27 81" in output
    assert b"all three" in output


def test_the_terminal_controls_the_session_of_the_command() -> None:
    """Only a controlling terminal can be opened as /dev/tty; Ctrl-C reaches the foreground group through it."""
    with shell(
        "echo through tty >/dev/tty; trap 'echo caught; exit 7' INT; echo ready; while :; do sleep 0.1; done"
    ) as process:
        read_until(process.master, b"ready")
        process.master.write(b"\x03")
        read_until(process.master, b"caught")
        assert process.wait(TIMEOUT) == 7


def test_a_terminal_may_come_from_another_multiplexer() -> None:
    """The command is not its leader: that is for whom it starts there."""
    command = Command(
        ("sh", "-c", "tty; stty size; cat /dev/tty || echo of nobody"), ptmx=os.path.realpath("/dev/ptmx")
    )
    with PtyProcess.spawn(command, SIZE) as process:
        output = read_to_end(process.master)
    assert b"/dev/pts/" in output
    assert b"27 81" in output
    assert b"of nobody" in output


@pytest.mark.parametrize("kind", ["file", "fifo", "link", "nothing"])
def test_what_is_no_multiplexer_is_not_taken_for_one(kind: str, tmp_path: Path) -> None:
    """A stranger lays something in its place; the command gets a terminal of ours all the same."""
    place = tmp_path / "ptmx"
    if kind == "file":
        place.touch()
    elif kind == "fifo":
        os.mkfifo(place)
    elif kind == "link":
        place.symlink_to(os.path.realpath("/dev/ptmx"))
    with PtyProcess.spawn(Command(("sh", "-c", "echo here >/dev/tty"), ptmx=str(place)), SIZE) as process:
        assert b"here" in read_to_end(process.master)
    if kind == "file":
        assert place.read_bytes() == b""


def test_a_new_size_reaches_the_command() -> None:
    with shell("trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.1; done") as process:
        read_until(process.master, b"ready")
        process.master.resize(Size(100, 40))
        read_until(process.master, b"40 100")


def test_a_new_size_reaches_a_command_that_listens_only_after_it() -> None:
    """As docker's does, which passes on the size before it listens for changes of it."""
    with shell("sleep 0.5; trap 'stty size' WINCH; echo ready; while :; do sleep 0.1; done") as process:
        process.master.resize(Size(100, 40))
        read_until(process.master, b"ready")
        read_until(process.master, b"40 100")


@pytest.mark.parametrize(("script", "code"), [("exit 0", 0), ("exit 42", 42), ("kill -TERM $$", 128 + 15)])
def test_the_exit_code_is_what_a_shell_would_say(script: str, code: int) -> None:
    with shell(script) as process:
        assert process.wait(TIMEOUT) == code


def test_waiting_gives_up_after_its_timeout() -> None:
    with shell("sleep 60") as process:
        assert process.wait(0.01) is None


def test_reading_without_output_says_so_and_the_end_is_empty() -> None:
    with shell("read line; echo got $line") as process:
        with pytest.raises(BlockingIOError):
            process.master.read()
        process.master.write(b"it\n")
        read_until(process.master, b"got it")
        assert read_to_end(process.master) == b""


def test_writing_to_a_command_that_does_not_read_never_blocks() -> None:
    with shell("stty raw -echo; echo ready; sleep 60") as process:
        read_until(process.master, b"ready")
        started = time.monotonic()
        taken = [process.master.write(b"x" * 65536) for _ in range(10)]
        assert taken[-1] == 0
        assert time.monotonic() - started < 5


def test_closing_ends_a_command_that_ignores_the_hangup() -> None:
    process = shell("trap '' HUP TERM; echo ready; while :; do sleep 0.1; done")
    read_until(process.master, b"ready")
    process.close(grace=0.1)
    assert process.wait(0) == 128 + signal.SIGKILL


def test_closing_twice_and_signalling_the_dead_do_nothing() -> None:
    process = shell("exit 3")
    assert process.wait(TIMEOUT) == 3
    process.signal(signal.SIGTERM)
    process.close()
    process.close()
    assert process.wait(0) == 3


def test_nothing_stays_open() -> None:
    before = open_descriptors()
    for _ in range(5):
        with shell("echo hi") as process:
            read_to_end(process.master)
        with pytest.raises(EngineUnavailable):
            PtyProcess.spawn(Command(("no-such-program-anywhere",)), SIZE)
    assert open_descriptors() <= before


def test_a_missing_program_is_named() -> None:
    with pytest.raises(EngineUnavailable, match="no-such-program-anywhere"):
        PtyProcess.spawn(Command(("no-such-program-anywhere",)), SIZE)


def test_the_command_gets_its_environment_and_does_not_ignore_sigpipe() -> None:
    """Python ignores SIGPIPE, and ignoring is inherited: `yes | head` in a shell would not end well."""
    command = Command(("sh", "-c", "grep SigIgn /proc/self/status; echo $COLOUR"), {"COLOUR": "red"})
    with PtyProcess.spawn(command, SIZE) as process:
        output = read_to_end(process.master)
    ignored, color = output.split()[1:]
    assert not int(ignored, 16) & 1 << (signal.SIGPIPE - 1)
    assert color == b"red"
