"""The JSON Schemas of the format, made from the typed model, for editors that check while a pack is written.

What a schema can say of a document. The loader says more: paths that exist, names that agree, shares that add up.
"""

from __future__ import annotations

from typing import Any

import msgspec

from tempshell_cli.packs.checks.criteria import Look, keys_of
from tempshell_cli.packs.format.model import PackHead, TaskFrontMatter, Translation
from tempshell_cli.packs.reading.fields import END

FORMAT = 1
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MODELS: dict[str, tuple[type[msgspec.Struct], str]] = {
    "pack": (PackHead, "pack.yaml of a tempshell pack"),
    "task": (TaskFrontMatter, "The front matter of a task of a tempshell pack"),
    "translation": (Translation, "The front matter of a translated task of a tempshell pack"),
}
PARTS = tuple(_MODELS)


def schema_of(part: str) -> dict[str, Any]:
    """Return the schema of ``pack.yaml`` (``pack``) or of a task's front matter (``task``)."""
    model, title = _MODELS[part]
    (_,), definitions = msgspec.json.schema_components([model])
    for name in definitions.keys() & {"Check", "Look", "Probe"}:
        definitions[name]["oneOf"] = [  # a mapping that has the key, and not just as null
            {"required": [key], "properties": {key: {"type": ["object", "array"]}}} for key in keys_of(Look)
        ]
    if "Where" in definitions:
        definitions["Where"]["anyOf"] = [{"required": [key]} for key in ("jsonpath", "any_of", "all_of", "not")]
    root = definitions.pop(model.__name__)
    head = {"$schema": DIALECT, "$id": f"urn:tempshell:format:{FORMAT}:{part}"}
    schema: dict[str, Any] = in_one_line({**head, **root, "title": title, "$defs": dict(sorted(definitions.items()))})
    return schema


def in_one_line(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a schema in ECMA's regular expressions, its descriptions in one line each."""
    if isinstance(value, list):
        return [in_one_line(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: _word(key, in_one_line(item)) for key, item in value.items()}


def _word(key: str, value: Any) -> Any:  # noqa: ANN401 - JSON
    if key == "pattern" and isinstance(value, str):
        return value.replace(END, "$")
    if key == "description" and isinstance(value, str):
        return " ".join(value.replace("``", "`").split())
    return value
