"""YAML by PyYAML, with one limit on nesting and one error, whichever release is installed.

Releases differ in how deep a document they read. Up to 6.0.3 nothing limits libyaml, and to compose a deep document
overflows the C stack or ends in a RecursionError. From 6.0.4 on libyaml refuses more than 1000 levels by itself, and
may do so before it has reported the first of them, because it scans ahead. PyYAML without libyaml has no limit at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

MAX_DEPTH = 50
# libyaml where PyYAML was built with it; both give the same events.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# In libyaml's words: "exceeded maximum nesting depth".
_LIBRARY_LIMIT = re.compile("maximum nesting")


class TooDeep(yaml.MarkedYAMLError):
    """More than MAX_DEPTH levels; ``problem`` says so, ``problem_mark`` is a place past the limit."""

    def __init__(self, mark: Any) -> None:  # noqa: ANN401 - libyaml's marks are of another class
        super().__init__(problem=f"nested more than {MAX_DEPTH} levels deep; use fewer", problem_mark=mark)


def events(text: str | bytes) -> Iterator[yaml.Event]:
    """Yield the events of YAML text.

    Raises TooDeep, and yaml.YAMLError for what is not YAML.
    """
    depth = 0
    try:
        for event in yaml.parse(text, Loader=LOADER):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MAX_DEPTH:
                raise TooDeep(event.start_mark)
            yield event
    except yaml.MarkedYAMLError as cause:
        if _LIBRARY_LIMIT.search(cause.problem or ""):
            raise TooDeep(cause.problem_mark) from cause
        raise


def load(text: str | bytes) -> Any:  # noqa: ANN401 - YAML
    """Return the value of one document, as yaml.safe_load does; raises yaml.YAMLError, and nothing else."""
    for _ in events(text):
        pass
    try:
        return yaml.load(text, Loader=LOADER)  # noqa: S506 - a safe one
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as cause:
        # PyYAML's constructors rely on a scalar being what its form or its tag says: 2026-02-30, !!bool maybe.
        raise yaml.YAMLError(f"a value that cannot be read: {cause}") from cause
