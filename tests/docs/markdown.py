"""The documentation, as much of it as a test has to understand."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from .places import ROOT

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def documents() -> list[Path]:
    """Return every Markdown file that is documentation."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def section(text: str, heading: str) -> str:
    """Return what stands below a heading of the second level, up to the next one."""
    _, _, rest = text.partition(f"\n## {heading}\n")
    assert rest, f"there is no heading {heading!r}"
    return rest.partition("\n## ")[0]


def rows(text: str) -> Iterator[Sequence[str]]:
    """Yield the cells of every table row."""
    for line in text.splitlines():
        if line.startswith("| ") and not line.startswith("|---"):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def blocks(text: str, language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return [body for found, body in _FENCE.findall(text) if found == language]


def commands(text: str) -> Iterator[list[str]]:
    """Yield the words of every command that a ``console`` block shows, each part of a pipeline by itself."""
    for line in "".join(blocks(text, "console")).splitlines():
        if line.startswith("$ "):
            lexer = shlex.shlex(line[2:], posix=True, punctuation_chars="|;&<>")
            lexer.whitespace_split = True
            yield from _simple_commands(list(lexer))


def inline_commands(text: str) -> Iterator[list[str]]:
    """Yield the words of every tempshell command in the running text; ``…`` stands for what is left out."""
    for line in re.findall(r"`(tempshell [a-z][^`]*)`", re.sub(_FENCE, "", text)):
        if "…" not in line:
            yield shlex.split(re.split(r" [|>] ", line)[0])


def anchors(text: str) -> set[str]:
    """Return the anchors of the headings, as GitHub makes them."""
    plain = re.sub(_FENCE, "", text)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in _HEADING.findall(plain)}


def _simple_commands(words: list[str]) -> Iterator[list[str]]:
    found: list[str] = []
    for word in words:
        if set(word) <= set("|;&<>"):
            yield found
            found = []
        else:
            found.append(word)
    yield found
