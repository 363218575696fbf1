"""The plain attach: a command on a PTY, its bytes handed to the user's own terminal as they are."""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from tempshell_cli.core.process import Command
from tempshell_cli.core.text import one_line
from tempshell_cli.terminal.keyboard import ESCAPE_DELAY
from tempshell_cli.terminal.leader import LeaderFilter
from tempshell_cli.terminal.modes import AlternateScreen
from tempshell_cli.terminal.pty import PtyProcess
from tempshell_cli.terminal.user_terminal import raw, terminal_size, write_all

if TYPE_CHECKING:
    from tempshell_cli.terminal.recording.recorder import Recorder

# Returns a line to show the user, once, or None. Asked every second, so it must not block.
Notices = Callable[[], str | None]

_CHUNK = 16384
_NOTICE_INTERVAL = 1.0
# A notice must not fall into the middle of an escape sequence: it waits for a pause in the output, in seconds.
_QUIET = 0.05
_END_OF_INPUT = b"\x04"
_CTRL_C = b"\x03"
_ENDING = (signal.SIGTERM, signal.SIGHUP)
_BY_SIGNAL = 128  # exit codes of what a signal has ended begin here
_LEADER_HELP = "tempshell: then d leaves, and the leader once more sends it to the shell"


def relay(
    command: Command,
    *,
    notices: Notices = lambda: None,
    recorder: Recorder | None = None,
    read_only: bool = False,
    leader: str = "ctrl+]",
) -> int | None:
    """Run the command on a PTY of its own and relay until it ends; return its exit code.

    The leader and then d leaves it, on a terminal; None is returned then.

    The user's terminal is raw meanwhile and is always put back, with all that a program has set in it: SIGTERM and
    SIGHUP included (128 + n is returned then), and SIGKILL, after which a guard does it. Where stdin is not a terminal
    its bytes are relayed too, with an end of input after the last.
    Where it is ``read_only`` nothing is relayed to the command, and Ctrl+C leaves it, too.
    Call it from the main thread. Raises EngineUnavailable where the command cannot be started, UsageProblem where
    ``leader`` cannot be a leader key.
    """
    stdin, stdout = sys.stdin.fileno(), sys.stdout.fileno()
    keys = LeaderFilter(leader)
    with ExitStack() as stack:
        wakeups = stack.enter_context(_signals())
        process = stack.enter_context(PtyProcess.spawn(command, terminal_size(stdout)))
        stack.enter_context(raw(stdin))
        streams = _Streams(stdin, stdout, wakeups)
        relaying = (_Watch if read_only else _Relay)(process, streams, notices, recorder, keys)
        stack.callback(relaying.restore_screen)
        if recorder:
            stack.callback(recorder.close)
        return relaying.run()


class _Streams(NamedTuple):
    """What is read and written besides the command: the person's ends, and signals as bytes."""

    stdin: int
    stdout: int
    wakeups: socket.socket


