"""What a look at a pack's files finds, and how that is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


class Level(StrEnum):
    """How bad a finding is. The names are those of SARIF.

    An error makes the pack unusable or unfair, and a warning is likely to be a mistake. A note may be worth a
    second look, and is not a problem.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that is wrong with a pack. ``file`` is a path within it; ``line`` is 1 where none is known."""

    rule: str
    level: Level
    file: str
    line: int = 1
    message: str
    hint: str = ""


def as_text(findings: Sequence[Finding], root: str) -> str:
    """Return a line for each finding, as compilers write them, its hint below."""
    lines = []
    for one in findings:
        lines.append(f"{root}/{one.file}:{one.line}: {one.level}: {one.message} [{one.rule}]")
        lines += [f"    {one.hint}"] if one.hint else []
    return "\n".join(lines)


def as_sarif(
    findings: Sequence[Finding], root: str, tool: str, version: str, rules: Mapping[str, str]
) -> dict[str, Any]:
    """Return a SARIF 2.1.0 log (OASIS), as code hosts show beside the lines; ``rules`` are ids and summaries."""
    ids = sorted(rules)
    driver = {
        "name": tool,
        "version": version,
        "rules": [{"id": rule, "shortDescription": {"text": rules[rule]}} for rule in ids],
    }
    results = [_result(one, root, ids.index(one.rule)) for one in findings]
    return {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _result(finding: Finding, root: str, index: int) -> dict[str, Any]:
    place = {
        "artifactLocation": {"uri": f"{root}/{finding.file}"},
        "region": {"startLine": finding.line},
    }
    text = f"{finding.message}; {finding.hint}" if finding.hint else finding.message
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": str(finding.level),
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
    }
