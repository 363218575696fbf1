"""The keys of the home screen. Those in small letters act on what is marked; each is also found by its words."""

from __future__ import annotations

from collections.abc import Sequence

from tempshell_cli.tui.home.port import PackEntry, SessionEntry
from tempshell_cli.tui.home.rows import SHELL, Kind, Row
from tempshell_cli.tui.shortcuts import Shortcut

_OPEN = {
    Kind.SESSION: Shortcut(("enter",), "Enter", "attach", "open", "open the session's screen"),
    Kind.PACK: Shortcut(("enter",), "Enter", "start", "open", "start a session with this pack"),
    Kind.DRILL: Shortcut(("enter",), "Enter", "drill", "open", "start a session with the tasks that are due"),
    Kind.PAST: Shortcut(("enter",), "Enter", "report", "open", "show the session's report"),
    Kind.RECORDING: Shortcut(("enter",), "Enter", "play", "open", "play the recording"),
    Kind.PROBLEM: Shortcut(("enter",), "Enter", "doctor", "open", "check which backends work here"),
}
_WATCH = Shortcut(("w",), "w", "watch", "watch", "watch the session without typing in it")
_EXTEND = Shortcut(("e",), "e", "extend", "extend", "extend the session")
_PAUSE = Shortcut(("p",), "p", "pause", "pause", "freeze the session and its clock")
_RESUME = Shortcut(("p",), "p", "resume", "pause", "let the paused session go on")
_STOP = Shortcut(("s",), "s", "stop", "stop", "stop the session; its sandbox is removed")
_EXAM = Shortcut(("x",), "x", "exam", "exam", "take an exam of this pack")
_SHOW = Shortcut(("t",), "t", "tasks", "tasks", "list the tasks of this pack")
# What can be done wherever one is, in the order of the bottom line.
ALWAYS = (
    Shortcut(("slash",), "/", "filter", "filter", "show only rows that contain what you type"),
    Shortcut(("colon",), ":", "all", "palette", "search all actions"),
    Shortcut(("q", "ctrl+c"), "q", "quit", "quit", "leave; sessions go on"),
    Shortcut(("n",), "n", "shell", "new_shell", "start a shell without tasks"),
    Shortcut(("tab",), "", "", "next_part", "go to the next heading"),
    Shortcut(("shift+tab",), "", "", "previous_part", "go to the heading before"),
    Shortcut(("r", "f5"), "", "", "refresh", "refresh what the engines have"),
)


def shortcuts_for(row: Row | None) -> Sequence[Shortcut]:
    """Return what can be done where this thing is marked, without the help."""
    if row is None:
        return ALWAYS
    return (_OPEN[row.kind], *_more(row), *ALWAYS, *([_WATCH] if row.kind is Kind.SESSION else []))


def _more(row: Row) -> Sequence[Shortcut]:
    match row.entry:
        case SessionEntry() as one:
            found = [_STOP]
            if one.frozen is not None:
                found = [_RESUME, *found]
            elif one.pausable:
                found = [_PAUSE, *found]
            return [_EXTEND, *found] if one.extendable and one.frozen is None else found
        case PackEntry() as one if one is not SHELL and not one.problem:
            return (_EXAM, _SHOW)
        case _:
            return ()
