"""What a command says: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tempshell_cli.core.text import escape_json_controls, one_line, strip_controls

_RED, _GREEN, _DIM, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[2m", "\x1b[0m"


def say(text: str, *, at_once: bool = False) -> None:
    """Print a result; ``at_once`` where the next one may be long in coming."""
    print(strip_controls(text), flush=at_once)  # noqa: T201 - the one place that prints to stdout


def say_json(value: Any) -> None:  # noqa: ANN401 - JSON
    """Print one JSON document."""
    print(escape_json_controls(json.dumps(value, indent=2, ensure_ascii=False)))  # noqa: T201


def say_json_line(value: Any) -> None:  # noqa: ANN401 - as above
    """Print one JSON document of several, at once, each on a line of its own."""
    print(escape_json_controls(json.dumps(value, ensure_ascii=False)), flush=True)  # noqa: T201


def note(text: str) -> None:
    """Say something that is not the result."""
    print(strip_controls(text), file=sys.stderr)  # noqa: T201


def note_store(lines: Sequence[str]) -> None:
    """Say what a person should know of the store, a line each."""
    for number, line in enumerate(lines):
        note(f"  {line}" if number else f"tempshell: {line}")


def complain(what: str, hint: str = "") -> None:
    """Say what went wrong and what to do."""
    print(f"{_coloured('tempshell:', _RED)} {strip_controls(what)}", file=sys.stderr)  # noqa: T201
    if hint:
        print(f"  {_coloured('→' if _speaks_unicode() else '->', _DIM)} {strip_controls(hint)}", file=sys.stderr)  # noqa: T201


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns, as `docker ps` and `kubectl get` do."""
    cells = [list(headings), *([one_line(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    for row in cells:
        print("   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())  # noqa: T201


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Show one step: what it is while it lasts, then how long it took."""
    live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    if live:
        print(f"{_coloured('…', _DIM)} {what}", end="\r", file=sys.stderr, flush=True)  # noqa: T201
    began = time.monotonic()
    mark, colour = "failed:", _RED
    try:
        yield
        mark, colour = "✓" if _speaks_unicode() else "ok", _GREEN
    finally:
        took = _coloured(f"{time.monotonic() - began:.1f}s", _DIM)
        print(f"{_coloured(mark, colour)} {what} {took}", file=sys.stderr)  # noqa: T201


@contextmanager
def silence(_what: str) -> Iterator[None]:
    """Show nothing of a step."""
    yield


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


def _coloured(text: str, colour: str) -> str:
    """Colour for a terminal that wants it (https://no-color.org)."""
    wanted = sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return f"{colour}{text}{_PLAIN}" if wanted else text


def _speaks_unicode() -> bool:
    return (sys.stderr.encoding or "").lower().startswith("utf")
