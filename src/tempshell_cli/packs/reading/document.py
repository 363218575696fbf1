"""YAML from strangers, read strictly, and where in its file each value stands.

Built from PyYAML's events, so that nothing is composed or constructed: an alias is refused where it stands,
before it can multiply. Scalars are JSON's, with the other spellings of true, false and null that the core
schema of YAML 1.2.2 (10.3.2) has; all else is a string. So YAML 1.1's surprises stay what their author wrote:
``no``, ``22:22`` and ``0644`` are strings, and ``1.30`` is a number, which a schema that wants text refuses.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Never

import yaml

from tempshell_cli.core import yaml_events
from tempshell_cli.core.errors import PackProblem
from tempshell_cli.core.text import one_line

# Where a value stands in its document: the keys and indices that lead to it.
Location = tuple[str | int, ...]
_LONGEST_MESSAGE = 400
_CONSTANTS = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}
# RFC 8259, 6. Eighteen digits fit in 64 bits; a longer row of digits is a name, not a quantity.
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
# PyYAML's own scanner lets "\ud800" pass, which nothing can encode; libyaml does not.
_SURROGATE = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: its value, made of what JSON has, and the line of each part. ``source`` names the file."""

    source: str
    data: object
    lines: Mapping[Location, int]

    def line(self, at: Location) -> int:
        """Return the line of the value, or of the nearest thing around it that has one."""
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at, 1)

    def key_at(self, line: int) -> str:
        """Return the key of the whole that a line belongs to, "" before the first."""
        keys = {first: str(at[0]) for at, first in self.lines.items() if len(at) == 1 and first <= line}
        return keys[max(keys)] if keys else ""

    def problem(self, at: Location, message: str, *, hint: str = "") -> Misplaced:
        """Return the error that points at the value, or at the nearest thing around it that has a line."""
        return fault_at(self.source, self.line(at), message, hint=hint)


class Misplaced(PackProblem):
    """What is wrong at one line of one file of a pack; ``what`` is the message without the place."""

    def __init__(self, source: str, line: int, what: str, *, hint: str = "") -> None:
        super().__init__(f"{source}:{line}: {what}", hint=hint)
        self.source = source
        self.line = line
        self.what = what


def fault_at(source: str, line: int, message: str, *, hint: str = "") -> Misplaced:
    """Return a PackProblem that says where it is; the message, which may quote the pack, is made safe to show."""
    shown = one_line(message)
    if len(shown) > _LONGEST_MESSAGE:
        shown = f"{shown[:_LONGEST_MESSAGE]}…"
    return Misplaced(one_line(source), line, shown, hint=one_line(hint))


def read_document(text: str, *, source: str, first_line: int = 1) -> Document:
    """Read one YAML document.

    ``first_line`` is where the text begins in its file. Raises PackProblem, with file and line, for what is not
    YAML, for an alias, anchor or tag, a duplicate or composite key, more than yaml_events.MAX_DEPTH levels, and
    for more than one document.
    """
    reader = _Reader(source, first_line, yaml_events.events(text))
    try:
        data = reader.document()
    except yaml.MarkedYAMLError as cause:
        line = cause.problem_mark.line if cause.problem_mark else 0
        kind = "" if isinstance(cause, yaml_events.TooDeep) else "not YAML: "
        raise fault_at(source, first_line + line, f"{kind}{cause.problem or cause.context}") from cause
    except (yaml.YAMLError, UnicodeEncodeError) as cause:
        raise fault_at(source, first_line, f"not YAML: {cause}") from cause
    return Document(source, data, reader.lines)


@dataclass(slots=True)
class _Reader:
    source: str
    first_line: int
    events: Iterator[yaml.Event]
    lines: dict[Location, int] = field(default_factory=dict)

    def document(self) -> object:
        next(self.events)  # the start of the stream
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return None
        data = self._value(next(self.events), ())
        next(self.events)  # the end of the document
        if not isinstance(event := next(self.events), yaml.StreamEndEvent):
            self._refuse(event, "a second document; there must be one")
        return data

    def _value(self, event: yaml.Event, at: Location) -> object:
        self.lines.setdefault(at, self._line(event))
        self._refuse_decoration(event)
        if isinstance(event, yaml.ScalarEvent):
            return self._text(event) if event.style else plain_scalar(self._text(event))
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(at)
        items: list[object] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._value(event, (*at, len(items))))
        return items

    def _mapping(self, at: Location) -> dict[str, object]:
        values: dict[str, object] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self._refuse(event, "a key must be plain text")
            self._refuse_decoration(event)
            key = self._text(event)
            if key in values:
                self._refuse(event, f"the key `{key}` is there twice")
            self.lines[*at, key] = self._line(event)
            values[key] = self._value(next(self.events), (*at, key))
        return values

    def _text(self, event: yaml.ScalarEvent) -> str:
        if _SURROGATE.search(event.value):
            self._refuse(event, "half a character (a surrogate)")
        return str(event.value)

    def _refuse_decoration(self, event: yaml.Event) -> None:
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, f"an alias, *{anchor}: write the value out")
        if anchor is not None:
            self._refuse(event, f"an anchor, &{anchor}: write the value out where it is needed")
        if tag is not None:
            self._refuse(event, f"a tag, {tag}: tags are not read")

    def _line(self, event: yaml.Event) -> int:
        return self.first_line + (event.start_mark.line if event.start_mark else 0)

    def _refuse(self, event: yaml.Event, message: str) -> Never:
        raise fault_at(self.source, self._line(event), message)


def plain_scalar(text: str) -> object:
    """Return what a scalar without quotes is: JSON's, or text."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text
