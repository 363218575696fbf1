"""The full-screen programs whose screens the tests compare."""

from . import apt

PROGRAMS = ("vim", "less", "tmux", "htop", "nano", "mc")
"""Commands, each in Debian's package of that name."""


def ensure() -> None:
    """Vim, less, tmux, htop, nano and mc."""
    apt.install({program: program for program in PROGRAMS})
