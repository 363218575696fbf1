"""Which terminal emulator is taken."""

from __future__ import annotations

from tempshell_cli.terminal.emulators.base import Engine
from tempshell_cli.terminal.pty import Size

# libghostty-vt, by far the fastest; and pure Python, for platforms without its wheel (musl).
GHOSTTY = "ghostty"
BITTTY = "bittty"
ENGINES = (GHOSTTY, BITTTY)


def open_engine(size: Size, name: str = GHOSTTY) -> Engine:
    """Return an engine of this name; where ghostty cannot be loaded, the other one."""
    # One of the two is enough, and each costs 8 MB or more: only what is used is imported.
    if name == GHOSTTY:
        try:
            from tempshell_cli.terminal.emulators.ghostty.engine import GhosttyEngine  # noqa: PLC0415 - see above

            return GhosttyEngine(size)
        except (ImportError, OSError):
            pass
    from tempshell_cli.terminal.emulators.bittty.engine import BitttyEngine  # noqa: PLC0415 - see above

    return BitttyEngine(size)
