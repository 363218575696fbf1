"""What no single value of a pack can tell: names that must agree, files that must be there, shares that add up."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from tempshell_cli.core.nearest import nearest
from tempshell_cli.packs.format.model import PackHead, TaskFrontMatter, TaskHead, Translation, is_filled
from tempshell_cli.packs.format.values import ENVIRONMENT, references, script_references
from tempshell_cli.packs.format.versions import is_empty
from tempshell_cli.packs.reading.document import Location

_ALL_PERCENT = 100
_MAKES_CLUSTERS = ("kind",)
# How a file of a repository begins whose content is elsewhere: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
_LFS = b"version https://git-lfs.github.com/spec/v1"


class Fault(NamedTuple):
    """What is wrong, and where in its document."""

    at: Location
    message: str
    hint: str = ""


def pack_faults(head: PackHead, files: Collection[str]) -> Iterator[Fault]:
    """Yield what is wrong with ``pack.yaml``; ``files`` are the paths the pack has."""
    shares = sum(head.domains.values())
    if head.domains and shares != _ALL_PERCENT:
        yield Fault(("domains",), f"the domains add up to {shares}, not {_ALL_PERCENT}")
    yield from _sandbox_faults(head)
    if head.kubernetes and is_empty(head.kubernetes):
        yield Fault(("kubernetes",), f"no version is in `{head.kubernetes}`")
    for name, var in head.vars.items():
        if var.from_ is not None:
            yield Fault(("vars", name, "from"), "only a task's variables are written by a script")
    for index, task in enumerate(head.tasks):
        if task in head.tasks[:index]:
            yield Fault(("tasks", index), f"the task {task} is there twice")
        yield from path_faults(("tasks", index), task, files)


def _sandbox_faults(head: PackHead) -> Iterator[Fault]:
    sandbox, template = head.sandbox, head.sandbox.template
    if sandbox.backends != _MAKES_CLUSTERS:
        hint = "write `backends: [kind]`"
        if sandbox.images:
            yield Fault(("sandbox", "images"), "only the nodes of kind clusters can be given images", hint)
        if sandbox.nodes > 1:
            yield Fault(("sandbox", "nodes"), "only kind clusters are made with several nodes", hint)
    if template not in {"shell", *head.templates}:
        yield Fault(
            ("sandbox", "template"), f"the pack has no template `{template}`", nearest(template, head.templates)
        )


def duplicate_id_errors(ids: Sequence[str]) -> Iterator[Fault]:
    """Yield the task ids that are there twice, at their place in ``pack.yaml``."""
    for index, task in enumerate(ids):
        if task in ids[:index]:
            yield Fault(("tasks", index), f"the task id `{task}` is there twice")


def task_faults(head: TaskFrontMatter, pack: PackHead, files: Mapping[str, bytes]) -> Iterator[Fault]:
    """Yield what is wrong with a task of the pack."""
    names = [*pack.vars, *head.vars]
    for at, asset in head.assets():
        yield from path_faults(at, asset, files)
        yield from _content_faults(at, asset, files.get(asset, b""))
        if names:
            yield from _reference_to_value_faults(at, asset, files.get(asset, b""), names)
    for name in head.vars.keys() & pack.vars.keys():
        yield Fault(("vars", name), f"the pack has a variable `{name}`, too", "give one of them another name")
    if head.domain and head.domain not in pack.domains:
        yield Fault(("domain",), f"the pack has no domain `{head.domain}`", nearest(head.domain, pack.domains))
    if pack.domains and not head.domain:
        yield Fault((), "the task is in no domain", nearest("", pack.domains))
    if (wanted := head.requires.kubernetes) and is_empty(wanted):
        yield Fault(("requires", "kubernetes"), f"no version is in `{wanted}`")
    elif wanted and pack.kubernetes and is_empty(f"{wanted},{pack.kubernetes}"):
        what = f"no version is in `{wanted}` and in `{pack.kubernetes}`, which the pack is for"
        yield Fault(("requires", "kubernetes"), what)
    if all(check.gate for check in head.checks):
        yield Fault(("checks",), "every check is a gate: none can earn a point")
    yield from _reference_faults(head)
    yield from _variant_file_faults(head, pack, files)


def variant_faults(head: TaskHead, task: TaskHead) -> Iterator[Fault]:
    """Yield what of a variant does not fit its task: what a start or an exam goes by before one is drawn."""
    for key in ("id", "domain", "difficulty", "time", "requires"):
        if getattr(head, key) != getattr(task, key):
            yield Fault((key,), f"a variant has the same `{key}` as its task")
    if head.variants:
        yield Fault(("variants",), "a variant has no variants of its own", "write them all in the first one")
    if head.looks_into_cluster != task.looks_into_cluster:
        yield Fault(("checks",), "all variants of a task look into a cluster, or none of them does")


def translation_faults(texts: Translation, head: TaskHead) -> Iterator[Fault]:
    """Yield what of a translation does not fit the task."""
    if texts.hints and len(texts.hints) != len(head.hints):
        yield Fault(
            ("hints",), f"{len(texts.hints)} hints, and the task has {len(head.hints)}", "translate all, or none"
        )
    known = [check.id for check in head.checks]
    for check in texts.fail:
        if check not in known:
            yield Fault(("fail", check), f"the task has no check `{check}`", nearest(check, known))


def _reference_faults(head: TaskFrontMatter) -> Iterator[Fault]:
    """Yield the ids that are there twice or not at all. ``needs`` looks back only, so there is no circle."""
    before: list[str] = []
    for index, check in enumerate(head.checks):
        if check.id in before:
            yield Fault(("checks", index, "id"), f"the check `{check.id}` is there twice")
        for place, needed in enumerate(check.needs):
            if needed not in before:
                yield Fault(
                    ("checks", index, "needs", place), f"no check `{needed}` before this", nearest(needed, before)
                )
        before.append(check.id)
    for index, mutant in enumerate(head.mutants):
        for place, caught_by in enumerate(mutant.must_fail):
            if caught_by not in before:
                at = ("mutants", index, "must_fail", place)
                yield Fault(at, f"no check `{caught_by}`", nearest(caught_by, before))


def _variant_file_faults(head: TaskHead, pack: PackHead, files: Collection[str]) -> Iterator[Fault]:
    for index, variant in enumerate(head.variants):
        yield from path_faults(("variants", index), variant, files)
        if variant in (*pack.tasks, *head.variants[:index]):
            yield Fault(("variants", index), f"the task {variant} is there twice")


def _content_faults(at: Location, asset: str, content: bytes) -> Iterator[Fault]:
    """Yield why a file cannot be what its author wrote: a stand-in for it, or a script that an editor has spoilt."""
    if content.startswith(_LFS):
        what = f"`{asset}` is a pointer of Git LFS, not the file itself"
        yield Fault(at, what, "add it to the repository without LFS")
    elif not is_filled(at) and b"\r\n" in content:
        line = content[: content.index(b"\r\n")].count(b"\n") + 1
        yield Fault(at, f"`{asset}` has Windows line ends, from line {line} on", "save it with LF")


def _reference_to_value_faults(at: Location, asset: str, content: bytes, names: Sequence[str]) -> Iterator[Fault]:
    """Yield the references of a file that cannot be what its author meant."""
    text = content.decode(errors="replace")
    is_script = not is_filled(at)
    for line, name in script_references(text) if is_script else references(text):
        if name not in names:
            yield Fault(at, f"`{asset}`, line {line + 1}: there is no variable `{name}`", nearest(name, names))
    for line, name in references(text) if is_script else ():
        if name in names:
            hint = f"write `${ENVIRONMENT}{name.upper()}`"
            yield Fault(at, f"`{asset}`, line {line + 1}: scripts have `{name}` in their environment", hint)


def path_faults(at: Location, path: str, files: Collection[str]) -> Iterator[Fault]:
    """Yield why a path is none of the pack's. Only what is in ``files`` is ever read, however it is spelt."""
    if path in files:
        return
    if "\0" in path:
        yield Fault(at, "a path with a NUL character")
    elif path.startswith(("/", "~")):
        yield Fault(at, f"`{path}` is not inside the pack", "write it from the pack's directory")
    elif ".." in path.split("/"):
        yield Fault(at, f"`{path}` leads out of the pack", "write it from the pack's directory, without `..`")
    else:
        yield Fault(at, f"the pack has no file `{path}`", nearest(path, files))
