"""What the leader key leads to."""

from __future__ import annotations

from typing import NamedTuple


class Shortcut(NamedTuple):
    """A key after the leader, by Textual's names; ``action`` is one of the screen's.

    ``shown`` and ``label`` stand in the bottom line, where they are not empty; ``help`` is the long form.
    """

    keys: tuple[str, ...]
    shown: str
    label: str
    action: str
    help: str
    needs_tasks: bool = False


# In the order of the bottom line: what does not fit there is left away from the end, the help excepted.
SHORTCUTS = (
    Shortcut(("c",), "c", "check", "check", "check the task in hand", needs_tasks=True),
    Shortcut(("n", "right", "down"), "n/p", "task", "next_task", "next task", needs_tasks=True),
    Shortcut(("p", "left", "up"), "", "", "previous_task", "previous task", needs_tasks=True),
    Shortcut(("q",), "q", "stop", "stop", "stop the session; its sandbox is removed"),
    Shortcut(("d",), "d", "detach", "detach", "leave the screen; the sandbox stays"),
    Shortcut(("e",), "e", "extend", "extend", "extend the session"),
    Shortcut(("z",), "z", "zoom", "zoom", "give the terminal the whole screen, or take it back", needs_tasks=True),
    Shortcut(("h",), "h", "hint", "hint", "show the next hint of the task", needs_tasks=True),
    Shortcut(
        ("s",), "s", "send", "send_code", "put a code block of the task at the prompt; you run it", needs_tasks=True
    ),
    Shortcut(("a",), "a", "answer", "solution", "show the solution, after a pass or on giving up", needs_tasks=True),
    Shortcut(("t",), "t", "tasks", "focus_tasks", "go to the tasks; Esc comes back", needs_tasks=True),
    Shortcut(("pagedown",), "", "", "page_down", "the task's text, a page on", needs_tasks=True),
    Shortcut(("pageup",), "", "", "page_up", "the task's text, a page back", needs_tasks=True),
)
PALETTE = Shortcut(("colon",), "", "", "palette", "find any of these by a word of it")
HELP = Shortcut(("question_mark",), "?", "help", "help", "show this list")


def shortcut_for(key: str, *, tasks: bool) -> Shortcut | None:
    """Return what a key, by Textual's name, stands for; without tasks there are fewer."""
    offered = (*offered_shortcuts(tasks=tasks), PALETTE, HELP)
    return next((shortcut for shortcut in offered if key in shortcut.keys), None)


def offered_shortcuts(*, tasks: bool) -> list[Shortcut]:
    """Return the shortcuts besides the help that make sense with or without tasks."""
    return [shortcut for shortcut in SHORTCUTS if tasks or not shortcut.needs_tasks]
