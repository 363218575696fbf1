"""Versions of Kubernetes, and ranges of them as packs write them: ``>=1.29,<1.36``."""

from __future__ import annotations

import math
import re

_NUMBERS = re.compile(r"v?([0-9]+(?:\.[0-9]+)*)")
_BOUND = re.compile(r"([<>=]=?)([0-9.]+)")
_PARTS = 3  # major, minor, patch


def version_of(text: str) -> str:
    """Return the numbers that a version begins with: ``1.36.0`` for ``v1.36.0-rc.1``; "" where it has none.

    What follows them does not count. Vendors put their builds there (``-gke.100``, ``-eks-a1b2c3``, ``+k3s1``), which
    semantic versioning would take for pre-releases, older than the release they were built from.
    """
    found = _NUMBERS.match(text)
    return found[1] if found else ""


def in_range(version: str, versions: str) -> bool:
    """Return whether a version is in a range, compared as far as each bound goes: 1.30.5 is in ``<=1.30``."""
    least, below = _limits(versions)
    return least <= _padded(_numbers(version)) < below


def is_empty(versions: str) -> bool:
    """Return whether no version can be in a range."""
    least, below = _limits(versions)
    return least >= below


def _limits(versions: str) -> tuple[list[float], list[float]]:
    """Return the first version of a range, and the first one beyond it."""
    least: list[float] = [0] * _PARTS
    below: list[float] = [math.inf]
    for operator, bound in _BOUND.findall(versions):
        numbers = _numbers(bound)
        first, beyond = _padded(numbers), _padded([*numbers[:-1], numbers[-1] + 1])
        if operator not in {"<", "<="}:
            least = max(least, beyond if operator == ">" else first)
        if operator not in {">", ">="}:
            below = min(below, first if operator == "<" else beyond)
    return least, below


def _numbers(version: str) -> list[float]:
    return [int(part) for part in version.split(".")]


def _padded(numbers: list[float]) -> list[float]:
    return [*numbers, *[0] * (_PARTS - len(numbers))]
