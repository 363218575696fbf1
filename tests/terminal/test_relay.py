"""The plain attach, run as a program on a terminal of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from tempshell_cli.terminal.emulators.base import Emulator
from tempshell_cli.terminal.emulators.choice import open_emulator
from tempshell_cli.terminal.leader import LeaderFilter
from tempshell_cli.terminal.modes import AlternateScreen
from tempshell_cli.terminal.pty import PtyMaster, Size
from tempshell_cli.terminal.screen import row_text

from .waiting import TIMEOUT, read_until, until

RELAY = """
import os, sys
from tempshell_cli.core.process import Command
from tempshell_cli.terminal.relay import relay
notices = iter(sys.argv[2:])
command = Command(("sh", "-c", sys.argv[1]))
options = {"leader": os.environ["LEADER"]} if "LEADER" in os.environ else {}
code = relay(command, notices=lambda: next(notices, None), read_only="READ_ONLY" in os.environ, **options)
sys.exit(99 if code is None else code)
"""


LEFT = 99


@dataclass
class Relayed:
    """A relay in a process of its own, and the user's end of its terminal."""

    master: PtyMaster
    terminal: int
    process: subprocess.Popen[bytes]

    def mode(self) -> list[object]:
        return list(termios.tcgetattr(self.terminal))


@contextmanager
def relaying(script: str, *notices: str, read_only: bool = False, leader: str = "") -> Iterator[Relayed]:
    ours, theirs = os.openpty()
    master = PtyMaster(ours)
    master.resize(Size(80, 24))
    command = [sys.executable, "-c", RELAY, script, *notices]
    env = {**os.environ, **({"READ_ONLY": "1"} if read_only else {}), **({"LEADER": leader} if leader else {})}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env) as process:
        try:
            yield Relayed(master, theirs, process)
        finally:
            process.kill()
    master.close()
    os.close(theirs)


def test_bytes_go_both_ways_and_the_exit_code_comes_back() -> None:
    with relaying("read name; echo hello $name; exit 5") as relayed:
        relayed.master.write(b"you\r")
        read_until(relayed.master, b"hello you")
        assert relayed.process.wait(TIMEOUT) == 5


def test_the_terminal_is_raw_meanwhile_and_put_back_afterwards() -> None:
    with relaying("echo ready; read line") as relayed:
        before = relayed.mode()
        read_until(relayed.master, b"ready")
        assert relayed.mode() != before
        # Raw: an end of line is a carriage return, and Ctrl-C is a byte for the command's own terminal.
        relayed.master.write(b"\r")
        assert relayed.process.wait(TIMEOUT) == 0
        assert relayed.mode() == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_puts_the_terminal_back_and_ends_the_command(number: signal.Signals) -> None:
    with relaying("echo my pid is $$ .; sleep 600") as relayed:
        before = relayed.mode()
        words = read_until(relayed.master, b" .").split()
        pid = int(words[words.index(b"is") + 1])
        relayed.process.send_signal(number)
        assert relayed.process.wait(TIMEOUT) == 128 + number
        assert relayed.mode() == before
        until(lambda: not os.path.exists(f"/proc/{pid}"))  # noqa: PTH110 - a process, not a file


FULL_SCREEN = r"printf '\033[?1049h\033[?1000h\033[?2004h\033[?25lfull screen'; sleep 600"


def shown_after(relayed: Relayed, end: Callable[[], None]) -> Emulator:
    """Return the screen of the user's terminal when a relay has been ended under a full-screen program."""
    emulator = open_emulator(Size(80, 24))
    emulator.feed(b"before\r\n" + read_until(relayed.master, b"full screen"))
    assert emulator.status().alternate
    end()
    emulator.feed(read_until(relayed.master, b"\x1b[0m"))
    emulator.dirty_rows()
    return emulator


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_even_a_kill_leaves_the_terminal_as_it_was(number: signal.Signals) -> None:
    with relaying(FULL_SCREEN) as relayed:
        before = relayed.mode()
        emulator = shown_after(relayed, lambda: relayed.process.send_signal(number))
        status = emulator.status()
        assert (status.alternate, status.mouse, status.cursor.visible) == (False, False, True)
        assert emulator.encode_paste("x") == b"x"
        until(lambda: relayed.mode() == before)
        emulator.close()


def test_after_a_kill_a_message_says_so_below_all_that_is_on_the_screen() -> None:
    with relaying(r"printf '\033[2J\033[23;1Hstatus line\033[Hready'; sleep 600") as relayed:
        drawn = read_until(relayed.master, b"ready")
        relayed.process.kill()
        rows = screen_rows(drawn + read_until(relayed.master, b"has been put back"))
        assert rows.index("status line") < next(y for y, row in enumerate(rows) if "has been put back" in row)


