"""Which terminal emulator is taken."""

from __future__ import annotations

from tempshell_cli.terminal.emulators.base import Emulator
from tempshell_cli.terminal.pty import Size

# libghostty-vt, by far the fastest; and pure Python, for platforms without its wheel (musl).
GHOSTTY = "ghostty"
BITTTY = "bittty"
EMULATORS = (GHOSTTY, BITTTY)


def open_emulator(size: Size, name: str = GHOSTTY) -> Emulator:
    """Return an emulator of this name; where ghostty cannot be loaded, the other one."""
    # One of the two is enough, and each costs 8 MB or more: only what is used is imported.
    if name == GHOSTTY:
        try:
            from tempshell_cli.terminal.emulators.ghostty.emulator import GhosttyEmulator  # noqa: PLC0415 - see above

            return GhosttyEmulator(size)
        except (ImportError, OSError):
            pass
    from tempshell_cli.terminal.emulators.bittty.emulator import BitttyEmulator  # noqa: PLC0415 - see above

    return BitttyEmulator(size)
