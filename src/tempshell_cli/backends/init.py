"""The first process of every sandbox: one small shell script for all engines."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

FIRST_WORD = b"deadline "  # how the line begins that PID 1 writes once it holds the sandbox
_DEADLINE = re.compile(rb"^deadline ([0-9]{1,11})(?: (\{.*\}))?$", re.MULTILINE)
_IDLE = re.compile(rb"^idle ([0-9]{1,11})$", re.MULTILINE)
_SCRIPT = Path(__file__).with_name("init.sh")
_NOTICE = 60.0  # seconds
# dash has no `read -t`, so bash is preferred; where there is none, sh is busybox's ash in practice.
_CHOOSE = 'command -v bash >/dev/null && exec bash -c "$0" init "$@"; exec sh -c "$0" init "$@"'


def init_argv(deadline: float, *, watched: bool = False, idle: float = 0, notice: float = _NOTICE) -> list[str]:
    """Return what a sandbox runs as PID 1 so that it ends at ``deadline`` (seconds since the epoch).

    One that is ``watched`` also ends when its standard input does. With ``idle`` it also ends when nothing has happened
    in it for so many seconds, and then for the seconds of ``notice``.
    """
    lines = _SCRIPT.read_text("utf-8").splitlines()
    script = "\n".join(line for line in lines if not line.startswith("#"))  # `ps` inside shows it
    more = [str(int(idle)), str(int(notice))] if idle else []
    more = ["watched" if watched else "", *more] if watched or more else []
    return ["/bin/sh", "-c", _CHOOSE, script, str(int(deadline)), *more]


class InitState(NamedTuple):
    """What PID 1 holds: its deadline (seconds since the epoch), and the terms that came with one (``labels``).

    ``idle_end`` is when it ends because nothing happens in the sandbox, 0 where something does.
    """

    deadline: int
    terms: str = ""
    idle_end: int = 0


def move_deadline(deadline: float, terms: str = "") -> bytes:
    """Return what to write to the standard input of PID 1 so that it ends at ``deadline`` instead.

    ``terms`` are one line, which it keeps in the place of those that it has, if it is not empty.
    """
    return f"{f'deadline {int(deadline)} {terms}'.rstrip()}\n".encode() * 2


def init_state(output: bytes) -> InitState | None:
    """Return what PID 1 has last written to its standard output, if anything.

    Who is root in a container can write there, too: a line that PID 1 would not have written counts for nothing.
    """
    lines = list(_DEADLINE.finditer(output))
    if not lines:
        return None
    last = lines[-1]
    ends = _IDLE.findall(output, last.end())
    return InitState(int(last[1]), (last[2] or b"").decode(errors="replace"), int(ends[-1]) if ends else 0)