class _Relay:
    """Moves bytes until the command, or the reason for running it, is gone."""

    def __init__(
        self,
        process: PtyProcess,
        streams: _Streams,
        notices: Notices,
        recorder: Recorder | None,
        keys: LeaderFilter,
    ) -> None:
        self._process = process
        self._master = process.master
        self._stdin, self._stdout, self._wakeups = streams
        self._on_terminal = os.isatty(self._stdin)
        self._recorder = recorder
        self._keys = keys
        self._screen = AlternateScreen()
        self._board = _NoticeBoard(notices, self._stdout)
        self._input = bytearray()
        self._escape_until = 0.0  # by the monotonic clock: when an Escape that is held back is a key
        self._input_open = True
        self._output_open = True
        self._exit_code: int | None = None

    def run(self) -> int | None:
        """Relay; return the exit code, or None where the person has left."""
        while self._exit_code is None and not self._keys.left:
            self._turn()
        return self._exit_code

    def restore_screen(self) -> None:
        """Undo what the command has set in the user's terminal, and leave the cursor where output can go on."""
        if not os.isatty(self._stdout):
            return
        # A code from 128 on: a signal has ended the command, or the relay, or the engine has ended the sandbox.
        cut_off = self._exit_code is None or self._exit_code >= _BY_SIGNAL
        with suppress(OSError):
            write_all(self._stdout, self._screen.reset_cut_off() if cut_off else self._screen.reset())

    def _turn(self) -> None:
        reading = [self._wakeups.fileno()]
        if self._output_open:
            reading.append(self._master.fileno())
        # What the command does not take is not read either: the user's terminal holds it.
        if self._input_open and not self._input:
            reading.append(self._stdin)
        writing = [self._master.fileno()] if self._input else []
        timeout = self._board.timeout()
        if self._keys.waits:
            timeout = min(timeout, max(0.0, self._escape_until - time.monotonic()))
        readable, _, _ = select.select(reading, writing, [], timeout)
        if self._stdin in readable:
            self._take_input()
        elif self._keys.waits and time.monotonic() >= self._escape_until:
            self._take_keys(b"")
        if self._input:
            del self._input[: self._master.write(bytes(self._input))]
        if self._master.fileno() in readable:
            self._take_output()
        else:
            self._board.turn()
        if self._wakeups.fileno() in readable:
            self._take_signals()

    def _take_input(self) -> None:
        try:
            data = os.read(self._stdin, _CHUNK)
        except OSError:  # EIO: the terminal has hung up
            data = b""
        if data and self._on_terminal:
            self._take_keys(data)
        elif data:
            self._input += data
        elif self._on_terminal:
            # Nobody typed an end: the connection dropped, and the shell inside is to live on.
            self._exit_code = _BY_SIGNAL + signal.SIGHUP
        else:
            self._input_open = False
            self._input += _END_OF_INPUT

    def _take_keys(self, data: bytes) -> None:
        """Pass on what was typed, or with no bytes an Escape that nothing has followed."""
        self._input += self._keys.passed(data)
        self._escape_until = time.monotonic() + ESCAPE_DELAY
        if self._keys.lost:
            self._board.put(_LEADER_HELP)

    def _take_output(self) -> None:
        try:
            data = self._master.read(_CHUNK)
        except BlockingIOError:
            return
        if not data:
            # Nobody can write any more; the end of the process itself comes as a signal.
            self._output_open = False
            return
        if self._recorder:
            self._recorder.output(data)
        self._screen.follow(data)
        try:
            write_all(self._stdout, data)
        except OSError:
            # Nobody looks any more; what a shell says of a program whose terminal is gone.
            self._exit_code = _BY_SIGNAL + signal.SIGHUP

    def _take_signals(self) -> None:
        for number in self._wakeups.recv(_CHUNK):
            if number == signal.SIGWINCH:
                size = terminal_size(self._stdout)
                self._master.resize(size)
                if self._recorder:
                    self._recorder.resize(size)
            elif number in _ENDING:
                self._exit_code = _BY_SIGNAL + number
            elif number == signal.SIGCHLD and self._process.wait(0) is not None:
                self._finish()

    def _finish(self) -> None:
        """Relay what the command left behind, and no more: its children may hold the PTY open."""
        while self._output_open and self._exit_code is None and select.select([self._master], [], [], 0)[0]:
            self._take_output()
        if self._exit_code is None:
            self._exit_code = self._process.wait()


class _Watch(_Relay):
    """Takes nothing from the one who looks but the wish to leave."""

    def _take_input(self) -> None:
        super()._take_input()
        self._drop()

    def _take_keys(self, data: bytes) -> None:
        super()._take_keys(data)
        self._drop()

    def _drop(self) -> None:
        if _CTRL_C in self._input:
            self._keys.left = True
        self._input.clear()


class _NoticeBoard:
    """Asks for notices each second, and shows them when the output pauses."""

    def __init__(self, notices: Notices, stdout: int) -> None:
        self._notices = notices
        self._stdout = stdout
        self._next_question = time.monotonic()
        self._waiting = ""

    def timeout(self) -> float:
        """Return how long to wait for bytes, in seconds, before ``turn`` has something to do."""
        return _QUIET if self._waiting else max(0.0, self._next_question - time.monotonic())

    def put(self, notice: str) -> None:
        """Have a notice shown next."""
        self._waiting = notice

    def turn(self) -> None:
        """Show what waits, then ask for more where it is time."""
        if self._waiting:
            self._show(self._waiting)
            self._waiting = ""
        if time.monotonic() >= self._next_question:
            self._next_question = time.monotonic() + _NOTICE_INTERVAL
            self._waiting = one_line(self._notices() or "")

    def _show(self, notice: str) -> None:
        """Lay the notice over the top row, where it moves nothing: the next screenful wipes it away."""
        if os.isatty(self._stdout):
            width = terminal_size(self._stdout).columns
            text = f" {notice} "[:width].encode()
            # DECSC, home, reverse, the text, DECRC: the cursor and its attributes come back.
            write_all(self._stdout, b"\x1b7\x1b[H\x1b[0;7m" + text + b"\x1b8\a")
        else:
            print(notice, file=sys.stderr, flush=True)  # noqa: T201 - the relay is a program's face


@contextmanager
def _signals() -> Iterator[socket.socket]:
    """Have the signals that matter arrive as bytes on a socket, so that one select sees everything."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.setblocking(False)
        numbers = (signal.SIGWINCH, signal.SIGCHLD, *_ENDING)
        before = [signal.signal(number, lambda *_: None) for number in numbers]
        fd_before = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        try:
            yield ours
        finally:
            signal.set_wakeup_fd(fd_before)
            for number, handler in zip(numbers, before, strict=True):
                signal.signal(number, handler)
