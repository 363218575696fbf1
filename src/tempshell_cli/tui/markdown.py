"""Markdown of strangers: as a widget, and as a stretch of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from textual.await_complete import AwaitComplete
from textual.content import Content
from textual.widgets import Markdown

from tempshell_cli.core.text import strip_controls

_STYLES = {"strong_open": "bold", "em_open": "italic", "s_open": "strike"}
_BREAKS = {"softbreak": " ", "hardbreak": "\n"}
_CODE = "$text-accent on $accent 8%"  # as the style sheet below has it


class SafeMarkdown(Markdown):
    """Shows Markdown in which no character is left that does anything to a terminal.

    Its links lead nowhere: the address stands behind the words of each.
    """

    DEFAULT_CSS = """
    SafeMarkdown {
        padding: 0;
        margin: 0;
        MarkdownBlock {
            &:dark > .code_inline, &:light > .code_inline { color: $text-accent; background: $accent 8%; }
        }
        MarkdownFence {
            margin: 0 0 1 0; background: $foreground 6%; overflow: hidden;
            & > Label { width: 100%; padding: 0 1; }
        }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - so named by Textual
        super().__init__(id=id, open_links=False, parser_factory=_parser)

    def show(self, text: str) -> AwaitComplete:
        """Show this text from now on; awaited, it has its place."""
        safe = strip_controls(text)
        return AwaitComplete() if safe == self.source else self.update(safe)


def inline(text: str) -> Content:
    """Return Markdown that has no blocks in it (emphasis, code) as safe text; its lines flow."""
    tokens = _parser().parseInline(strip_controls(text).strip())
    return Content.assemble(*(part for token in tokens for part in _parts(token.children or ())))


def _parts(tokens: Sequence[Token]) -> Iterator[Content]:
    styles: list[str] = []
    for token in tokens:
        if token.type == "code_inline":
            yield Content.styled(token.content, " ".join([*styles, _CODE]).strip())
        elif token.nesting > 0:
            styles.append(_STYLES.get(token.type, ""))
        elif token.nesting < 0:
            styles.pop()
        else:
            yield Content.styled(_BREAKS.get(token.type, token.content), " ".join(styles).strip())


def _parser() -> MarkdownIt:
    parser = MarkdownIt("gfm-like")  # as Textual's own
    # A character reference, such as &#8238;, stands for a character only now.
    parser.core.ruler.push("show_addresses", _show_addresses)
    parser.core.ruler.push("strip_controls", _strip)
    return parser


def _show_addresses(state: StateCore) -> None:
    for token in state.tokens:
        if token.children:
            token.children = list(_with_addresses(token.children))


def _with_addresses(tokens: Sequence[Token]) -> Iterator[Token]:
    """Yield the parts of a line, and behind each link its address, where its words are not that already."""
    address, words = "", ""
    for token in tokens:
        yield token
        if token.type == "link_open":
            address, words = str(token.attrs.get("href", "")), ""
        elif token.type == "link_close":
            if address.removeprefix("mailto:") not in {"", words}:
                yield Token("text", "", 0, content=f" ({address})")
        else:
            words += token.content


def _strip(state: StateCore) -> None:
    for token in state.tokens:
        _strip_token(token)


def _strip_token(token: Token) -> None:
    token.content = strip_controls(token.content)
    for child in token.children or ():
        _strip_token(child)
