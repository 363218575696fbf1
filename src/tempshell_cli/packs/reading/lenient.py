"""YAML of a learner's, read as kubectl and other programs read it.

It may have anchors, aliases, tags, several documents, and a key twice, of which the last counts. Its scalars are those
of ``document``: what a pack says of them means the same in both.
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from tempshell_cli.core import yaml_events
from tempshell_cli.packs.reading.document import plain_scalar

_CORE = "tag:yaml.org,2002:"
_TEXT, _MERGE = f"{_CORE}str", f"{_CORE}merge"
_MOST_VALUES = 100_000  # aliases can multiply: 64 KiB of them are 10^1000 values


def read_leniently(text: str) -> list[object]:
    """Return the documents of a YAML text, without empty ones; raises yaml.YAMLError, also where it is too large."""
    for _ in yaml_events.events(text):  # which limits the depth
        pass
    builder = _Builder()
    return [
        builder.value(node)
        for node in yaml.compose_all(text, Loader=yaml_events.LOADER)
        if not (isinstance(node, yaml.ScalarNode) and not node.style and node.value == "")
    ]


class _Builder:
    def __init__(self) -> None:
        self._left = _MOST_VALUES

    def value(self, node: yaml.Node, depth: int = 0) -> object:
        self._left -= 1
        if self._left < 0 or depth > yaml_events.MAX_DEPTH:  # an alias can lead to what it is in
            raise yaml.YAMLError("its aliases lead to more than can be read")
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, depth + 1) for item in node.value]
        if isinstance(node, yaml.MappingNode):
            return dict(self._items(node, depth))
        text = str(node.value)
        return plain_scalar(text) if node.tag.startswith(_CORE) and node.tag != _TEXT else text

    def _items(self, node: yaml.MappingNode, depth: int) -> Iterator[tuple[str, object]]:
        """Yield keys and values, first what is merged in: https://yaml.org/type/merge.html."""
        for key, value in node.value:
            if key.tag == _MERGE:
                sources = value.value if isinstance(value, yaml.SequenceNode) else [value]
                for source in reversed(sources):
                    merged = self.value(source, depth + 1)
                    yield from merged.items() if isinstance(merged, dict) else ()
        for key, value in node.value:
            if key.tag != _MERGE:
                if not isinstance(key, yaml.ScalarNode):
                    raise yaml.YAMLError("a key that is not plain text")
                yield str(key.value), self.value(value, depth + 1)
