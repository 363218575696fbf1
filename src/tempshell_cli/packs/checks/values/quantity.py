"""Quantities, as Kubernetes writes them: ``100m`` is 0.1, ``1Ki`` is 1024."""

from __future__ import annotations

import re
from decimal import Decimal

# https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
_QUANTITY = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?[0-9]+))?")
_BINARY = {prefix + "i": Decimal(1024) ** power for power, prefix in enumerate("KMGTPE", 1)}
_DECIMAL = {
    "n": "1e-9",
    "u": "1e-6",
    "m": "1e-3",
    "k": "1e3",
    "M": "1e6",
    "G": "1e9",
    "T": "1e12",
    "P": "1e15",
    "E": "1e18",
}
_UNITS = {**_BINARY, **{unit: Decimal(value) for unit, value in _DECIMAL.items()}}
_LONGEST = 64  # characters: what is longer is a text of the learner's, and can take Python's arithmetic down
_LARGEST = 10**_LONGEST


def quantity(value: object) -> Decimal | None:
    """Return what a quantity is worth; None for anything else, and for a number of more than 64 digits."""
    if isinstance(value, bool) or (isinstance(value, int) and abs(value) > _LARGEST):
        return None
    text = str(value) if isinstance(value, (str, int, float)) else ""
    written = _QUANTITY.fullmatch(text) if len(text) <= _LONGEST else None
    if written is None:
        return None
    number, unit, exponent = written.groups()
    scale = _UNITS[unit] if unit else Decimal(10) ** max(-99, min(int(exponent or 0), 99))
    return Decimal(number) * scale
