"""What a check found, for a person to read."""

from __future__ import annotations

from collections.abc import Iterator

from tempshell_cli.packs.results import TaskResult


def result_lines(result: TaskResult) -> Iterator[str]:
    """Yield the lines about a task that was graded: what each check expected and found where it did not pass."""
    yield f"{result.verdict.upper():6}{result.task}  {result.earned}/{result.total} points"
    for one in result.results:
        yield f"  {one.verdict:6}{one.check}"
        yield from (f"        {line}" for line in one.message.splitlines())
        if one.expected and one.expected not in one.message:
            yield f"        expected {one.expected!r}, found {one.found!r}"
