"""Write hostile output to a terminal for minutes, with resizes and killed workers, and see that it lives.

Ends with 1 where it does not.
"""

from __future__ import annotations

import argparse
import os
import select
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

from benchmarks.processes import family, memory
from benchmarks.table import Row, measured, show
from benchmarks.user import User, somebody
from tempshell_cli.core.process import Command
from tempshell_cli.terminal.emulated import EmulatedProcess, Emulation, WorkerLost
from tempshell_cli.terminal.emulators.choice import EMULATORS, GHOSTTY
from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.screen import Row as Line
from tempshell_cli.terminal.screen import row_text
from tempshell_cli.terminal.wire import (
    Find,
    Focus,
    Frame,
    Key,
    Mouse,
    MouseAction,
    Paste,
    Resize,
    Scroll,
    Shown,
    ToWorker,
)

from .hostile_output import HostileOutput
from .inside import local_session, shell
from .loads import MB
from .outer import Outer
from .percentiles import percentile

_BACK = 1000.0  # ms, that a lost worker may take
_PACE = 0.01  # seconds for a piece, at least: so that it may run beside other things
_TIMEOUT = 30.0  # seconds, until what is asked for is shown
_AGAIN = 0.5  # seconds, until it is asked for once more: it may have gone down with a worker
_PIECES_BETWEEN_PROBES = 1000
_SIZES = ((1, 1), (1, 60), (2, 2), (3, 9), (5, 4), (132, 1), (80, 24), (80, 24), (120, 40), (120, 40), (500, 200))
# Ends whatever string or sequence it comes upon, and the VT52 that a terminal may have become, and resets.
_RESET = b"\x18\x1b\\\x1b<\x1bc"
# Programs that let what the terminal answers be, or read it.
_PROGRAMS = ('stty raw -echo; exec cat "$1"', 'stty raw -echo; cat "$1" & exec cat >/dev/null')


