"""What the programs in a session's tmux write: a recording of the terminal has only what tmux draws of it.

A client in tmux's control mode (tmux(1), CONTROL MODE) gets all of it, to the end of the shell.
"""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from tempshell_cli.backends.base import Backend, Role
from tempshell_cli.core.errors import EngineUnavailable
from tempshell_cli.sessions.model import Session
from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.recording.recorder import Recorder
from tempshell_cli.terminal.wire import Record

# The shell is opened after this has begun. The client counts for no size.
_FOLLOW = (
    "n=0; until tmux has-session -t =main 2>/dev/null; do [ $((n += 1)) -lt 150 ] || exit; sleep 0.2; done; "
    "exec tmux -u -C attach-session -t =main -f ignore-size"
)
# What is there already, after which the rest follows.
_QUESTIONS = b"display-message -p '#{pane_width}x#{pane_height}'\ncapture-pane -e -p -S -\n"
_OURS = b"1"  # the last word of a block that answers a question of this client
_LAYOUT = re.compile(rb"%layout-change \S+ [0-9a-f]+,(\d+)x(\d+)")
_OCTAL = re.compile(rb"\\([0-7]{3})")
_LONGEST_LINE = 1024**2  # bytes
_GOODBYE = 3.0  # seconds for what is left


@contextmanager
def recorded_panes(backend: Backend, session: Session, file: Path, secrets: Sequence[str]) -> Iterator[None]:
    """Write down, as long as the block lasts, what the panes of the session's tmux get to show.

    In the form of a recording, without these secrets; a marker with its number precedes what is of another pane. The
    file is made, for nobody else, where there is a tmux to follow.
    """
    argv = ("/usr/bin/env", "LANG=C.UTF-8", "/bin/sh", "-c", _FOLLOW)
    try:
        command = backend.shell(session.sandbox, argv, role=Role.SETUP)
        process = subprocess.Popen(
            command.argv,
            env=command.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            process_group=0,  # the keys of the terminal are for the program on it
        )
    except (EngineUnavailable, OSError):
        yield  # the recording of the terminal has what tmux draws
        return
    assert process.stdin and process.stdout  # noqa: S101, PT018 - pipes
    reader = threading.Thread(target=_write_down, args=(process.stdout, file, secrets), daemon=True)
    reader.start()
    with suppress(OSError):
        process.stdin.write(_QUESTIONS)
        process.stdin.flush()
    try:
        yield
    finally:
        with suppress(OSError):
            process.stdin.close()  # which lets the client go
        reader.join(_GOODBYE)
        process.kill()
        process.wait()
        reader.join(_GOODBYE)


def _write_down(stream: IO[bytes], file: Path, secrets: Sequence[str]) -> None:
    lines = iter(lambda: stream.readline(_LONGEST_LINE), b"")
    with stream:
        answers = _answers(lines)
        size = next(answers, [b""])[0].decode(errors="replace").split("x")
        before = next(answers, None)
        if before is None or len(size) != len(Size._fields) or not all(map(str.isdigit, size)):
            return  # no tmux, or one too old for this
        descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            recorder = Recorder(Record(descriptor, secrets=list(secrets)), Size(*map(int, size)))
            recorder.output(b"\r\n".join(before).rstrip() + b"\r\n")
            _follow(lines, recorder)
            recorder.close()
        finally:
            os.close(descriptor)


def _answers(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    """Yield the lines of each answer to a question of ours."""
    block: list[bytes] | None = None
    for line in lines:
        if line.startswith(b"%begin "):
            block = []
        elif line.startswith((b"%end ", b"%error ")) and block is not None:
            if line.split()[-1] == _OURS:
                yield block
            block = None
        elif block is not None:
            block.append(line.rstrip(b"\n"))


def _follow(lines: Iterator[bytes], recorder: Recorder) -> None:
    """Record what panes get, and how large they are."""
    shown = b""
    for line in lines:
        kind, _, rest = line.rstrip(b"\n").partition(b" ")
        if kind == b"%output":
            pane, _, data = rest.partition(b" ")
            if pane != shown:
                shown = pane
                recorder.mark(pane.decode(errors="replace"))
            recorder.output(_OCTAL.sub(lambda code: bytes([int(code[1], 8) & 0xFF]), data))
        elif layout := _LAYOUT.match(line):
            recorder.resize(Size(int(layout[1]), int(layout[2])))
