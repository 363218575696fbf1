"""The format of tempshell itself: ``pack.yaml``, task files and translations, read from their directory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from tempshell_cli.core.text import strip_controls
from tempshell_cli.packs.format.model import PackHead, TaskFrontMatter, Translation
from tempshell_cli.packs.format.pack import Pack, Task
from tempshell_cli.packs.format.rules import Fault, pack_faults, task_faults, translation_faults, twin_faults
from tempshell_cli.packs.format.translations import chosen, translated, translations_in
from tempshell_cli.packs.reading.decode import decode
from tempshell_cli.packs.reading.document import Document, fault_at, read_document
from tempshell_cli.packs.reading.tree import digest, has_file, read_text, read_tree

MANIFEST = "pack.yaml"
MAX_MANIFEST = 64 * 1024
MAX_TASK = 256 * 1024
# Jekyll's form: a line of three dashes, YAML, another such line, and the Markdown of the prompt.
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?^)---[ \t]*(?:\n(.*))?", re.DOTALL | re.MULTILINE)


def is_native(root: Path) -> bool:
    """Tell whether a directory has a manifest of ours, whatever else is in it."""
    return has_file(root, MANIFEST)


def load_native(root: Path, languages: Sequence[str] = ()) -> Pack:
    """Read a pack in our own format, all of it, once; its texts in the first of the languages that it has.

    Raises PackProblem for what is malformed or hostile, with file and line; nothing of the pack is run.
    """
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


def _raise_first(document: Document, faults: Iterable[Fault]) -> None:
    for fault in faults:
        raise document.problem(fault.at, fault.message, hint=fault.hint)
