"""Programs that tests run: full-screen ones, whose screens they compare, a keyring, a wrong clock, a manual."""

from . import apt

_PACKAGES = {
    **{program: program for program in ("vim", "less", "tmux", "htop", "nano", "mc", "dbus-daemon", "faketime")},
    "dbus-send": "dbus-bin",
    "gnome-keyring-daemon": "gnome-keyring",
    "groff": "groff-base",
}
"""Commands, with Debian's package of each."""
PROGRAMS = tuple(_PACKAGES)


def ensure() -> None:
    """Vim, less, tmux, htop, nano, mc, gnome-keyring, groff and faketime."""
    apt.install(_PACKAGES)
