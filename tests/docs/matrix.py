"""The table of recorded runs in docs/platforms.md: ``python -m tests.docs.matrix`` writes it from tested.json."""

from __future__ import annotations

from tests.support.recorded import OUTCOMES, Record, read

from .places import ROOT

PLATFORMS = ROOT / "docs" / "platforms.md"
HEADING = "### Recorded runs\n"
_INTRODUCTION = """
What a run of the tests has last recorded (`pytest --record-tested`, then `python -m tests.docs.matrix`). It may be of
some tests only: the numbers say of how many. A test that needs two engines counts for both.

"""
_COLUMNS = ("engine", "version", "python", "date", *OUTCOMES)


def matrix(records: list[Record]) -> str:
    """Return the section, with its heading."""
    head = ["| " + " | ".join(_COLUMNS) + " |", "|" + "---|" * len(_COLUMNS)]
    rows = ["| " + " | ".join(str(one[column]) for column in _COLUMNS) + " |" for one in records]
    return HEADING + _INTRODUCTION + ("\n".join([*head, *rows]) if rows else "No run is recorded yet.") + "\n"


def renewed(document: str, records: list[Record]) -> str:
    """Return the document with the section, which is its last."""
    return document.partition(HEADING)[0].rstrip("\n") + "\n\n" + matrix(records)


if __name__ == "__main__":
    PLATFORMS.write_text(renewed(PLATFORMS.read_text("utf-8"), read()), "utf-8")
