"""A command whose screen a worker process keeps."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.core.process import Command
from tempshell_cli.terminal.emulated import EmulatedProcess, Emulation, WorkerLost
from tempshell_cli.terminal.emulators.choice import BITTTY, EMULATORS, GHOSTTY
from tempshell_cli.terminal.link import screen_link
from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.screen import row_text
from tempshell_cli.terminal.wire import Focus, Key, Paste, Resize, Scroll, Type

from .waiting import TIMEOUT, Watcher, until

SIZE = Size(60, 10)
Watch = Callable[..., Watcher]


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Runs a shell script under emulation."""
    with ExitStack() as stack:

        def start(script: str, emulator: str = GHOSTTY, **env: str) -> Watcher:
            command = Command(("bash", "--norc", "-c", script), env)
            return Watcher(stack.enter_context(EmulatedProcess(command, SIZE, Emulation(emulator))))

        yield start


@pytest.mark.parametrize("emulator", EMULATORS)
def test_keys_go_in_and_rows_come_out(watch: Watch, emulator: str) -> None:
    watcher = watch("read name; echo hello $name", emulator)
    for character in "you":
        watcher.emulated.send(Key(character, character))
    watcher.emulated.send(Key("enter", "\r"))
    watcher.until_text("hello you")
    watcher.until(lambda: watcher.ended)
    assert watcher.emulated.process.wait(5) == 0


def test_the_program_knows_its_terminal(watch: Watch) -> None:
    watcher = watch("echo $TERM $COLORTERM; stty size")
    watcher.until_text("xterm-256color truecolor")
    watcher.until_text("10 60")


def test_the_commands_own_environment_goes_over_it(watch: Watch) -> None:
    watch("echo $TERM", TERM="dumb").until_text("dumb")


def test_questions_are_answered(watch: Watch) -> None:
    watcher = watch("""stty -icanon -echo; printf 'ab\\e[6n'; IFS= read -rd R answer; printf '%q\\n' "$answer" """)
    watcher.until_text("E[1;3")


def test_who_answers_is_there_before_the_program_is(watch: Watch) -> None:
    """For tmux takes an answer that comes late for something typed."""
    children = "cat /proc/$1/task/$1/children"
    watcher = watch(f"of() {{ {children}; }}; for server in $(of $PPID); do echo has $(of $server) .; done; echo all")
    watcher.until_text("all")
    assert f"has {watcher.emulated.worker_pid} ." in watcher.text()


def test_a_new_size_reaches_screen_and_program(watch: Watch) -> None:
    watcher = watch("trap 'stty size' WINCH; echo ready; while :; do sleep 0.1; done")
    watcher.until_text("ready")
    watcher.emulated.send(Resize(Size(50, 8)))
    watcher.until_text("8 50")


def test_the_view_scrolls_back_and_a_key_brings_it_down(watch: Watch) -> None:
    watcher = watch("seq 100; cat")
    watcher.until_text("100")
    watcher.emulated.send(Scroll(-20))
    watcher.until(lambda: watcher.status.scrolled == 20)
    watcher.emulated.send(Focus(gained=True))
    watcher.emulated.send(Key("x", "x"))
    watcher.until(lambda: watcher.status.scrolled == 0)


def test_a_large_paste_arrives_whole(watch: Watch) -> None:
    """More than any buffer holds: the PTY's, the socket's."""
    watcher = watch("stty raw -echo; echo ready; head -c 1000000 | md5sum; echo done")
    watcher.until_text("ready")
    text = "0123456789abcdef" * 62_500
    watcher.emulated.send(Paste(text))
    watcher.until_text("done")
    expected = subprocess.run(["md5sum"], input=text.encode(), capture_output=True, check=True).stdout[:32]
    assert expected.decode() in watcher.text()


def test_a_paste_that_nobody_reads_holds_up_nothing(watch: Watch) -> None:
    watcher = watch("stty raw -echo; while :; do date +%N; sleep 0.05; done")
    watcher.until(lambda: watcher.frames > 1)
    watcher.emulated.send(Paste("x" * 3_000_000))
    frames = watcher.frames
    watcher.until(lambda: watcher.frames > frames + 5)


def test_a_flood_becomes_few_frames(watch: Watch) -> None:
    watcher = watch("seq 1000000; echo the end")
    watcher.until_text("the end")
    assert watcher.frames < 1000


def test_a_screen_that_takes_nothing_gets_one_frame(watch: Watch) -> None:
    watcher = watch("while :; do date +%N; done")
    assert select.select([watcher.emulated], [], [], TIMEOUT)[0]
    assert len(watcher.emulated.receive()) == 1
    assert not select.select([watcher.emulated], [], [], 0.5)[0]


