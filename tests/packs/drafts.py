"""A small pack that tests spoil, and the shape of the fixtures they share."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
from msgspec import structs

from tempshell_cli.core.errors import PackProblem
from tempshell_cli.packs.checks.criteria import Probe
from tempshell_cli.packs.checks.shell import SandboxShell
from tempshell_cli.packs.format.model import TaskHead
from tempshell_cli.packs.format.pack import Pack, Task
from tempshell_cli.packs.library.load import load_pack

NewSandbox = Callable[[], SandboxShell]

MANIFEST = """\
format: 1
id: draft
version: 1.0.0
title: A draft
license: MIT
tasks:
- tasks/one.md
"""
TASK = """\
---
id: one
title: The first
checks:
- id: there
  points: 2
  file: {path: answer.txt}
- id: right
  needs: [there]
  exec: {argv: [cat, answer.txt], expect: {stdout: {equals: "42"}}}
hints:
- text: Think
solution: solution.sh
mutants:
- {run: wrong.sh, must_fail: [right]}
---
Write the answer to `answer.txt`.
"""


@dataclass
class Draft:
    """A pack on disk, valid until a test makes it otherwise."""

    root: Path

    @classmethod
    def made_in(cls, root: Path) -> Draft:
        made = cls(root)
        made.write("pack.yaml", MANIFEST)
        made.write("tasks/one.md", TASK)
        made.write("solution.sh", "echo 42 >answer.txt\n")
        made.write("wrong.sh", "echo 41 >answer.txt\n")
        return made

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def replace(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text()
        assert old in text
        self.write(name, text.replace(old, new))

    def in_domains(self, shares: str) -> None:
        """Give the pack these domains, and put its task into ``files``."""
        self.replace("pack.yaml", "tasks:", f"domains: {{{shares}}}\ntasks:")
        self.replace("tasks/one.md", "title: The first", "title: The first\ndomain: files")

    def load(self) -> Pack:
        return load_pack(self.root)


def refusal_of(call: Callable[[], object]) -> str:
    """Return all that a refusal says, "" where there is none. Any other exception is the test's to see."""
    try:
        call()
    except PackProblem as refused:
        return f"{refused}\n{refused.hint}"
    return ""


def task_with(*checks: dict[str, Any], **front_matter: Any) -> Task:  # noqa: ANN401 - the words of the format
    """Return a task with these checks, as they would stand in its front matter."""
    words = {"id": "task", "title": "A task", "solution": "solution.sh", "checks": checks, **front_matter}
    return Task(msgspec.convert(words, TaskHead), "Prompt", {})


def with_one_mutant(task: Task) -> Task:
    """Return a task with just one of its author's wrong answers, always the same, and with one right answer."""
    chance = random.Random(task.id)  # noqa: S311 - a choice, not a secret
    return replace(task, head=structs.replace(task.head, mutants=(chance.choice(task.head.mutants),), alternatives=()))


def probe(**words: Any) -> Probe:  # noqa: ANN401 - the words of the format
    return msgspec.convert(words, Probe)