PICTURE = r"printf '\033[2J\033[24;1Hstatus line\033[Hprompt $ '; sleep 600"


@pytest.mark.parametrize("end", [lambda one: one.master.write(b"\x1dd"), lambda one: one.process.terminate()])
def test_output_goes_on_below_a_picture_that_was_left(end: Callable[[Relayed], object]) -> None:
    with relaying(PICTURE) as relayed:
        drawn = read_until(relayed.master, b"prompt $ ")
        end(relayed)
        relayed.process.wait(TIMEOUT)
        os.write(relayed.terminal, b"goes on.")
        rows = screen_rows(drawn + read_until(relayed.master, b"goes on."))
        assert [row for row in rows if row] == ["prompt $", "goes on."]


def test_a_full_screen_program_that_is_left_gives_back_the_screen_and_the_cursor() -> None:
    with relaying(r"printf '\033[?1049h\033[20;40Hfull screen'; sleep 600") as relayed:
        drawn = b"before\r\n" + read_until(relayed.master, b"full screen")
        relayed.master.write(b"\x1dd")
        relayed.process.wait(TIMEOUT)
        os.write(relayed.terminal, b"goes on.")
        assert screen_rows(drawn + read_until(relayed.master, b"goes on."))[:2] == ["before", "goes on."]


def test_after_a_command_that_ended_by_itself_output_goes_on_where_it_stopped() -> None:
    with relaying("printf 'one\n$ exit\n'; exit 3") as relayed:
        assert relayed.process.wait(TIMEOUT) == 3
        os.write(relayed.terminal, b"goes on.")
        assert screen_rows(read_until(relayed.master, b"goes on."))[:3] == ["one", "$ exit", "goes on."]


@pytest.mark.parametrize(
    ("output", "is_alternate"),
    [
        (b"\x1b[?1049h", True),
        (b"\x1b[?25;1049h text", True),
        (b"\x1b[?1049h text \x1b[?1049l", False),
        (b"\x1b[?1049h\x1bc", False),
        (b"\x1b[?1047h\x1b[1049h", False),
    ],
)
def test_a_switch_of_screens_is_seen_wherever_the_output_is_cut(output: bytes, *, is_alternate: bool) -> None:
    for cut in range(len(output)):
        screen = AlternateScreen()
        screen.follow(output[:cut])
        screen.follow(output[cut:])
        assert (b"\x1b[?1049l" in screen.reset()) is is_alternate


def screen_rows(output: bytes) -> list[str]:
    """Return what a terminal of 80 x 24 shows after that output."""
    emulator = open_emulator(Size(80, 24))
    emulator.feed(output)
    rows = emulator.dirty_rows()
    emulator.close()
    return [row_text(rows[y]).rstrip() if y in rows else "" for y in range(24)]


def test_the_guard_goes_with_the_relay() -> None:
    with relaying("echo ready; read line") as relayed:
        read_until(relayed.master, b"ready")
        guards = children(relayed.process.pid)
        relayed.master.write(b"\r")
        assert relayed.process.wait(TIMEOUT) == 0
        assert guards
        assert not any(os.path.exists(f"/proc/{pid}") for pid in guards)  # noqa: PTH110 - processes, not files


def children(parent: int) -> list[int]:
    with open(f"/proc/{parent}/task/{parent}/children", encoding="ascii") as file:  # noqa: PTH123 - of the kernel
        return [int(pid) for pid in file.read().split()]


def test_a_new_size_of_the_users_terminal_is_passed_on() -> None:
    with relaying("trap 'stty size' WINCH; echo ready; while :; do sleep 0.1; done") as relayed:
        read_until(relayed.master, b"ready")
        relayed.master.resize(Size(111, 33))
        relayed.process.send_signal(signal.SIGWINCH)
        read_until(relayed.master, b"33 111")


def test_a_notice_is_laid_over_the_top_line_without_its_escapes() -> None:
    with relaying("echo ready; read line", "", "five \x1b[31mminutes\nleft") as relayed:
        seen = read_until(relayed.master, b"\x1b8")
        assert b"\x1b7\x1b[H\x1b[0;7m five minutes left \x1b8" in seen


def test_the_command_may_leave_children_on_its_terminal() -> None:
    """A job in the background holds the PTY open; the relay ends with the command all the same."""
    with relaying("(trap '' HUP; sleep 10) & echo done; exit 6") as relayed:
        read_until(relayed.master, b"done")
        assert relayed.process.wait(8) == 6


