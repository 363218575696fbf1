"""Durations, as Go and Kubernetes write them: ``90s`` is ``1m30s``."""

from __future__ import annotations

import re
from decimal import Decimal

# https://pkg.go.dev/time#ParseDuration
_PART = re.compile(r"([0-9]{1,18}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})(ns|us|µs|μs|ms|s|m|h)")
_SECONDS = {
    "ns": Decimal("1e-9"),
    "us": Decimal("1e-6"),
    "µs": Decimal("1e-6"),
    "μs": Decimal("1e-6"),
    "ms": Decimal("1e-3"),
    "s": Decimal(1),
    "m": Decimal(60),
    "h": Decimal(3600),
}


def duration(value: object) -> Decimal:
    """Return the seconds of a duration; a number is seconds already. Raises ValueError where it is not one."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Decimal(str(value))
    text = value if isinstance(value, str) else ""
    sign, rest = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    parts = _PART.findall(rest)
    if rest == "0":
        return Decimal(0)
    if not parts or "".join(number + unit for number, unit in parts) != rest:
        raise ValueError("a duration is written like 90s or 1m30s")
    return sign * sum((Decimal(number) * _SECONDS[unit] for number, unit in parts), Decimal(0))
