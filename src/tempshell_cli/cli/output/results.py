"""What a check found, for a person to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tempshell_cli.packs.grading.results import TaskResult, in_short


def verdict_words(verdict: str | None, incomplete: Sequence[str], *, unchecked: str = "-") -> str:
    """Return how a task stands: "incomplete" where checks of it could not run."""
    if not incomplete:
        return verdict or unchecked
    return "fail, incomplete" if verdict == "fail" else "incomplete"


def result_lines(result: TaskResult) -> Iterator[str]:
    """Yield the lines about a task that was graded: what each check expected and found where it did not pass."""
    word = verdict_words(result.verdict, result.incomplete)
    yield f"{word.upper():5} {result.task}  {result.earned}/{result.total} points"
    for one in result.results:
        yield f"  {one.verdict:6}{one.check}"
        yield from (f"        {line}" for line in one.message.splitlines())
        if one.message != in_short(one.expected, one.found):
            for label, text in (("expected", one.expected), ("found   ", one.found)):
                yield from hanging(f"        {label} ", text)


def hanging(label: str, text: str) -> Iterator[str]:
    """Yield a text behind a label, its further lines below its beginning; nothing where there is no text."""
    for place, line in enumerate(text.splitlines()):
        yield f"{' ' * len(label) if place else label}{line}"
