"""The first process of every sandbox: one small shell script for all engines."""

from __future__ import annotations

import re
from pathlib import Path

_SCRIPT = Path(__file__).with_name("init.sh")
# dash has no `read -t`, so bash is preferred; where there is none, sh is busybox's ash in practice.
_CHOOSE = 'command -v bash >/dev/null && exec bash -c "$0" init "$@"; exec sh -c "$0" init "$@"'


def init_argv(deadline: float, *, watched: bool = False) -> list[str]:
    """Return what a sandbox runs as PID 1 so that it ends at ``deadline`` (seconds since the epoch).

    One that is ``watched`` also ends when its standard input does.
    """
    lines = _SCRIPT.read_text("utf-8").splitlines()
    script = "\n".join(line for line in lines if not line.startswith("#"))  # `ps` inside shows it
    return ["/bin/sh", "-c", _CHOOSE, script, str(int(deadline)), *(["watched"] if watched else [])]


def move_deadline(deadline: float) -> bytes:
    """Return what to write to the standard input of PID 1 so that it ends at ``deadline`` instead."""
    return f"deadline {int(deadline)}\n".encode() * 2


def told_deadline(output: bytes) -> float | None:
    """Return the deadline that PID 1 has told last on its standard output, if it has told any.

    Who is root in a container can write there, too: a line that is no deadline of PID 1's tells nothing.
    """
    told = re.findall(rb"^deadline ([0-9]{1,11})$", output, re.MULTILINE)
    return float(told[-1]) if told else None
