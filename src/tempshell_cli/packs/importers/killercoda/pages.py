"""Killercoda's Markdown as tempshell shows it: marks behind code are taken out, links to ports lead to localhost.

What it folds away (``<details>``), tips and solutions, are hints here. HTML becomes Markdown: see ``html``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from textwrap import dedent
from typing import NamedTuple

from tempshell_cli.core.text import strip_controls
from tempshell_cli.packs.importers.killercoda.html import BLOCK, block_as_markdown, tags_as_markdown

# Every quantifier is bounded: the text is a stranger's, and may be one long line.
_MARK = r"\{\{ {0,3}(?:(exec|execute|copy|open)\b([A-Za-z0-9 _-]{0,40}))? {0,3}\}\}"
_ITEM = r"(?:(?:[-*+]|[0-9]{1,9}[.)])[ \t]{1,4}){0,3}"
_OPENING = re.compile(rf"([ \t]{{0,80}}{_ITEM})(`{{3,}}|~{{3,}})([^`\n{{]{{0,200}})(?:{_MARK}[ \t]*)?")
# Behind a mark the text may go on, and before one the code may not have ended its line.
_CLOSING = re.compile(rf"[ \t]*(`{{3,}}|~{{3,}})[ \t]*(?:{_MARK}(.*))?")
_LATE_CLOSING = re.compile(rf"(.{{0,2000}}?[^`~])(`{{3,9}}|~{{3,9}}){_MARK}(.*)")
_INLINE = re.compile(rf"(?<!`)(`{{1,9}})(?!`)([^\n]{{1,500}}?)(?<!`)\1(?!`)(?: {{0,2}}{_MARK})?")
_FOLD = re.compile(r"<(/?)details[^<>\n]{0,100}>", re.IGNORECASE)
_SUMMARY = re.compile(r"\s{0,100}<summary[^<>\n]{0,100}>(.{0,500}?)</summary>", re.IGNORECASE | re.DOTALL)
_HEADING = re.compile(r"^#{1,6}[ \t]+([^\n]*)", re.MULTILINE)
_LINK = re.compile(r"\[([^\]\n]{1,300})\]\(\{\{TRAFFIC_([A-Z0-9_]{1,60})\}\}([^)\s]{0,500})\)")
# Killercoda's link to a port, and Katacoda's.
_PORT = re.compile(
    r"\{\{TRAFFIC_([A-Z0-9_]{1,60})\}\}"
    r"|(?:https?://)?\[\[HOST([0-9]?)_SUBDOMAIN\]\]-([0-9]{1,5})-\[\[KATACODA_HOST\]\](?:\.[a-z.]{1,60})?"
)
_ADDRESS = re.compile(r"HOST([0-9]{1,3})_([0-9]{1,5})")
_OWN_ADDRESS = re.compile(r"\[\[HOST1?_IP\]\]")
_RUN, _TYPED = frozenset({"exec", "execute"}), frozenset({"exec", "execute", "copy"})
_CONTROL_KEYS = "ctrl-seq"  # Katacoda's mark for keys such as ^C, which are not text for a prompt
_SOLUTION = re.compile(r"\b(?:solution|answer|lösung|solución|solução|soluzione)", re.IGNORECASE)
_SHELL_LANGUAGES = frozenset({"", "bash", "sh", "shell", "console", "plain", "zsh", "command"})


class _Code(NamedTuple):
    """A piece of code of a page; ``language`` is None where it stands in a line, ``mark`` "" where it has none."""

    text: str
    language: str | None
    mark: str


@dataclass(frozen=True, slots=True)
class Page:
    """A text, as it is shown, what it folds away, and the code in it.

    ``summary`` is the line that a fold is opened by, and ``heading`` the first one in the text; "" where there is none.
    ``links`` says whether it has links to ports of other hosts than the first.
    """

    text: str = ""
    code: Sequence[_Code] = ()
    folds: Sequence[Page] = ()
    summary: str = ""
    links: bool = False

    @property
    def heading(self) -> str:
        """Its first heading."""
        heading = _HEADING.search(self.text)
        return heading[1].strip("# \t") if heading else ""

    @property
    def commands(self) -> tuple[str, ...] | None:
        """What in it is marked to be typed, None where nothing is."""
        return tuple(code.text for code in self.code if code.mark in _TYPED and code.text) or None

    @property
    def hints(self) -> tuple[str, ...]:
        """What it folds away, each with its summary first."""
        return tuple(fold.as_hint for fold in self.folds if fold.as_hint)

    @property
    def as_hint(self) -> str:
        """The whole of a fold."""
        return "\n\n".join(part for part in (self.summary, self.text) if part)

    @property
    def script(self) -> str:
        """The commands in it as a script: those that are marked to be run, else its blocks of shell code."""
        run = [code.text for code in self.code if code.mark in _RUN]
        # A block without a language is often a manifest.
        shell = [
            code.text
            for code in self.code
            if code.language in _SHELL_LANGUAGES and "apiVersion:" not in code.text.split("\n", 1)[0]
        ]
        return "".join(f"{one}\n" for one in run or shell if one)

    @property
    def solution(self) -> str:
        """The script of what it folds away as its solution, "" where there is none."""
        return "".join(fold.script for fold in self.folds if _SOLUTION.search(fold.summary))


NO_PAGE = Page()


def read_page(markdown: str) -> Page:
    """Read a page of a scenario."""
    plain = strip_controls(markdown)
    text, folded = _unfolded(plain)
    shown, code = _shown(text)
    return Page(
        shown, code, tuple(map(_fold, folded)), links=any(_host_and_port(one)[0] != 1 for one in _PORT.finditer(plain))
    )


def _unfolded(text: str) -> tuple[str, list[str]]:
    """Return the text without its folds, and what is in these; one in another is part of it.

    As in a browser, one that is never closed ends with the page.
    """
    kept, folded, depth, begin, start, end = [], [], 0, 0, 0, 0
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
                folded.append(text[start : tag.start()])
                end = tag.end()
    if depth:
        kept.append(text[end:begin])
        folded.append(text[start:])
        end = len(text)
    return "".join([*kept, text[end:]]), folded


def _fold(inside: str) -> Page:
    summary = _SUMMARY.match(inside)
    text, code = _shown(dedent(inside[summary.end() :] if summary else inside))
    return Page(text, code, summary=" ".join(_shown(summary[1])[0].split()) if summary else "")


def _shown(text: str) -> tuple[str, Sequence[_Code]]:
    """Return a text as it is shown, and the code in it."""
    reader = _Reader()
    shown = "\n".join(reader.lines(text.split("\n"))).strip()
    return shown, tuple(reader.code)


@dataclass(slots=True)
class _Reader:
    """Reads the lines of one text in their order."""

    code: list[_Code] = field(default_factory=list)

    def lines(self, lines: Sequence[str]) -> Iterator[str]:
        """Yield the lines as they are shown: code as it is, the fences around it without marks, and prose as words."""
        rest = iter(lines)
        for line in rest:
            if opening := _OPENING.fullmatch(line):
                yield from self._fence(opening, rest)
            elif (block := BLOCK.search(line)) and "`" not in line[: block.start()]:
                yield from self._html(line, block, rest)
            else:
                yield self._prose(line)

    def _fence(self, opening: re.Match[str], rest: Iterator[str]) -> Iterator[str]:
        """Yield a block of code, whose fence may open on the line of a list."""
        before, fence, language = opening[1], opening[2], opening[3].strip()
        mark, after = _mark(opening[4], opening[5]), ""
        indent = re.sub(r"\S", " ", before)
        yield f"{before}{fence}{opening[3].rstrip()}"
        code: list[str] = []
        for line in rest:
            closing = _CLOSING.fullmatch(line)
            if closing and closing[1].startswith(fence):
                mark, after = _mark(closing[2], closing[3]) or mark, closing[4] or ""
                break
            late = _LATE_CLOSING.fullmatch(line)
            inside = late[1] if late and late[2] == fence else line
            # Without the indentation of the list that the block is in.
            inside = inside[min(len(indent), len(inside) - len(inside.lstrip(" \t"))) :]
            code.append(_in_code(inside))
            yield f"{indent}{code[-1]}"
            if late and late[2] == fence:
                mark, after = _mark(late[3], late[4]), late[5]
                break
        self.code.append(_Code("\n".join(code).strip("\n"), language.split(" ")[0].lower(), mark))
        yield f"{indent}{fence}"
        if after.strip():
            yield f"{indent}{self._prose(after.strip())}"

    def _html(self, line: str, block: re.Match[str], rest: Iterator[str]) -> Iterator[str]:
        """Yield what of HTML is more than a line: a table, or code as it is written."""
        if before := self._prose(line[: block.start()]).strip():
            yield from (before, "")
        end = re.compile(f"</{block[1]}>", re.IGNORECASE)
        inside = [line[block.end() :]]
        while not (closed := end.search(inside[-1])):
            if (following := next(rest, None)) is None:
                break
            inside.append(following)
        after = inside[-1][closed.end() :] if closed else ""
        if closed:
            inside[-1] = inside[-1][: closed.start()]
        yield from block_as_markdown(block, "\n".join(inside), self._prose)
        if marked := re.match(rf"[ \t]*{_MARK}", after):
            after = after[marked.end() :]
        if after := self._prose(after).strip():
            yield from ("", after)

    def _prose(self, line: str) -> str:
        """Return a line outside of code blocks as it is shown."""
        words, end = [], 0
        for found in _INLINE.finditer(line):
            typed = _in_code(found[2])
            self.code.append(_Code(typed.strip(), None, _mark(found[3], found[4])))
            words += [_words(line[end : found.start()]), f"{found[1]}{typed}{found[1]}"]
            end = found.end()
        return tags_as_markdown("".join([*words, _words(line[end:])]))


def _mark(word: str | None, more: str | None) -> str:
    return "" if word is None or _CONTROL_KEYS in (more or "") else word


def _words(text: str) -> str:
    return _PORT.sub(_linked_place, _LINK.sub(_linked, text))


def _linked(link: re.Match[str]) -> str:
    """Return a link to a port of the first host as one to localhost, which the screen forwards; words for others."""
    address = _ADDRESS.fullmatch(link[2])
    if address and int(address[1]) == 1:
        return f"[{link[1]}](http://localhost:{address[2]}{link[3]})"
    return f"{link[1]} ({_PORT.sub(_place, f'{{{{TRAFFIC_{link[2]}}}}}')})"


def _linked_place(found: re.Match[str]) -> str:
    host, port = _host_and_port(found)
    place = _place(found)
    return f"[{place}](http://localhost:{port})" if host == 1 else place


def _in_code(text: str) -> str:
    """Return code with the addresses that its links to ports of the first host have inside of the sandbox."""

    def address(found: re.Match[str]) -> str:
        host, port = _host_and_port(found)
        return f"http://localhost:{port}" if host == 1 else _place(found)

    return _OWN_ADDRESS.sub("127.0.0.1", _PORT.sub(address, text))


def _place(found: re.Match[str]) -> str:
    host, port = _host_and_port(found)
    return f"port {port} of host{host:02}" if host else "a port of the sandbox"


def _host_and_port(found: re.Match[str]) -> tuple[int, str]:
    """Return what a link to a port leads to; 0 for a host that is not named."""
    if found[1] is None:
        return int(found[2] or 1), found[3]
    address = _ADDRESS.fullmatch(found[1])
    return (int(address[1]), address[2]) if address else (0, "")
