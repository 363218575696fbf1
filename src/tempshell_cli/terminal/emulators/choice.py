"""Which terminal emulator is taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tempshell_cli.terminal.emulators.base import Emulator
from tempshell_cli.terminal.pty import Size

# libghostty-vt, by far the fastest; and pure Python, for platforms without its wheel (musl): see hatch_build.py.
GHOSTTY = "ghostty"
BITTTY = "bittty"
EMULATORS = (GHOSTTY, BITTTY)


class Choice(NamedTuple):
    """The emulator that is taken, and why it is not ghostty ("" where it is, or where nobody asked for that)."""

    name: str
    kind: Callable[[Size], Emulator]
    reason: str = ""


def open_emulator(size: Size, name: str = GHOSTTY) -> Emulator:
    """Return an emulator of this name; where ghostty cannot be loaded, the other one."""
    return choose(name).kind(size)


def choose(name: str = GHOSTTY) -> Choice:
    """Load the emulator of this name; where ghostty cannot be loaded, the other one."""
    # One of the two is enough, and each costs 8 MB or more: only what is used is imported.
    reason = ""
    if name == GHOSTTY:
        try:
            from tempshell_cli.terminal.emulators.ghostty.emulator import GhosttyEmulator  # noqa: PLC0415 - see above

            return Choice(GHOSTTY, GhosttyEmulator)
        except (ImportError, OSError) as cause:
            reason = str(cause)
    from tempshell_cli.terminal.emulators.bittty.emulator import BitttyEmulator  # noqa: PLC0415 - see above

    return Choice(BITTTY, BitttyEmulator, reason)