class Pane:
    """Takes frames as the practice screen does, has lost workers replaced, and keeps count."""

    def __init__(self, emulated: EmulatedProcess) -> None:
        self.rows: dict[int, Line] = {}
        self.killed = self.lost = 0
        self.back: list[float] = []
        self._emulated = emulated
        self._lost_at: float | None = None

    def take(self, seconds: float) -> None:
        """Take in what comes within so many seconds."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            writing = [self._emulated] if self._emulated.pending else []
            readable, writable, _ = select.select([self._emulated], writing, [], left)
            if writable:
                self._or_replace(self._emulated.flush)
            elif readable:
                self._or_replace(self._receive)

    def tell(self, message: ToWorker) -> None:
        """Send a message."""
        self._or_replace(lambda: self._emulated.send(message))

    def kill(self, number: signal.Signals) -> None:
        """Kill the worker, and take in what comes until there is another one."""
        with suppress(ProcessLookupError):
            os.kill(self._emulated.worker_pid, number)
        self.killed += 1
        self._lost_at = time.monotonic()
        lost = self.lost
        self.until(lambda: self.lost > lost)

    def shows(self, text: str) -> bool:
        """Return whether this is on the screen, in one row."""
        return any(text in row_text(row) for row in self.rows.values())

    def until(self, happened: Callable[[], bool], seconds: float = _TIMEOUT) -> bool:
        """Take in what comes until something is so; return whether it was within so many seconds."""
        end = time.monotonic() + seconds
        while not happened() and time.monotonic() < end:
            self.take(_PACE)
        return happened()

    def _receive(self) -> None:
        for message in self._emulated.receive():
            if isinstance(message, Frame):
                if self._lost_at is not None:
                    self.back.append(time.monotonic() - self._lost_at)
                    self._lost_at = None
                self.rows.update(message.rows)
                self._emulated.send(Shown())

    def _or_replace(self, act: Callable[[], None]) -> None:
        try:
            act()
        except WorkerLost:
            self.lost += 1
            self._lost_at = self._lost_at or time.monotonic()
            self.rows.clear()
            self._emulated.restart()


class Soak:
    """Hostile output and a pane that has to live with it, both from one seed."""

    def __init__(self, emulated: EmulatedProcess, output: int, seed: int) -> None:
        """``output`` is the descriptor of the program's source, which does not block."""
        self.pane = Pane(emulated)
        self.pieces = self.bytes = 0
        self.answers: list[float] = []
        self._output = output
        self._hostile = HostileOutput(seed)
        self._random = Random(seed)  # noqa: S311 - it is meant to be repeatable
        self._piece = b""

    def step(self) -> None:
        """Write on, do something or other to the pane, and take in what comes of it."""
        if not self._piece:
            self._piece = self._hostile.piece()
            self.pieces += 1
        self._write()
        for message in self._whim():
            self.pane.tell(message)
        self.pane.take(_PACE)

    def kill(self) -> None:
        """Kill the worker, as a crash of its own would or from outside."""
        self.pane.kill(self._random.choice((signal.SIGKILL, signal.SIGSEGV)))

    def probe(self) -> bool:
        """Return whether a text is shown that is written now, on a screen of a usual size."""
        self.pane.tell(Resize(Size(80, 24)))
        began = time.monotonic()
        self.pane.until(self._written)
        text = f"alive-{self.pieces}"
        while not self.pane.until(lambda: self.pane.shows(text), _AGAIN) and time.monotonic() < began + _TIMEOUT:
            self.pane.tell(Find(""))  # at the live screen
            self._piece += _RESET + text.encode()
            self._write()
        self.answers.append(time.monotonic() - began)
        return self.pane.shows(text)

    def _written(self) -> bool:
        self._write()
        return not self._piece

    def _write(self) -> None:
        with suppress(BlockingIOError):
            written = os.write(self._output, self._piece)
            self.bytes += written
            self._piece = self._piece[written:]

    def _whim(self) -> Iterator[ToWorker]:
        whims: Sequence[tuple[float, Callable[[], ToWorker]]] = (
            (0.05, lambda: Resize(Size(*self._random.choice(_SIZES)))),
            (0.02, lambda: Resize(Size(self._random.randint(1, 200), self._random.randint(1, 60)))),
            (0.02, lambda: Scroll(self._random.randint(-100, 100))),
            (
                0.01,
                lambda: Find(self._random.choice(("", "e", "alive", "\U0001f1e9")), self._random.choice((-1, 0, 1))),
            ),
            (0.03, lambda: Key(self._random.choice(("a", "up", "f5", "enter", "é")), "")),
            (0.01, lambda: Mouse(MouseAction.PRESS, 1, self._random.randint(0, 600), self._random.randint(0, 300))),
            (0.01, lambda: Focus(self._random.random() < 0.5)),  # noqa: PLR2004 - a half
            (0.005, lambda: Paste("x\x1b[201~y\n" * self._random.choice((1, 1000)))),
        )
        for chance, message in whims:
            if self._random.random() < chance:
                yield message()


@contextmanager
def soak(seed: int, emulator: str = GHOSTTY) -> Iterator[Soak]:
    """Yield what is to be stepped through."""
    with tempfile.TemporaryDirectory(prefix="tempshell-benchmark-") as home:
        fifo = str(Path(home, "hostile"))
        os.mkfifo(fifo)
        # Open both ways, it can be opened before the program has, and does not end with it.
        output = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
        command = Command(("/bin/sh", "-c", _PROGRAMS[seed % 2], "sh", fifo))
        try:
            with EmulatedProcess(command, Size(80, 24), Emulation(emulator)) as emulated:
                yield Soak(emulated, output, seed)
        finally:
            os.close(output)


