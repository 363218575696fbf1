"""What of an index is not read: no key of a scenario is passed over in silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct, inspect

from tempshell_cli.core.nearest import did_you_mean
from tempshell_cli.core.text import one_line
from tempshell_cli.packs.format.pack import Note
from tempshell_cli.packs.reading.document import Document, Location

# Keys of Killercoda's and Katacoda's documentation for what a terminal does not have (layouts, tabs, editors, icons),
# or what concerns their sites alone. Any other key is likely to be misspelled.
_SITE = ("environment", "hidden", "icon", "id", "noindex", "pathwayId", "pathwayTitle", "private", "type")
_WINDOWS = ("asyncFiles", "events", "files", "hint", "interface", "port", "url")
_WITHOUT_EFFECT = frozenset((*_SITE, *_WINDOWS))


def unread(document: Document, model: type[Struct], file: str) -> Iterator[Note]:
    """Yield a note for each key of the document that the model does not have, with the one that is spelled like it."""
    yield from _unread(document, document.data, inspect.type_info(model), (), file)


def _unread(document: Document, data: object, kind: inspect.Type, at: Location, file: str) -> Iterator[Note]:
    inner = _plain(kind)
    if isinstance(inner, inspect.StructType) and isinstance(data, dict):
        kinds = {field.encode_name: field.type for field in inner.fields}
        for key, value in data.items():
            if key in kinds:
                yield from _unread(document, value, kinds[key], (*at, key), file)
            else:
                yield Note(_words(key, value, kinds), file, document.line((*at, key)))
    elif isinstance(inner, inspect.DictType) and isinstance(data, dict):
        for key, value in data.items():
            yield from _unread(document, value, inner.value_type, (*at, key), file)
    elif isinstance(inner, inspect.VarTupleType) and isinstance(data, list):
        for index, value in enumerate(data):
            yield from _unread(document, value, inner.item_type, (*at, index), file)


def _plain(kind: inspect.Type) -> inspect.Type:
    """Return a type without what is said about it and without ``None``."""
    if isinstance(kind, inspect.Metadata):
        return _plain(kind.type)
    if isinstance(kind, inspect.UnionType):
        return next((_plain(one) for one in kind.types if not isinstance(one, inspect.NoneType)), kind)
    return kind


def _words(key: str, value: object, known: Mapping[str, object]) -> str:
    inside = f" ({one_line(', '.join(value))})" if isinstance(value, dict) and value else ""
    if key in _WITHOUT_EFFECT:
        return f"`{key}`{inside} has no effect here"
    hint = did_you_mean(key, known)
    return f"`{one_line(key)}`{inside} is not a key of this format, and has no effect{f'; {hint}' if hint else ''}"
