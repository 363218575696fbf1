"""Durations and sizes as people type them: ``90s``, ``1h30m``, ``512m``, ``2g``."""

from __future__ import annotations

import re
from datetime import timedelta

from tempshell_cli.core.errors import UsageProblem

# Six digits are more than a century of hours, and within what a timedelta holds.
_DURATION = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?", re.ASCII)
_SIZE = re.compile(r"(\d{1,12})([bkmg]?)", re.ASCII)
_SIZE_UNITS = {"": 1, "b": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


def parse_duration(text: str) -> timedelta:
    """Read ``60m``, ``1h30m`` or ``90s`` (Go's form, as Docker and kubectl take it).

    Raises UsageProblem where the text has another form or the duration is zero.
    """
    found = _DURATION.fullmatch(text.strip().lower())
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    duration = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if not duration:
        raise UsageProblem(f"{text!r} is not a duration", hint="write it like 90s, 45m or 1h30m")
    return duration


def format_duration(duration: timedelta) -> str:
    """Write a duration the way parse_duration reads it, in whole seconds; a negative one as ``0s``."""
    seconds = max(0, round(duration.total_seconds()))
    parts = ((seconds // 3600, "h"), (seconds % 3600 // 60, "m"), (seconds % 60, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0s"


def parse_size(text: str) -> int:
    """Read ``512m`` or ``2g`` (Docker's form, powers of 1024) into bytes; raises UsageProblem otherwise."""
    found = _SIZE.fullmatch(text.strip().lower())
    size = int(found[1]) * _SIZE_UNITS[found[2]] if found else 0
    if not size:
        raise UsageProblem(f"{text!r} is not a size", hint="write it like 512m or 2g")
    return size


def format_size(size: int) -> str:
    """Write bytes the way parse_size reads them, in the largest unit that divides them."""
    for unit in ("g", "m", "k"):
        if size % _SIZE_UNITS[unit] == 0:
            return f"{size // _SIZE_UNITS[unit]}{unit}"
    return str(size)


def size_text(size: int) -> str:
    """Write bytes as people read them: ``38 MB``, in powers of 1024."""
    for unit, bytes_ in (("GB", 1024**3), ("MB", 1024**2), ("kB", 1024)):
        if size >= bytes_:
            return f"{size / bytes_:.1f} {unit}" if size < 10 * bytes_ else f"{size // bytes_} {unit}"
    return f"{size} B"
