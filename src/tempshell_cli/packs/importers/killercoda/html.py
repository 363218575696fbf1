"""The HTML in pages of scenarios as Markdown, as far as a terminal can show it; what it cannot is left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from html.parser import HTMLParser

# What takes more than a line.
BLOCK = re.compile(r"<(pre|table)\b([^<>\n]{0,500})>", re.IGNORECASE)
_FILE = re.compile(r"""data-filename=["']?([^"'\s<>]{1,200})""", re.IGNORECASE)
_ATTRIBUTE = r"""\b{}\s{{0,3}}=\s{{0,3}}["']?([^"'\s<>]{{1,500}})"""
_HREF = re.compile(_ATTRIBUTE.format("href"), re.IGNORECASE)
_SOURCE = re.compile(_ATTRIBUTE.format("src"), re.IGNORECASE)
_ALT = re.compile(r"""\balt\s{0,3}=\s{0,3}(?:"([^"<>]{1,300})"|'([^'<>]{1,300})')""", re.IGNORECASE)
_IMAGE = re.compile(r"!\[([^\]\n]{0,300})\]\(([^)\s]{1,500})(?:[ \t][^)\n]{0,200})?\)")
# A tag of HTML, and not any other word between angle brackets, such as <NAME> in a command.
_TAG = re.compile(
    r"<(/?)(a|abbr|b|big|blockquote|br|center|code|dd|del|details|div|dl|dt|em|figcaption|figure|font|h[1-6]|hr|i|iframe"
    r"|img|ins|kbd|li|mark|ol|p|pre|s|samp|small|span|strike|strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|tr|tt"
    r"|u|ul|video)\b([^<>\n]{0,500})>",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"<!--.{0,1000}?-->")
_CODE_SPAN = re.compile(r"(`{1,9})(?!`)[^\n]{1,500}?(?<!`)\1(?!`)")
_PAIRS = {"b": "**", "strong": "**", "em": "*", "i": "*", "kbd": "`", "code": "`", "tt": "`", "samp": "`", "del": "~~"}
_FEWEST_COLUMNS = 1


def tags_as_markdown(line: str) -> str:
    """Return a line with Markdown in place of its tags; what is in backquotes is code, and stays."""
    parts, end = [], 0
    for code in _CODE_SPAN.finditer(line):
        parts += [line[end : code.start()], code[0]]
        end = code.end()
    parts.append(line[end:])
    address: list[str] = []  # of the link that is open, which may have code in it

    def markdown(tag: re.Match[str]) -> str:
        return _markdown(tag, address)

    for place in range(0, len(parts), 2):
        plain = _IMAGE.sub(lambda image: _image(image[1], image[2]), _COMMENT.sub("", parts[place]))
        parts[place] = _TAG.sub(markdown, plain)
    return "".join(parts) + "".join(f" ({one})" for one in address)


def block_as_markdown(block: re.Match[str], inside: str, prose: Callable[[str], str]) -> Iterator[str]:
    """Yield the lines of what is inside a ``BLOCK``; ``prose`` reads the cells of a table."""
    if block[1].lower() == "table":
        table = _Table()
        table.feed(inside)
        table.close()
        yield from ("", *table.markdown(prose), "")
        return
    if named := _FILE.search(block[2]):
        yield from ("", f"`{named[1]}`:")
    yield from ("", "```", *unescape(_TAG.sub("", inside)).strip("\n").split("\n"), "```")


def _markdown(tag: re.Match[str], address: list[str]) -> str:
    closes, name, attributes = bool(tag[1]), tag[2].lower(), tag[3]
    if name == "a":
        if closes:
            return f"]({address.pop()})" if address else ""
        found = _HREF.search(attributes)
        address += [found[1]] if found and not address else []
        return "[" if found and len(address) == 1 else ""
    if name == "img":
        found, source = _ALT.search(attributes), _SOURCE.search(attributes)
        return _image((found[1] or found[2]) if found else "", source[1] if source else "")
    if name in _PAIRS:
        return _PAIRS[name]
    if name.startswith("h") and name[1:].isdigit():
        return "" if closes else "#" * int(name[1:]) + " "
    is_last = not tag.string[tag.end() :].strip()
    return {"br": "" if closes or is_last else "  \n", "li": "" if closes else "- ", "hr": "\n---\n"}.get(name, "")


def _image(words: str, source: str) -> str:
    """Return what is said of an image, which a terminal does not show."""
    named = ": ".join(part for part in (words.strip(), source.rsplit("/", 1)[-1]) if part)
    return f"(image{f' {named}' if named else ''})"


class _Table(HTMLParser):
    """Reads the rows of a table, whose cells may have text, code and tags in them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a row or a cell; any other tag is part of one."""
        del attrs
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows = self.rows or [[]]
            self.rows[-1].append("")
        else:
            self.handle_data(" " if tag in {"br", "p", "li"} else _PAIRS.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        """End what stands for a tag."""
        self.handle_data(_PAIRS.get(tag, ""))

    def handle_data(self, data: str) -> None:
        """Add to the cell."""
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data

    def markdown(self, prose: Callable[[str], str]) -> Iterator[str]:
        """Yield the lines of a table of Markdown, the first row as its head."""
        rows = [[prose(" ".join(cell.split())).replace("|", "\\|") for cell in row] for row in self.rows if row]
        width = max((len(row) for row in rows), default=_FEWEST_COLUMNS)
        for number, row in enumerate(rows):
            yield f"| {' | '.join([*row, *[''] * (width - len(row))])} |"
            if number == 0:
                yield "|" + " --- |" * width
