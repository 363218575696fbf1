"""What a rule of lint reads, and how it writes down what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from tempshell_cli.packs.authoring.findings import Finding, Level
from tempshell_cli.packs.format.model import PackHead
from tempshell_cli.packs.format.task_file import TaskSource
from tempshell_cli.packs.reading.document import Document, Location


class Draft(NamedTuple):
    """A pack whose parts can be read, whether or not they fit together."""

    files: Mapping[str, bytes]
    manifest: Document
    head: PackHead
    tasks: Sequence[TaskSource]

    def text(self, name: str) -> str:
        """Return what is in a file of the pack; "" where it is missing, which is another rule's business."""
        return self.files.get(name, b"").decode(errors="replace")


# Each rule is a function from a draft to findings.
Rule = Callable[[Draft], Iterator[Finding]]


def error(rule: str, file: str, line: int, message: str, hint: str = "") -> Finding:
    """Return an error at a line of a file."""
    return Finding(rule=rule, level=Level.ERROR, file=file, line=line, message=message, hint=hint)


def warning(rule: str, file: str, line: int, message: str, hint: str = "") -> Finding:
    """Return a warning at a line of a file."""
    return Finding(rule=rule, level=Level.WARNING, file=file, line=line, message=message, hint=hint)


def note(rule: str, file: str, line: int, message: str, hint: str = "") -> Finding:
    """Return a note at a line of a file."""
    return Finding(rule=rule, level=Level.NOTE, file=file, line=line, message=message, hint=hint)


def error_at(task: TaskSource, rule: str, at: Location, message: str, hint: str = "") -> Finding:
    """Return an error at a part of a task's front matter."""
    return error(rule, task.name, task.document.line(at), message, hint)


def warning_at(task: TaskSource, rule: str, at: Location, message: str, hint: str = "") -> Finding:
    """Return a warning at a part of a task's front matter."""
    return warning(rule, task.name, task.document.line(at), message, hint)


def note_at(task: TaskSource, rule: str, at: Location, message: str, hint: str = "") -> Finding:
    """Return a note at a part of a task's front matter."""
    return note(rule, task.name, task.document.line(at), message, hint)