def test_without_a_terminal_bytes_are_relayed_and_their_end_too() -> None:
    command = [sys.executable, "-c", RELAY, "cat; exit 4", "", "time is short"]
    done = subprocess.run(command, input=b"line\n", capture_output=True, timeout=TIMEOUT, check=False)
    assert b"line" in done.stdout
    assert done.returncode == 4


def test_without_a_terminal_notices_go_to_stderr() -> None:
    command = [sys.executable, "-c", RELAY, "sleep 0.5", "time is short"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT, check=False)
    assert done.stderr == b"time is short\n"


def test_a_reader_that_goes_away_ends_the_relay() -> None:
    command = [sys.executable, "-c", RELAY, "while :; do echo y; done"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(TIMEOUT) == 128 + signal.SIGHUP


def test_the_relay_is_light() -> None:
    """It has to start fast: neither Textual nor Rich nor an emulator comes with it."""
    script = "import sys, tempshell_cli.terminal.relay; print(*sorted(m.partition('.')[0] for m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not {"textual", "rich", "pyghostty", "bittty"} & set(done.stdout.split())


def test_read_only_nothing_that_is_typed_reaches_the_command_and_ctrl_c_leaves() -> None:
    script = "stty raw -echo; echo ready; cat <&0 & while sleep 0.1; do printf .; done"
    with relaying(script, read_only=True) as relayed:
        before = relayed.mode()
        read_until(relayed.master, b"ready")
        relayed.master.write(b"typed\r\x04\x1a")
        assert b"typed" not in read_until(relayed.master, b".....")
        relayed.master.write(b"\x03")
        assert relayed.process.wait(TIMEOUT) == LEFT
        assert relayed.mode() == before


def test_read_only_shows_the_output_and_ends_with_the_command() -> None:
    with relaying("echo seen; exit 3", read_only=True) as relayed:
        read_until(relayed.master, b"seen")
        assert relayed.process.wait(TIMEOUT) == 3


RAW_CAT = "stty raw -echo; echo ready; cat -v"


WAYS_TO_LEAVE = [
    ("ctrl+]", b"\x1dd"),
    ("ctrl+]", b"\x1b[93;5u\x1b[100u"),  # the kitty protocol, which the program may have asked for
    ("ctrl+]", b"\x1b[93;133u\x1b[93;133:3ud"),  # with Num Lock, and let go again
    ("ctrl+b", b"\x02d"),
    ("ctrl+space", b"\x00d"),
    ("alt+x", b"\x1bxd"),
    ("f12", b"\x1b[24~d"),
]


@pytest.mark.parametrize(("leader", "typed"), WAYS_TO_LEAVE)
@pytest.mark.parametrize("read_only", [False, True])
def test_the_leader_and_d_leave(leader: str, typed: bytes, *, read_only: bool) -> None:
    with relaying(RAW_CAT, leader=leader, read_only=read_only) as relayed:
        before = relayed.mode()
        read_until(relayed.master, b"ready")
        relayed.master.write(typed)
        assert relayed.process.wait(TIMEOUT) == LEFT
        assert relayed.mode() == before


@pytest.mark.parametrize(("leader", "typed"), WAYS_TO_LEAVE)
def test_they_leave_on_a_line_that_brings_each_byte_by_itself(leader: str, typed: bytes) -> None:
    keys = LeaderFilter(leader)
    assert [keys.passed(bytes([byte])) for byte in typed] == [b""] * len(typed)
    assert keys.left


def test_an_escape_that_nothing_follows_reaches_the_program() -> None:
    with relaying(RAW_CAT) as relayed:
        read_until(relayed.master, b"ready")
        relayed.master.write(b"\x1b")
        read_until(relayed.master, b"^[")


def test_all_other_keys_are_the_programs_and_the_leader_twice_is_one() -> None:
    with relaying(RAW_CAT) as relayed:
        read_until(relayed.master, b"ready")
        relayed.master.write(b"d\x1b[A\x02\x1d\x1dd")
        read_until(relayed.master, b"d^[[A^B^]d")


def test_after_another_key_it_says_what_there_is() -> None:
    with relaying(RAW_CAT) as relayed:
        read_until(relayed.master, b"ready")
        relayed.master.write(b"\x1dx.")
        seen = read_until(relayed.master, b"then d leaves")
        assert b"x" not in seen.partition(b"\x1b7")[0]


def test_without_a_terminal_the_leader_is_a_byte_like_any_other() -> None:
    command = [sys.executable, "-c", RELAY, "cat -v; exit 4"]
    done = subprocess.run(command, input=b"\x1dd line\n", capture_output=True, timeout=TIMEOUT, check=False)
    assert b"^]d line" in done.stdout
    assert done.returncode == 4
