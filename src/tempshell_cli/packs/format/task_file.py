"""The file of a task, or of a translation of one: front matter and prompt, with values in place of references."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct, field

from tempshell_cli.core.nearest import nearest
from tempshell_cli.core.text import strip_controls
from tempshell_cli.packs.format.model import TaskFrontMatter, Translation
from tempshell_cli.packs.format.values import NO_VALUES, NO_VARS, Values, Var, VarName, Vars, fill, references, samples
from tempshell_cli.packs.reading.decode import decode
from tempshell_cli.packs.reading.document import Document, Misplaced, fault_at, read_document
from tempshell_cli.packs.reading.tree import read_text

MAX_TASK = 256 * 1024
# Jekyll's form: a line of three dashes, YAML, another such line, and the Markdown of the prompt.
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?^)---[ \t]*(?:\n(.*))?", re.DOTALL | re.MULTILINE)
_FIRST_LINE = 2  # of the YAML


class TaskSource(NamedTuple):
    """A task's file as it was read: its YAML, what that says, and the prompt, with the values in all of them.

    ``file`` is how it is written.
    """

    name: str
    document: Document
    head: TaskFrontMatter
    prompt: str
    file: TaskFile
    values: Values = NO_VALUES


class TranslationSource(NamedTuple):
    """A translation of a task as it was read: its YAML, what that says, and the prompt."""

    document: Document
    texts: Translation
    prompt: str


class TaskFile(NamedTuple):
    """The two parts of a file as they are written, the prompt without controls."""

    source: str
    front_matter: str
    text: str

    @property
    def prompt(self) -> str:
        """The Markdown of the prompt, as it is shown."""
        return self.text.strip()

    @property
    def text_line(self) -> int:
        """The line of the file that ``text`` begins in."""
        return _FIRST_LINE + self.front_matter.count("\n") + 1

    def document(self) -> Document:
        """Return its YAML; raises PackProblem."""
        return read_document(self.front_matter, source=self.source, first_line=_FIRST_LINE)

    def filled(self, values: Values) -> TaskFile:
        """Return it with the values in place of references; raises PackProblem where one is to another name."""
        for first, text in ((_FIRST_LINE, self.front_matter), (self.text_line, self.text)):
            for line, name in references(text):
                if name not in values:
                    what = f"there is no variable `{name}`"
                    raise fault_at(self.source, first + line, what, hint=nearest(name, values))
        return self._replace(front_matter=fill(self.front_matter, values), text=fill(self.text, values))

    def declared(self) -> dict[str, Var]:
        """Return the variables that a task's front matter declares; raises PackProblem."""
        if "vars" not in self.front_matter:
            return {}
        # A reference may stand where YAML allows no brace; the values are drawn by what is read here.
        return decode(self._replace(front_matter=fill(self.front_matter, _Anything())).document(), _Declared).vars


class _Declared(Struct):
    vars: dict[VarName, Var] = field(default_factory=dict)


class _Anything(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "x"


def read_task(
    name: str, files: Mapping[str, bytes], root: Path, shared: Vars = NO_VARS, values: Values = NO_VALUES
) -> TaskSource:
    """Read a task's file, as far as it can be judged by itself; raises PackProblem.

    ``shared`` are the variables of the pack. Where there are some, and no values, it is read with each that could make
    it wrong, and the first of these examples stands.
    """
    file = _read_file(name, files, root)
    variables = {**shared, **file.declared()}
    if not variables:
        document = file.document()
        return TaskSource(name, document, decode(document, TaskFrontMatter), file.prompt, file)
    first, *others = [_filled(name, file, drawn) for drawn in ([values] if values else samples(variables))]
    if {*variables} != {*shared, *first.head.vars} or any(first.head.vars != other.head.vars for other in others):
        raise first.document.problem(("vars",), "a variable refers to a variable")
    if any(other.head.id != first.head.id for other in others):
        raise first.document.problem(("id",), "the id of a task is the same in every attempt")
    return first


def _filled(name: str, file: TaskFile, values: Values) -> TaskSource:
    filled = file.filled(values)
    try:
        document = filled.document()
        return TaskSource(name, document, decode(document, TaskFrontMatter), filled.prompt, file, values)
    except Misplaced as cause:
        line = file.front_matter.splitlines()[cause.line - _FIRST_LINE : cause.line - _FIRST_LINE + 1]
        drawn = ", ".join(f"`{name}` is {values[name]}" for _, name in references("".join(line)))
        if not drawn:
            raise
        raise fault_at(cause.source, cause.line, f"{cause.what}, where {drawn}", hint=cause.hint) from cause


def read_translation(
    name: str, files: Mapping[str, bytes], root: Path, values: Values = NO_VALUES
) -> TranslationSource:
    """Read a translation of a task, as far as it can be judged by itself; raises PackProblem."""
    file = _read_file(name, files, root)
    if values:
        file = file.filled(values)
    document = file.document()
    return TranslationSource(document, decode(document, Translation), file.prompt)


def _read_file(name: str, files: Mapping[str, bytes], root: Path) -> TaskFile:
    source = str(root / name)
    parts = _FRONT_MATTER.fullmatch(read_text(files, root, name, MAX_TASK))
    if parts is None:
        raise fault_at(source, 1, "no front matter", hint="begin the file with ---, the task's YAML, and ---")
    file = TaskFile(source, parts[1], strip_controls(parts[2] or ""))
    if not file.prompt:
        file.document()  # what is wrong with that comes first
        raise fault_at(source, 1, "the task has no prompt", hint="write it below the front matter")
    return file
