"""What terminals are given to read: made here, the same each time, but for what full-screen programs really write."""

from __future__ import annotations

import itertools
import os
import random
import select
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from tempshell_cli.core.process import Command
from tempshell_cli.terminal.pty import PtyProcess

from .outer import SIZE

MB = 1_000_000
_BLOCK = 1 * MB
_WORDS = "request handled in queue for worker after retry of upstream connection to storage node".split()  # noqa: SIM905
_UNICODE = (
    "Grüße aus Köln, où l'été naît", "Καλημέρα κόσμε, τι κάνεις", "Съешь же ещё этих мягких булок",
    "漢字仮名交じり文を表示する", "한국어 문장을 화면에 쓴다", "👍🚀🎉🐳🔥✅",
    "e\u0301a\u0300o\u0302n\u0303 combining", "─│┌┐└┘├┤┬┴┼ █▓▒░", "∀x: ⌈x⌉ ≤ ⌊x⌋ + 1",
)  # fmt: skip
# Full-screen programs, and the keys that they are shown, with a pause after each, in seconds.
_PAUSE = 0.02
_TUI = {
    "vim": (("-u", "NONE", "-c", "syntax on | set number"), [b"\x06"] * 20 + [b"\x02"] * 20 + [b":q!\r"]),
    "less": ((), [b" "] * 20 + [b"b"] * 20 + [b"q"]),
    "htop": ((), [b"\x1b[B"] * 40 + [b"q"]),
}


def logs(size: int) -> bytes:
    """Return lines as a server writes them."""
    return _repeated(_log_lines(), size)


def dense_sgr(size: int) -> bytes:
    """Return screens on which each cell has colours of its own (as dense_cells of alacritty's vtebench)."""
    return _repeated(_dense_cells(), size)


def unicode(size: int) -> bytes:
    """Return lines in many scripts."""
    return _repeated(_mixed_lines(), size)


def recorded_tui(size: int, home: Path) -> bytes:
    """Return what vim, less and htop write here as somebody pages through a file; nothing where there is none."""
    text = home / "text.py"
    text.write_bytes(Path(__file__).read_bytes() * 20)
    pieces = [_recorded((name, *options, str(text)) if name != "htop" else (name,), keys)
              for name, (options, keys) in _TUI.items() if shutil.which(name)]  # fmt: skip
    return _repeated(iter(pieces), size) if any(pieces) else b""


def _repeated(pieces: Iterator[bytes], size: int) -> bytes:
    block = bytearray()
    for piece in pieces:
        block += piece
        if len(block) >= _BLOCK:
            break
    return bytes(block * (size // len(block) + 1))[:size]


def _log_lines() -> Iterator[bytes]:
    chosen = random.Random(1)  # noqa: S311 - no secret
    for number in itertools.count():
        words = " ".join(chosen.choices(_WORDS, k=chosen.randint(4, 9)))
        level = chosen.choice(("INFO ", "INFO ", "DEBUG", "WARN "))
        yield f"2026-01-01T12:{number // 60 % 60:02}:{number % 60:02}.{number % 1000:03}Z {level} {words}\n".encode()


def _dense_cells() -> Iterator[bytes]:
    for offset in itertools.count():
        yield b"\x1b[H"
        character = ord("A") + offset % 26
        for y, x in itertools.product(range(SIZE.rows), range(SIZE.columns)):
            foreground, background = (x + y + offset) % 156 + 100, 255 - (x * 2 + y + offset) % 156
            yield b"\x1b[38;5;%d;48;5;%d;1;3;4m%c" % (foreground, background, character)


def _mixed_lines() -> Iterator[bytes]:
    chosen = random.Random(2)  # noqa: S311 - no secret
    while True:
        yield " ".join(chosen.choices(_UNICODE, k=3)).encode() + b"\n"


def _recorded(argv: tuple[str, ...], keys: list[bytes]) -> bytes:
    environment = {"TERM": "xterm-256color", "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": "/nonexistent"}
    written = b""
    with PtyProcess.spawn(Command(argv, environment, alone=True), SIZE) as process:
        for key in (b"", *keys):
            process.master.write(key)
            written += _for_a_while(process)
    return written


def _for_a_while(process: PtyProcess) -> bytes:
    written, end = b"", time.monotonic() + _PAUSE
    while select.select([process.master], [], [], max(0.0, end - time.monotonic()))[0]:
        data = process.master.read()
        if not data:
            break
        written += data
    return written
