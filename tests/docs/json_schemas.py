"""The JSON Schemas of what ``--json`` prints: ``python -m tests.docs.json_schemas`` writes them to docs/schema/output.

The types that they are made from are what the commands promise: keys may be added, and none is taken away or changes
its meaning.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from tempshell_cli.packs.authoring.findings import Finding
from tempshell_cli.packs.format.schema import DIALECT, in_one_line

from . import json_others as others
from . import json_sessions as sessions
from .places import ROOT

FOLDER = ROOT / "docs" / "schema" / "output"
# By the words that ask for it. Where a command goes on, such as with --watch, this is what each line is.
DOCUMENTS: Mapping[str, Any] = MappingProxyType(
    {
        "check": list[sessions.CheckedTask],
        "config show": others.settings_type(),
        "doctor": others.Health,
        "drill": sessions.StartedSession,
        "drill --list": list[sessions.Card],
        "error": others.Error,
        "events": list[sessions.SessionEvent],
        "events --follow": sessions.SessionEvent,
        "exam": sessions.StartedSession,
        "exam --finish": sessions.Report,
        "exam --review": sessions.Review,
        "extend": sessions.Session,
        "history": sessions.History,
        "history commands": list[sessions.TypedCommand],
        "image ls": list[others.Image],
        "list": list[sessions.ListedSession],
        "list --watch": sessions.ListedSession,
        "logs": list[sessions.SetupOutput],
        "logs --follow": sessions.SetupOutput,
        "pack add": others.AddedPack,
        "pack lint": list[Finding],
        "pack ls": list[others.ListedPack],
        "pack prove": others.Proof,
        "pack show": others.Pack,
        "pack show COURSE": list[others.Scenario],
        "pack update": list[others.PackUpdate],
        "pause": sessions.Session,
        "reap": list[sessions.Receipt],
        "recordings ls": list[sessions.Recording],
        "report": sessions.Report,
        "restart": sessions.Session,
        "resume": sessions.Session,
        "score": sessions.Report,
        "secret ls": list[others.Secret],
        "start": sessions.StartedSession,
        "stats": list[sessions.Usage],
        "stats --watch": sessions.Usage,
        "status": sessions.SessionStatus,
        "stop": list[sessions.Receipt],
        "tasks": list[sessions.ListedTask],
        "template ls": list[others.Template],
        "template show": others.Template,
        "why": sessions.SessionEnd,
        "workspace ls": list[others.Workspace],
    }
)


def schema_of(words: str) -> dict[str, Any]:
    """Return the JSON Schema of what ``tempshell WORDS --json`` prints. Keys that it does not know are allowed."""
    title = "An error with --json" if words == "error" else f"tempshell {words} --json"
    (root,), definitions = msgspec.json.schema_components([DOCUMENTS[words]])
    head = {"$schema": DIALECT, "$id": f"urn:tempshell:output:1:{file_of(words).stem}", "title": title}
    schema: dict[str, Any] = in_one_line({**head, **root, "$defs": dict(sorted(definitions.items()))})
    return schema


def file_of(words: str) -> Path:
    """Return where the schema is of what these words print."""
    return FOLDER / f"{'-'.join(word.strip('-').lower() for word in words.split())}.json"


def text_of(words: str) -> str:
    """Return the schema of what these words print, as the file has it."""
    return json.dumps(schema_of(words), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write all schemas, and nothing else into their folder."""
    FOLDER.mkdir(exist_ok=True)
    for file in FOLDER.glob("*.json"):
        file.unlink()
    for words in DOCUMENTS:
        file_of(words).write_text(text_of(words), "utf-8")


if __name__ == "__main__":
    main()
