"""The program on the PTY: runs every case of an esctest2 checkout, with a hard reset before each.

Started as a script with the path of the checkout, the path of the result and, where wanted, a pattern of names. It
writes a line ``name passed`` or ``name failed`` for each case. The suite is GPL-2: it is imported here, in a process
of its own, and nothing of it is part of tempshell.
"""

from __future__ import annotations

import os
import sys
import tty
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

_RIS = "\x1bc"
_LEVEL = 4
# What the terminal around us is: it resizes, and its checksums count a blank as a blank, as xterm's do since patch 334.
_OPTIONS = (
    f"--max-vt-level={_LEVEL}",
    "--expected-terminal=xterm",
    "--xterm-checksum=334",
    "--xterm-reverse-wrap=383",
    "--no-print-logs",
    f"--logfile={os.devnull}",
    # Its main program runs as it is imported: without a case, so that ours can run them.
    "--include=^$",
    "--options",
    "xtermWinopsEnabled",
)


def main(checkout: str, result: str, pattern: str = "") -> None:
    """Run the cases whose name has the pattern."""
    sys.path.insert(0, str(Path(checkout) / "esctest"))
    sys.argv = ["esctest.py", *_OPTIONS]
    _count_known_bugs()
    suite = import_module("esctest")
    suite.escargs.args.include = pattern
    tty.setraw(sys.stdin)
    with Path(result).open("w", encoding="utf-8") as output:
        for name, method in suite.MatchingNamesAndMethods():
            suite.escio.Write(_RIS)
            output.write(f"{name} {'passed' if suite.RunTest(name, method) else 'failed'}\n")


def _count_known_bugs() -> None:
    """Have a case that xterm is known to fail count as any other: what it expects is not what xterm does."""

    def as_it_is(*_terminal: object, **_reason: object) -> Callable[[Any], Any]:
        return lambda method: method

    import_module("esccmd")  # before the other, which imports it and is imported by it
    vars(import_module("escutil"))["knownBug"] = as_it_is


if __name__ == "__main__":
    main(*sys.argv[1:])