def test_the_command_outlives_its_worker(watch: Watch) -> None:
    watcher = watch("echo first $$; read line; echo second $line $$; cat")
    watcher.until_text("first")
    pid = str(watcher.emulated.process.pid)
    with pytest.raises(WorkerLost):
        kill_worker(watcher)
    watcher.emulated.restart()
    watcher.rows.clear()
    watcher.emulated.send(Type(b"word\r"))
    watcher.until_text(f"second word {pid}")


@pytest.mark.parametrize("emulator", EMULATORS)
def test_a_new_worker_shows_the_screen_of_the_old_one(watch: Watch, emulator: str) -> None:
    """Of programs that draw nothing again: ``read`` does not care about a change of size."""
    drawn = "\\e]2;my title\\a\\e[31mred\\e[0m and \\e[?1000h\\e[6nplain\\e[2 q"
    watcher = watch(f"seq 200; stty -echo; printf '{drawn}'; read line; cat", emulator)
    watcher.until_text("red and plain")
    before = watcher.rows.copy(), watcher.status
    with pytest.raises(WorkerLost):
        kill_worker(watcher)
    watcher.emulated.restart()
    watcher.rows.clear()
    watcher.until(lambda: (watcher.rows, watcher.status) == before)


def test_output_that_crashes_every_emulator_is_dropped_at_last(watch: Watch) -> None:
    watcher = watch("echo shown; read line; echo $line; cat")
    watcher.until_text("shown")
    for _ in range(3):
        watcher.emulated.restart()
    watcher.rows.clear()
    watcher.emulated.send(Type(b"word\r"))
    watcher.until_text("word")
    assert "shown" not in watcher.text()


