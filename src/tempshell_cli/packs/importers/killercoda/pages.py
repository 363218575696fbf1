"""Killercoda's Markdown made ours: marks behind code are read and taken out, links to ports become words.

What it folds away (``<details>``), tips and solutions, are hints here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tempshell_cli.core.text import strip_controls

# Every quantifier is bounded: the text is a stranger's, and may be one long line.
_MARK = r"\{\{ {0,3}(?:(exec|execute|copy|open)\b[A-Za-z0-9 ]{0,40})? {0,3}\}\}"
_OPENING = re.compile(r"([ \t]*)(`{3,}|~{3,})([^`\n]*)")
_CLOSING = re.compile(rf"[ \t]*(`{{3,}}|~{{3,}})[ \t]*(?:{_MARK}[ \t]*)?")
_INLINE = re.compile(rf"(?<!`)(`{{1,9}})(?!`)([^\n]{{1,500}}?)(?<!`)\1(?!`)(?: ?{_MARK})?")
_FOLD = re.compile(r"<(/?)details[^<>\n]{0,100}>", re.IGNORECASE)
_SUMMARY = re.compile(r"\s{0,100}<summary[^<>\n]{0,100}>([^<]{0,500})</summary>", re.IGNORECASE)
_TAGS = re.compile(r"</?(?:br|img|details|summary|strong|b|i|em|p|div|span|center)\b[^<>\n]{0,500}>", re.IGNORECASE)
_HEADING = re.compile(r"^#{1,6}[ \t]+([^\n]*)", re.MULTILINE)
_LINK = re.compile(r"\[([^\]\n]{1,300})\]\(\{\{TRAFFIC_([A-Z0-9_]{1,60})\}\}[^)\s]{0,500}\)")
_PORT = re.compile(r"\{\{TRAFFIC_([A-Z0-9_]{1,60})\}\}")
_ADDRESS = re.compile(r"HOST([0-9]{1,3})_([0-9]{1,5})")
_TYPED = frozenset({"exec", "execute", "copy"})


class Page(NamedTuple):
    """A text, as it is shown; what in it is marked to be typed, None where nothing is; what it folds away.

    ``heading`` is its first one, "" where it has none; ``links`` tells whether it has links to ports.
    """

    text: str
    commands: tuple[str, ...] | None
    hints: tuple[str, ...]
    heading: str
    links: bool


NO_PAGE = Page("", None, (), "", links=False)


def read_page(markdown: str) -> Page:
    """Read a page of a scenario."""
    plain = strip_controls(markdown)
    text, folded = _unfolded(plain)
    commands: list[str] = []
    shown = _shown(text, commands)
    heading = _HEADING.search(shown)
    return Page(
        text=shown,
        commands=tuple(commands) or None,
        hints=tuple(hint for hint in (_shown(one, []) for one in folded) if hint),
        heading=heading[1].strip("# \t") if heading else "",
        links=bool(_PORT.search(plain)),
    )


def _unfolded(text: str) -> tuple[str, list[str]]:
    """Return the text without its folds, and what is in these, the summary first; one in another is part of it."""
    kept, folded, depth, start, end = [], [], 0, 0, 0
    for tag in _FOLD.finditer(text):
        if not tag[1]:
            if depth == 0:
                start = tag.end()
                begin = tag.start()
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                kept.append(text[end:begin])
                folded.append(_fold(text[start : tag.start()]))
                end = tag.end()
    return "".join([*kept, text[end:]]), folded


def _fold(inside: str) -> str:
    summary = _SUMMARY.match(inside)
    return f"{summary[1].strip()}\n\n{inside[summary.end() :].strip()}" if summary else inside


def _shown(text: str, commands: list[str]) -> str:
    """Return a text as it is shown, and add what is to be typed to the commands."""
    return "\n".join(_blocks(text.split("\n"), commands)).strip()


def _blocks(lines: list[str], commands: list[str]) -> Iterator[str]:
    """Yield the lines: those between fences as they are, the fences without marks, and prose as words."""
    fence, indent, code = "", "", list[str]()
    for line in lines:
        if not fence:
            opening = _OPENING.fullmatch(line)
            if opening is None:
                yield _prose(line, commands)
                continue
            indent, fence, code = opening[1], opening[2], []
            yield f"{indent}{fence}{opening[3].rstrip()}"
        elif (closing := _CLOSING.fullmatch(line)) and closing[1].startswith(fence):
            if closing[2] in _TYPED:
                commands.append("\n".join(code).strip("\n"))
            yield f"{indent}{closing[1]}"
            fence = ""
        else:
            code.append(_PORT.sub(_port, line.removeprefix(indent)))
            yield f"{indent}{code[-1]}"


def _prose(line: str, commands: list[str]) -> str:
    """Return a line outside of code blocks as it is shown."""

    def unmarked(code: re.Match[str]) -> str:
        typed = _PORT.sub(_port, code[2])
        if code[3] in _TYPED:
            commands.append(typed.strip())
        return f"{code[1]}{typed}{code[1]}"

    words, end = [], 0
    for code in _INLINE.finditer(line):
        words += [_words(line[end : code.start()]), unmarked(code)]
        end = code.end()
    return "".join([*words, _words(line[end:])])


def _words(text: str) -> str:
    linked = _LINK.sub(lambda link: f"{link[1]} ({_place(link[2])})", text)
    return _TAGS.sub("", _PORT.sub(_port, linked))


def _port(found: re.Match[str]) -> str:
    return _place(found[1])


def _place(name: str) -> str:
    address = _ADDRESS.fullmatch(name)
    return f"port {address[2]} of host{int(address[1]):02}" if address else "a port of the sandbox"
