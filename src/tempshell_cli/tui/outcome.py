"""How a visit to the practice screen ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tempshell_cli.backends.base import Receipt


class Ending(StrEnum):
    """What became of the session."""

    DETACHED = "detached"
    STOPPED = "stopped"
    EXPIRED = "expired"
    GRADED = "graded"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended; the receipt is there where the sandbox was removed, the result where an exam was graded."""

    ending: Ending
    receipt: Receipt | None = None
    result: str = ""
