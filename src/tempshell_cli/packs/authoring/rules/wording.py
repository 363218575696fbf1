"""Rules on the text of a task: what its hints, its checks and its variables have to do with it."""

from __future__ import annotations

from collections.abc import Iterator

from tempshell_cli.packs.authoring.findings import Finding
from tempshell_cli.packs.authoring.rules.draft import Draft, error_at, warning, warning_at
from tempshell_cli.packs.format.native import MANIFEST
from tempshell_cli.packs.format.task_file import TaskSource
from tempshell_cli.packs.format.values import references, script_references

_LONGEST_SHARED = 120  # characters that a hint and a solution may have in common, one after the other


def telling_hints(draft: Draft) -> Iterator[Finding]:
    """A hint leads to the solution; it does not quote it."""
    for task in draft.tasks:
        answers = [_squeezed(draft.text(name)) for name in (task.head.solution, *task.head.alternatives)]
        for index, hint in enumerate(task.head.hints):
            text = _squeezed(hint.text)
            runs = [text[start : start + _LONGEST_SHARED] for start in range(len(text) - _LONGEST_SHARED + 1)]
            if any(run in answer for answer in answers for run in runs):
                what = f"the hint has {_LONGEST_SHARED} characters of a solution in it"
                yield error_at(task, "hint-tells", ("hints", index), what, "say which tool, not which line")


def unused_variables(draft: Draft) -> Iterator[Finding]:
    """A value that nothing reads is left over, or was meant for something that is the same for all."""
    used: set[str] = set()
    for task in draft.tasks:
        texts = (task.file.front_matter, task.file.text)
        found = {name for text in texts for _, name in references(text)}
        for _, asset in task.head.assets():
            text = draft.text(asset)
            found |= {name for _, name in (*references(text), *script_references(text))}
        used |= found
        for name in task.head.vars.keys() - found:
            yield warning_at(task, "unused-variable", ("vars", name), f"nothing reads the variable `{name}`")
    for name in draft.head.vars.keys() - used:
        line = draft.manifest.line(("vars", name))
        yield warning("unused-variable", MANIFEST, line, f"nothing reads the variable `{name}`")


def unstated_variables(draft: Draft) -> Iterator[Finding]:
    """Who is not shown a value cannot meet it, unless finding it is the task."""
    hint = "state it in the text; if the task is to find it, write `find: true`, or let a script write it (`from`)"
    for task in draft.tasks:
        stated = {name for _, name in references(task.file.text)}
        first = task.document.line(())
        for line, name in references(task.file.front_matter):
            key = task.document.key_at(first + line)
            if key == "title":
                stated.add(name)
            elif key == "checks" and name not in stated and not _is_found(draft, task, name):
                what = f"a check reads the variable `{name}`, and the text does not state it"
                yield warning("unstated-variable", task.name, first + line, what, hint)


def _is_found(draft: Draft, task: TaskSource, name: str) -> bool:
    if name in task.head.vars and task.head.vars[name].from_ is not None:
        return True
    setup = task.head.setup
    if not task.head.find:
        return False
    copied = {found for one in setup.files for _, found in references(draft.text(one.file))}
    return name in copied | {found for _, found in script_references(draft.text(setup.run or ""))}


def _squeezed(text: str) -> str:
    return " ".join(text.split())
