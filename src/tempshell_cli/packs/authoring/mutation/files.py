"""Made answers of tasks that end in files: from the files before the solution and after it. No input, no output."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from posixpath import basename, dirname, join, normpath, relpath, splitext
from typing import TypeVar

from tempshell_cli.core.errors import PackProblem
from tempshell_cli.packs.authoring.mutation.archives import wrong_archives
from tempshell_cli.packs.authoring.mutation.mutation import Action, Mutation, Wording
from tempshell_cli.packs.authoring.mutation.programs import Run, wrong_programs
from tempshell_cli.packs.authoring.mutation.snapshots import FileKind, FileSnapshot, Tree
from tempshell_cli.packs.authoring.mutation.values import wrong_data, wrong_texts
from tempshell_cli.packs.reading.document import read_document

# Where a file is kept while it is mutated: out of the home, in which checks look around.
_ASIDE = "/tmp/.tempshell-solved"  # noqa: S108 - a path inside the sandbox
# $1 is the file, $2 where it is kept meanwhile; what follows belongs to the mutation.
_KEEP = 'set -e; rm -rf -- "$2"; if [ -e "$1" ] || [ -L "$1" ]; then cp -a -- "$1" "$2"; fi; '
_UNDO = 'rm -rf -- "$@" && if [ -e "$0" ] || [ -L "$0" ]; then cp -a -- "$0" "$1" && rm -rf -- "$0"; fi'
_REMOVE = 'rm -rf -- "$1"'
_RENAME = 'mv -- "$1" "$3"'
_WRITE = '[ ! -e "$1" ] || [ -w "$1" ] || chmod u+w -- "$1"; cat >"$1"; chmod "$3" "$1"'
_CHMOD = 'chmod "$3" "$1"'
_CHOWN = 'chown "$3" "$1"'
_LINK = 'rm -f -- "$1"; ln -s -- "$3" "$1"'
_COPY = 'cp -L -- "$1" "$1.copy"; rm -f -- "$1"; mv -- "$1.copy" "$1"'

_One = TypeVar("_One")

_MANY = 10  # changed lines, of which the first and the last half are mutated
_FILE_MODES, _DIRECTORY_MODES = {0o644, 0o664}, {0o755, 0o775}  # which nobody has chosen
SPEAKS_OF_MODES = r"\bmode\b|permission|executable|readable|writable|may (read|write|run)|chmod|\b0[0-7]{3}\b"
_SPEAKS_OF_ORDER = r"\border(ed)?\b|\bsort|\bfirst\b|\balphabetical"
_ANY_ORDER = r"\bany order\b"


def named_files(paths: Sequence[str], home: str, wording: Wording) -> list[str]:
    """Return those of the paths that the text names, by path or by name, and those below a directory that it names."""
    found = []
    for path in paths:
        inner = path.removeprefix(f"{home}/")
        parents = [inner.rsplit("/", count)[0] for count in range(1, inner.count("/") + 1)]
        if path != home and any(wording.names(one) or wording.names(basename(one)) for one in (inner, *parents)):
            found.append(path)
    return found


def file_mutations(
    before: Tree, after: Tree, home: str, wording: Wording, runs: Mapping[str, Sequence[Run]]
) -> Iterator[Mutation]:
    """Yield the made answers for each file that the solution has made, changed or removed, and each to be left alone.

    ``runs`` has what the programs among them print.
    """
    paths = sorted({*before, *after})
    yield from _of_kept(before, after, home, named_files(paths, home, Wording(wording.of_gates)))
    for path in named_files(paths, home, wording):
        old, new = before.get(path), after.get(path)
        if old == new:
            continue
        shown = path.removeprefix(f"{home}/")
        if new is None:
            if old and old.kind is FileKind.FILE and dirname(path) in after:
                yield _mutation(f"`{shown}` is still there", path, _WRITE, _octal(old), stdin=old.content)
            continue
        is_named = wording.names(shown) or wording.names(basename(shown))
        if dirname(path) in after and dirname(path) not in before and not is_named:
            continue  # one of many in a directory that the solution has made
        is_copy = old is None and any(other.content == new.content for other in before.values() if other.content)
        yield from _of_file(path, shown, old, after, wording)
        if not is_copy:
            yield from _of_mode(path, shown, old, new, wording)
        if new.is_program:
            for what, content in wrong_programs(path, new.content, runs.get(path, ()), wording):
                yield _mutation(f"`{shown}` {what}", path, _WRITE, _octal(new), stdin=content)
        elif new.kind is FileKind.FILE and not is_copy:
            yield from _of_content(path, shown, old, new, wording)


def _of_kept(before: Tree, after: Tree, home: str, kept: Sequence[str]) -> Iterator[Mutation]:
    """Yield what breaks a gate: files and lines that the solution leaves alone are gone, changed, or not alone."""
    for path in _some(path for path in kept if path in before and path in after and after[path].content):
        shown, new = path.removeprefix(f"{home}/"), after[path]
        if before[path] == new:
            yield _mutation(f"`{shown}` is missing", path, _REMOVE)
        if new.kind is not FileKind.FILE:
            continue
        if before[path] == new:
            yield _mutation(f"`{shown}` is empty", path, _WRITE, _octal(new))
        try:
            lines, was = new.content.decode().splitlines(), before[path].content.decode().splitlines()
        except UnicodeDecodeError:
            continue
        same = [one for one in SequenceMatcher(None, was, lines, autojunk=False).get_matching_blocks() if one.size]
        numbers = (number for one in same for number in (one.b, one.b + one.size - 1))
        for number in _some(dict.fromkeys(numbers)) if len(lines) > 1 else ():
            name = f"`{shown}`, line {number + 1}, which was there, is missing"
            content = _joined([*lines[:number], *lines[number + 1 :]])
            yield _mutation(name, path, _WRITE, _octal(new), stdin=content.encode())
        name = f"`{shown}` has a line more than it should"
        yield _mutation(name, path, _WRITE, _octal(new), stdin=_joined([*lines, "more = 1"]).encode())


def _some(of: Iterable[_One]) -> list[_One]:
    """Return the first and the last few of many."""
    all_of_them = list(of)
    return all_of_them if len(all_of_them) <= _MANY else [*all_of_them[: _MANY // 2], *all_of_them[-_MANY // 2 :]]


def _of_file(path: str, shown: str, old: FileSnapshot | None, after: Tree, wording: Wording) -> Iterator[Mutation]:
    """Yield what can be wrong with any file: where it is, what it is, as it was, and whose it is."""
    new = after[path]
    if old is None:
        yield _mutation(f"`{shown}` is missing", path, _REMOVE)
        stem, suffix = splitext(basename(path))
        other = join(dirname(path), f"{stem}2{suffix}")
        yield _mutation(f"`{shown}` is called `{basename(other)}`", path, _RENAME, other)
    if new.kind is FileKind.LINK:
        yield from _of_link(path, shown, old, after, wording)
        return
    if new.kind is FileKind.FILE and old and old.kind is FileKind.FILE and old.content != new.content:
        yield _mutation(f"`{shown}` is as it was", path, _WRITE, _octal(new), stdin=old.content)
    if new.kind is FileKind.FILE and new.content:
        yield _mutation(f"`{shown}` is empty", path, _WRITE, _octal(new))
        for name, changed in wrong_archives(new.content):
            yield _mutation(f"`{shown}`{name}", path, _WRITE, _octal(new), stdin=changed)
    if old and old.uid != new.uid:
        yield _mutation(f"`{shown}` belongs to whom it belonged", path, _CHOWN, str(old.uid))


def _of_link(path: str, shown: str, old: FileSnapshot | None, after: Tree, wording: Wording) -> Iterator[Mutation]:
    """Yield links to other places: where it led, to nothing, and to another of what is there; and a copy."""
    target = after[path].content.decode(errors="replace")
    whole = normpath(join(dirname(path), target))
    if old and old.kind is FileKind.LINK:
        yield _mutation(f"`{shown}` leads where it led", path, _LINK, old.content.decode(errors="replace"))
    yield _mutation(f"`{shown}` leads to `{target}x`", path, _LINK, f"{target}x")
    if whole in after:
        others = (one for one in after if after[one].kind is after[whole].kind and one not in {whole, path})
        near = sorted(others, key=lambda one: (dirname(one) != dirname(whole), basename(one) != basename(whole), one))
        for other in near[:1]:
            leads = relpath(other, dirname(path))
            if not (old and old.content.decode(errors="replace") == leads):
                yield _mutation(f"`{shown}` leads to `{leads}`", path, _LINK, leads)
    if wording.says(r"\brelative\b") and not target.startswith("/"):
        yield _mutation(f"`{shown}` leads to an absolute path", path, _LINK, whole)
    yield _mutation(f"`{shown}` is a copy, not a link", path, _COPY)


def _of_mode(
    path: str, shown: str, old: FileSnapshot | None, new: FileSnapshot, wording: Wording
) -> Iterator[Mutation]:
    """Yield other modes where the solution has chosen the mode, or the text speaks of modes."""
    if old and old.mode != new.mode:
        yield _mutation(f"`{shown}` has the mode {_octal(old)}, as it had", path, _CHMOD, _octal(old))
    speaks = wording.says(SPEAKS_OF_MODES)
    usual = _DIRECTORY_MODES if new.kind is FileKind.DIRECTORY else _FILE_MODES
    if not speaks and (old.mode == new.mode if old else new.mode in usual):
        return
    special, runs, private = new.mode & 0o7000, new.mode & 0o111, not new.mode & 0o004
    others = [new.mode | 0o044] if private else []
    others += [new.mode & ~special] if special else []
    others += [new.mode & ~0o111] if runs and new.kind is FileKind.FILE else []
    others += [new.mode & ~0o200] if old and old.mode != new.mode else []
    for mode in dict.fromkeys(others):
        if mode not in {new.mode, old.mode if old else new.mode}:
            yield _mutation(f"`{shown}` has the mode {mode:04o}", path, _CHMOD, f"{mode:04o}")


def _of_content(
    path: str, shown: str, old: FileSnapshot | None, new: FileSnapshot, wording: Wording
) -> Iterator[Mutation]:
    """Yield other contents: of data by its parts, of a text by its lines."""
    try:
        text = new.content.decode()
    except UnicodeDecodeError:
        return
    if not text or "\0" in text:
        return

    def with_content(name: str, content: str, *, is_right: bool = False) -> Mutation:
        said = f"`{shown}`{name}"
        return _mutation(said, path, _WRITE, _octal(new), stdin=content.encode(), is_right=is_right)

    if old is None:
        content = text.removesuffix("\n") if text.endswith("\n") else f"{text}\n"
        name = " has no newline at its end" if text.endswith("\n") else " has a newline at its end"
        yield with_content(name, content, is_right=True)
    data = _parsed(path, text)
    if data is not None:
        for name, wrong in wrong_data(data):
            yield with_content(f": {name}", json.dumps(wrong, ensure_ascii=False))
        yield with_content(" is written on one line", json.dumps(data, ensure_ascii=False), is_right=True)
        return
    for name, content in _wrong_lines(text, old.content.decode(errors="replace") if old else "", wording):
        yield with_content(name, content)
    if old is None:
        lines = text.splitlines()
        if len(lines) > 1 and wording.says(_ANY_ORDER):
            yield with_content(" has its lines in another order", "\n".join(lines[::-1]) + "\n", is_right=True)
        yield with_content(" has a line too many", f"{text.removesuffix(chr(10))}\n{lines[-1]} 2\n")


def _parsed(path: str, text: str) -> object:
    """Return what a JSON or YAML file says, None for any other file."""
    try:
        if path.endswith(".json"):
            data: object = json.loads(text)
        elif path.endswith((".yaml", ".yml")):
            data = read_document(text, source=path).data
        else:
            return None
    except (ValueError, RecursionError, PackProblem):
        return None
    return data if isinstance(data, dict | list) else None


def _wrong_lines(text: str, old: str, wording: Wording) -> Iterator[tuple[str, str]]:
    """Yield the text with one of the changed lines wrong, and in words what is wrong."""
    lines, was = text.splitlines(), old.splitlines()
    changes = [one for one in SequenceMatcher(None, was, lines, autojunk=False).get_opcodes() if one[0] != "equal"]
    for _, begin, end, first, last in changes if was and len(changes) > 1 else ():
        where = f", line {first + 1}, is as it was"
        yield where, _joined([*lines[:first], *was[begin:end], *lines[last:]])
    changed = [number for _, _, _, first, last in changes for number in range(first, last)]
    for number in _some(changed):
        line, at = lines[number], f", line {number + 1}"
        if len(lines) > 1:
            yield f"{at}, is missing", _joined([*lines[:number], *lines[number + 1 :]])
        if not was:  # a setting may well be there twice
            yield f"{at}, is there twice", _joined([*lines[: number + 1], *lines[number:]])
        wrong_lines = {other: f"{at}: `{value}` is `{wrong}`" for value, wrong, other in wrong_texts(line)}
        more = {f"x{line}": f"{at}, has something before it", f"{line}x": f"{at}, has something behind it"}
        for other, where in (more | wrong_lines).items():
            yield where, _joined([*lines[:number], other, *lines[number + 1 :]])
    if not was and len(lines) > 1 and wording.says(_SPEAKS_OF_ORDER) and not wording.says(_ANY_ORDER):
        yield " has its lines in another order", _joined(lines[::-1])


def _joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _mutation(name: str, path: str, change: str, *args: str, stdin: bytes = b"", is_right: bool = False) -> Mutation:
    made = args if change == _RENAME else ()
    apply = Action(("/bin/sh", "-c", _KEEP + change, "sh", path, _ASIDE, *args), stdin)
    undo = Action(("/bin/sh", "-c", _UNDO, _ASIDE, path, *made))
    return Mutation(name, (apply,), (undo,), is_right)


def _octal(file: FileSnapshot) -> str:
    return f"{file.mode:04o}"
