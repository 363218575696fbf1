"""What a command says: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from itertools import pairwise, takewhile, zip_longest
from types import MappingProxyType
from typing import Any, TextIO

from tempshell_cli.core.errors import ExitCode
from tempshell_cli.core.text import escape_json_controls, one_line, strip_controls

_RED, _GREEN, _YELLOW, _BOLD, _DIM, _PLAIN = (f"\x1b[{code}m" for code in (31, 32, 33, 1, 2, 0))
# Words that are a result by themselves, in a cell or at the beginning of a line, and their colours.
_COLOURS = MappingProxyType(
    {
        **dict.fromkeys(("pass", "passed", "ready", "removed"), _GREEN),
        **dict.fromkeys(("fail", "failed", "expired", "lost", "not usable"), _RED),
        **dict.fromkeys(("error", "incomplete", "fail, incomplete", "broken", "stopped", "paused", "due"), _YELLOW),
    }
)
_RUNS_OTHERS = frozenset({"exec", "run"})  # the words of their commands are not for us
_GAP = "   "  # between the columns of a table
_NARROWEST = 16  # characters: what a column of a table keeps, where it has to give way to others
_USUAL_COLUMNS = 80  # of a terminal that does not know its size, such as a serial line
_steps: list[Callable[[], None]] = []  # that are under way on a terminal, the innermost last
_LEAD = re.compile(r"^( *)(\S+)", re.MULTILINE)


def say(text: str, *, at_once: bool = False) -> None:
    """Print a result; ``at_once`` where the next one may be long in coming."""
    print(strip_controls(text), flush=at_once)  # noqa: T201 - the one place that prints to stdout


def say_results(text: str) -> None:
    """Print lines that begin with how something went, in colours where a person reads them."""
    print(_LEAD.sub(lambda found: found[1] + _in_its_colour(found[2]), strip_controls(text)))  # noqa: T201


def say_json(value: Any) -> None:  # noqa: ANN401 - JSON
    """Print one JSON document."""
    print(escape_json_controls(json.dumps(value, indent=2, ensure_ascii=False)))  # noqa: T201


def say_json_line(value: Any) -> None:  # noqa: ANN401 - as above
    """Print one JSON document of several, at once, each on a line of its own."""
    print(escape_json_controls(json.dumps(value, ensure_ascii=False)), flush=True)  # noqa: T201


def note(text: str) -> None:
    """Say something that is not the result."""
    print(strip_controls(text), file=sys.stderr)  # noqa: T201


def note_unforwarded(ports: Sequence[str]) -> None:
    """Say that these ports, which a template or a project has, lead nowhere without a screen."""
    if ports:
        note(f"tempshell: no port is forwarded, for there is no screen: {', '.join(ports)}")
        note("  `tempshell port-forward SESSION PORT` forwards without a screen")


def note_store(lines: Sequence[str]) -> None:
    """Say what a person should know of the store, a line each."""
    for number, line in enumerate(lines):
        note(f"  {line}" if number else f"tempshell: {line}")


def wants_json(words: Sequence[str]) -> bool:
    """Return whether a command line asks for JSON, also one that cannot be parsed; what follows ``--`` is another's."""
    own = list(takewhile(lambda word: word != "--", words))
    pairs = pairwise(own)
    in_one = {"--json", "-ojson", "-o=json", "--format=json"}
    asked = not in_one.isdisjoint(own) or any(pair in {("-o", "json"), ("--format", "json")} for pair in pairs)
    return asked and not _RUNS_OTHERS.intersection(own[:1])


def complain(what: str, hint: str = "", code: ExitCode = ExitCode.USAGE) -> None:
    """Say what went wrong and what to do; where JSON is asked for, as one JSON object in a line of its own."""
    if wants_json(sys.argv[1:]):
        error = {"code": int(code), "error": strip_controls(what), "next": strip_controls(hint)}
        print(escape_json_controls(json.dumps(error, ensure_ascii=False)), file=sys.stderr)  # noqa: T201
        return
    print(f"{_coloured('tempshell:', _RED)} {strip_controls(what)}", file=sys.stderr)  # noqa: T201
    if hint:
        print(f"  {_coloured('→' if _speaks_unicode() else '->', _DIM)} {strip_controls(hint)}", file=sys.stderr)  # noqa: T201


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, at_once: bool = False) -> list[int]:
    """Print rows in columns, as `docker ps` and `kubectl get` do; return how wide these are. ``at_once`` as above.

    On a terminal that is too narrow for them, texts continue on the next line of their column; words stay whole.
    """
    cells = [list(headings), *([one_line(cell) for cell in row] for row in rows)]
    widths = _fitted([max(map(len, column)) for column in zip(*cells, strict=True)], cells)
    for number, row in enumerate(cells):
        for part in _wrapped(row, widths):
            table_row(part, widths, heading=not number, at_once=at_once)
    return widths


