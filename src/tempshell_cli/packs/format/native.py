"""The format of tempshell itself: ``pack.yaml``, task files and translations, read from their directory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import NamedTuple

from msgspec import structs

from tempshell_cli.packs.checks.kind import with_kinds
from tempshell_cli.packs.format.model import PackHead, TaskHead, is_filled
from tempshell_cli.packs.format.pack import Pack, Task
from tempshell_cli.packs.format.rules import (
    Fault,
    duplicate_id_errors,
    pack_faults,
    task_faults,
    translation_faults,
    variant_faults,
)
from tempshell_cli.packs.format.task_file import read_task, read_translation
from tempshell_cli.packs.format.translations import chosen, translated, translations_in
from tempshell_cli.packs.format.values import NO_VALUES, Values, choice, draw_values, fill_file
from tempshell_cli.packs.reading.decode import decode
from tempshell_cli.packs.reading.document import Document, read_document
from tempshell_cli.packs.reading.tree import digest, has_file, read_text, read_tree

MANIFEST = "pack.yaml"
MAX_MANIFEST = 64 * 1024


def is_native(root: Path) -> bool:
    """Return whether a directory has a manifest of ours, whatever else is in it."""
    return has_file(root, MANIFEST)


def load_native(root: Path, languages: Sequence[str] = ()) -> Pack:
    """Read a pack in our own format, all of it, once; its texts in the first of the languages that it has.

    Raises PackProblem for what is malformed or hostile, with file and line; nothing of the pack is run.
    """
    files = read_tree(root)
    document, head = read_manifest(files, root)
    _raise_first(document, pack_faults(head, files))
    source = _PackFiles(head, files, root, chosen(head.locales, languages))
    tasks = tuple(_load_task(name, source) for name in head.tasks)
    for error in duplicate_id_errors([task.id for task in tasks]):
        raise document.problem(error.at, error.message)
    return Pack(head, tasks, root, digest(files), nodes=head.sandbox.nodes)


def read_manifest(files: Mapping[str, bytes], root: Path) -> tuple[Document, PackHead]:
    """Read ``pack.yaml``, as far as it can be judged by itself; raises PackProblem."""
    document = read_document(read_text(files, root, MANIFEST, MAX_MANIFEST), source=str(root / MANIFEST))
    return document, decode(document, PackHead)


class _PackFiles(NamedTuple):
    """What the tasks of a pack are read from, and in which of its locales."""

    head: PackHead
    files: Mapping[str, bytes]
    root: Path
    locale: str


def _load_task(name: str, pack: _PackFiles) -> Task:
    """Return a task; one with variants is the first of them, and can be drawn. Raises PackProblem."""
    first = _load_variant(name, pack)
    if not first.head.variants:
        return first
    files = (name, *first.head.variants)
    loaded = (first, *(_load_variant(file, pack, first.head) for file in first.head.variants))
    variants = tuple(replace(one, variant=PurePath(file).stem) for file, one in zip(files, loaded, strict=True))

    def draw(seed: str, found: Values) -> Task:
        chosen = variants[choice(len(variants), seed, first.id)]
        drawn = chosen.draw(seed, found) if chosen.draw else chosen
        return replace(drawn, variant=chosen.variant, variants=variants, draw=draw)

    return replace(variants[0], variants=variants, draw=draw)


def _load_variant(name: str, pack: _PackFiles, task: TaskHead | None = None) -> Task:
    """Return a task as one file has it, perhaps a variant of a task.

    One with variables has examples of their values, and can be drawn. Raises PackProblem.
    """
    example = _task(name, pack, task=task)
    if not example.values:
        return example

    def draw(seed: str, found: Values) -> Task:
        shared = draw_values(pack.head.vars, seed, pack.head.id)
        own = draw_values(example.head.vars, seed, example.id, shared.values())
        return replace(_task(name, pack, {**example.values, **shared, **own, **found}), draw=draw)

    return replace(example, draw=draw)


def _task(name: str, pack: _PackFiles, values: Values = NO_VALUES, task: TaskHead | None = None) -> Task:
    """Return a task, or a variant of one, with these values; what has no translation is shown as it is.

    Raises PackProblem.
    """
    files, root = pack.files, pack.root
    source = read_task(name, files, root, pack.head.vars, values)
    if task:
        _raise_first(source.document, variant_faults(source.head, task))
    _raise_first(source.document, task_faults(source.head, pack.head, files))
    assets = {
        asset: fill_file(files[asset], source.values) if source.values and is_filled(at) else files[asset]
        for at, asset in source.head.assets()
    }
    head = source.head
    if any(kind.files for check in head.checks for kind in check.kind.parts()):
        head = structs.replace(head, checks=with_kinds(head.checks, lambda kind: kind.with_files(assets)))
    made = Task(head, source.prompt, assets, values=source.values)
    for found, translation in translations_in(files, name, pack.head.locales).items():
        other = read_translation(translation, files, root, source.values)
        _raise_first(other.document, translation_faults(other.texts, source.head))
        if found == pack.locale:
            made = replace(made, head=translated(head, other.texts), prompt=other.prompt)
    return made


def _raise_first(document: Document, faults: Iterable[Fault]) -> None:
    for fault in faults:
        raise document.problem(fault.at, fault.message, hint=fault.hint)
