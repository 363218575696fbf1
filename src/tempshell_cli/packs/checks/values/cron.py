"""Cron schedules, by the times at which they fire.

Read as Kubernetes reads the schedule of a CronJob (robfig/cron, ``ParseStandard``), and 7 is Sunday, too, as in most
other crons. Libraries for cron schedules read them as Vixie cron does, where ``*/2`` counts as a star: "on odd days, or
on Mondays" is then "on odd days that are Mondays".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product
from types import MappingProxyType
from typing import NamedTuple

from tempshell_cli.packs.checks.values.duration import duration

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_WEEKDAYS = "sun mon tue wed thu fri sat"
_LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DESCRIPTORS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_EVERY = "@every "
_RANGE = re.compile(
    r"(?:(?P<all>[*?])|(?P<low>[0-9]{1,2}|[a-z]{3})(?:-(?P<high>[0-9]{1,2}|[a-z]{3}))?)(?:/(?P<step>[0-9]{1,2}))?"
)


class _Field(NamedTuple):
    name: str
    low: int
    high: int
    names: Mapping[str, int] = MappingProxyType({})


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, {name: number for number, name in enumerate(_MONTHS.split(), 1)}),
    _Field("day of the week", 0, 6, {"7": 7, **{name: number for number, name in enumerate(_WEEKDAYS.split())}}),
)


def schedule(text: str) -> object:
    """Return what is equal for schedules that fire at the same times, of whatever spelling.

    Raises ValueError where it is not a schedule. The time zone is not looked at: a CronJob has a field for it.
    """
    if text.startswith(_EVERY):
        return _EVERY, duration(text.removeprefix(_EVERY))
    fields = _DESCRIPTORS.get(text, text).split()
    if len(fields) != len(_FIELDS):
        raise ValueError(f"a schedule has five fields, and {text!r} has {len(fields)}")
    parsed = [_values(part.lower(), field) for part, field in zip(fields, _FIELDS, strict=True)]
    (minutes, _), (hours, _), (days, any_day), (months, _), (weekdays, any_weekday) = parsed
    weekdays = frozenset(day % 7 for day in weekdays)
    # crontab(5): where both kinds of day are restricted, either is enough.
    both = any_day or any_weekday
    dates = frozenset(
        (month, day, weekday)
        for month, day, weekday in product(months, range(1, 32), range(7))
        if day <= _LONGEST_MONTH[month - 1]
        and ((day in days and weekday in weekdays) if both else (day in days or weekday in weekdays))
    )
    return minutes, hours, dates


def _values(text: str, field: _Field) -> tuple[frozenset[int], bool]:
    """Return the values of a field, and whether it is a star: one with a step restricts, and is none."""
    values: set[int] = set()
    star = False
    for part in text.split(","):
        found = _RANGE.fullmatch(part)
        if found is None:
            raise ValueError(f"{part!r} is not a value for the {field.name}")
        step = int(found["step"] or 1)
        low = field.low if found["all"] else _number(found["low"], field)
        high = _number(found["high"], field) if found["high"] else low
        if found["all"] or (found["step"] and not found["high"]):  # "5/15" goes on to the end
            high = field.high
        if low > high or step == 0:
            raise ValueError(f"{part!r} is not a range for the {field.name}")
        values.update(range(low, high + 1, step))
        star |= bool(found["all"]) and step == 1
    return frozenset(values), star


def _number(text: str, field: _Field) -> int:
    if text in field.names:
        return field.names[text]
    if not text.isdecimal() or not field.low <= int(text) <= field.high:
        raise ValueError(f"{text!r} is not a {field.name}")
    return int(text)
