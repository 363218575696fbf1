"""From a directory to a Pack whose every part was checked, and whose every text is safe to show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tempshell_cli.core.errors import PackProblem
from tempshell_cli.core.text import one_line, strip_controls
from tempshell_cli.packs.decode import decode, nearest
from tempshell_cli.packs.document import Document, fault_at, read_document
from tempshell_cli.packs.model import PackHead, TaskHead
from tempshell_cli.packs.rules import Fault, pack_faults, task_faults, twin_faults
from tempshell_cli.packs.tree import digest, read_tree

MANIFEST = "pack.yaml"
MAX_MANIFEST = 64 * 1024
MAX_TASK = 256 * 1024
# Jekyll's form: a line of three dashes, YAML, another such line, and the Markdown of the prompt.
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?^)---[ \t]*(?:\n(.*))?", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Task:
    """One task: its front matter, its prompt (Markdown, stripped of controls) and the files it names."""

    head: TaskHead
    prompt: str
    assets: Mapping[str, bytes]

    @property
    def id(self) -> str:
        """Its stable id."""
        return self.head.id


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack as it was when it was read; ``digest`` names exactly this content."""

    head: PackHead
    tasks: tuple[Task, ...]
    root: Path
    digest: str

    @property
    def id(self) -> str:
        """Its stable id."""
        return self.head.id

    def task(self, wanted: str) -> Task:
        """Return a task by its id; raises PackProblem with the nearest id."""
        for task in self.tasks:
            if task.id == wanted:
                return task
        raise PackProblem(
            f"the pack {self.id} has no task {one_line(wanted)!r}",
            hint=nearest(wanted, (task.id for task in self.tasks)),
        )


def is_pack(root: Path) -> bool:
    """Tell whether a directory says of itself that it is a pack."""
    try:
        return (root / MANIFEST).is_file()
    except OSError:  # a directory that may not be entered
        return False


def load_pack(root: Path) -> Pack:
    """Read a pack from its directory, all of it, once.

    Raises PackProblem for what is malformed or hostile, with file and line; nothing of the pack is run.
    """
    if not is_pack(root):
        raise PackProblem(f"{one_line(str(root))!r} is not a pack: there is no {MANIFEST} in it")
    files = read_tree(root)
    document, head = read_manifest(files, root)
    _raise_first(document, pack_faults(head, files))
    tasks = tuple(_load_task(name, head, files, root) for name in head.tasks)
    for twin in twin_faults([task.id for task in tasks]):
        raise document.problem(twin.at, twin.message)
    return Pack(head, tasks, root, digest(files))


def read_manifest(files: Mapping[str, bytes], root: Path) -> tuple[Document, PackHead]:
    """Read ``pack.yaml``, as far as it can be judged by itself; raises PackProblem."""
    document = read_document(_text(files, root, MANIFEST, MAX_MANIFEST), source=str(root / MANIFEST))
    return document, decode(document, PackHead)


class TaskSource(NamedTuple):
    """A task's file as it was written: its YAML, what that says, and the prompt."""

    name: str
    document: Document
    head: TaskHead
    prompt: str


def read_task(name: str, files: Mapping[str, bytes], root: Path) -> TaskSource:
    """Read a task's file, as far as it can be judged by itself; raises PackProblem."""
    source = str(root / name)
    parts = _FRONT_MATTER.fullmatch(_text(files, root, name, MAX_TASK))
    if parts is None:
        raise fault_at(source, 1, "no front matter", hint="begin the file with ---, the task's YAML, and ---")
    document = read_document(parts[1], source=source, first_line=2)
    head = decode(document, TaskHead)
    prompt = strip_controls(parts[2] or "").strip()
    if not prompt:
        raise fault_at(source, 1, "the task has no prompt", hint="write it below the front matter")
    return TaskSource(name, document, head, prompt)


def _load_task(name: str, pack: PackHead, files: Mapping[str, bytes], root: Path) -> Task:
    source = read_task(name, files, root)
    _raise_first(source.document, task_faults(source.head, pack, files))
    return Task(source.head, source.prompt, {asset: files[asset] for _, asset in source.head.assets()})


def _text(files: Mapping[str, bytes], root: Path, name: str, limit: int) -> str:
    source = str(root / name)
    if name not in files:
        raise fault_at(source, 1, "not a plain file")
    if len(files[name]) > limit:
        raise fault_at(source, 1, f"larger than {limit >> 10} KiB", hint="make it smaller")
    try:
        return files[name].decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as cause:
        line = files[name].count(b"\n", 0, cause.start) + 1
        raise fault_at(source, line, "not UTF-8 text", hint="save the file as UTF-8") from cause


def _raise_first(document: Document, faults: Iterable[Fault]) -> None:
    for fault in faults:
        raise document.problem(fault.at, fault.message, hint=fault.hint)
