"""What the leader key leads to."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple


class Where(Enum):
    """In which sessions a shortcut makes sense."""

    ANY = auto()
    PRACTICE = auto()
    EXAM = auto()


class Shortcut(NamedTuple):
    """A key after the leader, by Textual's names; ``action`` is one of the screen's.

    ``shown`` and ``label`` stand in the bottom line, where they are not empty; ``help`` is the long form.
    ``acts``: it changes the session, or types in it.
    """

    keys: tuple[str, ...]
    shown: str
    label: str
    action: str
    help: str
    needs_tasks: bool = False
    where: Where = Where.ANY
    acts: bool = False


# In the order of the bottom line: what does not fit there is left away from the end, the help excepted.
SHORTCUTS = (
    Shortcut(
        ("c",), "c", "check", "check", "check the current task", needs_tasks=True, where=Where.PRACTICE, acts=True
    ),
    Shortcut(
        ("f",),
        "f",
        "flag",
        "flag",
        "flag the task for later, or remove the flag",
        needs_tasks=True,
        where=Where.EXAM,
        acts=True,
    ),
    Shortcut(("n", "right", "down"), "n/p", "task", "next_task", "next task", needs_tasks=True),
    Shortcut(("p", "left", "up"), "", "", "previous_task", "previous task", needs_tasks=True),
    Shortcut(("q",), "q", "stop", "stop", "stop the session; its sandbox is removed", where=Where.PRACTICE, acts=True),
    Shortcut(("q",), "q", "end", "stop", "end the exam: it is graded, once", where=Where.EXAM, acts=True),
    Shortcut(("d",), "d", "detach", "detach", "leave the screen; the sandbox stays"),
    Shortcut(("e",), "e", "extend", "extend", "extend the session", where=Where.PRACTICE, acts=True),
    Shortcut(("z",), "z", "zoom", "zoom", "give the terminal the whole screen, or take it back", needs_tasks=True),
    Shortcut(("h",), "h", "hint", "hint", "show the next hint of the task", needs_tasks=True, where=Where.PRACTICE),
    Shortcut(
        ("s",),
        "s",
        "send",
        "send_code",
        "put a code block of the task at the prompt; you run it",
        needs_tasks=True,
        acts=True,
    ),
    Shortcut(
        ("a",),
        "a",
        "answer",
        "solution",
        "show the solution, after a pass or on giving up",
        needs_tasks=True,
        where=Where.PRACTICE,
    ),
    Shortcut(
        ("r",),
        "r",
        "reset",
        "reset",
        "reset the task, after asking",
        needs_tasks=True,
        where=Where.PRACTICE,
        acts=True,
    ),
    Shortcut(("t",), "t", "tasks", "focus_tasks", "go to the tasks; Esc comes back", needs_tasks=True),
    Shortcut(("slash",), "/", "search", "search", "search what the terminal shows and has shown"),
    Shortcut(
        ("o",), "o", "score", "score", "show the score, in all and by domain", needs_tasks=True, where=Where.PRACTICE
    ),
    Shortcut(("l",), "l", "layout", "split", "put the terminal below the tasks, or beside them", needs_tasks=True),
    Shortcut(("pagedown",), "", "", "page_down", "the task's text, a page on", needs_tasks=True),
    Shortcut(("pageup",), "", "", "page_up", "the task's text, a page back", needs_tasks=True),
)
PALETTE = Shortcut(("colon",), "", "", "palette", "search these actions")
HELP = Shortcut(("question_mark",), "?", "help", "help", "show this list")

_NAMES = {
    "right": "→",
    "left": "←",
    "up": "↑",
    "down": "↓",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "enter": "Enter",
    "escape": "Esc",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "ctrl+c": "Ctrl+C",
    "f5": "F5",
}


def key_name(key: str) -> str:
    """Return what a key, by Textual's name, is called on the screen."""
    return _NAMES.get(key, key)


def shortcut_for(key: str, offered: Sequence[Shortcut]) -> Shortcut | None:
    """Return what a key, by Textual's name, stands for, of what is offered and what always is."""
    return next((shortcut for shortcut in (*offered, PALETTE, HELP) if key in shortcut.keys), None)


def offered_shortcuts(*, tasks: bool, exam: bool = False, read_only: bool = False) -> list[Shortcut]:
    """Return the shortcuts besides the help that make sense with or without tasks, and in an exam.

    ``read_only``: nothing can be done to the session, or nothing any more.
    """
    elsewhere = Where.PRACTICE if exam else Where.EXAM
    return [
        one
        for one in SHORTCUTS
        if (tasks or not one.needs_tasks) and one.where is not elsewhere and not (one.acts and read_only)
    ]
