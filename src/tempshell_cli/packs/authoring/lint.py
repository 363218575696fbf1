"""All that can be said of a pack without running it: every finding, not only the first.

Reads what the loader reads, by the same code; what the loader refuses is an error here.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import structs

from tempshell_cli.core.errors import PackProblem
from tempshell_cli.core.runner import Runner
from tempshell_cli.packs.authoring.findings import Finding, Level
from tempshell_cli.packs.authoring.rules import checks, content, stated, wording
from tempshell_cli.packs.authoring.rules.draft import Draft, Rule
from tempshell_cli.packs.authoring.shellcheck import check_scripts
from tempshell_cli.packs.authoring.submodules import HINT, missing_submodules
from tempshell_cli.packs.format.model import PackHead
from tempshell_cli.packs.format.native import MANIFEST, is_native, read_manifest
from tempshell_cli.packs.format.pack import Note
from tempshell_cli.packs.format.rules import (
    Fault,
    duplicate_id_errors,
    pack_faults,
    task_faults,
    translation_faults,
    variant_faults,
)
from tempshell_cli.packs.format.task_file import TaskSource, read_task, read_translation
from tempshell_cli.packs.format.translations import translations_in
from tempshell_cli.packs.importers.base import Importer
from tempshell_cli.packs.importers.registry import importer_of, packs_in
from tempshell_cli.packs.reading.document import Document, Misplaced
from tempshell_cli.packs.reading.tree import read_tree

RULES = {
    "format": "The loader refuses it: its form, a path, an id",
    "stray-file": "Nothing in the pack names the file",
    "domain-shares": "A domain has more or fewer tasks than its share says",
    "hint-costs": "The hints of a task cost more than the task",
    "latest-image": "An image without a version changes under the pack",
    "hint-tells": "A hint gives the solution away",
    "text-over-yaml": "A check compares YAML as text",
    "no-control": "A check that something fails, with nothing that proves that it could work",
    "learner-program": "A check runs a program of the learner's as the grader",
    "misled-search": "A learner can mislead a search that a check goes by",
    "forgeable-verdict": "A learner can forge the end or the output of a program that a check goes by",
    "unused-variable": "Nothing of a task reads a variable",
    "unstated-variable": "A check reads a variable that the text of the task does not state",
    "no-mutant": "Nothing proves that a check catches a wrong answer",
    "no-alternative": "Nothing proves that a check passes another right answer",
    "stated-but-unchecked": "The text of a task states what no check looks for",
    "checked-but-unstated": "A check expects what the text of the task does not state",
    "translation": "A locale of the pack lacks a text",
    "submodule": "A git submodule of the pack is not there",
    "scenario": "What works differently here in a pack of another format, such as a scenario of Killercoda's",
    "no-solution": "A task of a pack of another format has no solution to prove its checks with",
    "shellcheck": "What shellcheck says of a script",
}
_OF_NATIVE: Sequence[Rule] = (
    content.stray_files,
    content.domain_shares,
    content.hint_costs,
    content.latest_images,
    content.missing_mutants,
    content.missing_alternatives,
    content.translations,
    checks.text_over_yaml,
    checks.missing_controls,
    checks.learner_programs,
    checks.misled_searches,
    checks.forgeable_verdicts,
    wording.telling_hints,
    wording.unused_variables,
    wording.unstated_variables,
    stated.stated_but_unchecked,
    stated.checked_but_unstated,
)


def lint(root: Path, runner: Runner | None = None, *, notes: bool = False) -> list[Finding]:
    """Return what is wrong with the pack in the directory, by file and line. Runs nothing of it.

    ``runner`` runs shellcheck, where there is one; None looks for none. Notes are among it with ``notes``.
    """
    found = {one for one in _findings(root, runner) if notes or one.level is not Level.NOTE}
    return sorted(found, key=lambda one: (one.file, one.line, one.rule, one.message))


def _findings(root: Path, runner: Runner | None) -> Iterator[Finding]:
    for path in missing_submodules(root):
        what = f"`{path}` is a git submodule that is not there"
        yield Finding(rule="submodule", level=Level.ERROR, file=path, message=what, hint=HINT)
    if not is_native(root):
        yield from _of_foreign(root)
        return
    try:
        files = read_tree(root)
        manifest, head = read_manifest(files, root)
    except PackProblem as cause:
        yield _refusal(cause, MANIFEST)
        return
    yield from _of_faults(manifest, MANIFEST, pack_faults(head, files))
    sources, refused = _read_tasks(head, files, root)
    yield from refused
    yield from _of_tasks(manifest, head, sources, files)
    for source in sources:
        yield from _of_translations(source, head, files, root)
    if not refused:  # else what belongs to a task that cannot be read would look lost, too
        draft = Draft(files, manifest, head, sources)
        for rule in _OF_NATIVE:
            yield from rule(draft)
    if runner:
        yield from check_scripts(files, runner)


def _of_foreign(root: Path) -> Iterator[Finding]:
    """Yield what is found in a directory without a manifest of ours: a pack of another format, a course, or neither."""
    try:
        below = [one.path for one in packs_in(root)]
    except PackProblem as cause:
        yield _refusal(cause, _named_in(cause, root) or MANIFEST)
        return
    paths = [*([""] if importer_of(root) else []), *below]
    for path in paths:
        if importer := importer_of(root / path):
            for found in _of_imported(root / path, importer):
                yield structs.replace(found, file=posixpath.join(path, found.file))
    if not paths:
        hint = "`tempshell pack new DIR` writes a pack to begin with"
        yield _refusal(PackProblem(f"there is no {MANIFEST}", hint=hint), MANIFEST)


def _of_imported(root: Path, importer: Importer) -> Iterator[Finding]:
    """Yield what keeps a pack of another format from being started, else what is different or unproven of it."""
    try:
        pack = importer.load(root)
    except PackProblem as cause:
        yield _refusal(cause, _named_in(cause, root) or importer.main_file)
        return
    notes = [("scenario", Note.of(note)) for note in pack.notes]
    notes += [
        ("no-solution", Note(f"`{task.id}` has no solution: nothing proves that its check can be passed"))
        for task in pack.tasks
        if task.head.checks and task.head.solution is None
    ]
    for rule, note in notes:
        file = note.file or importer.main_file
        yield Finding(rule=rule, level=Level.WARNING, file=file, line=note.line, message=note.text)


def _read_tasks(
    head: PackHead, files: Mapping[str, bytes], root: Path
) -> tuple[Sequence[TaskSource], Sequence[Finding]]:
    sources, refused = [], []
    waiting = list(dict.fromkeys(head.tasks))
    for name in waiting:
        if name not in files:
            continue  # a fault of the manifest, or of the task
        try:
            source = read_task(name, files, root, head.vars)
        except PackProblem as cause:
            refused.append(_refusal(cause, name))
        else:
            sources.append(source)
            waiting += [variant for variant in source.head.variants if variant not in waiting]
    return sources, refused


def _of_tasks(
    manifest: Document, head: PackHead, sources: Sequence[TaskSource], files: Mapping[str, bytes]
) -> Iterator[Finding]:
    by_name = {source.name: source for source in sources}
    for source in sources:
        yield from _of_faults(source.document, source.name, task_faults(source.head, head, files))
        for variant in (by_name[name] for name in source.head.variants if name in by_name):
            yield from _of_faults(variant.document, variant.name, variant_faults(variant.head, source.head))
    ids = [by_name[name].head.id for name in head.tasks if name in by_name]
    yield from _of_faults(manifest, MANIFEST, duplicate_id_errors(ids))


def _of_translations(task: TaskSource, head: PackHead, files: Mapping[str, bytes], root: Path) -> Iterator[Finding]:
    for name in translations_in(files, task.name, head.locales).values():
        try:
            source = read_translation(name, files, root, task.values)
        except PackProblem as cause:
            yield _refusal(cause, name)
        else:
            yield from _of_faults(source.document, name, translation_faults(source.texts, task.head))


def _of_faults(document: Document, file: str, faults: Iterator[Fault]) -> Iterator[Finding]:
    for fault in faults:
        yield _refusal(document.problem(fault.at, fault.message, hint=fault.hint), file)


def _named_in(cause: PackProblem, root: Path) -> str:
    """Return the file below a directory that a problem names, "" where it names none."""
    source = Path(cause.source) if isinstance(cause, Misplaced) else root
    return source.relative_to(root).as_posix() if source != root and source.is_relative_to(root) else ""


def _refusal(cause: PackProblem, file: str) -> Finding:
    line, what = (cause.line, cause.what) if isinstance(cause, Misplaced) else (1, str(cause))
    return Finding(rule="format", level=Level.ERROR, file=file, line=line, message=what, hint=cause.hint)
