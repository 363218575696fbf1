"""The table: what was measured, against what, and whether that is within the limit."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from typing import NamedTuple

_HEADINGS = ("WHAT", "MEASURED", "AGAINST", "BASELINE", "RATIO", "LIMIT", "")


class Row(NamedTuple):
    """One line. ``over`` says that a limit is exceeded."""

    what: str
    measured: str
    against: str = ""
    baseline: str = ""
    ratio: str = ""
    limit: str = ""
    over: bool = False


def compared(what: str, seconds: float, against: str, baseline: float, limit: float | None = None) -> Row:
    """Return the line of a program that may take ``limit`` times as long as another."""
    return _beside((what, _ms(seconds)), (against, _ms(baseline)), seconds / baseline, limit)


def compared_memory(what: str, used: float, against: str, baseline: float, limit: float) -> Row:
    """Return the line of what may have ``limit`` times as much memory, in MB, as something else."""
    return _beside((what, f"{used:.0f} MB"), (against, f"{baseline:.0f} MB"), used / baseline, limit)


def measured(what: str, value: float, unit: str, limit: float | None = None) -> Row:
    """Return the line of a figure that has a limit of its own, or none."""
    told = "" if limit is None else f"≤ {limit:g} {unit}"
    return Row(what, f"{value:.1f} {unit}", limit=told, over=limit is not None and value > limit)


def rate(what: str, value: float, unit: str, least: float, against: tuple[str, float]) -> Row:
    """Return the line of a speed that has to be ``least`` or more, beside one that it cannot exceed."""
    name, most = against
    told, baseline, ratio = (f"{value:.1f} {unit}", f"{most:.1f} {unit}", f"{value / most:.2f}")
    return Row(what, told, name, baseline, ratio, f"≥ {least:g} {unit}", value < least)


def not_measured(what: str, why: str) -> Row:
    """Return the line of what could not be measured here."""
    return Row(what, f"not here: {why}")


def tell_machine() -> None:
    """Print what the figures below were measured on."""
    load = os.getloadavg()[0]
    sys.stdout.write(
        f"Python {platform.python_version()}, {platform.system()} {platform.release()}, {os.cpu_count()} processors, "
        f"load {load:.1f}{' (busy: trust the ratios, not the times)' if load > 1 else ''}\n\n"
    )


def show(rows: Sequence[Row]) -> None:
    """Print the lines in columns, and how many exceed their limit."""
    lines = [_HEADINGS, *((*row[:-1], "OVER" if row.over else "ok" if row.limit else "") for row in rows)]
    whole = [line for line in lines if not line[1].startswith("not here")]
    widths = [max(len(line[column]) for line in whole) for column in range(len(_HEADINGS))]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")
    over = [row.what for row in rows if row.over]
    sys.stdout.write(f"\n{len(over)} over the limit{': ' if over else ''}{'; '.join(over)}\n")


def _beside(ours: tuple[str, str], theirs: tuple[str, str], ratio: float, limit: float | None) -> Row:
    told = "" if limit is None else f"≤ {limit:.2f}"
    return Row(*ours, *theirs, f"{ratio:.2f}", told, limit is not None and ratio > limit)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
