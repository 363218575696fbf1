"""Notices of the desktop, shown by the terminal outside where it is known to do that."""

from __future__ import annotations

from collections.abc import Mapping

from tempshell_cli.core.text import one_line

_OSC_9, _OSC_777 = "osc9", "osc777"
# What each is known to take. TERM comes through ssh, TERM_PROGRAM does not.
_BY_PROGRAM = {"iTerm.app": _OSC_9, "WezTerm": _OSC_9, "ghostty": _OSC_777}
_BY_TERM = {
    "xterm-kitty": _OSC_9,
    "wezterm": _OSC_9,
    "xterm-ghostty": _OSC_777,
    "foot": _OSC_777,
    "foot-extra": _OSC_777,
}
# A multiplexer passes on neither, and its own TERM_PROGRAM, or the one it was started in, says nothing of who looks.
_MULTIPLEXERS = ("TMUX", "STY", "ZELLIJ")


def desktop_notice(text: str, how: str, environment: Mapping[str, str]) -> str:
    """Return what to write to the terminal for a notice; nothing where that would not show one.

    ``how`` is ``osc9``, ``osc777``, ``off``, or ``auto``: as the terminal is known to take it.
    """
    if any(environment.get(name) for name in _MULTIPLEXERS):
        return ""
    kind = how
    if how == "auto":
        program, terminal = environment.get("TERM_PROGRAM", ""), environment.get("TERM", "")
        kind = _BY_PROGRAM.get(program) or _BY_TERM.get(terminal, "")
    # A semicolon would begin the next field.
    body = one_line(text).replace(";", ",")
    if kind == _OSC_9:
        return f"\x1b]9;tempshell: {body}\x1b\\"
    if kind == _OSC_777:
        return f"\x1b]777;notify;tempshell;{body}\x1b\\"
    return ""
