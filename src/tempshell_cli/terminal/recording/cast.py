"""Reads recordings: asciicast files of version 3."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tempshell_cli.core.errors import UsageProblem
from tempshell_cli.terminal.pty import Size
from tempshell_cli.terminal.recording.recorder import MARKER

_VERSION = 3
# No terminal is larger; an emulator would take the memory for one that is.
_WIDEST = 1000
# Of one line, in characters; the recorder's own are far shorter.
_LONGEST_LINE = 4 * 1024**2


class Header(NamedTuple):
    """What the first line of a recording says. ``began`` is in seconds of the epoch, 0 where it is unknown."""

    size: Size
    title: str = ""
    began: int = 0


class Event(NamedTuple):
    """Something that happened, so many seconds after the recording began."""

    at: float
    kind: str
    data: str


class Summary(NamedTuple):
    """A recording in short."""

    header: Header
    seconds: float
    markers: list[Event]


def read_header(file: Path) -> Header:
    """Return the first line; raises UsageProblem where the file is not a recording that can be read."""
    with _opened(file) as lines:
        return _header(file, next(lines, ""))


def read_events(file: Path) -> Iterator[Event]:
    """Yield the events; a last line that was cut off is left away. Raises as ``read_header``."""
    at = 0.0
    with _opened(file) as lines:
        _header(file, next(lines, ""))
        for line in lines:
            event = _event(file, line, at)
            if event:
                at = event.at
                yield event


def summary(file: Path) -> Summary:
    """Return how long a recording is and what is marked in it; raises as ``read_header``."""
    header, seconds, markers = read_header(file), 0.0, []
    for event in read_events(file):
        seconds = event.at
        if event.kind == MARKER:
            markers.append(event)
    return Summary(header, seconds, markers)


def parse_size(text: str) -> Size:
    """Return the size in a resize event, ``80x24``; raises ValueError."""
    columns, rows = map(int, text.split("x"))
    return _bounded(columns, rows)


@contextmanager
def _opened(file: Path) -> Iterator[Iterator[str]]:
    """Open a file; its lines are taken in parts where one is longer than any recorder's."""
    try:
        stream = file.open(encoding="utf-8", errors="replace", newline="\n")
    except OSError as cause:
        raise _unreadable(file, cause.strerror or str(cause)) from cause
    with stream:
        yield iter(lambda: stream.readline(_LONGEST_LINE), "")


def _header(file: Path, line: str) -> Header:
    try:
        found = json.loads(line)
        if found["version"] != _VERSION:
            raise _unreadable(file, f"version {found['version']}, not {_VERSION}")
        size = _bounded(int(found["term"]["cols"]), int(found["term"]["rows"]))
        return Header(size, str(found.get("title", "")), int(found.get("timestamp", 0)))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as cause:
        raise _unreadable(file, "its first line is not an asciicast header") from cause


def _event(file: Path, line: str, after: float) -> Event | None:
    if line.startswith("#") or not line.strip():
        return None
    try:
        interval, kind, data = json.loads(line)
        return Event(after + max(0.0, float(interval)), str(kind), str(data))
    except (ValueError, TypeError, RecursionError) as cause:
        if not line.endswith("\n"):  # who wrote it was killed in the middle
            return None
        raise _unreadable(file, f"no event: {line[:40]!r}") from cause


def _bounded(columns: int, rows: int) -> Size:
    if not (0 < columns <= _WIDEST and 0 < rows <= _WIDEST):
        raise ValueError(columns, rows)
    return Size(columns, rows)


def _unreadable(file: Path, why: str) -> UsageProblem:
    return UsageProblem(f"cannot read {file.name}: {why}", hint="`tempshell recordings ls` lists the recordings")
