"""The reference of the pack format, made from the schema: ``python -m tests.docs.pack_reference`` writes it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tempshell_cli.packs.format.schema import schema_of

from .places import ROOT

REFERENCE = ROOT / "docs" / "pack-reference.md"
_TITLES = {"pack": "pack.yaml", "task": "A task", "translation": "A translation"}
_INTRODUCTION = """\
# Pack reference

Every key of a pack, made from the [schema](packs.md#the-schema) by which packs are read. A first pack is written in
[Write a pack in ten minutes](write-a-pack.md); what the keys are good for is explained in [Writing a pack](packs.md).

To **match in part** is this: a mapping may have more keys than asked for, a list must have the same items. See
[what matches](packs.md#what-matches).
"""
_VALUES = """\
## Values

Texts of a certain form. Their patterns are regular expressions of ECMA-262, as the schema has them.

| value | such as | pattern |
|---|---|---|
"""
_PLAIN = {
    "string": "text",
    "integer": "number",
    "number": "number",
    "boolean": "true or false",
    "object": "mapping",
    None: "anything",
}

Schema = Mapping[str, Any]


class Part(NamedTuple):
    """A mapping of the format: the key that it stands under (of the whole, its title), and what it may have."""

    key: str
    schema: Schema


def reference() -> str:
    """Return the whole document."""
    parts = {name: _parts(schema_of(name)) for name in _TITLES}
    headings = {part.schema["title"]: part.key for found in parts.values() for part in found[1:]}
    sections = dict.fromkeys(_section(part, headings) for found in parts.values() for part in found)
    rows = {row for found in parts.values() for part in found for row in _values(part.schema)}
    return "\n".join([_INTRODUCTION, *sections, _VALUES + "".join(sorted(rows))])


def _parts(schema: Schema) -> list[Part]:
    """Return the mappings of a document, the outermost first, each once: under the key where it is met first."""
    definitions: Schema = schema["$defs"]
    found = {"": Part("", _resolved(schema, definitions))}

    def follow(properties: Schema) -> None:
        for key, value in properties.items():
            for name in _references(value):
                inner = definitions[name]
                if "properties" in inner and name not in found:
                    found[name] = Part(key, _resolved(inner, definitions))
                    follow(inner["properties"])

    follow(schema["properties"])
    return list(found.values())


def _references(value: object) -> Iterator[str]:
    """Yield the names of the definitions that a schema refers to."""
    if isinstance(value, list):
        value = dict(enumerate(value))
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "$ref":
                yield inner.rpartition("/")[2]
            else:
                yield from _references(inner)


def _resolved(value: Any, definitions: Schema) -> Any:  # noqa: ANN401 - JSON
    """Return a schema in which what is not a mapping is written out, and what is one is named by its title."""
    if isinstance(value, list):
        return [_resolved(inner, definitions) for inner in value]
    if not isinstance(value, dict):
        return value
    inner = {key: _resolved(one, definitions) for key, one in value.items() if key not in {"$ref", "$defs"}}
    if "$ref" not in value:
        return inner
    definition = definitions[value["$ref"].rpartition("/")[2]]
    return {"mapping": definition["title"], **inner} if "properties" in definition else {**definition, **inner}


def _section(part: Part, headings: Mapping[str, str]) -> str:
    """Return a mapping's section: what it is, and a row for each of its keys."""
    heading = f"### `{part.key}`" if part.key else f"## {_TITLES[part.schema['$id'].rpartition(':')[2]]}"
    properties, required = part.schema["properties"], part.schema["required"]
    rows = "".join(
        f"| `{key}` | {_kind(properties[key], headings)} | {_default(part.schema, key)} |"
        f" {properties[key]['description']} |\n"
        for key in sorted(properties, key=lambda key: key not in required)
    )
    return f"{heading}\n\n{part.schema['description']}\n\n| key | value | default | |\n|---|---|---|---|\n{rows}"


def _kind(value: Schema, headings: Mapping[str, str]) -> str:
    """Return what may stand there, in words."""
    if "mapping" in value:
        key = headings[value["mapping"]]
        return f"[`{key}`](#{key})"
    if "anyOf" in value:
        return " or ".join(_kind(one, headings) for one in value["anyOf"] if one != {"type": "null"})
    if "enum" in value:
        return ", ".join(_code(json.dumps(one).strip('"')) for one in value["enum"])
    if "propertyNames" in value:
        return f"mapping: {_kind(value['propertyNames'], headings)} to {_kind(value['additionalProperties'], headings)}"
    if value.get("type") == "array":
        return f"list: {_kind(value['items'], headings)}{_count(value.get('minItems'), value.get('maxItems'))}"
    return _plain(value)


def _count(least: int | None, most: int | None) -> str:
    """Return how many a list has, in words."""
    if least and least == most:
        return f", {least} of them"
    return f", at least {'one' if least == 1 else least}" if least else ""


def _plain(value: Schema) -> str:
    if "title" in value:
        return f"[{value['title']}](#values)"
    between = f" from {value['minimum']} to {value['maximum']}" if "minimum" in value else ""
    return _PLAIN[value.get("type")] + between


def _default(schema: Schema, key: str) -> str:
    """Return what holds where the key is left out: "" for nothing, and where its own keys have defaults."""
    if key in schema["required"]:
        return "required"
    default = schema["properties"][key].get("default")
    says_nothing = default is None or isinstance(default, dict) or default in ("", ())
    return "" if says_nothing else _code(json.dumps(default).strip('"'))


def _values(value: object) -> Iterator[str]:
    """Yield a row for each value of a certain form."""
    if isinstance(value, list):
        value = dict(enumerate(value))
    if isinstance(value, dict):
        if "examples" in value and "title" in value:
            examples = ", ".join(_code(one) for one in value["examples"])
            pattern = _code(value["pattern"]) if "pattern" in value else ""
            yield f"| {value['title']} | {examples} | {pattern} |\n"
        for inner in value.values():
            yield from _values(inner)


def _code(text: str) -> str:
    r"""Return code for a cell of a table, where ``|`` is written ``\|``."""
    return f"`{text}`".replace("|", r"\|")


def main() -> None:
    """Write the reference, or to a file that is named."""
    Path(sys.argv[1] if len(sys.argv) > 1 else REFERENCE).write_text(reference(), "utf-8")


if __name__ == "__main__":
    main()
