"""TOML as a document, with the line of each key: what is wrong is reported where it stands, as in YAML."""

from __future__ import annotations

import re
import tomllib

from tempshell_cli.packs.reading.document import Document, Location, fault_at

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_NAME = rf"\s*({_PART}(?:\s*\.\s*{_PART})*)\s*"
_HEADER = re.compile(rf"\[{_NAME}\]")
_KEY = re.compile(rf"{_NAME}=")
_PARTS = re.compile(_PART)


def read_toml(text: str, *, source: str, within: Location = ()) -> Document:
    """Read a TOML document, or the table of it that ``within`` leads to; raises PackProblem with file and line."""
    try:
        data: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError as cause:
        found = re.search(r"at line (\d+)", str(cause))
        raise fault_at(source, int(found[1]) if found else 1, f"not TOML: {cause}") from cause
    except RecursionError as cause:
        raise fault_at(source, 1, "nested too deeply") from cause
    for step in within:
        data = data[step] if isinstance(data, dict) else None
    lines = _lines(text)
    return Document(
        source, data, {at[len(within) :]: line for at, line in lines.items() if at[: len(within)] == within}
    )


def _lines(text: str) -> dict[Location, int]:
    """Return where each key and the head of each table stands; tomllib does not say."""
    found: dict[Location, int] = {}
    table: Location = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line.strip()):
            table = _location(header[1])
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            at = (*table, *_location(key[1]))
            for length in range(len(table) + 1, len(at) + 1):
                found.setdefault(at[:length], number)
    return found


def _location(name: str) -> Location:
    return tuple(part.strip("\"'") for part in _PARTS.findall(name))
