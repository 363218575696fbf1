"""Wrong values: for data such as JSON has it, and for words and numbers in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_NUMBER = re.compile(r"\d{1,18}")
_LAST_WORD = re.compile(r"\w+(?=\W*$)")
Path = tuple[str | int, ...]


def wrong_texts(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield what was replaced, by what, and the new text: each number one higher, the last word where there is none.

    Of many numbers the first and the last are changed.
    """
    numbers = list(_NUMBER.finditer(text))
    for number in dict.fromkeys((*numbers[:1], *numbers[-1:])):
        higher = str(int(number[0]) + 1).zfill(len(number[0]))
        yield number[0], higher, text[: number.start()] + higher + text[number.end() :]
    if not numbers and (word := _LAST_WORD.search(text)):
        yield word[0], f"{word[0]}x", f"{text[: word.end()]}x{text[word.end() :]}"


def wrong_data(data: Any, path: Path = ()) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - whatever JSON has
    """Yield the name of a fault and the data with it: a part left out, a value off by one, one too many."""
    if isinstance(data, Mapping):
        yield from _wrong_mapping(data, path)
    elif isinstance(data, Sequence) and not isinstance(data, str):
        yield from _wrong_list(data, path)
    else:
        for value in _wrong_scalars(data):
            yield f"{dotted(path)} is {shown(value)}", value


def dotted(path: Path) -> str:
    """Return a path as people write it: ``spec.ports[0].name``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".") or "it"


def _wrong_mapping(data: Mapping[str, Any], path: Path) -> Iterator[tuple[str, Any]]:
    for key, value in data.items():
        inner = (*path, key)
        yield f"without {dotted(inner)}", {other: data[other] for other in data if other != key}
        for name, changed in wrong_data(value, inner):
            yield name, {**data, key: changed}
    if data and all(isinstance(one, str | int) for one in data.values()):
        key, value = next(iter(data.items()))
        yield f"{dotted(path)} also has `{key}x`", {**data, f"{key}x": value}


def _wrong_list(data: Sequence[Any], path: Path) -> Iterator[tuple[str, Any]]:
    for index, value in enumerate(data):
        inner = (*path, index)
        yield f"without {dotted(inner)}", [*data[:index], *data[index + 1 :]]
        for name, changed in wrong_data(value, inner):
            yield name, [*data[:index], changed, *data[index + 1 :]]
    if data:
        yield f"{dotted(path)} has its last item twice", [*data, data[-1]]


def _wrong_scalars(value: object) -> Iterator[object]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield value + 1
    elif isinstance(value, str):
        yield from (text for _, _, text in wrong_texts(value))


def shown(value: object) -> str:
    """Return a value as the name of a fault has it."""
    return f"`{value}`" if isinstance(value, str) else str(value).lower()
