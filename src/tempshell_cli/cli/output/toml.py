"""Settings and templates as TOML, as the config file takes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tempshell_cli.core.text import escape_json_controls

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_lines(table: Mapping[str, Any], *within: str) -> Iterator[str]:
    """Yield the lines of a table: first its values, then the tables in it. Strings, numbers and lists are JSON's."""
    tables = {name: value for name, value in table.items() if isinstance(value, Mapping)}
    values = {name: value for name, value in table.items() if name not in tables}
    if within and (values or not tables):
        yield f"\n[{'.'.join(map(_key, within))}]"
    for name, value in values.items():
        yield f"{_key(name)} = {_value(value)}"
    for name, value in tables.items():
        yield from toml_lines(value, *within, name)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _value(name)


def _value(value: object) -> str:
    return escape_json_controls(json.dumps(value, ensure_ascii=False, default=str))