def measure(seconds: float, seed: int, kills: float, emulator: str) -> Iterator[Row]:
    """Yield the lines of that many seconds, with so many kills a minute."""
    chance = kills / 60 * _PACE
    random = Random(seed)  # noqa: S311 - it is meant to be repeatable
    end = time.monotonic() + seconds
    alive, probed = 0, 0
    with soak(seed, emulator) as it:
        while time.monotonic() < end:
            it.step()
            if random.random() < chance:
                it.kill()
            if it.pieces >= probed + _PIECES_BETWEEN_PROBES:
                probed = it.pieces
                alive += it.probe()
        alive += it.probe()
        yield from _told(it, alive)
        yield measured("  memory at the end, of all its processes (PSS)", memory(family(os.getpid()), "Pss"), "MB")


def _told(it: Soak, alive: int) -> Iterator[Row]:
    pane = it.pane
    yield measured("hostile output", it.bytes / MB, f"MB in {it.pieces} pieces")
    yield measured("  workers lost by themselves", pane.lost - pane.killed, "")
    yield measured("  workers killed", pane.killed, "")
    if pane.back:
        back = [1000 * one for one in pane.back]
        yield measured("  a lost worker is back, median", statistics.median(back), "ms")
        yield measured("    p99", percentile(back, 99), "ms")
        yield measured("    the worst", max(back), "ms", _BACK)
    yield measured("  asked whether it lives, the longest answer", max(it.answers), f"s of {len(it.answers)}")
    yield measured("  and no answer", len(it.answers) - alive, "times", 0)


def measure_screen(user: User, seconds: float, seed: int, kills: float) -> Iterator[Row]:
    """Yield the lines of the whole practice screen, on a terminal whose size changes, with workers killed."""
    hostile = HostileOutput(seed)
    output = b"".join(hostile.piece() for _ in range(2000))
    random = Random(seed)  # noqa: S311 - it is meant to be repeatable
    killed = 0
    with local_session(user, {"hostile": output}) as session, shell(user, session) as screen:
        screen.type(b"stty raw -echo; while :; do cat hostile; done\r")
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            screen.show(_AGAIN)
            screen.process.master.resize(Size(random.randint(20, 250), random.randint(5, 70)))
            if random.random() < kills / 60 * _AGAIN:
                killed += _kill_worker(screen.process.pid)
        frames = len(screen.frames)
        left = _leave(screen)
    yield measured("the practice screen: frames painted", frames, "")
    yield measured("  workers killed", killed, "")
    yield measured("  time to leave", left, "s", _TIMEOUT)


def _kill_worker(screen: int) -> int:
    """Kill the workers of a practice screen; return how many."""
    keepers = [pid for pid in family(screen) if b"tempshell_cli.terminal.fork_server" in _command(pid)]
    workers = [pid for pid in keepers if _command(_parent(pid)) == _command(pid)]
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
    return len(workers)


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def _leave(screen: Outer) -> float:
    began = time.monotonic()
    screen.type(b"\x1dd")  # Ctrl+] d
    with suppress(EOFError):
        screen.show(_TIMEOUT)
    if screen.process.wait(1) != 0:
        raise RuntimeError(f"the screen ended with {screen.process.wait(0)}")
    return time.monotonic() - began


def main() -> None:
    """Measure what is asked for, and show it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.terminal.hostile", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="how long [60]")
    parser.add_argument("--seed", type=int, default=1, help="what the output comes from [1]")
    parser.add_argument("--kills", type=float, default=4, help="how many workers are killed in a minute [4]")
    parser.add_argument("--emulator", choices=EMULATORS, default=GHOSTTY, help=f"which emulator [{GHOSTTY}]")
    parser.add_argument("--screen", action="store_true", help="the whole practice screen, and not the terminal alone")
    asked = parser.parse_args()
    if asked.screen:
        with somebody() as user:
            rows = list(measure_screen(user, asked.seconds, asked.seed, asked.kills))
    else:
        rows = list(measure(asked.seconds, asked.seed, asked.kills, asked.emulator))
    show(rows)
    sys.exit(any(row.over for row in rows))


if __name__ == "__main__":
    main()
