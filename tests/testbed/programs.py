"""Programs that tests run: full-screen ones, whose screens they compare, and a keyring."""

from . import apt

_PACKAGES = {
    **{program: program for program in ("vim", "less", "tmux", "htop", "nano", "mc", "dbus-daemon")},
    "dbus-send": "dbus-bin",
    "gnome-keyring-daemon": "gnome-keyring",
}
"""Commands, with Debian's package of each."""
PROGRAMS = tuple(_PACKAGES)


def ensure() -> None:
    """Vim, less, tmux, htop, nano, mc and gnome-keyring."""
    apt.install(_PACKAGES)
