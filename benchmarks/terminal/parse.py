"""How much processor time the worker takes for what a program writes: reading, parsing, and its frames."""

from __future__ import annotations

import select
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.table import Row, not_measured, rate
from tempshell_cli.core.process import Command
from tempshell_cli.terminal.emulated import EmulatedProcess
from tempshell_cli.terminal.emulators.choice import open_emulator
from tempshell_cli.terminal.pty import CHUNK
from tempshell_cli.terminal.screen import row_text
from tempshell_cli.terminal.wire import Frame, Shown, Type

from . import loads
from .loads import MB
from .outer import SIZE

# It waits for a key, so that the start of neither is counted.
_SCRIPT = 'stty raw; printf ready; head -c 1 >/dev/null; cat "$1"; printf "\\033[0m\\033[H\\033[2J%s" finished; read _'
_NANOSECONDS = 1e9


def measure(home: Path, size: int, rounds: int) -> Iterator[Row]:
    """Yield a line for each kind of output, of ``size`` bytes at most."""
    for name, least, load in (
        ("log lines", 100.0, loads.logs(size)),
        ("dense SGR", 60.0, loads.dense_sgr(size)),
        ("recorded TUI", 100.0, loads.recorded_tui(size, home)),
        ("unicode", 35.0, loads.unicode(size)),
    ):
        if not load:
            yield not_measured(f"parse, {name}", "neither vim nor less nor htop")
            continue
        file = home / "load"
        file.write_bytes(load)
        turns = [(_seconds(file), _emulator_seconds(load)) for _ in range(rounds)]
        ours, alone = (len(load) / MB / statistics.median(turn) for turn in zip(*turns, strict=True))
        yield rate(f"parse, {name}, worker's CPU", ours, "MB/s", least, ("the emulator alone", alone))


def _seconds(file: Path) -> float:
    command = Command(("/bin/sh", "-c", _SCRIPT, "sh", str(file)))
    with EmulatedProcess(command, SIZE) as emulated:
        _until(emulated, "ready")
        before = _used(emulated.worker_pid)
        emulated.send(Type(b"x"))
        _until(emulated, "finished")
        return _used(emulated.worker_pid) - before


def _emulator_seconds(load: bytes) -> float:
    """Return what the emulator takes by itself, with nothing to read and nothing to show."""
    emulator = open_emulator(SIZE)
    before = time.process_time()
    for start in range(0, len(load), CHUNK):
        emulator.feed(load[start : start + CHUNK])
    used = time.process_time() - before
    emulator.close()
    return used


def _until(emulated: EmulatedProcess, wanted: str) -> None:
    """Take frames as the screen does, but for painting them, until the first row begins so."""
    while True:
        select.select([emulated], [], [])
        for message in emulated.receive():
            if isinstance(message, Frame):
                emulated.send(Shown())
                if row_text(message.rows.get(0, ())).startswith(wanted):
                    return


def _used(pid: int) -> float:
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / _NANOSECONDS
