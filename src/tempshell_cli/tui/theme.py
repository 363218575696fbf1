"""Colours: the screen's two themes, and the sixteen that programs in the terminal name."""

from __future__ import annotations

import os

from textual.theme import BUILTIN_THEMES, Theme

from tempshell_cli.core.errors import UsageProblem

DARK = Theme(
    name="tempshell-dark",
    primary="#6cb6ff",
    secondary="#b392f0",
    accent="#4fd6be",
    success="#62d196",
    warning="#f2c14e",
    error="#ff6b73",
    foreground="#d5dbe5",
    background="#10131a",
    surface="#161b24",
    panel="#1f2632",
    dark=True,
)
LIGHT = Theme(
    name="tempshell-light",
    primary="#0b62c4",
    secondary="#6f42c1",
    accent="#006e60",
    success="#1a7f4b",
    warning="#8a5a00",
    error="#c0293f",
    foreground="#1d2430",
    background="#fbfcfd",
    surface="#f1f4f7",
    panel="#e3e8ee",
    dark=False,
)

# Text of the second rank, as a style of Content: its own $text-muted comes out as plain black or white there.
MUTED = "$foreground 75%"

# Black, red, green, yellow, blue, magenta, cyan, white; then the bright ones. Readable on the theme's ground; and white
# on the dark theme's blue, as mc, dialog and menuconfig have it, which is why that one is not as light as the others.
_DARK_PALETTE = (
    "#2b3342", "#ff6b73", "#62d196", "#f2c14e", "#3f87e0", "#d49bf0", "#4fd6be", "#c5cdd9",
    "#5b6779", "#ff8f94", "#8be3b3", "#f7d587", "#9bcdff", "#e3bdf7", "#86e6d5", "#f3f6fa",
)  # fmt: skip
_LIGHT_PALETTE = (
    "#1d2430", "#c0293f", "#1a7f4b", "#8a5a00", "#0b62c4", "#8a3fb5", "#00757a", "#7b8797",
    "#4d5866", "#d63d52", "#22915a", "#a06a00", "#2b7bd9", "#a056c9", "#0a8a90", "#566170",
)  # fmt: skip


def palette(*, dark: bool) -> tuple[str, ...]:
    """Return the sixteen colours of the terminal, by their ANSI numbers."""
    return _DARK_PALETTE if dark else _LIGHT_PALETTE


def theme_named(name: str) -> Theme:
    """Return a theme by the name it has in the settings: one of ours, or of Textual's.

    Raises UsageProblem for a name that is none.
    """
    known = {**BUILTIN_THEMES, "auto": preferred_theme(), "dark": DARK, "light": LIGHT}
    known |= {ours.name: ours for ours in (DARK, LIGHT)}
    if name not in known:
        raise UsageProblem(f"there is no theme {name!r}", hint=f"one of {', '.join(sorted(known))}")
    return known[name]


def preferred_theme() -> Theme:
    """Return the theme that fits the user's terminal, where it says so in COLORFGBG; else the dark one."""
    # rxvt's convention, kept by Konsole and others: "foreground;background", where 7 and 15 are white.
    ground = os.environ.get("COLORFGBG", "").rpartition(";")[2]
    return LIGHT if ground in {"7", "15"} else DARK
