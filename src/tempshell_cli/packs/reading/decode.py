"""From a document to the typed model, with errors that a pack's author can act on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from tempshell_cli.core.errors import PackProblem
from tempshell_cli.core.nearest import nearest
from tempshell_cli.packs.reading.document import Document, Location
from tempshell_cli.packs.reading.fields import END

Model = TypeVar("Model")

# msgspec's wording: "Expected `str`, got `int` - at `$.checks[0].id`", "... - at `key` in `$.domains`".
_MESSAGE = re.compile(r"(.*?)(?: - at (?:`key` in )?`\$([^`]*)`)?", re.DOTALL)
_SOME_KEY = "..."  # msgspec does not say which of a mapping
_STEP = re.compile(r"\.([A-Za-z_]+)|\[([0-9]+|\.{3})\]")
_UNKNOWN_KEY = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_WRONG_FORM = re.compile(r"Expected `str` matching regex '(.*)'", re.DOTALL)
_HINTS = {"Expected `str": "put the value in quotes", "Expected `bool": "write true or false"}
# JSON's words, and those of YAML.
_WORDS = {
    " | null`": "`",
    "`array`": "a list",
    "`object`": "a mapping",
    "`null`": "nothing",
    "Object missing required field": "there is no key",
}


def decode(document: Document, model: type[Model]) -> Model:
    """Return the document as the model; raises PackProblem with file, line and, for a wrong word, the nearest right."""
    try:
        return msgspec.convert(document.data, model)
    except msgspec.ValidationError as cause:
        raise _explain(document, model, str(cause)) from cause


def _explain(document: Document, model: type[Any], error: str) -> PackProblem:
    found = _MESSAGE.fullmatch(error)
    what, path = (found[1], found[2] or "") if found else (error, "")
    at: Location = ()
    for name, index in _STEP.findall(path):
        at = (*at, name or (int(index) if index != _SOME_KEY else _wrong_key(document.data, model, at)))
    kind = _kind_at(inspect.type_info(model), at)
    if unknown := _UNKNOWN_KEY.fullmatch(what):
        return document.problem(
            (*at, unknown[1]), f"unknown key `{unknown[1]}`", hint=nearest(unknown[1], _words(kind))
        )
    if what.startswith("Invalid enum value"):
        return document.problem(at, f"{_name(at)}{what}", hint=nearest(_text_at(document, at), _words(kind)))
    if form := _WRONG_FORM.fullmatch(what):
        subject = "a key" if "`key` in" in error else f"`{_text_at(document, at)}`"
        shown = form[1].replace(END.replace("\\", "\\\\"), "$")
        example = _example(kind) if subject != "a key" else ""
        hint = f"write it like `{example}`" if example else ""
        return document.problem(at, f"{_name(at)}{subject} is not of the form {shown}", hint=hint)
    hint = next((hint for start, hint in _HINTS.items() if what.startswith(start)), "")
    for jargon, plain in _WORDS.items():
        what = what.replace(jargon, plain)
    return document.problem(at, f"{_name(at)}{what}", hint=hint)


def _wrong_key(data: Any, model: type[Any], at: Location) -> str:  # noqa: ANN401 - JSON
    """Return the key of the mapping at a place whose value is wrong: the first that is wrong without the others."""

    def only(value: Any, at: Location, key: str) -> Any:  # noqa: ANN401 - JSON
        if not at:
            return {key: value[key]}
        changed: Any = value.copy()
        changed[at[0]] = only(value[at[0]], at[1:], key)
        return changed

    mapping = data
    for step in at:
        mapping = mapping[step]
    for key in mapping:
        try:
            msgspec.convert(only(data, at, key), model)
        except msgspec.ValidationError:
            return str(key)
    return _SOME_KEY


def _name(at: Location) -> str:
    """Return the path as an author would say it: ``checks[0].points: ``."""
    name = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in at)
    return f"{name.removeprefix('.')}: " if name else ""


def _text_at(document: Document, at: Location) -> str:
    value = document.data
    for step in at:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int):
            value = value[step]
    return str(value)


def _kind_at(kind: inspect.Type, at: Location) -> inspect.Type:
    for step in at:
        kind = next((inner for option in _options(kind) for inner in _inside(option, step)), inspect.AnyType())
    return kind


def _inside(kind: inspect.Type, step: str | int) -> Iterator[inspect.Type]:
    if isinstance(kind, inspect.StructType):
        yield from (field.type for field in kind.fields if field.encode_name == step)
    if isinstance(kind, inspect.DictType):
        yield kind.value_type
    if isinstance(kind, inspect.VarTupleType) and isinstance(step, int):
        yield kind.item_type


def _example(kind: inspect.Type) -> str:
    """Return the first example of what stands at this place, "" where the model has none."""
    if isinstance(kind, inspect.UnionType):
        return next((found for option in kind.types if (found := _example(option))), "")
    if not isinstance(kind, inspect.Metadata):
        return ""
    examples = (kind.extra_json_schema or {}).get("examples", ())
    return str(examples[0]) if examples else _example(kind.type)


def _options(kind: inspect.Type) -> tuple[inspect.Type, ...]:
    """Return what a value may be, each of several without what is said about it (see ``criteria.says``)."""
    plain = kind.type if isinstance(kind, inspect.Metadata) else kind
    if not isinstance(plain, inspect.UnionType):
        return (plain,)
    return tuple(inner for option in plain.types for inner in _options(option))


def _words(kind: inspect.Type) -> list[str]:
    """Return the words that could stand at this place: a struct's keys, an enumeration's values."""
    words: list[str] = []
    for option in _options(kind):
        if isinstance(option, inspect.StructType):
            words += [field.encode_name for field in option.fields]
        elif isinstance(option, inspect.EnumType):
            words += [str(member.value) for member in option.cls]
        elif isinstance(option, inspect.LiteralType):
            words += [str(value) for value in option.values]
    return words
