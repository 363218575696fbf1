"""The code in a task's text, as it is typed at a prompt."""

from __future__ import annotations

import re

from tempshell_cli.core.text import strip_controls
from tempshell_cli.tui.port import TaskView

# CommonMark 4.5: a fence of three or more, closed by one that is as long, or by the end.
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})([^`\n]*)\n(.*?)(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_PROMPTED = ("console", "shell-session", "sh-session")
_PROMPT = "$ "


def commands_of(task: TaskView) -> list[str]:
    """Return what of a task is typed at a prompt: what its pack marks as that, else its code blocks."""
    if task.commands is None:
        return code_blocks(task.prompt)
    return [command for command in map(strip_controls, task.commands) if command]


def code_blocks(markdown: str) -> list[str]:
    """Return the code blocks, without the last end of line; of a shown dialogue, what is typed in it."""
    found = (_typed(match[2].strip(), strip_controls(match[3])) for match in _FENCE.finditer(markdown))
    return [block for block in found if block]


def _typed(language: str, code: str) -> str:
    lines = code.rstrip("\n").split("\n")
    if language.partition(" ")[0] in _PROMPTED:
        lines = [line.removeprefix(_PROMPT) for line in lines if line.startswith(_PROMPT)]
    return "\n".join(lines).strip("\n")