def _fitted(widths: list[int], cells: Sequence[Sequence[str]]) -> list[int]:
    """Return the widths; where a terminal has no room for them, narrower ones, as far as the words in them allow."""
    if not sys.stdout.isatty():
        return widths
    room = _columns(sys.stdout) - len(_GAP) * (len(widths) - 1)
    # A word is never broken: who copies a name from a table gets all of it.
    words = [max(len(word) for cell in column for word in cell.split(" ")) for column in zip(*cells, strict=True)]
    least = [max(word, min(width, _NARROWEST)) for word, width in zip(words, widths, strict=True)]
    narrowed = list(widths)
    while sum(narrowed) > room:
        column = max(range(len(narrowed)), key=lambda one: narrowed[one] - least[one])
        if narrowed[column] == least[column]:
            break
        narrowed[column] -= 1
    return narrowed


def _wrapped(row: Sequence[str], widths: Sequence[int]) -> Iterator[tuple[str, ...]]:
    """Yield a row in as many lines as its longest cell takes."""
    from textwrap import wrap

    cells = (
        [cell] if len(cell) <= width else wrap(cell, width, break_long_words=False, break_on_hyphens=False)
        for cell, width in zip(row, widths, strict=True)
    )
    return zip_longest(*cells, fillvalue="")


def table_row(row: Sequence[str], widths: Sequence[int], *, heading: bool = False, at_once: bool = False) -> None:
    """Print one row of a table; ``at_once`` where the next one may be long in coming."""
    padded = [one_line(cell).ljust(width) for cell, width in zip(row, widths, strict=True)]
    padded[-1] = padded[-1].rstrip()
    shown = [_coloured(cell, _BOLD, sys.stdout) for cell in padded] if heading else map(_in_its_colour, padded)
    print(_GAP.join(shown).rstrip(), flush=at_once)  # noqa: T201


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Show one step: what it is and for how long it has run while it lasts, then how long it took."""
    what = one_line(what)  # it may name a stranger's file
    live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    began = time.monotonic()
    mark, colour = "failed:", _RED
    try:
        with _running_seconds(what, began) if live else nullcontext():
            yield
        mark, colour = "✓" if _speaks_unicode() else "ok", _GREEN
    finally:
        took = _coloured(f"{time.monotonic() - began:.1f}s", _DIM)
        cleared = f"{' ' * _room()}\r" if live else ""  # what was shown while it lasted
        print(f"{cleared}{_coloured(mark, colour)} {what} {took}", file=sys.stderr)  # noqa: T201


def _room() -> int:
    """Return how many characters fit on a line of the terminal: one that wraps is not cleared by the next."""
    return _columns(sys.stderr) - 1


def _columns(terminal: TextIO) -> int:
    return os.get_terminal_size(terminal.fileno()).columns or _USUAL_COLUMNS


@contextmanager
def _running_seconds(what: str, began: float) -> Iterator[None]:
    """Show a step on its line, and each second how long it has run; of steps within steps the innermost."""
    from tempshell_cli.core.repeating import repeating

    def show() -> None:
        if _steps[-1] is not show:
            return
        seconds = int(time.monotonic() - began)
        line = one_line(f"{what} {seconds}s" if seconds else what)
        room = _room() - len("… ")
        shown = line if len(line) <= room else line[: max(0, room - 1)] + "…"
        print(f"{_coloured('…', _DIM)} {shown.ljust(room)}", end="\r", file=sys.stderr, flush=True)  # noqa: T201

    _steps.append(show)
    try:
        show()
        with repeating(show, every=1.0, unexpected=lambda _: None, timeout=1.0):
            yield
    finally:
        _steps.remove(show)


@contextmanager
def silence(_what: str) -> Iterator[None]:
    """Show nothing of a step."""
    yield


def say_markdown(text: str) -> None:
    """Print Markdown: as it is, or, on a terminal, as it is meant."""
    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        say(text)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    # A link's address is printed: what a pack calls it may lead elsewhere.
    Console().print(Markdown(strip_controls(text), hyperlinks=False))


def is_interactive() -> bool:
    """Return whether a person sits at both ends: keyboard and screen."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def can_ask() -> bool:
    """Return whether a person can be asked: questions are on stderr, answers come from the keyboard."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def confirm(question: str) -> bool:
    """Ask; no answer, and the end of the input, mean no."""
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)  # noqa: T201
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _in_its_colour(word: str) -> str:
    """Return a word of a result, which may be padded, in its colour."""
    colour = _COLOURS.get(word.strip().lower())
    return _coloured(word, colour, sys.stdout) if colour else word


def _coloured(text: str, colour: str, stream: TextIO | None = None) -> str:
    """Colour for a terminal that wants it (https://no-color.org); ``stream`` is stderr unless named."""
    wanted = (stream or sys.stderr).isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return f"{colour}{text}{_PLAIN}" if wanted else text


def _speaks_unicode() -> bool:
    return (sys.stderr.encoding or "").lower().startswith("utf")
