"""Puts the user's terminal back after a kill -9 of the program that had it raw.

No program can tidy up after its own SIGKILL. A shell of a megabyte waits for it on a pipe: at an orderly end it gets a
word and goes, and where the pipe just closes it does what was left undone.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tempshell_cli.terminal.modes import RESET

# A background job may not set the terminal, unless it ignores TTOU. What ends the program must not end its guard.
_GUARD = """trap '' HUP INT QUIT TERM TTOU TTIN TSTP PIPE
if ! read -r word; then stty "$1" <&1; printf "$2"; fi
"""
# The guard does not know which screen the program was on, nor where on the other one the cursor was.
_LAST_ROW = b"\x1b[999H"
_NEWS = b"\r\ntempshell: the attach was killed; this terminal has been put back\r\n"
_PATH = "/usr/local/bin:/usr/bin:/bin"


@contextmanager
def guarded(terminal: int) -> Iterator[None]:
    """Guard the terminal behind a descriptor in the block, with the modes it has at its beginning.

    Where there is no ``sh`` or no ``stty`` there is no guard either.
    """
    guard = _started(terminal)
    try:
        yield
    finally:
        if guard and guard.stdin:
            with suppress(OSError), guard.stdin:
                guard.stdin.write(b"done\n")
            guard.wait()


def _started(terminal: int) -> subprocess.Popen[bytes] | None:
    try:
        modes = subprocess.run(("stty", "-g"), stdin=terminal, capture_output=True, check=True).stdout.decode().strip()
        return subprocess.Popen(
            ("/bin/sh", "-c", _GUARD, "tempshell-guard", modes, _escaped(RESET + _LAST_ROW + _NEWS)),
            stdin=subprocess.PIPE,
            stdout=terminal,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ.get("PATH", _PATH)},
            process_group=0,  # the terminal's signals are for the program
        )
    except (OSError, subprocess.CalledProcessError):
        return None


def _escaped(data: bytes) -> str:
    """Return bytes as a format of printf(1)."""
    return "".join(f"\\{byte:03o}" if byte < ord(" ") or byte in b"%\\" else chr(byte) for byte in data)
