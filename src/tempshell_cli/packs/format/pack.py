"""From a directory to a Pack whose every part was checked, and whose every text is safe to show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from tempshell_cli.core.errors import PackProblem
from tempshell_cli.core.text import one_line, strip_controls
from tempshell_cli.packs.format.model import PackHead, TaskFrontMatter, TaskHead, Translation
from tempshell_cli.packs.format.rules import Fault, pack_faults, task_faults, translation_faults, twin_faults
from tempshell_cli.packs.format.translations import chosen, translated, translations_in
from tempshell_cli.packs.reading.decode import decode, nearest
from tempshell_cli.packs.reading.document import Document, fault_at, read_document
from tempshell_cli.packs.reading.tree import digest, read_tree

MANIFEST = "pack.yaml"
SCENARIO = "index.json"
MAX_MANIFEST = 64 * 1024
MAX_TASK = 256 * 1024
# Jekyll's form: a line of three dashes, YAML, another such line, and the Markdown of the prompt.
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?^)---[ \t]*(?:\n(.*))?", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Task:
    """One task: its front matter, its prompt (Markdown, stripped of controls) and the files it names.

    ``commands`` are what of the prompt is meant to be typed; None where that is every code block in it.
    """

    head: TaskHead
    prompt: str
    assets: Mapping[str, bytes]
    commands: tuple[str, ...] | None = None

    @property
    def id(self) -> str:
        """Its stable id."""
        return self.head.id

    @property
    def solution(self) -> str:
        """Its solution, a script; "" where it has none."""
        return self.assets[self.head.solution].decode(errors="replace") if self.head.solution else ""


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack as it was when it was read; ``digest`` names exactly this content.

    ``nodes`` is how many a cluster of its has at least; ``node_shell`` tells whether its learners are root on the
    first of them; ``notes`` are what to tell before it is started.
    """

    head: PackHead
    tasks: tuple[Task, ...]
    root: Path
    digest: str
    nodes: int = 1
    node_shell: bool = False
    notes: tuple[str, ...] = ()

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

    def only(self, wanted: Sequence[str]) -> Pack:
        """Return the pack with just these tasks, in this order; raises PackProblem as ``task`` does."""
        return replace(self, tasks=tuple(self.task(task) for task in wanted))


def is_pack(root: Path) -> bool:
    """Tell whether a directory says of itself that it is a pack, in our format or as a scenario of Killercoda's."""
    return has_file(root, MANIFEST) or is_scenario(root)


def is_scenario(root: Path) -> bool:
    """Tell whether a directory is a scenario of Killercoda's; what has a manifest of ours is a pack of ours."""
    return has_file(root, SCENARIO) and not has_file(root, MANIFEST)


def load_pack(root: Path, languages: Sequence[str] = ()) -> Pack:
    """Read a pack from its directory, all of it, once; its texts in the first of the languages that it has.

    Raises PackProblem for what is malformed or hostile, with file and line; nothing of the pack is run.
    """
    if not has_file(root, MANIFEST):
        from tempshell_cli.packs.importers.killercoda.scenario import load_scenario  # noqa: PLC0415 - a pack of ours needs none of it

        return load_scenario(root)
    files = read_tree(root)
    document, head = read_manifest(files, root)
    _raise_first(document, pack_faults(head, files))
    locale = chosen(head.locales, languages)
    tasks = tuple(_load_task(name, head, files, root, locale) for name in head.tasks)
    for twin in twin_faults([task.id for task in tasks]):
        raise document.problem(twin.at, twin.message)
    return Pack(head, tasks, root, digest(files))


def read_manifest(files: Mapping[str, bytes], root: Path) -> tuple[Document, PackHead]:
    """Read ``pack.yaml``, as far as it can be judged by itself; raises PackProblem."""
    document = read_document(read_text(files, root, MANIFEST, MAX_MANIFEST), source=str(root / MANIFEST))
    return document, decode(document, PackHead)


class TaskSource(NamedTuple):
    """A task's file as it was written: its YAML, what that says, and the prompt."""

    name: str
    document: Document
    head: TaskFrontMatter
    prompt: str


class TranslationSource(NamedTuple):
    """A translation of a task as it was written: its YAML, what that says, and the prompt."""

    document: Document
    texts: Translation
    prompt: str


def read_task(name: str, files: Mapping[str, bytes], root: Path) -> TaskSource:
    """Read a task's file, as far as it can be judged by itself; raises PackProblem."""
    document, prompt = _read_parts(name, files, root)
    return TaskSource(name, document, decode(document, TaskFrontMatter), prompt)


def read_translation(name: str, files: Mapping[str, bytes], root: Path) -> TranslationSource:
    """Read a translation of a task, as far as it can be judged by itself; raises PackProblem."""
    document, prompt = _read_parts(name, files, root)
    return TranslationSource(document, decode(document, Translation), prompt)


def _read_parts(name: str, files: Mapping[str, bytes], root: Path) -> tuple[Document, str]:
    """Return the two parts of a task's file: its YAML, and the prompt, stripped of controls; raises PackProblem."""
    source = str(root / name)
    parts = _FRONT_MATTER.fullmatch(read_text(files, root, name, MAX_TASK))
    if parts is None:
        raise fault_at(source, 1, "no front matter", hint="begin the file with ---, the task's YAML, and ---")
    document = read_document(parts[1], source=source, first_line=2)
    prompt = strip_controls(parts[2] or "").strip()
    if not prompt:
        raise fault_at(source, 1, "the task has no prompt", hint="write it below the front matter")
    return document, prompt


def _load_task(name: str, pack: PackHead, files: Mapping[str, bytes], root: Path, locale: str) -> Task:
    """Return a task in one of the pack's locales; what has no translation is shown as it is. Raises PackProblem."""
    source = read_task(name, files, root)
    _raise_first(source.document, task_faults(source.head, pack, files))
    task = Task(source.head, source.prompt, {asset: files[asset] for _, asset in source.head.assets()})
    for found, translation in translations_in(files, name, pack.locales).items():
        other = read_translation(translation, files, root)
        _raise_first(other.document, translation_faults(other.texts, source.head))
        if found == locale:
            task = replace(task, head=translated(source.head, other.texts), prompt=other.prompt)
    return task


def read_text(files: Mapping[str, bytes], root: Path, name: str, limit: int) -> str:
    """Return a text of the pack, of ``limit`` bytes at most, with newlines alone; raises PackProblem."""
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


def has_file(root: Path, name: str) -> bool:
    """Tell whether a directory has a plain file of that name, or a link to one."""
    try:
        return (root / name).is_file()
    except OSError:  # a directory that may not be entered
        return False


def _raise_first(document: Document, faults: Iterable[Fault]) -> None:
    for fault in faults:
        raise document.problem(fault.at, fault.message, hint=fault.hint)
