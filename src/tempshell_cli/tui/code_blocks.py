"""The code in a task's text, as it is typed at a prompt."""

from __future__ import annotations

import re

from tempshell_cli.core.text import strip_controls
from tempshell_cli.tui.port import TaskView

# CommonMark 4.5: a fence of three or more, closed by one that is as long, or by the end.
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})([^`\n]*)\n(.*?)(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_PROMPTED = ("console", "shell-session", "sh-session")
_PROMPT = "$ "


def commands_of(task: TaskView, hints_shown: int = 0) -> list[str]:
    """Return what of a task and its first hints is typed at a prompt: what is marked as that, else the code blocks."""
    marked = [task.commands, *(list(commands) or None for commands in task.hint_commands)]
    marked += [None] * (1 + len(task.hints) - len(marked))
    texts = [task.prompt, *task.hints[:hints_shown]]
    found = [code_blocks(text) if commands is None else commands for text, commands in zip(texts, marked, strict=False)]
    return list(dict.fromkeys(command for part in found for command in map(strip_controls, part) if command))


def code_blocks(markdown: str) -> list[str]:
    """Return the code blocks, without the last end of line; of a shown dialogue, what is typed in it."""
    found = (_typed(match[2].strip(), strip_controls(match[3])) for match in _FENCE.finditer(markdown))
    return [block for block in found if block]


def _typed(language: str, code: str) -> str:
    lines = code.rstrip("\n").split("\n")
    if language.partition(" ")[0] in _PROMPTED:
        lines = [line.removeprefix(_PROMPT) for line in lines if line.startswith(_PROMPT)]
    return "\n".join(lines).strip("\n")