def test_a_full_screen_program_is_drawn_again_by_a_new_worker(watch: Watch, tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("some words to show\n")
    watcher = watch(f"vim -u NONE -N {text}")
    watcher.until_text("some words to show")
    with pytest.raises(WorkerLost):
        kill_worker(watcher)
    watcher.emulated.restart()
    watcher.rows.clear()
    watcher.until_text("some words to show")


def test_however_often_workers_die_there_is_another_and_what_is_typed_meanwhile_is_kept(watch: Watch) -> None:
    watcher = watch("read line; echo $line; cat")
    for _ in range(6):
        with pytest.raises(WorkerLost):
            kill_worker(watcher)
        watcher.emulated.restart()
    watcher.emulated.send(Type(b"word\r"))
    watcher.until_text("word")


@pytest.mark.parametrize(("end", "kept"), [(signal.SIGSEGV, False), (signal.SIGPROF, False), (signal.SIGKILL, True)])
def test_what_a_worker_crashed_on_is_not_given_to_the_next(
    watch: Watch, tmp_path: Path, end: signal.Signals, *, kept: bool
) -> None:
    read = tmp_path / "read"
    asks = f"printf 'deadly\\e[6n'; IFS= read -rd R answer; touch {read}"
    watcher = watch(f"stty -echo; echo harmless; read line; printf x; read line; {asks}; cat")
    watcher.until_text("harmless")
    # A frame that is not answered is the last: what comes after it is read, and shown to nobody.
    watcher.emulated.send(Type(b"\r"))
    assert select.select([watcher.emulated], [], [], TIMEOUT)[0]
    watcher.emulated.send(Type(b"\r"))
    until(read.exists)
    with pytest.raises(WorkerLost):
        kill_worker(watcher, end)
    watcher.emulated.restart()
    watcher.rows.clear()
    watcher.until_text("harmless")
    assert ("deadly" in watcher.text()) is kept


def test_an_emulator_that_is_stuck_is_replaced(watch: Watch) -> None:
    """Here by erasing a hundred thousand cells, again and again, which would take the slower one half a minute."""
    watcher = watch("echo shown; read line; printf '\\e[$z%.0s' {1..250}; cat", BITTTY)
    watcher.until_text("shown")
    watcher.emulated.send(Resize(Size(500, 200)))
    watcher.emulated.send(Type(b"\r"))
    with pytest.raises(WorkerLost):
        watcher.until(lambda: False)
    watcher.emulated.restart()
    watcher.rows.clear()
    watcher.emulated.send(Type(b"word\r"))
    watcher.until_text("word")


@pytest.mark.parametrize("emulator", EMULATORS)
def test_workers_are_forks_of_a_process_with_one_thread(watch: Watch, emulator: str) -> None:
    """A fork beside threads is unsafe: what another one holds is held for good."""
    watcher = watch("cat", emulator)
    watcher.until(lambda: watcher.frames > 0)
    assert len(list(Path(f"/proc/{fork_server_of(watcher)}/task").iterdir())) == 1


def test_a_lost_fork_server_is_replaced(watch: Watch) -> None:
    watcher = watch("echo shown; read line; cat")
    watcher.until_text("shown")
    end_fork_server(watcher)
    watcher.emulated.restart()
    watcher.rows.clear()
    watcher.until_text("shown")


def test_fork_servers_that_keep_dying_are_given_up_and_the_command_lives(watch: Watch) -> None:
    watcher = watch("cat")
    for _ in range(3):
        end_fork_server(watcher)
        watcher.emulated.restart()
    end_fork_server(watcher)
    with pytest.raises(EngineUnavailable, match="does not start any more"):
        watcher.emulated.restart()
    assert watcher.emulated.process.wait(0) is None


def test_the_worker_goes_with_the_screen(watch: Watch) -> None:
    watcher = watch("cat")
    worker = Path(f"/proc/{watcher.emulated.worker_pid}")
    assert worker.exists()
    watcher.emulated.close()
    watcher.emulated.close()
    assert not worker.exists()
    assert watcher.emulated.process.wait(0) is not None


def test_nothing_outlives_a_screen_that_is_killed() -> None:
    script = (
        "from tempshell_cli.core.process import Command\n"
        "from tempshell_cli.terminal.emulated import EmulatedProcess, Size\n"
        "emulated = EmulatedProcess(Command(('cat',)), Size(80, 24))\n"
        "print(emulated.process.pid, emulated.worker_pid, flush=True)\n"
        "input()"
    )
    screen = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with screen:
        assert screen.stdout
        command, worker = map(int, screen.stdout.readline().split())
        fork_server = int(fields_of(worker)[1])
        screen.kill()
    for pid in (worker, fork_server, command):
        until(lambda pid=pid: is_gone(pid))  # type: ignore[misc]  # bound to this round


def test_the_worker_gets_no_secrets_of_ours(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_TOKEN", "canary")
    watcher = watch("echo ready; cat")
    watcher.until_text("ready")
    assert b"canary" not in Path(f"/proc/{watcher.emulated.worker_pid}/environ").read_bytes()


def test_nothing_is_opened_for_a_command_that_does_not_exist() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(EngineUnavailable):
        EmulatedProcess(Command(("no-such-program-anywhere",)), SIZE)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.parametrize("nonsense", [b"\xff\xff\xff\xff", b"\x01\x00\x00\x00\xc1", b"\x02\x00\x00\x00\x91\xa3"])
def test_a_worker_that_talks_nonsense_is_caught(nonsense: bytes) -> None:
    """It reads what strangers print, and may have been taken over."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(nonsense)
        with pytest.raises(msgspec.DecodeError):
            screen_link(ours).receive()


def test_without_the_native_library_the_other_emulator_takes_over() -> None:
    script = (
        "import sys; sys.modules['pyghostty._ffi'] = None\n"
        "from tempshell_cli.terminal.emulators.choice import open_emulator\n"
        "from tempshell_cli.terminal.pty import Size\n"
        "print(type(open_emulator(Size(80, 24))).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "BitttyEmulator"


def test_less_pages_through_a_file(watch: Watch, tmp_path: Path) -> None:
    text = tmp_path / "numbers"
    text.write_text("".join(f"line {number}\n" for number in range(100)))
    watcher = watch(f"less {text}")
    watcher.until_text("line 8")
    watcher.emulated.send(Key("space", " "))
    watcher.until(lambda: row_text(watcher.rows[0]) == "line 9")
    watcher.emulated.send(Key("q", "q"))
    watcher.until(lambda: watcher.ended)


def kill_worker(watcher: Watcher, number: signal.Signals = signal.SIGKILL) -> None:
    os.kill(watcher.emulated.worker_pid, number)
    watcher.until(lambda: False)


def fork_server_of(watcher: Watcher) -> int:
    return int(fields_of(watcher.emulated.worker_pid)[1])


def end_fork_server(watcher: Watcher) -> None:
    fork_server, worker = fork_server_of(watcher), watcher.emulated.worker_pid
    os.kill(fork_server, signal.SIGKILL)
    until(lambda: fields_of(fork_server)[0] == "Z")
    os.kill(worker, signal.SIGKILL)
    with pytest.raises(WorkerLost):
        watcher.until(lambda: False)


def is_gone(pid: int) -> bool:
    """Return whether a process has ended; who is to reap it is not asked."""
    try:
        return fields_of(pid)[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def fields_of(pid: int) -> list[str]:
    """Return what /proc says of a process, from its state on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


@pytest.mark.parametrize("emulator", EMULATORS)
@pytest.mark.parametrize("ending", [r"\e]133;D;0\a", r"\e]133;D\e\\"])
def test_a_shell_can_say_that_a_command_has_ended(watch: Watch, emulator: str, ending: str) -> None:
    """In one piece, or cut anywhere."""
    watcher = watch(
        f"read -r; printf '{ending}'; read -r; printf '\\e]13'; sleep 0.1; printf '3;D;1\\a'; cat", emulator
    )
    assert watcher.status.commands == 0
    for count in (1, 2):
        watcher.emulated.send(Type(b"\n"))
        watcher.until(lambda count=count: watcher.status.commands == count)  # type: ignore[misc]
